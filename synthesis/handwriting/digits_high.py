"""Draws the digits 5 to 9 as people write them; see `digits` for 0 to 4."""

import numpy as np

from synthesis.handwriting.strokes import Glyph, Stroke, arc, join, path

Rng = np.random.Generator


def five(rng: Rng) -> Glyph:
    """Return a 5: in one stroke, in two with the bar attached or floating, or like an S."""
    u = rng.uniform
    wide = u(0.5, 0.85)
    neck_top, neck = u(0.0, 0.08), u(0.34, 0.5)
    x = u(0.02, 0.16)
    low = wide * u(0.85, 1.15)
    foot = u(0.93, 1.0)
    bowl = path(
        (low * 0.6, neck - u(0.02, 0.1)),
        (low * 0.95, neck + u(0.06, 0.16)),
        (low * u(0.92, 1.02), (neck + foot) / 2 + 0.08),
        (low * 0.6, foot),
        (wide * 0.2, foot + u(-0.04, 0.02)),
        (u(-0.16, 0.08), foot - u(-0.02, 0.2)),
    )
    kind = rng.random()
    right = wide * u(0.75, 1.4)
    rise = u(-0.16, 0.06)
    if kind < 0.12:
        # Like an S: no corner anywhere.
        head = path((right, u(0.0, 0.16)), (wide * 0.5, u(-0.03, 0.02)), (x, neck * 0.5), (wide * 0.3, neck))
        return [join(head, bowl[1:])]
    if kind < 0.36:
        # In one go, from the right end of the bar.
        bar = path((right, neck_top + rise), (wide * 0.5, neck_top + rise / 2), (x + u(0, 0.1), neck_top, 1))
        return [join(bar, path((x, neck, rng.random() < 0.75)), bowl)]
    body_top = neck_top if kind < 0.66 else u(0.1, neck - 0.12)
    if kind > 0.88:
        # Hardly any neck: the bowl hangs from a short start.
        body_top = neck - u(0.03, 0.14)
    body = join(path((x + u(-0.04, 0.08), body_top), (x, neck, rng.random() < 0.7)), bowl)
    lift = 0.0 if kind < 0.66 else u(0.0, body_top + 0.04)
    left = x + (u(-0.1, 0.12) if kind < 0.66 else u(-0.12, 0.35))
    if rng.random() < 0.08:
        # The bar goes on beyond the neck, to the left.
        left = x - u(0.1, 0.45)
    bar = path(
        (left, body_top - lift), ((left + right) / 2, body_top - lift + rise / 2), (right, body_top - lift + rise)
    )
    if rng.random() < 0.15:
        bar[1, 1] += u(-0.06, 0.06)
    return [body, bar]


def six(rng: Rng) -> Glyph:
    """Return a 6: a straight, bowed or curled stem and a loop, which is closed, open or crosses the stem."""
    u = rng.uniform
    wide = u(0.4, 0.85)
    top = u(0.3, 0.62)
    centre = (wide / 2, (1 + top) / 2)
    radii = (wide / 2, (1 - top) / 2)
    lean = wide * u(-0.1, 1.0)
    kind = rng.random()
    if kind < 0.3:
        stem = path((lean, 0), ((lean + u(-0.04, 0.1)) / 2, centre[1] * 0.5))
    elif kind < 0.85:
        stem = path(
            (lean + u(0, 0.2), u(0, 0.08)), (lean * 0.55, u(0.06, 0.18)), (u(0.02, 0.14) * wide, centre[1] * 0.6)
        )
    else:
        # Curled at the top.
        stem = path(
            (lean + u(0.1, 0.3), u(0.1, 0.24)), (lean + u(0.0, 0.1), u(-0.02, 0.04)), (lean * 0.3, u(0.12, 0.26)),
            (u(0.0, 0.08) * wide, centre[1] * 0.68),
        )  # fmt: skip
    end = u(-230, -120) if rng.random() < 0.75 else u(-120, -60)
    glyph = join(stem, arc(centre, radii, 180, 135)[:1], arc(centre, radii, 140, end, u(0.7, 1.05)))
    if rng.random() < 0.2:
        # The loop ends inside, or goes on through the stem.
        glyph = join(glyph, path((wide * u(-0.3, 0.5), top + u(0.1, 0.4))))
    return [glyph]


def seven(rng: Rng) -> Glyph:
    """Return a 7: bar and stem; a serif or hook on the left, a stroke through the stem, the stem straight or bowed."""
    u = rng.uniform
    wide = u(0.42, 1.0)
    foot = wide * u(-0.15, 0.75)
    rise = u(-0.08, 0.1)
    corner = (wide, rise, float(rng.random() < 0.75))
    bow = u(-0.12, 0.1) * wide
    left = rng.random()
    head = path((0, u(-0.05, 0.1)), (wide / 2, u(-0.06, 0.06) + rise / 2))
    if left < 0.05:
        # The hook curls back until it meets the bar.
        down = u(0.12, 0.32)
        head = join(
            path((wide * u(0.2, 0.6), u(0.05, 0.9) * down), (wide * u(0.08, 0.3), down), (0, down / 2)), head[1:]
        )
    elif left < 0.25:
        head = join(path((u(-0.06, 0.06), u(0.1, 0.3), 1)), head)
        head[1, 2] = float(rng.random() < 0.6)
    elif left < 0.4:
        # A hook, open to the right, before the bar.
        head = join(path((u(0.0, 0.12), u(0.12, 0.3)), (u(-0.06, 0.03), u(0.06, 0.16))), head)
    elif left < 0.5:
        # No corner: bar and stem are one bow.
        head = path((u(0, 0.1), u(0.05, 0.25)), (wide * 0.45, u(-0.02, 0.03)))
        corner = (wide * 0.95, u(0.1, 0.2), 0.0)
    stem = path(((wide + foot) / 2 + bow, 0.5), (foot, 1.0))
    if rng.random() < 0.12:
        stem = path((foot + (wide - foot) * u(0.15, 0.5), u(0.35, 0.5)), (foot, 1.0))
    if rng.random() < 0.1:
        stem = join(stem, path((foot + u(-0.12, 0.12), 1 + u(-0.04, 0.02))))
    glyph = [join(head, path(corner), stem)]
    barred = rng.random() < 0.5
    if barred and rng.random() < 0.08:
        # A foot, as under a one.
        glyph.append(path((foot - u(0.05, 0.3), 1 + u(-0.03, 0.06)), (foot + u(0.1, 0.4), 1 + u(-0.04, 0.05))))
    if rng.random() < 0.1:
        glyph = [path((0, u(0, 0.1)), (wide, rise)), path((wide - u(-0.03, 0.1), rise - u(-0.05, 0.1)), *stem[:, :2])]
    if barred:
        y = u(0.35, 0.68)
        x = wide + (foot - wide) * y + bow * 0.8
        tilt = u(-0.1, 0.08)
        long, short = u(0.12, 0.5), u(0.1, 0.5)
        glyph.append(path((x - long, y - tilt), (x, y + u(-0.03, 0.03)), (x + short, y + tilt)))
    return glyph


def eight(rng: Rng) -> Glyph:
    """Return an 8: one stroke like an S that closes or stays open; or two circles, apart, touching or overlapping."""
    u = rng.uniform
    wide = u(0.4, 0.75)
    waist = u(0.38, 0.55)
    upper = wide * u(0.6, 1.05)
    kind = rng.random()
    if kind < 0.18:
        gap = u(-0.1, 0.07)
        start = u(-200, 20)
        turn = 1 if rng.random() < 0.3 else -1
        first = arc((wide / 2 + u(-0.05, 0.05), waist / 2), (upper / 2, waist / 2), start, start + turn * u(330, 400))
        start = u(-200, 20)
        low = (waist + gap + 1) / 2
        second = arc((wide / 2, low), (wide / 2, 1 - low), start, start + turn * u(330, 400), u(0.92, 1.05))
        return [first, second]
    if kind < 0.27:
        return [_open_eight(rng, wide)]
    middle = wide / 2 + u(-0.04, 0.04)
    left, right = wide / 2 - upper / 2, wide / 2 + upper / 2
    # From the upper right over the top, through the waist, round below, back up to where it began.
    points = [
        (right - u(0.0, 0.2) * upper, u(0.06, 0.2)),
        (middle, 0.0),
        (left, waist * u(0.35, 0.55)),
        (middle, waist),
        (wide, waist + (1 - waist) * u(0.4, 0.6)),
        (middle, 1.0),
        (0.0, waist + (1 - waist) * u(0.4, 0.6)),
        (middle + u(-0.03, 0.03), waist + u(-0.04, 0.05)),
        (right, waist * u(0.4, 0.65)),
    ]
    if kind < 0.52:
        # Closed, perhaps overlapping the start.
        end = rng.random()
        points.append((right - u(0.0, 0.25) * upper, u(0.0, 0.14)))
        if end < 0.4:
            points.append((middle + u(-0.1, 0.1), u(-0.06, 0.08)))
    elif kind < 0.82:
        # Open at the top: begins short of, or beyond, where it ends.
        points[0] = (middle + upper * u(0.0, 0.62), u(-0.05, 0.26))
        points[-1] = (right + u(-0.05, 0.25), waist * u(0.1, 0.75))
        if rng.random() < 0.5:
            points.append((right + u(0.0, 0.3), u(-0.12, 0.2)))
    elif kind < 0.88:
        # It starts at the waist, with the upper loop first.
        points = [points[3], points[8], points[1], points[2], points[3], points[4], points[5], points[6], points[7]]
        points[1] = (right, waist * 0.5)
        points.append((middle + u(0.0, 0.15), waist - u(0.0, 0.12)))
    else:
        # A straight back: from the lower left up to the upper right.
        points[7] = (middle + u(-0.06, 0.06), waist)
        points[8] = (right + u(-0.02, 0.1), u(0.05, 0.2))
        points[0] = (right + u(-0.15, 0.05), u(0.05, 0.25))
    if 0.52 < kind < 0.88 and rng.random() < 0.3:
        # The upper bowl is hardly more than a hook.
        points = points[1:] if rng.random() < 0.6 else points[:-1]
    if kind > 0.88 and rng.random() < 0.75:
        # Like a three whose lower bowl closes.
        points = [
            (left + u(-0.02, 0.15), u(0.05, 0.25)),
            points[1],
            (right, waist * u(0.3, 0.5)),
            points[3],
            *points[4:8],
        ]
    stroke = path(*points)
    if rng.random() < 0.25:
        stroke[:, 0] = wide - stroke[:, 0]
    if rng.random() < 0.1:
        stroke[[4, 6], 2] = 1
    return [stroke]


def _open_eight(rng: Rng, wide: float) -> Stroke:
    """Return an 8 whose upper part is a hook, open to one side, above a closed loop."""
    u = rng.uniform
    waist = u(0.26, 0.52)
    reach = wide * u(0.15, 0.5)
    x = wide * u(0.35, 0.65)
    low = (waist + 1) / 2
    hook = path(
        (x + reach, u(0.2, 0.8) * waist),
        (x + u(0, 0.3) * reach, u(-0.02, 0.05)),
        (x - reach * u(0.3, 1), waist / 2),
    )
    loop = path(
        (x, waist),
        (wide * u(0.9, 1.05), low),
        (wide / 2, 1.0),
        (u(-0.03, 0.08) * wide, low),
        (x + u(-0.1, 0.12), waist),
    )
    end = path((x + reach * u(0.2, 1.2), waist * u(0.45, 1.0)))
    stroke = join(hook, loop, end) if rng.random() < 0.5 else join(hook, loop)
    if rng.random() < 0.35:
        stroke[:, 0] = wide - stroke[:, 0]
    return stroke


def nine(rng: Rng) -> Glyph:
    """Return a 9: a loop and a stem; the loop closed or open, the stem straight, bowed or curled under."""
    u = rng.uniform
    wide = u(0.4, 0.8)
    low = u(0.36, 0.6)
    centre = (wide / 2, low / 2)
    radii = (wide / 2, low / 2)
    start = u(-60, 10) if rng.random() < 0.75 else u(-120, -60)
    kind = rng.random()
    foot = wide * u(0.1, 1.1)
    if kind < 0.4:
        stem = path((wide * u(0.94, 1.0), low * u(0.3, 0.6)), ((wide + foot) / 2, u(0.6, 0.72)), (foot, 1.0))
    elif kind < 0.62:
        stem = path((wide, low * 0.5), (wide * u(0.9, 1.05), u(0.6, 0.75)), (wide * u(0.4, 0.8), 0.98))
        if rng.random() < 0.6:
            stem = join(stem, path((wide * u(-0.05, 0.35), u(0.82, 1.0))))
    elif kind < 0.72:
        # Curled under like a g's tail, but short.
        stem = path((wide, low * 0.5), (wide * 0.98, 0.8), (wide * 0.6, 1.0), (wide * u(0, 0.25), u(0.86, 0.97)))
    else:
        # A corner at the top right: up along the loop, then straight down.
        stem = path((wide * u(0.95, 1.1), u(-0.04, 0.2), 1), (foot, 1.0))
    if kind > 0.72:
        start = u(-50, 0)
    loop = arc(centre, radii, start, u(-345, -310) if kind > 0.72 else u(-350, -325), u(0.9, 1.1))
    shape = rng.random()
    if shape < 0.15:
        # The loop is not closed: a hook that runs into the stem.
        loop = arc(centre, radii, u(-60, -20), u(-335, -300), u(0.95, 1.1))
    if shape > 0.85:
        # The stem is a separate stroke.
        loop = arc(centre, radii, u(-90, 0), u(-400, -350), u(0.95, 1.1))
        return [loop, path((wide * u(0.85, 1.1), u(-0.08, 0.2)), *stem[1:, :2])]
    if 0.6 < shape < 0.75:
        # It begins at the stem and goes over the top first: a bow like a reversed 6.
        loop = arc(centre, radii, u(10, 60), -u(300, 340), u(0.85, 1.05))
    return [join(loop, stem)]
