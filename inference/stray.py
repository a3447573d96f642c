"""Marks that are no writing by their shape alone: specks, rules, frames and the edge of the paper."""

import numpy as np
from numpy.typing import NDArray

from inference.components import Components, on_border

# Smaller than this share of the writing's height is a speck.
SPECK = 0.2
# Longer than this many heights, or along the border and longer than this share of it, is a rule, a frame or an edge.
LONG = 4.0
ALONG_BORDER = 0.4
# A frame takes this share of the picture both ways; its upper and its lower side are straight for so much of its width,
# and lie so near to its ends, as a share of its height.
FRAME, STRAIGHT, FRAME_SIDE = 0.6, 0.8, 0.2
# In a photo, so narrow a band along the border, as a share of its side, holds no mark that is so many times smaller
# than another outside it.
BAND, EDGE = 0.035, 1.5
# And in a drawing none that is longer than this share of the border.
STRIP = 0.25
# In a photo, a pen so many times finer than the writing's is no pen but a printed line or a crack.
FINE = 8.0
# What is wider than this many times its height is more than one digit.
ONE = 1.5
# In a photo, things that are so many, more than a toolbar has, and so high in pixels that they can be read, are digits
# beside something long that lies there, a pen or a ruler, and no specks.
MANY, LEGIBLE = 20, 12
# In a photo, a mark is as high as the writing within these factors, and one not read stands beside a digit, this many
# heights from it at most.
LOW = 0.5
HIGH = 1.8
BESIDE = 1.0


def height(boxes: NDArray[np.float64]) -> float:
    """Return the height of the writing: the median height, each weighted by its square, for specks count little."""
    heights = np.sort(boxes[:, 3] - boxes[:, 1])
    reached = np.cumsum(heights**2)
    return float(heights[np.searchsorted(reached, reached[-1] / 2)])


def _usual(boxes: NDArray[np.float64]) -> float:
    """Return the height of the writing, where one thing much longer than all the rest may be none."""
    tall = height(boxes)
    heights = boxes[:, 3] - boxes[:, 1]
    small = LONG * heights < tall
    legible = small & (heights >= LEGIBLE)
    return height(boxes[legible]) if np.count_nonzero(legible) >= max(MANY, LONG * np.count_nonzero(~small)) else tall


def writing(components: Components, shape: tuple[int, ...], clean: bool) -> NDArray[np.bool_]:
    """Say which components may be writing, bool [N]; of some, at least one.

    Args:
        components: of the ink.
        shape: height and width of the ink, in pixels.
        clean: whether it is a drawing, of which only frames and rules are left out: it may be cut out so close that the
            digit touches every border.
    """
    if components.count < 2:
        return np.ones(components.count, np.bool_)
    boxes = components.boxes.astype(np.float64)
    sides = boxes[:, 2:] - boxes[:, :2]
    longer = sides.max(axis=1)
    shares = sides / np.array([shape[1], shape[0]])
    # A long thin thing that fills little of its box: a frame, a rule, the edge of the paper.
    filled = components.areas / np.maximum(sides.prod(axis=1), 1)
    thin = (filled < 0.04) | (sides.min(axis=1) < 0.04 * longer)
    kept: NDArray[np.bool_] = ~(thin & (shares.max(axis=1) > (0.9 if clean else 0.5)))
    kept &= ~_frames(components, shares)
    ends = np.array([shape[1], shape[0]]) - 1
    if clean:
        sides_met = (boxes[:, :2] <= 1).sum(axis=1) + (boxes[:, 2:] >= ends).sum(axis=1)
        # Something along the border around something in the middle is a frame, however thick.
        inside = (sides_met == 0) & (longer > SPECK * longer.max())
        kept &= (sides_met < 3) | ~inside.any()
        # So is a long strip of a scanner's lid.
        band = BAND * (ends + 1)
        along = (boxes[:, 2:] <= band) | (boxes[:, :2] >= ends + 1 - band)
        kept &= ~(along & (shares[:, ::-1] > STRIP)).any(axis=1) | ~inside.any()
    else:
        border = on_border(components, shape)
        share = shares.max(axis=1)
        kept &= ~(border & (share > ALONG_BORDER)) & (share < 0.97)
        if kept.any():
            kept &= ~(border & (longer > 2 * height(boxes[kept])))
        # What is left of the paper's edge lies all along the border, and is smaller than what is written inside.
        band = BAND * (ends + 1)
        edge = (boxes[:, 2:] <= band).any(axis=1) | (boxes[:, :2] >= ends + 1 - band).any(axis=1)
        # (Smaller than is usual: one long thing, digits grown together or underlined, must not take the first line.)
        if (kept & ~edge).any():
            kept &= ~(edge & (EDGE * longer < height(boxes[kept & ~edge])))
        # Ink for each pixel of length: in one digit, a pen's width once or a few times.
        pen = components.areas / longer
        kept &= FINE * pen > pen[kept & (sides[:, 0] <= ONE * sides[:, 1])].max(initial=0)
    if not kept.any():
        kept[components.areas.argmax()] = True
    tall = (height if clean else _usual)(boxes[kept])
    kept &= (longer >= SPECK * tall) & (longer <= LONG * tall)
    return kept


def _frames(components: Components, shares: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Say which components are rectangles around others, bool [N]: with a straight side above and one below.

    Args:
        components: of the ink.
        shares: float64 [N, 2]: width and height, as shares of the picture's.
    """
    found = np.asarray((shares > FRAME).all(axis=1), np.bool_)
    for at in np.flatnonzero(found):
        left, top, right, bottom = components.boxes[at]
        mine = components.labels == at
        long = components.stops[mine] - components.starts[mine] > STRAIGHT * (right - left)
        level = (components.rows[mine][long] - top) / (bottom - top)
        low, high = components.boxes[:, :2] > (left, top), components.boxes[:, 2:] < (right, bottom)
        holds = (low.all(axis=1) & high.all(axis=1)).any()
        found[at] = holds and (level < FRAME_SIDE).any() and (level > 1 - FRAME_SIDE).any()
    return found


def among(boxes: NDArray[np.float64], read: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return the marks of a photo that belong to its writing: those read, and refused ones among them.

    A stain, a shadow's corner or the grain of a table may be of any shape, so a mark that was not read counts only
    where it stands as a digit would, beside one that was read. Where nothing was read, the largest mark speaks for all.

    Args:
        boxes: float64 [N, 4]: left, top, right, bottom.
        read: bool [N].
    """
    if not len(boxes):
        return np.zeros(0, np.intp)
    tall = boxes[:, 3] - boxes[:, 1]
    if not read.any():
        return np.array([int((tall * (boxes[:, 2] - boxes[:, 0])).argmax())])
    usual = height(boxes[read])
    read = read & (tall >= LOW * usual)
    level = (boxes[:, 1] + boxes[:, 3]) / 2
    kept = list(np.flatnonzero(read))
    for at in np.flatnonzero(~read):
        if not LOW * usual <= tall[at] <= HIGH * usual:
            continue
        gap = np.maximum(boxes[read, 0] - boxes[at, 2], boxes[at, 0] - boxes[read, 2])
        if ((gap < BESIDE * usual) & (np.abs(level[read] - level[at]) < 0.4 * usual)).any():
            kept.append(at)
    return np.sort(np.array(kept, np.intp))
