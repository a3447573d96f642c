"""Draws negatives: marks that are not digits. `NEGATIVE_KINDS` says how often training shows each kind."""

from collections.abc import Callable

import numpy as np

from synthesis.handwriting import signs
from synthesis.handwriting.digits import DIGITS
from synthesis.handwriting.letters import LETTERS
from synthesis.handwriting.strokes import Glyph, arc, parse, path

Rng = np.random.Generator
# Greek letters, as in formulas, in the notation of `synthesis.handwriting.strokes.parse`.
GREEK = (
    "0,1.4 .05,.3 .2,.02 .45,.05 .5,.3 .3,.48 .15,.5! .45,.52 .58,.75 .4,1 .05,.95",  # beta
    ".05,1.5 .1,.3 .3,0 .55,.1 .5,.35 .2,.48! .55,.55 .65,.8 .4,1 .1,.9",
    "0,.1 .15,0 .3,.3 .35,.8 .25,1.3 .15,1.2 .3,.7 .7,0",  # gamma
    ".0,.0 .3,.6 | .7,.0 .3,.7 .2,1.4",
    ".6,.1 .3,0 .2,.2 .5,.4 .65,.7 .4,1 .1,.8 .2,.5 .45,.4",  # delta
    ".7,.1 .3,0 .1,.2 .4,.45! .1,.5 .0,.8 .3,1 .7,.85",  # epsilon
    ".4,0 .1,.3 .1,.7 .35,1 .6,.7 .6,.3 .4,0 | .1,.5 .6,.5",  # theta
    "0,1.4 .1,.2 | .08,.8 .3,1 .55,.7 .6,.1 | .6,.6 .7,.95",  # mu
    ".7,.0 .3,.05 .1,.5 .3,.95 .6,.6 .5,.2 .3,.05",  # sigma
    ".1,.2 .0,.7 .2,1 .4,.7 .45,.4! .5,.8 .7,1 .95,.6 .8,.1",  # omega
)
TEMPLATES = tuple(template for templates in LETTERS.values() for template in templates)


def letter(rng: Rng) -> Glyph:
    """Return a letter. Those most like digits (a, f, n, R, t) have the most templates, so they come most often."""
    return parse(TEMPLATES[rng.integers(len(TEMPLATES))])


def greek(rng: Rng) -> Glyph:
    """Return a Greek letter."""
    return parse(GREEK[rng.integers(len(GREEK))])


def word(rng: Rng) -> Glyph:
    """Return two to five letters in a row."""
    return _row([letter(rng) for _ in range(rng.integers(2, 6))], rng)


def number(rng: Rng) -> Glyph:
    """Return two or three digits as one mark: touching, or just apart."""
    return _row([DIGITS[rng.integers(10)](rng) for _ in range(2 if rng.random() < 0.8 else 3)], rng)


def _row(glyphs: list[Glyph], rng: Rng) -> Glyph:
    """Return glyphs side by side, touching or barely apart."""
    row: Glyph = []
    right = 0.0
    for glyph in glyphs:
        points = np.concatenate(glyph)
        low, high = points[:, 0].min(), points[:, 0].max()
        height = rng.uniform(0.8, 1.15)
        shift = (right - low * height + rng.uniform(-0.06, 0.16), rng.uniform(-0.12, 0.12))
        for stroke in glyph:
            stroke[:, :2] = stroke[:, :2] * height + shift
            row.append(stroke)
        right = max(right + 0.25, high * height + shift[0])
    return row


def piece(rng: Rng) -> Glyph:
    """Return a part of a digit that is not a digit itself, as a dry pen or a wrong cut leaves it."""
    u = rng.uniform
    kind = rng.integers(6)
    if kind == 0:  # a five's bar and neck, or a seven's bar and serif
        return [path((0, u(0.2, 0.5)), (u(-0.05, 0.05), 0, 1), (1, u(-0.1, 0.1)))]
    if kind == 1:  # the lower half of a two: its base with some neck
        return [path((u(0.4, 0.7), 0), (0, u(0.4, 0.6), 1), (1, u(0.4, 0.6)))]
    if kind == 2:  # the lower half of a zero
        return [arc((0.5, 0.0), (0.5, u(0.3, 0.6)), u(-10, 15), u(165, 190))]
    if kind == 3:  # the upper half of a zero, wide
        return [arc((0.5, 0.5), (0.5, u(0.25, 0.45)), u(165, 200), u(340, 375))]
    if kind == 4:  # a four's angle without its stem
        return [path((u(0.2, 0.8), 0), (0, u(0.5, 0.7), 1), (1, u(0.5, 0.7)))]
    # a seven's or a one's lower end, with the bar across
    return [path((0.5 + u(0, 0.1), 0), (0.5, 1)), path((0, u(0.3, 0.7)), (1, u(0.3, 0.7)))]


# Kinds and their shares. Letters here decide how well letters are refused (not refused: 7 %, without them 28 %).
NEGATIVE_KINDS: tuple[tuple[Callable[[Rng], Glyph], float], ...] = (
    (letter, 0.62),
    (greek, 0.03),
    (word, 0.05),
    (number, 0.07),
    (signs.sign, 0.11),
    (signs.scribble, 0.05),
    (signs.line, 0.025),
    (signs.bow, 0.01),
    (signs.spiral, 0.01),
    (signs.loops, 0.01),
    (signs.dot, 0.02),
    (signs.smiley, 0.015),
    (signs.ringed, 0.01),
    (piece, 0.01),
)
_CUMULATIVE_SHARES = np.cumsum([share for _, share in NEGATIVE_KINDS])


def negative(rng: Rng) -> Glyph:
    """Return a random mark that is not a digit."""
    kind = int(np.searchsorted(_CUMULATIVE_SHARES, rng.random() * _CUMULATIVE_SHARES[-1], side="right"))
    return NEGATIVE_KINDS[min(kind, len(NEGATIVE_KINDS) - 1)][0](rng)
