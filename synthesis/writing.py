"""Writes numbers, letters and formulas, one mark after the other along a line."""

from dataclasses import dataclass

import numpy as np

from synthesis.hands import FONTS, RAISED, Hand, Rng, printed
from synthesis.kinds import OTHER, SIGNS
from synthesis.paper import Frame, Lines
from synthesis.sheet import Alpha, Sheet

# Height of each separator's centre above the base line, in digit heights.
SIGN_LEVEL_HEIGHTS = {".": 0.05, ",": -0.05, ":": 0.45, "/": 0.45, "-": 0.45, "+": 0.45}
PRINTED_UNITS = "$€£%"
# Shares of numbers with a unit's sign, with brackets, with raised marks, and with letters directly before or after.
UNIT_SHARE, BRACKET_SHARE, RAISED_SHARE, LETTER_SHARE = 0.05, 0.05, 0.02, 0.03


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

    def bracket(self, kind: str) -> None:
        """Write a bracket, `(` or `)`."""
        if self.font:
            alpha = printed(kind, self.tall, self.font)
        else:
            alpha = self.hand.bracket(kind, self.tall * self.rng.uniform(0.95, 1.5), self.rng)
        self._put(alpha, self._y - self.rng.uniform(0.4, 0.52) * self.tall - alpha.shape[0] / 2, OTHER)

    def raised(self, kind: str) -> None:
        """Write a small mark, as in `RAISED`, after a number."""
        alpha = printed(kind, self.tall, self.font) if self.font else self.hand.raised(kind, self.tall, self.rng)
        self._put(alpha, self._y - self.tall * self.rng.uniform(0.9, 1.15), OTHER)

    def struck_through(self, text: str) -> None:
        """Write the digits of a text and cross them out with one line."""
        level, slope, gaps, self.gaps = self.rng.uniform(0.3, 0.7), self.rng.normal(0, 0.02), self.gaps, (-0.12, -0.02)
        for at, label in enumerate(filter(str.isdigit, text)):
            alpha = self.hand.struck_through(label, self.tall, level + at * slope, self.rng)
            self._put(alpha, self._y - alpha.shape[0], OTHER)
        self.gaps = gaps

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
        """Write a text: `$` is some unit, `=` some other sign, `a` some letter that is like no digit, a blank a gap."""
        for each in text:
            if each.isdigit():
                self.digit(each)
            elif each in SIGNS:
                self.sign(each)
            elif each in "()":
                self.bracket(each)
            elif each in RAISED:
                self.raised(each)
            elif each == "$":
                self.unit()
            elif each == "=":
                self.other()
            elif each == "a":
                self.letter(alone=True)
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
    """Return a random number as people write it: plain, or as in dates, amounts, sums, lists; `$` is some unit."""
    text, u = _number(rng, longest), rng.random()
    forms: tuple[str, ...] = (text,)
    if u < UNIT_SHARE:
        forms = ("$" + text, text + "$")
    elif (u := u - UNIT_SHARE) < BRACKET_SHARE:
        forms = (f"({text})", f"{digits(rng, rng.integers(1, 3))}) {text}", f"({digits(rng, 3)}){text}")
    elif (u := u - BRACKET_SHARE) < RAISED_SHARE:
        forms = (text + "°", text + "'", f"{digits(rng, 1)}'{digits(rng, rng.integers(1, 3))}\"")
    elif u < RAISED_SHARE + LETTER_SHARE:
        forms = ("a" + text, text + "a", text + "aa")
    return forms[rng.integers(len(forms))]


def _number(rng: Rng, longest: int) -> str:
    u = rng.random()

    def either(choices: str) -> str:
        return choices[rng.integers(len(choices))]

    def some(least: int, most: int) -> str:
        return digits(rng, rng.integers(least, most + 1))

    if u < 0.56:
        return some(1, longest)
    if u < 0.65:
        return some(1, 4) + either(".,") + some(1, 3)
    if u < 0.7:
        return some(1, 3) + either(".,") + some(3, 3)
    if u < 0.8:
        between = either("./-/")
        return some(1, 2) + between + some(1, 2) + between + (some(4, 4) if rng.random() < 0.5 else some(2, 2))
    if u < 0.86:
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
