"""Components painted back into a picture, to compare them with what they were found in."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from inference.imaging.components import Components

Value = TypeVar("Value", bound=np.generic)


def paint(components: Components, values: NDArray[Value], shape: tuple[int, ...]) -> NDArray[Value]:
    """Return an array of `shape` in which each component's pixels hold its own of the N `values`; 0 elsewhere."""
    flat = np.zeros(shape[0] * shape[1], values.dtype)
    base = components.rows * shape[1]
    lengths = components.stops - components.starts
    inside = np.arange(lengths.sum()) + np.repeat(base + components.starts - np.cumsum(lengths) + lengths, lengths)
    flat[inside] = np.repeat(values[components.labels], lengths)
    return flat.reshape(shape)
