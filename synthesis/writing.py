"""Writes numbers, letters and formulas, one mark after the other along a line."""

from dataclasses import dataclass

import numpy as np

from synthesis.hands import FONTS, Hand, Rng, printed
from synthesis.kinds import OTHER, SIGNS
from synthesis.paper import Frame, Lines
from synthesis.sheet import Alpha, Sheet

# Height of each separator's centre above the base line, in digit heights.
SIGN_LEVEL_HEIGHTS = {".": 0.05, ",": -0.05, ":": 0.45, "/": 0.45, "-": 0.45, "+": 0.45}
PRINTED_UNITS = "$€£%"
# Share of numbers with a unit.
UNIT_SHARE = 0.12


@dataclass(eq=False)
class Line:
    """A line of writing that grows to the right.

    Attributes:
        sheet: what is written on.
        frame: how the page lies in the picture.
        hand: who writes.
        start: x and y of the base line's left end, in pixels of the page.
        tall: the digits' height in pixels.
        rng: source of the random numbers.
        gaps: the smallest and the largest gap between marks, in digit heights; at gaps below 0 they overlap.
        font: the font's name for a printed line; empty for handwriting.
        zero_factor: a zero's height as a multiple of the other digits' height.
    """

    sheet: Sheet
    frame: Frame
    hand: Hand
    start: tuple[float, float]
    tall: float
    rng: Rng
    gaps: tuple[float, float] = (0.06, 0.4)
    font: str = ""
    zero_factor: float = 1.0

    def __post_init__(self) -> None:
        self.x, self._y = self.start
        self._uneven = float(self.rng.choice([0.02, 0.06, 0.15], p=[0.4, 0.4, 0.2]))
        self._climb = float(self.rng.normal(0, 0.015))

    def digit(self, label: str, *, struck: bool = False) -> None:
        """Write a digit; if it is `struck` out, its class is `OTHER`."""
        tall = self.tall * float(np.exp(self.rng.normal(0, self._uneven * 1.3)))
        if label == "0":
            tall *= self.zero_factor
        if self.font:
            alpha = printed(label, self.tall, self.font)
        elif struck:
            alpha = self.hand.struck(label, tall, self.rng)
        else:
            alpha = self.hand.digit(label, tall, self.rng)
        # Tails go below the base line.
        below = max(alpha.shape[0] - tall * 1.05, 0) * self.rng.uniform(0.7, 1.0) if not self.font else 0
        self._put(alpha, self._y + below - alpha.shape[0], OTHER if struck else label)

    def sign(self, kind: str) -> None:
        """Write a separator."""
        alpha = printed(kind, self.tall, self.font) if self.font else self.hand.sign(kind, self.tall, self.rng)
        level = SIGN_LEVEL_HEIGHTS[kind] + self.rng.normal(0, 0.05)
        self._put(alpha, self._y - level * self.tall - alpha.shape[0] / 2, kind)

    def letter(self, *, alone: bool = False) -> None:
        """Write a letter; with `alone`, a hand writes none that looks like a digit."""
        if self.font:
            letter = chr(self.rng.integers(ord("A"), ord("Z") + 1) + 32 * self.rng.integers(2))
            alpha = printed(letter, self.tall, self.font)
        else:
            alpha = self.hand.letter(self.tall, self.rng, alone=alone)
        self._put(alpha, self._y - alpha.shape[0], OTHER)

    def other(self) -> None:
        """Draw some other sign, such as = or a scribble."""
        alpha = self.hand.other(self.tall * self.rng.uniform(0.4, 1), self.rng)
        self._put(alpha, self._y - alpha.shape[0] * self.rng.uniform(0.8, 1.2), OTHER)

    def unit(self) -> None:
        """Write a unit, such as $ or %."""
        if self.font:
            alpha = printed(PRINTED_UNITS[self.rng.integers(len(PRINTED_UNITS))], self.tall, self.font)
        else:
            alpha = self.hand.unit(self.tall * self.rng.uniform(0.8, 1.25), self.rng)
        self._put(alpha, self._y - alpha.shape[0] * self.rng.uniform(0.85, 1), OTHER)

    def ringed(self, lines: Lines, start: float) -> None:
        """Draw a ring or a frame around what was written since x was `start`; as a printed line, it is no writing."""
        u, tall = self.rng.uniform, self.tall
        x, y = (start + self.x) / 2, self._y + self._climb * self.x - tall * u(0.4, 0.55)
        half = np.array([max(self.x - start, tall) / 2 + tall * u(-0.1, 0.4), tall * u(0.55, 0.95)])
        if self.rng.random() < 0.7:
            turn = np.radians(np.linspace(0, u(330, 400), 40)) + u(0, 6)
            points = np.stack([np.cos(turn), np.sin(turn)], axis=1) * np.linspace(1, u(0.9, 1.15), 40)[:, None]
            points[:, 0] *= u(1, 1.3)
        else:
            points = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)]) + self.rng.normal(0, 0.04, (5, 2))
        outline = [(float(right), float(down)) for right, down in points * half + (x, y)]
        lines.draw(outline, max(0.8, self.hand.pen * tall), u(0.6, 1))

    def write(self, text: str) -> None:
        """Write digits and separators; `$` writes some unit, `=` some other sign, `a` some letter, a blank a gap."""
        for each in text:
            if each.isdigit():
                self.digit(each)
            elif each in SIGNS:
                self.sign(each)
            elif each == "$":
                self.unit()
            elif each == "=":
                self.other()
            elif each == "a":
                self.letter()
            else:
                self.x += self.tall * self.rng.uniform(0.5, 1.5)

    def _put(self, alpha: Alpha, top: float, kind: str) -> None:
        high, wide = alpha.shape
        y = top + self.rng.normal(0, self._uneven) * self.tall + self._climb * self.x
        middle = self.frame.at(self.x + wide / 2, y + high / 2)
        tone = self.hand.darkness(self.tall) if not self.font else 1.0
        self.sheet.put(alpha, middle[0] - wide / 2, middle[1] - high / 2, kind, self.tall, tone)
        self.x += wide + self.rng.uniform(*self.gaps) * self.tall


def number(rng: Rng, longest: int = 9) -> str:
    """Return a random number as people write it: plain, or as in dates, times, amounts, sums; `$` is some unit."""
    text = _number(rng, longest)
    if rng.random() < UNIT_SHARE:
        return "$" + text if rng.random() < 0.5 else text + "$"
    return text


def _number(rng: Rng, longest: int) -> str:
    u = rng.random()

    def either(choices: str) -> str:
        return choices[rng.integers(len(choices))]

    def some(least: int, most: int) -> str:
        return digits(rng, rng.integers(least, most + 1))

    if u < 0.6:
        return some(1, longest)
    if u < 0.68:
        return some(1, 4) + either(".,") + some(1, 3)
    if u < 0.73:
        return some(1, 3) + either(".,") + some(3, 3)
    if u < 0.82:
        between = either("./-/")
        return some(1, 2) + between + some(1, 2) + between + (some(4, 4) if rng.random() < 0.5 else some(2, 2))
    if u < 0.87:
        return some(1, 2) + ":" + some(2, 2)
    if u < 0.9:
        return either("-+-") + some(1, 4)
    if u < 0.96:
        return some(1, 3) + either("+-//:") + some(1, 3) + ("=" + some(1, 3) if rng.random() < 0.5 else "")
    return some(3, 3) + "-" + some(4, 4)


def digits(rng: Rng, count: int | np.integer) -> str:
    """Return random digits."""
    return "".join(str(digit) for digit in rng.integers(10, size=count))


def random_font(rng: Rng) -> str:
    """Return the name of a random font."""
    return FONTS[rng.integers(len(FONTS))]
