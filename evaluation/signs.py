"""Draws numbers with signs, such as dates, times, amounts and fractions: pen digits of one writer, and signs by code.

All lengths are in heights of the digits, if they have no unit; y points down, and the base line is at 0.
"""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from evaluation.strokes import Drawing, Points, place, render, width_of

Rng = np.random.Generator
Stroke = list[tuple[float, float]]

# How numbers with signs are written: d is a digit, D one to three digits.
PATTERNS = ("D.D", "D.dd", "D,D", "D,ddd", "dd:dd", "dd/dd/dddd", "D/D", "-D", "D-D", "D+D", "dd.dd.dddd")
# The same with signs that are not read, which become a `?`.
CURRENCIES = ("$D", "$D.dd", "€D", "D€", "D%", "d.d%")
BRACKETS = ("(ddd)D", "d)D", "(D)", "D°", "D'", "d'dd\"")
# Smallest and largest gap between marks.
GAPS = (0.08, 0.35)


def number(
    hands: Sequence[Sequence[Drawing]], rng: Rng, patterns: Sequence[str] = PATTERNS
) -> tuple[str, NDArray[np.uint8], float]:
    """Draw a number with signs.

    Args:
        hands: the digits of each writer.
        rng: source of the random numbers.
        patterns: how it may be written.

    Returns:
        Its text; its ink, uint8 [height, width], 255 = ink; and the height of its digits in pixels.
    """
    hand = hands[int(rng.integers(len(hands)))]
    height = int(rng.integers(200, 501))
    brush, tall = height * rng.uniform(0.025, 0.07), height * rng.uniform(0.35, 0.6)
    at, base = brush + rng.uniform(0.05, 0.3) * tall, (height + tall) / 2
    text, strokes = "", list[Points]()
    for each in _pattern(patterns[int(rng.integers(len(patterns)))], rng):
        if each == "d":
            mark = hand[int(rng.integers(len(hand)))]
            high = tall * rng.uniform(0.85, 1.1)
            wide = width_of(mark, high)
            top = min(max(base - high + rng.normal(0, 0.04) * tall, brush), height - high - brush)
            strokes += place(mark, (at, top, wide, high))
            text += mark.label
        else:
            points = [np.array(stroke) + rng.normal(0, 0.01, (len(stroke), 2)) for stroke in SIGNS[each](rng)]
            strokes += [stroke * tall + (at, base) for stroke in points]
            wide = tall * max(float(stroke[:, 0].max()) for stroke in points)
            text += each
        at += wide + brush + rng.uniform(*GAPS) * tall
    return text, render(strokes, (int(at + brush + 0.1 * tall), height), brush), tall


def _pattern(pattern: str, rng: Rng) -> str:
    return "".join("d" * int(rng.integers(1, 4)) if each == "D" else each for each in pattern)


def _point(rng: Rng) -> list[Stroke]:
    y = -rng.uniform(0, 0.06)
    return [[(0, y), (rng.uniform(0, 0.02), y)]]


def _comma(rng: Rng) -> list[Stroke]:
    wide, y = rng.uniform(0.03, 0.12), -rng.uniform(0, 0.08)
    return [[(wide, y), (0.8 * wide, y + rng.uniform(0.05, 0.1)), (0, y + rng.uniform(0.14, 0.26))]]


def _colon(rng: Rng) -> list[Stroke]:
    return [[(0, y), (0.01, y)] for y in (-rng.uniform(0.6, 0.75), -rng.uniform(0.1, 0.3))]


def _slash(rng: Rng) -> list[Stroke]:
    wide, top, bottom = rng.uniform(0.3, 0.6), -rng.uniform(0.95, 1.15), rng.uniform(-0.02, 0.15)
    return [[(wide, top), (wide / 2, (top + bottom) / 2), (0, bottom)]]


def _minus(rng: Rng) -> list[Stroke]:
    wide, y = rng.uniform(0.25, 0.5), -rng.uniform(0.4, 0.6)
    return [[(0, y), (wide, y + rng.normal(0, 0.03))]]


def _plus(rng: Rng) -> list[Stroke]:
    half, y = rng.uniform(0.18, 0.28), -rng.uniform(0.4, 0.6)
    return [[(0, y), (2 * half, y)], [(half, y - half), (half, y + half)]]


def _dollar(rng: Rng) -> list[Stroke]:
    x = (0.45, 0.25, 0.05, 0.1, 0.38, 0.43, 0.22, 0)
    y = (-0.8, -0.9, -0.75, -0.57, -0.42, -0.2, -0.05, -0.17)
    bars = [0.24] if rng.random() < 0.7 else [0.2, 0.3]
    return [
        list(zip(x, y, strict=True)),
        *([(at, -rng.uniform(0.98, 1.1)), (at, rng.uniform(0.02, 0.15))] for at in bars),
    ]


def _euro(rng: Rng) -> list[Stroke]:
    bow = _arc((0.42, -0.5), (0.33, 0.45), -0.3, -1.7)
    return [bow, *([(0, y), (rng.uniform(0.35, 0.5), y)] for y in (-0.6, -0.42))]


def _percent(rng: Rng) -> list[Stroke]:
    radius = rng.uniform(0.1, 0.16)
    rings = [_arc(middle, (radius, radius), 0, 2) for middle in ((0.17, -0.75), (0.63, -0.18))]
    return [*rings, [(rng.uniform(0.55, 0.7), -0.95), (rng.uniform(0.1, 0.2), 0)]]


def _bracket(rng: Rng, way: int) -> list[Stroke]:
    wide, turn = rng.uniform(0.1, 0.2), np.linspace(-0.5, 0.5, 12) * np.pi
    x, y = wide * (np.cos(turn) if way > 0 else 1 - np.cos(turn)), -0.5 + rng.uniform(0.5, 0.7) * np.sin(turn)
    return [list(zip(x.tolist(), y.tolist(), strict=True))]


def _degree(rng: Rng) -> list[Stroke]:
    radius = rng.uniform(0.08, 0.13)
    return [_arc((radius, -0.95), (radius, radius), 0, 2)]


def _prime(rng: Rng) -> list[Stroke]:
    return [[(rng.uniform(0.03, 0.08), -1.05), (0, -rng.uniform(0.75, 0.85))]]


def _double_prime(rng: Rng) -> list[Stroke]:
    prime, apart = _prime(rng)[0], rng.uniform(0.2, 0.28)
    return [prime, [(x + apart, y) for x, y in prime]]


def _arc(middle: tuple[float, float], radii: tuple[float, float], start: float, stop: float) -> Stroke:
    """Return an arc of an ellipse between two angles, in half turns."""
    turn = np.linspace(start, stop, 12) * np.pi
    x, y = middle[0] + radii[0] * np.cos(turn), middle[1] + radii[1] * np.sin(turn)
    return list(zip(x.tolist(), y.tolist(), strict=True))


SIGNS: dict[str, Callable[[Rng], list[Stroke]]] = {
    ".": _point,
    ",": _comma,
    ":": _colon,
    "/": _slash,
    "-": _minus,
    "+": _plus,
    "$": _dollar,
    "€": _euro,
    "%": _percent,
    "(": partial(_bracket, way=-1),
    ")": partial(_bracket, way=1),
    "°": _degree,
    "'": _prime,
    '"': _double_prime,
}
