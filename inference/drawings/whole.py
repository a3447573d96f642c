"""Shows the only mark of a clean drawing with all the drawing's ink, which is more exact than the page network's."""

import numpy as np
from numpy.typing import NDArray

from inference.detection.cutting import Segment
from inference.detection.page import Sighting
from inference.imaging.components import Components

# Smallest area of the mark's box, as a share of the box around all ink: a frame, line or speck is no part of a mark.
MIN_BOX_SHARE = 0.75


def with_all_ink(mark: Sighting, ink: NDArray[np.uint8], components: Components) -> Sighting | None:
    """Return a drawing's only mark with all of the drawing's ink; None if much of the ink is not the mark's.

    Args:
        mark: as the page network saw it.
        ink: uint8 [H, W], the ink of the drawing.
        components: the connected components of the ink.
    """
    left, top = components.boxes[:, :2].min(axis=0).tolist()
    right, bottom = components.boxes[:, 2:].max(axis=0).tolist()
    width, height = mark.box[2] - mark.box[0], mark.box[3] - mark.box[1]
    if width * height < MIN_BOX_SHARE * (right - left) * (bottom - top):
        return None
    return Sighting(Segment((left, top, right, bottom), ink[top:bottom, left:right], mark.mark.kind, bottom - top), 1.0)
