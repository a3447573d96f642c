"""Draws pen digits of one writer in forms with printed words, in rings, struck out, and in very different sizes.

All lengths are in pixels, if they have no unit.
"""

import io
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from evaluation import pages
from evaluation.strokes import Drawing, Points, place, render, width_of

Rng = np.random.Generator
Hand = Sequence[Drawing]

WORDS = (
    *("Amount", "Block", "Class", "Date", "Exam", "Form", "Game", "Grade", "Item", "Letters"),
    *("Mark", "Name", "Number", "Order", "Phone", "Please", "Points", "Price", "Quantity", "Result"),
    *("Round", "Score", "Signature", "Sum", "Team", "Time", "Total", "Week", "Write"),
)
# Share of the forms that are clean files instead of photos.
CLEAN_SHARE = 0.4
# Width of the pen, and largest deviation of a digit's height, as shares of the digits' height.
PEN, HEIGHT_DEVIATION = (0.06, 0.13), 0.12
# Share of a score sheet's cells that are empty.
EMPTY_SHARE = 0.25
# Heights of the numbers of different sizes.
HEIGHTS_PX = (25.0, 45.0, 80.0, 140.0, 190.0)


class Form:
    """A form: its print and the writing on it, both uint8 [height, width], 255 = ink; and its lines of digits."""

    def __init__(self, size: tuple[int, int], hand: Hand, tall: float, rng: Rng) -> None:
        self.print = Image.new("L", size)
        self.pen = ImageDraw.Draw(self.print)
        self.ink = np.zeros((size[1], size[0]), np.uint8)
        self.lines: list[str] = []
        self._hand, self.tall, self._rng = hand, tall, rng
        self._brush = max(1.5, tall * rng.uniform(*PEN))

    def number(self, digits: int, left: float, middle: float, right: float, step: float | None = None) -> str:
        """Write up to so many digits, `step` apart or side by side, and return those for which there was room."""
        text = ""
        for _ in range(digits):
            mark = self._hand[int(self._rng.integers(len(self._hand)))]
            tall = self.tall * self._rng.uniform(1 - HEIGHT_DEVIATION, 1 + HEIGHT_DEVIATION)
            wide = width_of(mark, tall)
            if left + max(wide, step or 0) > right:
                break
            shift = (step - wide) / 2 if step else 0
            top = middle - tall / 2 + self._rng.normal(0, 0.05) * self.tall
            self.draw(place(mark, (left + shift, top, wide, tall)))
            left += step or wide + self._brush + self._rng.uniform(0.06, 0.25) * self.tall
            text += mark.label
        return text

    def columns(self, middle: float) -> NDArray[np.intp]:
        """Return x of all columns with ink on the line whose middle is at this y."""
        return np.flatnonzero(self.ink[round(middle - self.tall / 2) : round(middle + self.tall / 2)].any(axis=0))

    def draw(self, strokes: Sequence[Points]) -> None:
        """Draw strokes with the pen, each float64 [points, 2]."""
        np.maximum(self.ink, render(strokes, self.print.size, self._brush), out=self.ink)

    def words(self, count: int, left: float, top: float, size: float, right: float = np.inf) -> float:
        """Print so many words, or fewer if there is no room; return where they end."""
        font = ImageFont.load_default(size)
        for word in self._rng.choice(WORDS, count):
            text = f"{word} "
            if left + self.pen.textlength(text, font) > right:
                break
            self.pen.text((left, top), text, 255, font)
            left += self.pen.textlength(text, font)
        return left


def score_sheet(hand: Hand, rng: Rng) -> Form:
    """Return a table with printed headings, names of rows, and numbers of one to three digits in its cells."""
    rows, columns, high = int(rng.integers(4, 14)), int(rng.integers(3, 9)), int(rng.integers(44, 80))
    wide, name = round(high * rng.uniform(1, 2.2)), round(high * rng.uniform(1.5, 4))
    left, top, bottom = high + name, 2 * high, (3 + rows) * high
    form = Form((left + (columns + 1) * wide, bottom + high), hand, high * rng.uniform(0.4, 0.75), rng)
    size, longest, thick = high * rng.uniform(0.25, 0.4), int(rng.integers(1, 4)), int(rng.integers(1, 4))
    form.words(3, high, 0.8 * high, 0.5 * high)
    for x in range(left, left + columns * wide + 1, wide):
        form.pen.line((x, top, x, bottom), 200, thick)
    for y in range(top + high, bottom + 1, high):
        form.pen.line((high, y, left + columns * wide, y), 200, thick)
    for x in range(left, left + columns * wide, wide):
        form.words(1, x + 0.08 * wide, top + 0.3 * high, size, x + wide)
    for y in range(top + high, bottom, high):
        form.words(2, high, y + 0.3 * high, size, left)
        digits = (
            form.number(int(rng.integers(1, longest + 1)), x + wide * rng.uniform(0.08, 0.3), y + high / 2, x + wide)
            for x in range(left, left + columns * wide, wide)
            if rng.random() > EMPTY_SHARE
        )
        form.lines.append(" ".join(filter(None, digits)))
    return form


def boxes(hand: Hand, rng: Rng) -> Form:
    """Return rows of boxes for one digit each, behind printed words."""
    rows, side, most = int(rng.integers(3, 8)), int(rng.integers(36, 64)), int(rng.integers(5, 9))
    left, thick, apart = 8 * side, int(rng.integers(1, 4)), int(rng.integers(2)) * side // 10
    form = Form((left + (most + 1) * side, 2 * rows * side + side), hand, side * rng.uniform(0.5, 0.8), rng)
    for row in range(rows):
        top = side + 2 * row * side
        form.words(2, 0.5 * side, top + 0.25 * side, 0.45 * side, left)
        count = int(rng.integers(2, most + 1))
        for at in range(count):
            x = left + at * side
            form.pen.rectangle((x, top, x + side - apart, top + side), outline=220, width=thick)
        form.lines.append(
            form.number(int(rng.integers(1, count + 1)), left - apart / 2, top + side / 2, np.inf, float(side))
        )
    return form


def blanks(hand: Hand, rng: Rng) -> Form:
    """Return printed text with numbers on lines for them."""
    size = int(rng.integers(18, 34))
    form = Form((36 * size, 26 * size), hand, size * rng.uniform(1.1, 1.8), rng)
    y = float(size)
    while y < 23 * size:
        if rng.random() < 0.5:
            form.words(int(rng.integers(4, 8)), size, y, size)
            y += 1.5 * size
        else:
            y += max(form.tall - 0.6 * size, 0)
            x = form.words(int(rng.integers(1, 4)), size, y, size)
            base = y + 1.15 * size
            form.pen.line((x, base, x + 6 * form.tall, base), 200)
            form.lines.append(
                form.number(int(rng.integers(1, 7)), x + 0.2 * form.tall, base - 0.55 * form.tall, np.inf)
            )
            y += 1.6 * form.tall
    return form


def ringed(hand: Hand, rng: Rng) -> Form:
    """Return numbers with a ring or a frame around them or a line below, by the same pen; nothing is printed."""
    rows, tall = int(rng.integers(2, 6)), float(rng.integers(40, 80))
    form = Form((round(10 * tall), round((2.2 * rows + 2) * tall)), hand, tall, rng)
    turn = np.linspace(0, 2 * np.pi, 40)
    ring = np.stack([np.cos(turn), np.sin(turn)], axis=1) * np.sqrt(2)
    frame = np.array([(-1.1, -1.1), (1.1, -1.1), (1.1, 1.1), (-1.1, 1.1), (-1.1, -1.1)])
    shapes = (ring, frame, np.array([(-1.0, 1.0), (1.0, 1.0)]))
    for row in range(rows):
        middle = (1.5 + 2.2 * row) * tall
        form.lines.append(form.number(int(rng.integers(1, 5)), 1.5 * tall, middle, np.inf))
        columns = form.columns(middle)
        half = np.array([(columns[-1] - columns[0]) / 2, 0.65 * tall])
        points = shapes[rng.integers(len(shapes))] * half + (columns.mean(), middle)
        form.draw([points + rng.normal(0, 0.01 * tall, points.shape)])
    return form


def struck(hand: Hand, rng: Rng) -> Form:
    """Return lines of two numbers, of which the first is crossed out: by a line through it, or a zigzag over it."""
    rows, tall = int(rng.integers(2, 6)), float(rng.integers(40, 80))
    form = Form((round(12 * tall), round((2 * rows + 1) * tall)), hand, tall, rng)
    for row in range(rows):
        middle = (1.5 + 2 * row) * tall
        form.number(int(rng.integers(2, 5)), tall, middle, np.inf)
        right = form.columns(middle)[-1] + 0.1 * tall
        if rng.random() < 0.7:
            form.draw([np.array([(0.8 * tall, middle), (right, middle + rng.normal(0, 0.08) * tall)])])
        else:
            turns = 8
            x = np.where(np.arange(turns) % 2, 0.9 * tall, right) + rng.normal(0, 0.05 * tall, turns)
            form.draw([np.stack([x, middle + np.linspace(-0.5, 0.5, turns) * tall], axis=1)])
        form.lines.append(form.number(int(rng.integers(1, 5)), right + 0.5 * tall, middle, np.inf))
    return form


def sizes(hand: Hand, rng: Rng) -> Form:
    """Return a number of each of four heights in random order, close together, by one pen; nothing is printed."""
    form = Form((900, 900), hand, min(HEIGHTS_PX), rng)
    y = min(HEIGHTS_PX)
    for tall in rng.permutation(HEIGHTS_PX)[:4]:
        form.tall = float(tall)
        form.lines.append(form.number(int(rng.integers(2, 5)), 30, y + tall / 2, 880))
        y += tall + rng.uniform(0.3, 0.6) * min(HEIGHTS_PX) + 0.2 * tall
    form.tall = min(HEIGHTS_PX)
    return form


Kind = Callable[[Hand, Rng], Form]
FORMS: tuple[Kind, ...] = (score_sheet, boxes, blanks)


def filled(hand: Hand, rng: Rng, kinds: Sequence[Kind] = FORMS) -> tuple[bytes, str]:
    """Return a picture file of a form of one of some kinds, filled in by one hand, and its lines of digits."""
    form = kinds[int(rng.integers(len(kinds)))](hand, rng)
    ink = np.maximum(form.ink, np.asarray(form.print))
    truth = "\n".join(filter(None, form.lines))
    if rng.random() > CLEAN_SHARE:
        return pages.photograph(ink, form.tall, rng), truth
    file = io.BytesIO()
    Image.fromarray(255 - ink).save(file, "PNG")
    return file.getvalue(), truth
