"""Writes numbers, letters and formulas, one mark after the other along a line."""

import numpy as np

from synthesis.hands import FONTS, Hand, Rng, printed
from synthesis.kinds import OTHER, SIGNS
from synthesis.paper import Frame
from synthesis.sheet import Alpha, Sheet

# Height of each separator's centre above the base line, in digit heights.
SIGN_LEVEL_HEIGHTS = {".": 0.05, ",": -0.05, ":": 0.45, "/": 0.45, "-": 0.45, "+": 0.45}


class Line:
    """A line of writing that grows to the right.

    Args:
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

    def __init__(
        self,
        sheet: Sheet,
        frame: Frame,
        hand: Hand,
        start: tuple[float, float],
        tall: float,
        rng: Rng,
        gaps: tuple[float, float] = (0.06, 0.4),
        font: str = "",
        zero_factor: float = 1.0,
    ) -> None:
        self._sheet, self._frame, self._hand, self._rng = sheet, frame, hand, rng
        self.x, self._y = start
        self._tall, self._gaps, self._font, self._zero_factor = tall, gaps, font, zero_factor
        self._uneven = float(rng.choice([0.02, 0.06, 0.15], p=[0.4, 0.4, 0.2]))
        self._climb = float(rng.normal(0, 0.015))

    def digit(self, label: str, *, struck: bool = False) -> None:
        """Write a digit; if it is `struck` out, its class is `OTHER`."""
        tall = self._tall * float(np.exp(self._rng.normal(0, self._uneven * 1.3)))
        if label == "0":
            tall *= self._zero_factor
        if self._font:
            alpha = printed(label, self._tall, self._font)
        elif struck:
            alpha = self._hand.struck(label, tall, self._rng)
        else:
            alpha = self._hand.digit(label, tall, self._rng)
        # Tails go below the base line.
        below = max(alpha.shape[0] - tall * 1.05, 0) * self._rng.uniform(0.7, 1.0) if not self._font else 0
        self._put(alpha, self._y + below - alpha.shape[0], OTHER if struck else label)

    def sign(self, kind: str) -> None:
        """Write a separator."""
        alpha = printed(kind, self._tall, self._font) if self._font else self._hand.sign(kind, self._tall, self._rng)
        level = SIGN_LEVEL_HEIGHTS[kind] + self._rng.normal(0, 0.05)
        self._put(alpha, self._y - level * self._tall - alpha.shape[0] / 2, kind)

    def letter(self, *, alone: bool = False) -> None:
        """Write a letter; with `alone`, a hand writes none that looks like a digit."""
        if self._font:
            letter = chr(self._rng.integers(ord("A"), ord("Z") + 1) + 32 * self._rng.integers(2))
            alpha = printed(letter, self._tall, self._font)
        else:
            alpha = self._hand.letter(self._tall, self._rng, alone=alone)
        self._put(alpha, self._y - alpha.shape[0], OTHER)

    def other(self) -> None:
        """Draw some other sign, such as = or a scribble."""
        alpha = self._hand.other(self._tall * self._rng.uniform(0.4, 1), self._rng)
        self._put(alpha, self._y - alpha.shape[0] * self._rng.uniform(0.8, 1.2), OTHER)

    def write(self, text: str) -> None:
        """Write digits and separators; `=` writes some other sign, `a` some letter, a blank leaves a gap."""
        for each in text:
            if each.isdigit():
                self.digit(each)
            elif each in SIGNS:
                self.sign(each)
            elif each == "=":
                self.other()
            elif each == "a":
                self.letter()
            else:
                self.x += self._tall * self._rng.uniform(0.5, 1.5)

    def _put(self, alpha: Alpha, top: float, kind: str) -> None:
        x = self.x
        y = top + self._rng.normal(0, self._uneven) * self._tall + self._climb * x
        middle = self._frame.at(x + alpha.shape[1] / 2, y + alpha.shape[0] / 2)
        self._sheet.put(
            alpha,
            middle[0] - alpha.shape[1] / 2,
            middle[1] - alpha.shape[0] / 2,
            kind,
            self._tall,
            self._hand.darkness(self._tall) if not self._font else 1.0,
        )
        self.x += alpha.shape[1] + self._rng.uniform(*self._gaps) * self._tall


def number(rng: Rng, longest: int = 9) -> str:
    """Return a random number as people write it: plain, or with separators as in dates, times, amounts, sums."""
    u = rng.random()

    def either(choices: str) -> str:
        return choices[rng.integers(len(choices))]

    def some(least: int, most: int) -> str:
        return "".join(str(digit) for digit in rng.integers(10, size=rng.integers(least, most + 1)))

    if u < 0.6:
        return some(1, longest)
    if u < 0.68:
        return some(1, 4) + either(".,") + some(1, 3)
    if u < 0.74:
        return some(1, 3) + either(".,") + some(3, 3)
    if u < 0.82:
        between = either("./-")
        return some(1, 2) + between + some(1, 2) + between + (some(4, 4) if rng.random() < 0.5 else some(2, 2))
    if u < 0.86:
        return some(1, 2) + ":" + some(2, 2)
    if u < 0.9:
        return either("-+-") + some(1, 4)
    if u < 0.95:
        return some(1, 3) + either("+-/:") + some(1, 3) + ("=" + some(1, 3) if rng.random() < 0.5 else "")
    return some(3, 3) + "-" + some(4, 4)


def random_font(rng: Rng) -> str:
    """Return the name of a random font."""
    return FONTS[rng.integers(len(FONTS))]
