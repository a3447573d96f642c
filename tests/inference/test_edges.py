"""A pen's edges against a shadow's."""

import numpy as np
from PIL import Image, ImageFilter

from inference.edges import midway
from inference.ink import extract
from tests.inference.pens import pen


def shaded(across: int, softness: float) -> np.ndarray:
    """A five on paper, the upper part of both in the shadow of a narrow thing: grey levels, float."""
    drawing = np.pad(pen("5", tall=240, brush=26), 100)
    shade = np.zeros(drawing.shape, np.uint8)
    shade[140 : 140 + across] = 255
    soft = np.asarray(Image.fromarray(shade).filter(ImageFilter.GaussianBlur(softness)), float) / 255
    return 220 * (1 - 0.55 * soft) * (1 - 0.8 * drawing / 255)


def test_the_tone_halfway_follows_the_shadow() -> None:
    picture = shaded(120, 8).round().astype(np.uint8)
    tones = midway(picture, picture < 180, 40)
    ink = np.pad(pen("5", tall=240, brush=26), 100) > 127
    assert ((picture < tones)[ink]).mean() > 0.97
    assert ((picture < tones)[~ink]).mean() < 0.01
    # Far from every edge there is no ink.
    assert tones[-20:].max() == 0


def test_a_shadow_across_a_stroke_is_no_ink() -> None:
    ink = np.pad(pen("5", tall=240, brush=26), 100) > 127
    for across in (40, 120):
        noisy = shaded(across, 8) + np.random.default_rng(0).normal(0, 2, ink.shape)
        found = extract(Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8)))
        assert not found.clean
        got = found.values > 100
        assert (got & ink).sum() / (got | ink).sum() > 0.85, across


def test_the_edge_of_the_paper_is_no_ink() -> None:
    rng = np.random.default_rng(0)
    drawing = np.pad(pen("3", tall=150, brush=12), 120)
    sheet = 215 * (1 - 0.75 * drawing / 255)
    rows, columns = np.mgrid[: sheet.shape[0], : sheet.shape[1]]
    # The paper ends along a slanted line; beyond it lies a coarse dark table.
    table = columns < 40 + 0.05 * rows
    coarse = np.asarray(
        Image.fromarray(rng.normal(60, 9, (60, 60)).clip(0, 255).astype(np.uint8)).resize(table.shape[::-1])
    )
    picture = np.where(table, coarse, sheet) * (1 - 0.3 * rows / rows.max()) + rng.normal(0, 2, table.shape)
    image = Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.7))
    found = extract(image)
    assert (found.values[drawing > 127] > 0).mean() > 0.9
    assert not (found.values[:, :80] > 0).any()
