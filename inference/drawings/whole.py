"""Gives the only mark of a clean drawing all of the drawing's ink, which is more exact than the page network's."""

import numpy as np
from numpy.typing import NDArray

from inference.detection.cutting import Segment
from inference.detection.page import Sighting
from inference.imaging.components import Components

# Smallest area of the mark's box, as a share of the box around all ink: a frame, line or speck is no part of a mark.
MIN_BOX_SHARE = 0.75


def with_all_ink(sighting: Sighting, ink: NDArray[np.uint8], components: Components) -> Sighting | None:
    """Return a drawing's only mark with all of the drawing's ink; None if much of the ink is not the mark's.

    Args:
        sighting: the mark as the page network saw it.
        ink: uint8 [H, W], the ink of the drawing.
        components: the connected components of the ink.
    """
    left, top = components.boxes[:, :2].min(axis=0).tolist()
    right, bottom = components.boxes[:, 2:].max(axis=0).tolist()
    x0, y0, x1, y1 = sighting.box
    if (x1 - x0) * (y1 - y0) < MIN_BOX_SHARE * (right - left) * (bottom - top):
        return None
    whole = Segment((left, top, right, bottom), ink[top:bottom, left:right], sighting.mark.kind, bottom - top)
    return Sighting(whole, 1.0)
