"""All ways of writing the ten digits."""

from collections.abc import Callable

import numpy as np

from train.handwriting.digits import four, one, three, two, zero
from train.handwriting.digits_high import eight, five, nine, seven, six
from train.handwriting.strokes import Glyph

DIGITS: tuple[Callable[[np.random.Generator], Glyph], ...] = (
    zero, one, two, three, four, five, six, seven, eight, nine,
)  # fmt: skip
