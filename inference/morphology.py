"""Grey morphology with square windows, fast for any window."""

import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]


def closing(grey: Grey, window: int) -> Grey:
    """Fill everything dark that a bright square of `window` pixels does not leave standing: dilation, then erosion.

    Dark things narrower than the window take their surroundings' tone; wider ones stay, with sharp edges.

    Args:
        grey: uint8 [height, width].
        window: the side of the square, in pixels; made odd.

    Source: Serra, "Image Analysis and Mathematical Morphology", 1982; windows grown by doubling.
    """
    half = max(1, window // 2)
    # What lies along the border goes on beyond it: a strip of dark table is no stroke.
    wide = np.pad(grey, half, mode="edge")
    filled = _extreme(_extreme(wide, half, np.maximum), half, np.minimum)
    return filled[half:-half, half:-half]


def extremes(grey: Grey, window: int) -> tuple[Grey, Grey]:
    """Return the darkest and the brightest tone in the square window around each pixel, both uint8 [height, width]."""
    return _extreme(grey, window // 2, np.minimum), _extreme(grey, window // 2, np.maximum)


def _extreme(grey: Grey, half: int, pick: np.ufunc) -> Grey:
    """Return the maximum or minimum over a centred square window, 2 `half` + 1 wide; the border's values go on."""
    for axis in (0, 1):
        pad = [(0, 0), (0, 0)]
        pad[axis] = (half, half)
        wide = np.pad(grey, pad, mode="edge")
        reach, side = 1, 2 * half + 1
        while reach < side:
            step = min(reach, side - reach)
            keep = wide.shape[axis] - step
            one, other = (wide[:keep], wide[step:]) if axis == 0 else (wide[:, :keep], wide[:, step:])
            wide = pick(one, other)
            reach += step
        grey = wide
    return grey
