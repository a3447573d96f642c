"""Lays out pages as people fill them: each layout writes on a sheet and draws printed lines; heights in pixels."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from synthesis.hands import Hand, Rng, tight
from synthesis.kinds import OTHER
from synthesis.paper import Frame, Lines
from synthesis.sheet import Alpha, Sheet
from synthesis.writing import Line, digits, number, random_font


@dataclass(frozen=True, slots=True, eq=False)
class Desk:
    """Arguments of a layout: sheet, printed lines, hand, digit height `tall` in pixels, source of random numbers."""

    sheet: Sheet
    lines: Lines
    frame: Frame
    hand: Hand
    tall: float
    rng: Rng

    def line(
        self,
        x: float,
        y: float,
        tall: float = 0.0,
        *,
        gaps: tuple[float, float] = (0.06, 0.4),
        font: str = "",
        zero_factor: float = 1.0,
    ) -> Line:
        """Begin a line of writing at x and its base line's y; the other arguments are those of `Line`."""
        start, tall = (x, y), tall or self.tall
        return Line(self.sheet, self.frame, self.hand, start, tall, self.rng, gaps, font, zero_factor)


def _gaps(rng: Rng) -> tuple[float, float]:
    """Return smallest and largest gap of a random hand, in digit heights; some hands overlap digits."""
    if rng.random() < 0.42:
        return float(rng.uniform(-0.3, -0.05)), float(rng.uniform(-0.02, 0.15))
    return float(rng.uniform(0.02, 0.12)), float(rng.uniform(0.15, 0.9))


def rows(desk: Desk) -> None:
    """Write lines of numbers, one below the other."""
    rng, tall, (high, wide) = desk.rng, desk.tall, desk.sheet.shape
    gaps, zero_factor = _gaps(rng), float(rng.choice([1.0, 0.7, 0.45], p=[0.84, 0.1, 0.06]))
    pitch = tall * rng.uniform(1.25, 3)
    struck = 0.12 if rng.random() < 0.2 else 0.0
    underlined, ringed = rng.random() < 0.15, rng.random() < 0.1
    y = rng.uniform(0.2, 1.3) * tall
    while y < high + 0.5 * tall:
        line = desk.line(rng.uniform(-1, 1.5) * tall, y, gaps=gaps, zero_factor=zero_factor)
        while line.x < wide:
            start = line.x
            for each in number(rng):
                if struck and each.isdigit() and rng.random() < struck:
                    line.digit(each, struck=True)
                else:
                    line.write(each)
            if underlined:
                drop = y + tall * rng.uniform(0.05, 0.25)
                desk.lines.draw([(start, drop), (line.x, drop)], max(0.8, desk.hand.pen * tall), rng.uniform(0.5, 1))
            if ringed and rng.random() < 0.5:
                line.ringed(desk.lines, start)
            line.x += tall * rng.uniform(0.5, 2.5)
        y += pitch


def loose(desk: Desk) -> None:
    """Write digits and small numbers anywhere, of different sizes."""
    rng, (high, wide) = desk.rng, desk.sheet.shape
    for _ in range(rng.integers(2, 14)):
        tall = desk.tall * float(np.exp(rng.normal(0, 0.3)))
        x, y = rng.uniform(-0.2, 1) * wide, rng.uniform(0, 1.1) * high
        text = number(rng, 3) if rng.random() < 0.5 else str(rng.integers(10))
        if not desk.sheet.crowded(x - 0.3 * tall, y - 1.2 * tall, tall * (0.9 * len(text) + 0.3), 1.5 * tall):
            line = desk.line(x, y, tall, gaps=_gaps(rng))
            line.write(text)
            if rng.random() < 0.08:
                line.ringed(desk.lines, x)


def table(desk: Desk) -> None:
    """Fill a table: most cells with a number or a digit, some printed; digits touch and cross the lines."""
    rng, tall, (high, wide) = desk.rng, desk.tall, desk.sheet.shape
    sudoku = rng.random() < 0.45
    cell_high = tall * rng.uniform(1.05, 2.2)
    longest = 1 if sudoku or rng.random() < 0.4 else int(rng.integers(2, 6))
    cell_wide = cell_high * rng.uniform(0.9, 1.1) if sudoku else tall * (0.85 * longest + rng.uniform(0.2, 1.2))
    xs = np.arange(rng.uniform(-1, 0.8) * cell_wide, wide + cell_wide * rng.uniform(-1, 1), cell_wide)
    ys = np.arange(rng.uniform(-1, 0.8) * cell_high, high + cell_high * rng.uniform(-1, 1), cell_high)
    if len(xs) < 2 or len(ys) < 2:
        rows(desk)
        return
    desk.lines.grid(xs, ys, max(0.6, tall * rng.uniform(0.02, 0.09)), rng.uniform(0.35, 1), 3 if sudoku else 0)
    empty, type_share = rng.choice([0.0, 0.3, 0.7]), rng.choice([0.0, 0.4, 0.8]) if sudoku else 0.0
    face = random_font(rng)
    headed = not sudoku and rng.random() < 0.3
    notes = sudoku and rng.random() < 0.25
    for left in xs[:-1]:
        for top in ys[:-1]:
            if headed and (left == xs[0] or top == ys[0]):
                head = desk.line(left + 0.1 * tall, top + 0.8 * cell_high, 0.6 * tall, font=face, gaps=(0.02, 0.1))
                while head.x < left + cell_wide - 0.6 * tall:
                    head.letter()
                continue
            if rng.random() < empty:
                continue
            text = digits(rng, longest if longest == 1 else rng.integers(1, longest + 1))
            x = left + cell_wide * (0.5 + rng.normal(0, 0.08)) - 0.38 * tall * len(text)
            y = top + (cell_high + tall) / 2 + rng.normal(0, 0.1) * tall
            line = desk.line(x, y, tall, font=face if rng.random() < type_share else "", gaps=(0.0, 0.2))
            line.write(text)
            if notes and rng.random() < 0.4:
                # Small candidates that a solver pencils into a corner; their class is their digit.
                note = desk.line(left + 0.1 * cell_wide, top + 0.35 * cell_high, 0.25 * cell_high)
                note.write(str(rng.integers(1, 10)))


def boxes(desk: Desk) -> None:
    """Fill rows of form boxes, joined as a comb or apart, some empty; digits may stick out of them."""
    rng, tall, (high, wide) = desk.rng, desk.tall, desk.sheet.shape
    width, tone = max(0.6, tall * rng.uniform(0.02, 0.09)), rng.uniform(0.3, 1)
    side, gap = tall * rng.uniform(1.0, 1.9), rng.choice([0.0, 0.0, rng.uniform(0.1, 0.8)]) * tall
    comb = rng.random() < 0.25
    empty, face = rng.choice([0.05, 0.5, 0.9]), random_font(rng) if rng.random() < 0.15 else ""
    y = rng.uniform(0.1, 1) * tall
    while y < high:
        x = rng.uniform(-0.5, 1.5) * tall
        if rng.random() < 0.3:
            label = desk.line(x, y + side * 0.8, tall * rng.uniform(0.5, 0.9), font=random_font(rng))
            for _ in range(rng.integers(2, 7)):
                label.letter()
            x = label.x + 0.5 * tall
        for _ in range(rng.integers(1, 9)):
            if x > wide:
                break
            if comb:
                middle, bottom = y + 0.5 * side, y + side
                desk.lines.draw([(x, middle), (x, bottom), (x + side, bottom), (x + side, middle)], width, tone)
            else:
                desk.lines.box(x, y, x + side, y + side, width, tone)
            if rng.random() > empty:
                size = tall * rng.uniform(0.85, 1.15)
                at = x + (side - 0.65 * size) / 2 + rng.normal(0, 0.1) * tall
                line = desk.line(at, y + (side + size) / 2 + rng.normal(0, 0.12) * tall, size, font=face)
                line.digit(str(rng.integers(10)))
            x += side + gap
        y += side + rng.uniform(0.3, 2) * tall


def amount(desk: Desk) -> None:
    """Write the amount of a cheque: digits close together, points, an end mark, lines above and below."""
    rng, tall, (high, wide) = desk.rng, desk.tall, desk.sheet.shape
    width, tone = max(0.6, tall * rng.uniform(0.02, 0.07)), rng.uniform(0.3, 0.9)
    y = rng.uniform(0.9, 1.4) * tall
    while y < high + tall:
        for at in (y + rng.uniform(-0.1, 0.45) * tall, y - rng.uniform(1.1, 1.6) * tall):
            if rng.random() < 0.5:
                desk.lines.draw([(0, at), (wide, at)], width, tone)
        gaps = (rng.uniform(-0.25, 0.05), rng.uniform(0.08, 0.35))
        line = desk.line(rng.uniform(-0.5, 2.5) * tall, y, gaps=gaps, zero_factor=float(rng.choice([1.0, 0.75, 0.5])))
        if rng.random() < 0.2:
            line.other()
        whole = digits(rng, rng.integers(1, 4))
        ending = rng.choice([".000", ".500", "00", digits(rng, 3)])
        text = whole + (rng.choice([".", "", ","]) if "." not in ending and rng.random() < 0.6 else "") + ending
        line.write(text + rng.choice(["", "", ".", "-", ".-", "=", "/"]))
        y += tall * rng.uniform(1.8, 3.5)


def text(desk: Desk) -> None:
    """Write words, by hand or printed, with a number here and there."""
    rng, tall, (high, wide) = desk.rng, desk.tall, desk.sheet.shape
    face = random_font(rng) if rng.random() < 0.4 else ""
    gaps = (0.02, 0.12) if face else (rng.uniform(-0.1, 0.05), rng.uniform(0.08, 0.3))
    numbers = rng.choice([0.0, 0.05, 0.25])
    y, pitch = rng.uniform(0.2, 1.2) * tall, tall * rng.uniform(1.3, 2.5)
    while y < high + 0.5 * tall:
        line = desk.line(rng.uniform(-1, 1) * tall, y, gaps=gaps, font=face)
        while line.x < wide:
            if rng.random() < numbers:
                line.write(number(rng, 4))
            else:
                for _ in range(rng.integers(1, 9)):
                    line.letter()
            line.x += tall * rng.uniform(0.3, 0.7)
        y += pitch


def doodles(desk: Desk) -> None:
    """Write letters, signs and scribbles alone, large and small; rings around digits; crossed-out digits."""
    rng, (high, wide) = desk.rng, desk.sheet.shape
    for _ in range(rng.integers(1, 10)):
        tall = desk.tall * float(np.exp(rng.normal(0.1, 0.35)))
        x, y = rng.uniform(-0.1, 1) * wide, rng.uniform(0, 1.1) * high
        if desk.sheet.crowded(x - 0.2 * tall, y - 1.2 * tall, 1.4 * tall, 1.5 * tall):
            continue
        line, kind = desk.line(x, y, tall), rng.random()
        if kind < 0.5:
            line.letter(alone=True)
        elif kind < 0.7:
            line.other()
        elif kind < 0.85:
            line.digit(str(rng.integers(10)), struck=True)
        else:
            line.digit(str(rng.integers(10)))
            line.ringed(desk.lines, x)


def single(desk: Desk) -> None:
    """Write one mark at the height that is read best, or a few far apart, as most people try a reader out."""
    rng, (high, wide) = desk.rng, desk.sheet.shape
    framed = rng.random() < 0.12
    for _ in range(int(rng.choice([1, 2, 4], p=[0.5, 0.3, 0.2]))):
        tall = desk.tall * float(np.exp(rng.normal(0, 0.1)))
        x, y = rng.uniform(0.1, 0.9) * wide, rng.uniform(0.15, 1) * high
        if desk.sheet.crowded(x - 1.5 * tall, y - 2 * tall, 3.5 * tall, 3 * tall):
            continue
        line = desk.line(x, y, tall, gaps=_gaps(rng))
        if framed:
            desk.lines.box(
                x - rng.uniform(0.2, 1) * tall, y - rng.uniform(1.2, 2) * tall,
                x + rng.uniform(0.9, 2) * tall, y + rng.uniform(0.2, 1) * tall,
                tall * rng.uniform(0.02, 0.15), rng.uniform(0.3, 1),
            )  # fmt: skip
        kind = rng.random()
        if kind < 0.5:
            line.digit(str(rng.integers(10)))
        elif kind < 0.78:
            line.letter(alone=True)
        elif kind < 0.84:
            line.other()
        else:
            line.write(number(rng, 4))


def large(desk: Desk) -> None:
    """Write one to three marks that fill the picture, perhaps up to its border, perhaps in a frame."""
    rng, (high, wide) = desk.rng, desk.sheet.shape
    count = int(rng.choice([1, 2, 3], p=[0.7, 0.2, 0.1]))
    tall = min(high, wide) * rng.uniform(0.3, 0.95) / (1 + 0.45 * (count - 1))
    left = (wide - 0.75 * tall * count) / 2 + rng.normal(0, 0.1) * tall
    line = desk.line(left, (high + tall) / 2 + rng.normal(0, 0.05) * tall, tall, gaps=_gaps(rng))
    if rng.random() < 0.15:
        inset = rng.uniform(0, 0.06) * wide
        desk.lines.box(inset, inset, wide - inset, high - inset, rng.uniform(1, 0.1 * tall), rng.uniform(0.4, 1))
    kind = rng.random()
    for _ in range(count):
        if kind < 0.6:
            line.digit(str(rng.integers(10)))
        elif kind < 0.9:
            line.letter(alone=True)
        else:
            line.other()


def seven_segment(desk: Desk) -> None:
    """Draw a seven-segment display's digits, bars joined or apart; their class is `OTHER`, as nobody wrote them."""
    rng, tall, (high, wide) = desk.rng, desk.tall, desk.sheet.shape
    on = ("abcdef", "bc", "abged", "abgcd", "fgbc", "afgcd", "afgedc", "abc", "abcdefg", "abcdfg")
    y, apart = rng.uniform(0.2, 1) * tall, rng.choice([0.0, 0.06])
    while y < high:
        x = rng.uniform(-0.5, 1) * tall
        while x < wide:
            alpha = _segments(on[rng.integers(10)], tall, apart, max(1.5, tall * 0.13))
            desk.sheet.put(alpha, x, y, OTHER, tall)
            x += 0.85 * tall
        y += tall * rng.uniform(1.4, 3)


def _segments(bars: str, tall: float, apart: float, pen: float) -> Alpha:
    ends = {
        "a": (0, 0, 1, 0), "b": (1, 0, 1, 1), "c": (1, 1, 1, 2), "d": (0, 2, 1, 2),
        "e": (0, 1, 0, 2), "f": (0, 0, 0, 1), "g": (0, 1, 1, 1),
    }  # fmt: skip
    image = np.zeros((round(tall), round(0.6 * tall)), np.uint8)
    for bar in bars:
        x0, y0, x1, y1 = (each * tall * 0.5 * 0.9 for each in ends[bar])
        gap = apart * tall
        if x0 == x1:
            y0, y1 = y0 + gap, y1 - gap
        else:
            x0, x1 = x0 + gap, x1 - gap
        image[round(y0) : round(y1 + pen), round(x0) : round(x1 + pen)] = 255
    return tight(image)


def empty(_: Desk) -> None:
    """Write nothing."""


Layout = Callable[[Desk], None]


class LayoutChoice(NamedTuple):
    """A layout, its share of pages, whether its paper may be ruled, and whether its paper has a cheque's patterns."""

    layout: Layout
    share: float
    may_be_ruled: bool = False
    is_cheque: bool = False


LAYOUTS = (
    LayoutChoice(rows, 0.22, may_be_ruled=True),
    LayoutChoice(loose, 0.12, may_be_ruled=True),
    LayoutChoice(table, 0.17),
    LayoutChoice(boxes, 0.08),
    LayoutChoice(amount, 0.12, is_cheque=True),
    LayoutChoice(text, 0.09, may_be_ruled=True),
    LayoutChoice(doodles, 0.07, may_be_ruled=True),
    LayoutChoice(single, 0.08, may_be_ruled=True),
    LayoutChoice(large, 0.03, may_be_ruled=True),
    LayoutChoice(seven_segment, 0.01),
    LayoutChoice(empty, 0.03, may_be_ruled=True),
)
