"""The ink of a picture, cut into its connected components."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from inference.components import Components, paint

Ink = NDArray[np.uint8]


class Sheet:
    """Ink, and which component each of its pixels belongs to.

    Args:
        ink: uint8 [height, width], 0 = paper.
        components: of that ink.

    Attributes:
        boxes: intp [N, 4]: left, top, right, bottom of each component, the last two exclusive.
    """

    def __init__(self, ink: Ink, components: Components) -> None:
        self._ink = ink
        self._components = components
        self.boxes = components.boxes
        self._labels: NDArray[np.int32] | None = None

    def __len__(self) -> int:
        return self._components.count

    def box(self, members: Sequence[int]) -> tuple[int, int, int, int]:
        """Return left, top, right, bottom around some components."""
        if len(members) == 1:
            left, top, right, bottom = self.boxes[members[0]].tolist()
            return left, top, right, bottom
        chosen = self.boxes[list(members)]
        left, top = chosen[:, :2].min(axis=0)
        right, bottom = chosen[:, 2:].max(axis=0)
        return int(left), int(top), int(right), int(bottom)

    def cut(self, members: Sequence[int]) -> Ink:
        """Return the ink of some components alone, uint8, in their box."""
        left, top, right, bottom = self.box(members)
        ink = self._ink[top:bottom, left:right]
        if len(members) == len(self):
            return ink
        labels = self._painted()[top:bottom, left:right]
        mine = np.zeros(len(self) + 1, np.bool_)
        mine[np.asarray(members) + 1] = True
        return np.where(mine[labels], ink, np.uint8(0))

    def gap(self, one: Sequence[int], other: Sequence[int]) -> float:
        """Return how near some components come to others from left to right, in pixels; inf where no row has both."""
        left, top, right, bottom = self.box([*one, *other])
        labels = self._painted()[top:bottom, left:right] - 1
        columns = np.arange(right - left, dtype=np.float64)
        parts = np.isin(labels, one), np.isin(labels, other)
        nearest = np.inf
        for mine, theirs in (parts, parts[::-1]):
            last = np.maximum.accumulate(np.where(mine, columns, -np.inf), axis=1)
            nearest = min(nearest, float((columns - last - 1)[theirs].min(initial=np.inf)))
        return nearest

    def _painted(self) -> NDArray[np.int32]:
        if self._labels is None:
            values = np.arange(1, len(self) + 1, dtype=np.int32)
            self._labels = paint(self._components, values, self._ink.shape)
        return self._labels
