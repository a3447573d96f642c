"""Extracts the ink of a clean drawing. Its paper has one tone, so nothing is flattened and anti-aliasing is kept."""

from functools import reduce

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Grey = NDArray[np.uint8]

# A picture is coloured if the channels of a pixel differ by more than this, of 255.
MIN_COLOUR_DIFFERENCE = 12
# A picture with less contrast than this, of 255, is a blank sheet.
MIN_CONTRAST = 16
# Smallest share of paper, which has one tone, among the pixels of the border.
MIN_PAPER_BORDER_SHARE = 0.85
# If ink reaches the border instead: largest share of pixels that are flat and have a tone between paper and ink.
MAX_FLAT_SHARE = 0.08
# There, a tone lies between if its distance from the paper's is less than this share of the largest distance; it is the
# steep edge of a stroke if the next sampled pixel differs by more than the second share of that distance.
MAX_BETWEEN_SHARE, MIN_STEEP_SHARE = 0.75, 0.12
# Tones this near the paper's, as a share of the contrast, are paper: JPEG makes ripples around every stroke.
MAX_PAPER_WAVE_SHARE = 0.03
# Largest deviation to the other side of the paper's tone that is still noise, as a share of the contrast.
MAX_OVERSHOOT_SHARE = 0.25


def ink_of(image: Image.Image) -> Grey | None:
    """Return the ink of a drawing, uint8 [height, width], 0 = paper, 255 = the full contrast.

    Args:
        image: mode L, RGB, or RGBA without transparency. Coloured ink counts by the channel that shows it best.

    Returns:
        None if the paper has more than one tone, as in a photo.
    """
    depths: list[Grey] = []
    for plane in _planes(image):
        if (depth := _depth(plane)) is None:
            return None
        depths.append(depth)
    away = reduce(np.maximum, depths)
    contrast = int(away.max())
    if contrast < MIN_CONTRAST:
        return np.zeros_like(away)
    ink = away > max(2, round(MAX_PAPER_WAVE_SHARE * contrast))
    if contrast < 255:
        away = np.rint(np.arange(256) * (255 / contrast)).clip(0, 255).astype(np.uint8)[away]
    return away * ink


def _planes(image: Image.Image) -> list[Grey]:
    """Return the grey picture, or its three channels if a sample of its pixels shows colours."""
    if image.mode != "L":
        sample = np.asarray(image.resize((64, 64), Image.Resampling.NEAREST))[..., :3]
        if int(np.ptp(sample, axis=2).max()) > MIN_COLOUR_DIFFERENCE:
            return [np.asarray(image.getchannel(band)) for band in range(3)]
        image = image.convert("L")
    return [np.asarray(image)]


def _depth(grey: Grey) -> Grey | None:
    """Return each pixel's distance from the paper's tone, on the ink's side, or None if the paper has no one tone."""
    # The commonest tone in a sample of the pixels.
    step = max(1, min(grey.shape) // 80)
    tone = np.uint8(np.bincount(grey[::step, ::step].ravel(), minlength=256).argmax())
    darker, lighter = int(tone) - int(grey.min()), int(grey.max()) - int(tone)
    # The ink of a drawing is all darker or all lighter than its paper.
    if min(darker, lighter) > MAX_OVERSHOOT_SHARE * max(darker, lighter, MIN_CONTRAST):
        return None
    near = max(2, round(MAX_PAPER_WAVE_SHARE * max(darker, lighter)))
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    away = np.maximum(border, tone) - np.minimum(border, tone)
    if np.count_nonzero(away <= near) < MIN_PAPER_BORDER_SHARE * away.size and not _cut_close(grey, tone, near):
        return None
    # A row of the tone, because numpy's minimum with a single number takes ten times as long.
    paper = np.full(grey.shape[1], tone, np.uint8)
    if darker >= lighter:
        return paper - (np.minimum(grey, paper) if lighter else grey)
    return (np.maximum(grey, paper) if darker else grey) - paper


def _cut_close(grey: Grey, tone: np.uint8, near: int) -> bool:
    """Say whether a picture whose border is not all paper is a drawing nevertheless, cropped close to its ink.

    Tones between paper and ink are then the steep edges of strokes. Shadows, and a table under the paper, are flat.
    """
    step = max(1, min(grey.shape) // 28)
    away = np.abs(grey[::step, ::step].astype(np.int16) - int(tone))
    deepest = int(away.max())
    between = (away > near) & (away < MAX_BETWEEN_SHARE * deepest)
    steep = np.zeros(away.shape, np.bool_)
    for tones, found in ((away, steep), (away.T, steep.T)):
        change = np.abs(np.diff(tones, axis=0)) > MIN_STEEP_SHARE * deepest
        found[:-1] |= change
        found[1:] |= change
    return float((between & ~steep).mean()) <= MAX_FLAT_SHARE
