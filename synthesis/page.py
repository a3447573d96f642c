"""Makes synthetic pictures of pages with their ground truth, from which the page network's targets are made."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synthesis import camera, paper
from synthesis.hands import Copybook, Rng, random_hand
from synthesis.layouts import LAYOUTS, Desk
from synthesis.sheet import UNKNOWN, Sheet

# Digit heights: log-normal about the one at which pages are read; on a quarter of pages log-uniform from MIN to MAX.
BEST_HEIGHT_PX = 32
HEIGHT_DEVIATION = 0.22  # standard deviation of the natural logarithm
MIN_HEIGHT_PX, MAX_HEIGHT_PX = 9.0, 120.0
# Dark ink, soft pencil, hard pencil: range of the share of light absorbed where darkest; share of pages.
INK_CONTRASTS, CONTRAST_SHARES = ((0.7, 0.97), (0.3, 0.7), (0.12, 0.3)), (0.57, 0.3, 0.13)
# Share of pages that are drawings on a screen, not photos.
CLEAN_SHARE = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """One picture with its ground truth; H and W are multiples of 4.

    Attributes:
        picture: uint8 [H, W], grey.
        writing: uint8 [H, W], the share of each pixel that marks cover, 255 = all.
        offset: float32 [H/2, W/2, 2], x and y in pixels from each cell's centre to the centre of its mark's bounding
            box; NaN where there is no mark.
        height: float32 [H/4, W/4], height in pixels of the digits on the mark's line; 0 where there is no mark.
        kind: int8 [H/4, W/4], class as index in `KINDS`; -1 where no mark, or too little of it, is visible.
        sheet: all marks.
    """

    picture: NDArray[np.uint8]
    writing: NDArray[np.uint8]
    offset: NDArray[np.float32]
    height: NDArray[np.float32]
    kind: NDArray[np.int8]
    sheet: Sheet


def make_page(copybook: Copybook, seed: int, index: int, shape: tuple[int, int]) -> Page:
    """Make a page; it depends on the arguments alone.

    Args:
        copybook: the digits that its writers copy.
        seed: seed of the random numbers.
        index: number of the page; each number gives another page.
        shape: H, W in pixels, multiples of 4.
    """
    rng = np.random.Generator(np.random.Philox(key=[seed, index]))
    if rng.random() < 0.75:
        digit_height = BEST_HEIGHT_PX * float(np.exp(rng.normal(0, HEIGHT_DEVIATION)))
    else:
        digit_height = float(np.exp(rng.uniform(np.log(MIN_HEIGHT_PX), np.log(MAX_HEIGHT_PX))))
    sheet = Sheet(*shape)
    frame = paper.Frame(shape, float(rng.normal(0, rng.choice([0.005, 0.03, 0.1], p=[0.4, 0.4, 0.2]))))
    lines = paper.Lines(shape, frame)
    shares = np.array([choice.share for choice in LAYOUTS])
    chosen = LAYOUTS[rng.choice(len(LAYOUTS), p=shares / shares.sum())]
    if chosen.may_be_ruled and rng.random() < 0.4:
        paper.ruled(lines, shape, digit_height, rng, squared=bool(rng.random() < 0.5))
    chosen.layout(Desk(sheet, lines, frame, random_hand(copybook, rng), digit_height, rng))
    return Page(_picture(sheet, lines, digit_height, chosen.is_cheque, rng), sheet.ink, *_truth(sheet), sheet)


def _picture(sheet: Sheet, lines: paper.Lines, digit_height: float, cheque: bool, rng: Rng) -> NDArray[np.uint8]:
    shape = sheet.shape
    ground: paper.Grey = np.ones(shape, np.float32)
    contrast = float(rng.uniform(*INK_CONTRASTS[rng.choice(3, p=CONTRAST_SHARES)]))
    if rng.random() < CLEAN_SHARE:
        drawn = (1 - max(contrast, 0.3) * lines.tone()) * (1 - sheet.ink.astype(np.float32) / 255)
        drawn = 1 - drawn if rng.random() < 0.2 else drawn
        return np.rint(drawn * 255).astype(np.uint8)
    if cheque and rng.random() < 0.85:
        contrast = max(contrast, 0.35)
        ground -= rng.uniform(0.05, 0.5) * contrast * paper.guilloche(shape, digit_height, rng)
        if rng.random() < 0.3:
            ground -= rng.uniform(0.1, 0.4) * contrast * paper.words(shape, digit_height, rng)
    if rng.random() < 0.5:
        ground += rng.uniform(0, 0.03) * paper.smooth(shape, rng.uniform(1, 40), rng)
    if rng.random() < 0.12:
        ground -= rng.uniform(0.04, 0.14) * contrast * paper.traces(shape, digit_height, rng)
    if rng.random() < 0.06:
        ground -= rng.uniform(0.1, 0.9) * paper.stains(shape, digit_height, rng)
    if rng.random() < 0.06:
        # Dust.
        ground -= rng.uniform(0.2, 0.7) * (paper.smooth(shape, rng.uniform(1, 2.5), rng) > rng.uniform(3, 4))
    ground *= 1 - lines.tone() * max(contrast, 0.3) * float(rng.uniform(0.5, 1.15))
    ground = np.asarray(np.clip(ground, 0.02, 1.2), np.float32)
    cover = sheet.ink.astype(np.float32) / 255 * sheet.tone
    if rng.random() < 0.5:
        # Uneven pressure, and pens that run dry.
        uneven = paper.smooth(shape, digit_height * rng.uniform(0.15, 1.5), rng)
        cover *= np.clip(1 - rng.uniform(0.05, 0.3) * (uneven + 1), 0.25, 1)
    if rng.random() < 0.25:
        # A pencil shows the paper's grain.
        cover *= np.clip(1 - rng.uniform(0.1, 0.35) * np.abs(paper.smooth(shape, rng.uniform(1, 2), rng)), 0.2, 1)
    scene: paper.Grey = np.asarray(ground * (1 - contrast * cover), np.float32)
    if rng.random() < 0.85:
        scene = camera.add_light(scene, digit_height, rng)
    if rng.random() < 0.12:
        # Light writing on a dark ground, as on a blackboard or a screen in the dark.
        scene = np.asarray(1.05 - scene, np.float32)
    grey = camera.photograph(scene, digit_height, rng)
    return np.rint(np.clip(grey, 0, 1) * 255).astype(np.uint8)


def _truth(sheet: Sheet) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int8]]:
    high, wide = sheet.shape
    owner = _strongest(sheet.owner, sheet.ink, 2)
    middles = np.array([(0.0, 0.0), *(mark.middle for mark in sheet.marks)], np.float32)
    y, x = np.mgrid[1:high:2, 1:wide:2].astype(np.float32)
    offset = middles[owner] - np.stack([x, y], axis=-1)
    offset[owner == 0] = np.nan
    coarse = _strongest(sheet.owner, sheet.ink, 4)
    heights = np.array([0.0, *(mark.height for mark in sheet.marks)], np.float32)
    kinds = np.array([UNKNOWN, *(mark.kind for mark in sheet.marks)], np.int8)
    return offset.astype(np.float32), heights[coarse], kinds[coarse]


def _strongest(owner: NDArray[np.uint16], ink: NDArray[np.uint8], side: int) -> NDArray[np.uint16]:
    """Return, for each cell of side x side pixels, the owner of the pixel with the most ink."""
    high, wide = (length // side for length in ink.shape)
    inks, owners = (
        each.reshape(high, side, wide, side).swapaxes(1, 2).reshape(high, wide, -1) for each in (ink, owner)
    )
    return np.asarray(np.take_along_axis(owners, inks.argmax(axis=2)[..., None], axis=2)[..., 0])
