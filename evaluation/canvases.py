"""Draws on a canvas: MNIST digits at any place, glyphs of fonts, pen digits one at a time and side by side."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from evaluation.strokes import Drawing, Points, place, render, width_of
from synthesis.handwriting.faces import FontGlyph, copied
from synthesis.handwriting.vary import affine

# Ink and paper of a canvas drawing: grey levels, or None for transparent paper.
INKS: tuple[tuple[int, int | None], ...] = ((0, 255), (255, 0), (0, None), (255, None), (30, 225), (235, 40), (96, 200))

# How far copies of a font's glyphs are rotated, slanted and stretched, as a factor of the training's variation.
COPY_VARIATION = 0.5


def redraw(digit: NDArray[np.uint8], rng: np.random.Generator) -> Image.Image:
    """Put an MNIST digit, uint8 [28, 28], at a random size and place on a canvas of 100 to 1000 pixels.

    One in twenty is then cropped to the digit and a margin of 0 to 3 pixels.
    """
    width, height = (int(side) for side in rng.integers(100, 1001, 2))
    ink = resized(digit, min(width, height) * rng.uniform(0.25, 0.9))
    canvas = Image.new("L", (width, height))
    left, top = int(rng.integers(width - ink.width + 1)), int(rng.integers(height - ink.height + 1))
    canvas.paste(ink, (left, top))
    if rng.random() < 0.05:
        margin = int(rng.integers(4))
        canvas = canvas.crop((left - margin, top - margin, left + ink.width + margin, top + ink.height + margin))
    return colour(np.asarray(canvas), rng)


def resized(digit: NDArray[np.uint8], longer_side: float) -> Image.Image:
    """Crop an MNIST digit, uint8 [28, 28], to its ink, and resize it until its longer side has that many pixels."""
    ink = Image.fromarray(digit)
    ink = ink.crop(ink.getbbox())
    scale = longer_side / max(ink.size)
    size = max(1, round(ink.width * scale)), max(1, round(ink.height * scale))
    return ink.resize(size, Image.Resampling.BICUBIC)


def draw_mark(mark: Drawing, rng: np.random.Generator) -> Image.Image:
    """Draw one mark at a random size and place, with a brush of 2.5 to 7 % of the canvas height."""
    width, height = (int(side) for side in rng.integers(200, 601, 2))
    brush = height * rng.uniform(0.025, 0.07)
    tall = rng.uniform(0.4, 0.85) * min(width, height) - brush
    wide = width_of(mark, tall)
    left = rng.uniform(brush, max(width - wide - brush, brush + 1))
    top = rng.uniform(brush, max(height - tall - brush, brush + 1))
    return colour(render(place(mark, (left, top, wide, tall)), (width, height), brush), rng)


def draw_glyph(glyph: FontGlyph, rng: np.random.Generator) -> Image.Image:
    """Draw a glyph of a font at a random size and place, as `draw_mark` does, slightly rotated and slanted."""
    width, height = (int(side) for side in rng.integers(200, 601, 2))
    side = rng.uniform(0.4, 0.75) * min(width, height)
    ink = Image.fromarray(copied(glyph, affine(rng, COPY_VARIATION), side, height * rng.uniform(0.025, 0.07) / side))
    ink.thumbnail((width, height))
    canvas = Image.new("L", (width, height))
    canvas.paste(ink, (int(rng.integers(width - ink.width + 1)), int(rng.integers(height - ink.height + 1))))
    return colour(np.asarray(canvas), rng)


def draw_number(marks: Sequence[Drawing], rng: np.random.Generator, min_gap: float, max_gap: float) -> Image.Image:
    """Draw marks side by side as the digits of a number, with slightly different heights.

    The smallest and the largest gap are shares of the digits' height; below 0 digits overlap.
    """
    height = int(rng.integers(200, 501))
    brush = height * rng.uniform(0.025, 0.07)
    tall = height * rng.uniform(0.4, 0.75)
    at = brush + rng.uniform(0.05, 0.3) * tall
    strokes: list[Points] = []
    for mark in marks:
        own = tall * rng.uniform(0.85, 1.1)
        wide = width_of(mark, own)
        top = min(max((height - own) / 2 + rng.normal(0, 0.04) * tall, brush), height - own - brush)
        strokes += place(mark, (at, top, wide, own))
        at += wide + brush + rng.uniform(min_gap, max_gap) * tall
    return colour(render(strokes, (int(at + brush + (0.1 - min(min_gap, 0)) * tall), height), brush), rng)


def colour(ink: NDArray[np.uint8], rng: np.random.Generator) -> Image.Image:
    """Colour a drawing, uint8 [height, width] with 255 = ink, with a random pair of `INKS`."""
    pen, paper = INKS[rng.integers(len(INKS))]
    if paper is None:
        return Image.fromarray(np.dstack([np.full((*ink.shape, 3), pen, np.uint8), ink]))
    return Image.fromarray(np.rint(paper + (pen - paper) * (ink / 255.0)).astype(np.uint8))
