"""Draws the figures of the page network's training."""

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image

from train.checkpoint import History
from train.figures import BLUE, ORANGE, save
from train.page.network import UNIT_PX

EXAMPLES, COLUMNS, GAP_PX = 24, 6, 4


def draw(folder: Path, history: History, truth: dict[str, Any], found: dict[str, Any]) -> None:
    """Write `page-history.png` and `page-examples.png`: the losses, and pages with the network's predictions."""
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    rounds = range(1, len(history) + 1)
    axes.plot(rounds, [each["loss"] for each in history], color=BLUE, label="pages to learn from")
    axes.plot(rounds, [each["val_loss"] for each in history], color=ORANGE, label="pages to choose by")
    axes.set(xlabel="round", ylabel="loss", yscale="log")
    axes.legend()
    save(figure, folder / "page-history.png")
    examples(truth["picture"], found).save(folder / "page-examples.png")


def examples(pictures: NDArray[np.uint8], found: dict[str, Any]) -> Image.Image:
    """Return an image of pages [N, H, W], below each its predicted ink, coloured by the offset to the mark's centre."""
    side = pictures.shape[1] + GAP_PX
    count = min(EXAMPLES, len(pictures))
    sheet = Image.new("RGB", (COLUMNS * side, -(-count // COLUMNS) * 2 * side), "white")
    for at in range(count):
        left, top = at % COLUMNS * side, at // COLUMNS * 2 * side
        sheet.paste(Image.fromarray(pictures[at]), (left, top))
        way = np.clip(0.5 + found["offset"][at] / UNIT_PX, 0, 1).repeat(2, axis=0).repeat(2, axis=1)
        ink = found["writing"][at][..., None]
        colour = np.concatenate([way, 1 - way[..., :1]], axis=-1) * 0.8
        seen = np.rint(255 * (1 - ink * (1 - colour))).astype(np.uint8)
        sheet.paste(Image.fromarray(seen), (left, top + side - GAP_PX // 2))
    return sheet
