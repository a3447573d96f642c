"""Draws the digits 0 to 4 as people write them, and lists all ten: each function returns one random way of writing.

The ways are those seen on tablets and paper (slashed 0s, 1s with a flag or a foot, looped 2s, open 4s). Their shares
favour what MNIST lacks. Lengths are in heights of the glyph.
"""

from collections.abc import Callable

import numpy as np

from synthesis.handwriting.digits_high import eight, five, nine, seven, six
from synthesis.handwriting.strokes import Glyph, Stroke, arc, join, path

Rng = np.random.Generator


def zero(rng: Rng) -> Glyph:
    """Return a 0: an oval, open or overlapping at the top; plain, slashed, barred or dotted."""
    u = rng.uniform
    if rng.random() < 0.07:
        # A small oval on a long steep stroke, like a phi.
        wide, high = u(0.16, 0.34), u(0.2, 0.38)
        start = u(-180, 20)
        sweep = u(320, 420) * (1 if rng.random() < 0.25 else -1)
        lean = u(-0.05, 0.3)
        top, foot = u(0.0, 0.3 - high * 0.5), u(0.7 + high * 0.5, 1.0)
        stroke = path((0.5 + lean * (0.5 - top) * 2, top), (0.5 - lean * (foot - 0.5) * 2, foot))
        stroke[:, 0] += u(-0.06, 0.06)
        return [arc((0.5, 0.5), (wide, high), start, start + sweep, u(0.85, 1.15)), stroke]
    wide = u(0.25, 0.58)
    turn = -1 if rng.random() < 0.85 else 1
    start = u(-150, -20)
    sweep = turn * (360 + (u(-50, 10) if rng.random() < 0.5 else u(0, 55)))
    oval = arc((0.5, 0.5), (wide, 0.5), start, start + sweep, u(0.85, 1.15))
    if rng.random() < 0.06:
        # The ends miss each other: one passes inside or outside the other.
        oval = arc((0.5, 0.5), (wide, 0.5), start, start + turn * u(300, 400), u(0.68, 0.85) ** turn)
    if rng.random() < 0.15:
        # The pen lands inside or outside before the oval begins.
        oval = join(path((oval[0, 0] + u(-0.2, 0.2), oval[0, 1] + u(-0.12, 0.25), 1)), oval)
    kind = rng.random()
    if kind < 0.5:
        return [oval]
    if kind < 0.9:
        angle = np.radians(u(30, 88) if kind < 0.82 else u(95, 140))
        x, y = np.cos(angle) * wide * 2, -np.sin(angle)
        length = np.hypot(x, y)
        x, y = x / length, y / length
        reach, back = u(0.3, 0.85), u(0.3, 0.85)
        slash = path((0.5 + x * reach, 0.5 + y * reach), (0.5 - x * back, 0.5 - y * back))
        slash[:, 0] += u(-0.1, 0.1)
        if kind < 0.58:
            # Without lifting the pen: the oval ends at the top right and turns into the slash.
            oval = arc((0.5, 0.5), (wide, 0.5), -60, -60 - u(340, 400), u(0.9, 1.1))
            oval[-1, 2] = float(rng.random() < 0.5)
            return [join(oval, slash[rng.integers(0, 2) :])]
        return [oval, slash if rng.random() < 0.7 else slash[::-1]]
    if kind < 0.96:
        x, y = u(0.45, 0.56), u(0.0, 0.2)
        if kind > 0.93:
            # Narrow, with the bar far beyond it.
            oval[:, 0] = 0.5 + (oval[:, 0] - 0.5) * u(0.5, 0.9)
        return [oval, path((x, y - u(0, 0.5)), (x + u(-0.04, 0.04), 1 - y + u(0, 0.5)))]
    if kind < 0.98:
        y = u(0.42, 0.58)
        return [oval, path((0.5 - wide * u(0.2, 0.9), y), (0.5 + wide * u(0.2, 0.9), y + u(-0.05, 0.05)))]
    x, y = 0.5 + u(-0.05, 0.05), 0.5 + u(-0.06, 0.06)
    return [oval, path((x, y), (x + u(0.01, 0.05), y + u(0, 0.04)))]


def one(rng: Rng) -> Glyph:
    """Return a 1: a down-stroke, bare, with a foot, or with a flag from short to as long as the stroke."""
    u = rng.uniform
    bend = u(-0.04, 0.04)
    lean = u(-0.06, 0.06)
    stem = path((lean, 0.0, 1), (bend, 0.5), (-lean, 1.0))
    kind = rng.random()
    glyph: Glyph
    if kind < 0.22:
        glyph = [stem]
    elif kind < 0.36:
        # A wide flag that starts low, in the extreme like a caret.
        reach, drop = u(0.2, 0.55), u(0.3, 0.95)
        start = path((lean - reach, drop), (lean - reach * u(0.35, 0.6), drop * u(0.35, 0.6)))
        glyph = [join(start, stem)]
    elif kind < 0.74:
        reach, drop = u(0.08, 0.45), u(0.08, 0.42)
        middle = (lean - reach * u(0.35, 0.65), drop * u(0.35, 0.75))
        glyph = [join(path((lean - reach, drop), middle), stem)]
        if rng.random() < 0.25:
            # A small hook where the flag begins.
            glyph[0] = join(path((lean - reach - u(0, 0.1), drop - u(0.02, 0.12), 1)), glyph[0])
        if rng.random() < 0.12:
            glyph = [stem, path((lean + u(-0.02, 0.04), u(-0.03, 0.08)), middle, (lean - reach, drop))]
    elif kind < 0.92:
        # A short flat flag, narrower than a 7's bar; some hands make it as round as a cane's handle.
        reach = u(0.08, 0.33)
        glyph = [join(path((lean - reach, u(-0.03, 0.12)), (lean - reach / 2, u(-0.05, 0.04))), stem)]
        if rng.random() < 0.3:
            glyph[0][2, 2] = 0.0
    else:
        # Up first, then down again beside it.
        away = u(0.02, 0.14)
        up = u(0.4, 1.0)
        glyph = [join(path((lean - away, up), (lean - away / 2, up / 2)), stem)]
    foot = rng.random()
    if foot < 0.24 or (kind > 0.22 and foot < 0.34):
        left, right = u(0.1, 0.5), u(0.1, 0.62)
        y = 1 + u(-0.05, 0.12)
        left += u(-0.12, 0.05)
        rise = u(-0.05, 0.05)
        glyph.append(path((-lean - left, y + rise), (-lean, y + u(-0.02, 0.02)), (-lean + right, y - rise)))
        if rng.random() < 0.15:
            glyph[-1] = glyph[-1][::-1]
    elif foot < 0.42:
        # The stem runs out into a small hook.
        side = -1 if rng.random() < 0.6 else 1
        glyph[0] = join(glyph[0], path((-lean + side * u(0.03, 0.15), 1 + u(-0.03, 0.05))))
        glyph[0][-2, 2] = float(rng.random() < 0.4)
    return glyph


def two(rng: Rng) -> Glyph:
    """Return a 2: a hook, a neck and a base; the turn at the base sharp, round or looped."""
    u = rng.uniform
    wide = u(0.55, 0.95)
    left, top = u(0.0, 0.12), u(0.1, 0.36)
    kind = rng.random()
    head: Stroke
    if kind < 0.15:
        # A flat top, like a Z.
        head = path((0, u(0, 0.14)), (wide * 0.5, u(-0.03, 0.06)), (wide * u(0.8, 1.0), u(0, 0.1), rng.random() < 0.6))
    elif kind < 0.3:
        # Without a hook: straight into the neck.
        head = path((wide * u(0.1, 0.75), u(0, 0.06)), (wide * u(0.65, 0.85), u(0.12, 0.26)))
    else:
        head = path(
            (left, top),
            (wide * 0.22, u(0.02, 0.1)),
            (wide * 0.55, u(-0.02, 0.03)),
            (wide * u(0.78, 0.95), u(0.12, 0.24)),
        )
        if kind > 0.82:
            head = join(
                path((left + u(0.1, 0.3), top + u(0.0, 0.12)), (left + u(0.02, 0.14), top + u(0.04, 0.14))), head
            )
    neck = path((wide * u(0.6, 0.8), u(0.4, 0.52)), (wide * u(0.28, 0.42), u(0.68, 0.8)))
    if 0.22 < kind < 0.3:
        # Upright until just above the base.
        head[:, 0] = wide * u(0.45, 0.6) + np.array([u(-0.2, 0.0), u(0.0, 0.08)])
        neck = path((head[-1, 0] - u(0.0, 0.05), u(0.4, 0.55)), (wide * u(0.28, 0.42), u(0.74, 0.84)))
    y = u(0.92, 1.0)
    base = rng.random()
    if base < 0.5:
        corner = path((wide * u(-0.1, 0.12), y, 1))
    elif base < 0.88:
        # A loop, from large to hardly more than a thickening.
        size = u(0.05, 0.24)
        x = u(0.02, 0.16) * wide
        corner = path((x, y), (x - size * 0.9, y - size * 0.3), (x - size * 0.2, y - size), (x + size, y - size * 0.35))
    else:
        corner = path((wide * u(0.0, 0.12), y - 0.06), (wide * 0.1, y))
    end = wide * u(0.8, 1.35)
    wave = u(-0.07, 0.07)
    tail = path(((end + wide * 0.1) / 2, y + wave), (end, y - wave * 0.5 + u(-0.06, 0.06)))
    if rng.random() < 0.12:
        tail = join(tail, path((end + u(-0.03, 0.06), y - u(0.06, 0.2))))
    return [join(head, neck, corner, tail)]


def three(rng: Rng) -> Glyph:
    """Return a 3: two bowls, the top round or flat, the waist a cusp, a loop or hardly there."""
    u = rng.uniform
    wide = u(0.45, 0.85)
    waist = u(0.36, 0.52)
    inward = wide * u(0.2, 0.62)
    kind = rng.random()
    if kind < 0.68:
        head = path(
            (u(0, 0.14), u(0.08, 0.28)),
            (wide * 0.4, u(-0.02, 0.04)),
            (wide * u(0.74, 0.95), waist * 0.35),
            (wide * u(0.6, 0.75), waist * 0.8),
        )
        if kind < 0.12:
            head = join(path((u(0.1, 0.22), u(0.16, 0.34)), (u(0.0, 0.08), u(0.14, 0.3))), head)
    else:
        # Flat-topped, with a straight way back to the waist.
        right = wide * u(0.7, 1.05)
        head = path((u(-0.02, 0.12), u(0, 0.08)), (wide * 0.45, u(-0.03, 0.05)), (right, u(0, 0.08), 1))
        if rng.random() < 0.4:
            head = join(path((head[0, 0] + u(-0.04, 0.04), u(0.08, 0.2), 1)), head)
        inward = wide * u(0.2, 0.5)
    loop = rng.random()
    if loop < 0.22:
        size = u(0.04, 0.13)
        middle = path((inward, waist), (inward - size, waist + size * 0.3), (inward - size * 0.2, waist + size))
        if loop < 0.08:
            middle = path((inward, waist + 0.03), (inward - size, waist - size * 0.5), (inward, waist - size))
    else:
        middle = path((inward, waist, rng.random() < 0.75))
    low = wide * u(0.85, 1.12)
    foot = u(0.9, 1.0)
    bowl = path(
        (low * 0.82, waist + u(0.03, 0.12)),
        (low, (waist + foot) / 2 + u(0, 0.06)),
        (low * 0.7, foot - 0.02),
        (wide * 0.3, foot + u(-0.02, 0.03)),
        (u(-0.12, 0.16), foot - u(-0.02, 0.2)),
    )
    if rng.random() < 0.15:
        bowl = bowl[:-1]
    return [join(head, middle, bowl)]


def four(rng: Rng) -> Glyph:
    """Return a 4: open, closed or drawn in one go; the stem long, or only a stroke through the bar."""
    u = rng.uniform
    wide = u(0.5, 0.95)
    bar = u(0.36, 0.5) if rng.random() < 0.08 else u(0.5, 0.72)
    x = wide * u(0.55, 0.9)
    out = x + u(0.02, 0.4)
    tilt = u(-0.06, 0.06)
    kind = rng.random()
    if kind < 0.34:
        # Open: a bent left stroke, then the stem.
        left = path((u(0.0, 0.22) * wide, u(0, 0.2)), (u(-0.04, 0.08), bar * 0.6), (u(-0.05, 0.08), bar, 1))
        if rng.random() < 0.4:
            left = path((wide * u(0.1, 0.5), u(0, 0.15)), (u(-0.05, 0.1), bar, 1))
        if rng.random() < 0.3:
            left[-1] = (left[-1, 0] + 0.06, bar, 0)
        stroke = join(left, path((out, bar + tilt)))
        top = u(-0.05, 0.45)
        return [stroke, path((x + u(-0.05, 0.18), top), (x, (1 + top) / 2), (x - u(-0.04, 0.15), 1))]
    if kind < 0.52:
        # The stem only crosses the bar.
        high = u(0.0, 0.35) if rng.random() < 0.25 else u(0.35, 0.95)
        slope = path((wide * high, 0), (u(-0.05, 0.05), bar, rng.random() < 0.8), (out, bar + tilt))
        cross = wide * u(0.4, 0.85)
        above = u(0.1, 0.35)
        return [
            slope,
            path((cross + u(-0.02, 0.12), bar - above), (cross - u(-0.02, 0.08), min(bar + u(0.2, 0.5), 1.1))),
        ]
    if kind < 0.72:
        # Closed: the slope starts where the stem does.
        slope = path((x + u(-0.05, 0.05), 0), (u(-0.05, 0.05), bar, 1), (out, bar + tilt))
        return [slope, path((x + u(-0.04, 0.04), u(-0.04, 0.12)), (x - u(-0.04, 0.08), 1))]
    if kind < 0.84:
        # In one go: slope, bar, up to the top, down the stem.
        start = path((x + u(-0.25, -0.02), u(0, 0.12)), (u(-0.04, 0.06), bar, rng.random() < 0.8))
        turn = path((x + u(0.0, 0.18), bar + tilt, rng.random() < 0.7), (x + u(0, 0.08), u(-0.04, 0.1), 1))
        return [join(start, turn, path((x - u(0, 0.08), 1)))]
    if kind < 0.94:
        # Round like a y or a u on a stem, in one go or two.
        cup = path((u(0, 0.1), u(0, 0.12)), (u(-0.02, 0.05), bar * 0.65), (x * 0.45, bar), (x * 0.85, bar * 0.85))
        up = path((x, u(-0.05, 0.1), 1), (x - u(0, 0.1), 1))
        return [join(cup, up)] if rng.random() < 0.6 else [join(cup, path((x + 0.02, bar * 0.8))), up]
    # Bar and stem in one stroke, like a lightning bolt, with another stroke through it.
    slope = path((wide * u(0.25, 0.6), 0), (u(-0.05, 0.08), bar, 1), (x, bar + tilt, 1), (x - u(-0.02, 0.12), 1))
    if rng.random() < 0.7:
        return [slope, path((x - u(0, 0.06), bar - u(0.15, 0.45)), (x - u(0.0, 0.08), bar + u(0.0, 0.1)))]
    return [join(slope[:2], path((out, bar + tilt))), path((x, bar - u(0.05, 0.3)), (x - u(0, 0.1), 1))]


DIGITS: tuple[Callable[[Rng], Glyph], ...] = (zero, one, two, three, four, five, six, seven, eight, nine)
