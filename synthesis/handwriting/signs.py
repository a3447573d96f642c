"""Draws marks that are neither letters nor digits: punctuation, signs, shapes, scribbles, smileys."""

import numpy as np

from synthesis.handwriting.strokes import Glyph, arc, join, parse, path

Rng = np.random.Generator

# See `synthesis.handwriting.strokes.parse` for the notation.
# Signs beside an amount or a share. Many look like digits: $ like 5, % like 0 and 9.
UNITS: tuple[str, ...] = (
    ".7,.2 .5,.08 .2,.1 .05,.28 .3,.47 .6,.62 .65,.82 .4,.95 .1,.93 0,.8 | .36,-.08 .34,1.1",  # dollar
    ".72,.2 .4,.06 .08,.2 .15,.42 .5,.55 .7,.75 .5,.94 .2,.95 0,.82 | .3,-.06 .28,1.08 | .45,-.06 .43,1.08",  # dollar
    ".7,.2 .4,.06 .08,.22 .2,.44 .5,.55 .68,.78 .4,.95 0,.82 | .4,-.1 .4,.08 | .36,.94 .36,1.12",  # dollar
    ".62,.1! .1,.12! .08,.45! .4,.42 .62,.65 .5,.92 .2,.97 0,.85 | .36,-.08 .33,1.12",  # dollar
    ".9,.15 .6,0 .3,.15 .2,.5 .3,.85 .6,1 .9,.85 | 0,.4 .7,.4 | 0,.58 .65,.58",  # euro
    ".8,.1 .5,0 .25,.2 .18,.5 .28,.82 .55,1 .85,.92 | 0,.46 .6,.42 | .02,.62 .58,.58",  # euro
    ".7,.02 .4,.05 .2,.3 .18,.7 .4,.98 .75,.95 | .02,.38 .75,.36 | 0,.6 .7,.58",  # euro
    ".75,.2 .6,.02 .35,.08 .28,.4 .32,.75 .05,.98 .1,.9 .35,.9 .55,1 .8,.92 | .1,.52 .6,.5",  # pound
    ".7,.15 .5,0 .3,.15 .3,.8 0,1! .75,1 | .08,.5 .58,.5",  # pound
    ".2,0 .03,.12 .02,.3 .18,.38 .36,.2 .2,0 | .9,0 .1,1 | .8,.6 .62,.75 .65,.94 .8,1 .95,.8 .8,.6",  # per cent
    ".22,.02 .05,.2 .2,.36 .38,.2 .22,.02 .5,.08 .9,0! .15,1 | .8,.62 .65,.8 .8,.98 .96,.8 .8,.62",  # per cent
    ".15,.05 0,.2 .14,.36 .28,.2 .15,.05 | .75,-.05 .1,1.05 | .7,.65 .55,.8 .7,.96 .85,.8 .7,.65",  # per cent
    "0,.2 .2,0 .3,.2 .15,.4 0,.25 | 1,0 0,1 | .7,.75 .9,.6 1,.8 .85,1 .7,.8",  # per cent
)
SIGNS: tuple[str, ...] = (
    *UNITS,
    "0,.5 1,.5 | .5,0 .5,1",  # plus
    ".05,.5 .95,.5 | .5,.05 .5,.95 | .15,.15 .85,.85 | .85,.15 .15,.85",  # asterisk
    "0,0 1,0 | 0,.4 1,.4",  # equals
    "0,0 .5,.02 1,0",  # minus
    "0,.4 1,.4 | .48,0 .52,.04 | .48,.78 .52,.82",  # divided by
    "0,.3 .1,.05 .35,0 .6,.12 .55,.35 .3,.5 .28,.72 | .28,.95 .3,.98",  # question mark
    "0,.15 .3,0 .6,.15 .5,.4 .3,.6 .3,.75 | .28,.96 .33,1",  # question mark
    ".05,0 .05,.62 | .02,.93 .08,1 .02,1",  # exclamation mark
    ".3,0 .15,1 | .7,0 .55,1 | 0,.32 .95,.32 | -.1,.68 .85,.68",  # hash
    ".75,.6 .5,.35 .3,.55 .4,.75 .7,.55 .72,.3! .75,.7 1,.6 .9,.1 .5,-.05 .1,.15 0,.6 .2,1 .7,1",  # at
    "1,.9 .5,.5 .2,.2 .35,0 .55,.15 .4,.35 .05,.65 .15,.95 .5,.95 .85,.55",  # ampersand
    ".35,0 .08,.25 0,.5 .08,.75 .35,1",  # bracket
    "0,0 .28,.25 .35,.5 .28,.75 0,1",  # bracket
    ".35,0 0,0! 0,1! .35,1",  # square bracket
    "0,0 .35,0! .35,1! 0,1",  # square bracket
    ".4,0 .2,.05 .2,.4 0,.5 .2,.6 .2,.95 .4,1",  # brace
    "0,0 .2,.05 .2,.4 .4,.5 .2,.6 .2,.95 0,1",  # brace
    ".9,0 0,.45! .9,.9",  # less than
    "0,0 .9,.45! 0,.9",  # greater than
    "0,.6 .4,0! .8,.6",  # caret
    "0,.2 .25,0 .5,.2 .75,.4 1,.2",  # tilde
    "0,.5 .3,1! 1,0",  # tick
    "0,.6 .2,.95! .9,0",  # tick
    "0,.3 1,.3 | .7,0 1,.3! .7,.6",  # arrow right
    "1,.3 0,.3 | .3,0 0,.3! .3,.6",  # arrow left
    ".3,1 .3,0 | 0,.35 .3,0! .6,.35",  # arrow up
    ".3,0 .3,1 | 0,.65 .3,1! .6,.65",  # arrow down
    "0,1 1,0 | .55,.02 1,0! .98,.45",  # arrow
    ".5,1 .1,.5 0,.2 .2,0 .45,.1 .5,.3! .55,.1 .8,0 1,.2 .9,.5 .5,1",  # heart
    ".5,0 .8,1! 0,.38! 1,.38! .2,1! .5,0",  # star
    ".5,.5 .2,.2 0,.5 .2,.8 .5,.5 .8,.2 1,.5 .8,.8 .5,.5",  # infinity
    "0,0 1,0! 1,1! 0,1! 0,0",  # square
    "0,0 1.6,0! 1.6,1! 0,1! 0,0",  # box
    ".5,0 1,1! 0,1! .5,0",  # triangle
    "0,0 1,0! .5,1! 0,0",  # triangle
    ".4,0 .8,.5! .4,1! 0,.5! .4,0",  # diamond
    "0,.5 .5,0! 1,.5 | .1,.45 .1,1! .9,1! .9,.45",  # house
    "0,0 1,0! 1,1! 0,1! 0,0! 1,1 | 1,0 0,1",  # crossed box
    "0,0 1,1 | 1,0 0,1 | .5,-.1 .5,1.1 | -.1,.5 1.1,.5",  # star of strokes
    "0,1 .25,0! .5,1! .75,0! 1,1",  # zigzag
    "0,0 1,.1! 0,.3! 1,.45! 0,.65! 1,.8! 0,1",  # zigzag downwards
    "0,.5 .12,.2 .25,.5 .38,.8 .5,.5 .62,.2 .75,.5 .88,.8 1,.5",  # wave
    ".1,1 .1,0! .5,.1 .8,.02 .8,.5 .45,.55 .12,.48",  # flag
    ".2,.8 .05,1 -.1,.9 .05,.75 .2,.8 .2,0! .5,.2 .55,.45",  # note
    ".4,0 .1,.55! .5,.5! .2,1",  # lightning
    "0,0 .5,.5 | .5,.5 1,0 | .5,.5 .5,1 | .2,.7 .8,.7 | .2,.85 .8,.85",  # yen
    ".5,0 .5,1 | 0,.5 1,.5 | .5,.02 .9,.25 .95,.7 .5,.98 .05,.7 .1,.25 .5,.02",  # crossed circle
    "0,0 0,1 | .35,0 .35,1",  # parallel strokes
    "0,0 0,1 | .3,0 .3,1 | .6,0 .6,1",  # tally
    "0,0 0,1 | .3,0 .3,1 | .6,0 .6,1 | .9,0 .9,1 | -.2,.8 1.1,.2",  # tally of five
    "0,.2 1,.2 | .1,.5 .9,.5 | 0,.8 1,.8",  # three bars
    "0,0 0,.3 | .3,0 .3,.3",  # quotation marks
    "0,0 0,1! 1,1",  # axes
    "0,0 1,0! 1,1",  # corner
    ".3,0 .3,1! | .7,0 .7,1 | 0,.3 1,.3 | 0,.7 1,.7 | .45,.45 .55,.55 | .55,.45 .45,.55",  # noughts and crosses
    ".8,.0 .5,.7 .25,1 .02,.75 .05,.3 .3,.05 .5,.4 .65,.9 .85,.95",  # alpha
    "0,1 .08,0! .05,.5 .25,.65 .45,.5 .5,0! .5,.5 .65,.62",  # mu
    "0,.1 .2,0 .9,0 | .25,.02 .2,.6 .05,1 | .65,.02 .62,.8 .8,.98",  # pi
    "0,1 .25,1! .1,.7 0,.4 .2,.05 .5,0 .8,.1 .95,.45 .8,.75 .65,1! .95,1",  # omega
    "0,1 .4,0! .85,1! 0,1",  # delta
    ".75,.1 .7,0! 0,0! .4,.5! 0,1! .75,1! .78,.88",  # sigma
    "0,.05 .15,0 .35,.4 .7,1 | .36,.45 0,1",  # lambda
    "0,0 .05,.4 .4,.6 .75,.4 .8,0 | .4,0 .4,1",  # psi
)


def sign(rng: Rng) -> Glyph:
    """Return a random one of the signs."""
    return parse(SIGNS[rng.integers(len(SIGNS))])


def line(rng: Rng) -> Glyph:
    """Return a line that nobody writes as a 1: flat or leaning backwards, straight or bent."""
    angle = np.radians(rng.uniform(-30, 52))
    x, y = np.cos(angle), np.sin(angle)
    bend = rng.uniform(-0.12, 0.12)
    return [path((0, 0), (x / 2 - bend * y, y / 2 + bend * x), (x, y))]


def bow(rng: Rng) -> Glyph:
    """Return an arc that opens upwards, downwards or to the right; one open to the left would be a bent 1."""
    u = rng.uniform
    middle, sweep = u(70, 290), u(110, 200)
    return [arc((0.5, 0.5), (0.5, u(0.3, 0.5)), middle - sweep / 2, middle + sweep / 2, u(0.85, 1.15))]


def scribble(rng: Rng) -> Glyph:
    """Return a scribble: a random walk, a line through random points, or a zigzag."""
    count = int(rng.integers(7, 28))
    kind = rng.random()
    if kind < 0.4:
        steps = np.cumsum(rng.normal(0, 1, (count, 2)), axis=0)
    elif kind < 0.75:
        steps = rng.uniform(0, 1, (count, 2)) * (1, rng.uniform(0.4, 1.4))
    else:
        # To and fro, as people blacken a spot.
        t = np.arange(count)
        steps = np.stack([(t % 2) + rng.normal(0, 0.12, count), t / count * rng.uniform(0.4, 2.0)], axis=1)
    corner = np.full((count, 1), float(rng.random() < 0.5))
    span = max(float(np.ptp(steps, axis=0).max()), 1e-6)
    return [np.concatenate([(steps - steps.min(axis=0)) / span, corner], axis=1)]


def spiral(rng: Rng) -> Glyph:
    """Return a spiral of more than two turns, so that it is neither a 0 nor a 6 nor a 9."""
    start, turns = rng.uniform(0, 360), rng.uniform(2.0, 4.5)
    grow = rng.uniform(0.02, 0.25)
    turned = 1 if rng.random() < 0.5 else -1
    return [arc((0.5, 0.5), (0.5, rng.uniform(0.35, 0.5)), start, start + turned * 360 * turns, grow)]


def loops(rng: Rng) -> Glyph:
    """Return a row of joined loops, like e's or waves."""
    count = int(rng.integers(3, 6))
    t = np.linspace(0, 2 * np.pi * count, count * 8 + 1)
    radius = rng.uniform(0.1, 0.6)
    x = t / (2 * np.pi) * rng.uniform(0.3, 0.6) + radius * np.sin(t)
    return [np.stack([x, np.cos(t) * rng.uniform(0.25, 0.6), np.zeros(len(t))], axis=1)]


def dot(rng: Rng) -> Glyph:
    """Return one dot, or several dots apart."""
    u = rng.uniform
    places = [((0.0, 0.0),), ((0.0, 0.0), (u(-0.1, 0.1), 1.0)), ((0.0, 0.0), (0.5, 0.0), (1.0, 0.05))]
    chosen = places[rng.choice(3, p=[0.5, 0.3, 0.2])]
    size = 0.06
    return [path((x, y), (x + u(0, size), y + u(0, size))) for x, y in chosen]


def smiley(rng: Rng) -> Glyph:
    """Return a face, with or without its outline."""
    u = rng.uniform
    mouth = arc((0.5, u(0.45, 0.6)), (u(0.2, 0.32), u(0.1, 0.28)), 10, 170)
    if rng.random() < 0.2:
        mouth[:, 1] = 1.25 - mouth[:, 1]
    eyes = [path((x, 0.32), (x + u(-0.03, 0.03), 0.32 + u(0.03, 0.14))) for x in (0.33, 0.67)]
    face = [arc((0.5, 0.5), (0.5, 0.5), -90, -90 - u(340, 390))] if rng.random() < 0.75 else []
    nose = [path((0.5, 0.42), (0.5 + u(-0.05, 0.05), 0.56))] if rng.random() < 0.3 else []
    return [*face, *eyes, mouth, *nose]


def ringed(rng: Rng) -> Glyph:
    """Return a sign inside a circle or a box."""
    inner = sign(rng)
    for stroke in inner:
        stroke[:, :2] = 0.5 + (stroke[:, :2] - 0.5) * 0.45
    if rng.random() < 0.5:
        return [*inner, arc((0.5, 0.5), (0.6, 0.6), -90, -90 - rng.uniform(340, 390))]
    return [*inner, join(parse("-.1,-.1 1.1,-.1! 1.1,1.1! -.1,1.1! -.1,-.1")[0])]
