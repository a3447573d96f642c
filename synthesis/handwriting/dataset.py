"""Draws sets of samples on several processes; the number of processes does not change the samples."""

import multiprocessing
import os
from collections.abc import Callable, Iterator
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from inference.recognition.normalise import normalise
from synthesis.handwriting.digits import DIGITS
from synthesis.handwriting.faces import UNAMBIGUOUS_LETTERS, Faces, copied
from synthesis.handwriting.negatives import negative
from synthesis.handwriting.render import brush, render
from synthesis.handwriting.vary import MAX_TAIL_FACTORS, affine, lengthened, vary
from synthesis.handwriting.wear import worn

NOT_A_DIGIT = 10
CHUNK_MARKS = 500
# Share of the digits in `MAX_TAIL_FACTORS` that get a longer tail than usual.
LONG_TAIL_SHARE = 0.2
# Share of the samples that are copied from fonts, if there are any; the longer side of such a copy.
FONT_SHARES = {"digits": 0.12, "negatives": 0.35}
GLYPH_SIDE_PX = 100.0
Kind = Literal["digits", "negatives"]
Samples = tuple[NDArray[np.uint8], NDArray[np.int64]]


def sample(seed: int, index: int, kind: Kind, faces: Faces | None = None) -> tuple[NDArray[np.uint8], int]:
    """Draw one sample: uint8 [28, 28] and its label; it depends on the arguments alone."""
    rng = np.random.Generator(np.random.Philox(key=[seed, index * 2 + (kind == "negatives")]))
    while True:
        label = int(rng.integers(10)) if kind == "digits" else NOT_A_DIGIT
        if faces is not None and rng.random() < FONT_SHARES[kind]:
            glyph = faces.face(rng).glyph(frozenset(str(label)) if kind == "digits" else UNAMBIGUOUS_LETTERS, rng)
            image = normalise(worn(copied(glyph, affine(rng), GLYPH_SIDE_PX, brush(rng)), rng))
        else:
            image = _drawn(label, rng)
        if image.any():
            return image, label


def _drawn(label: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw a digit, or a negative for label 10: uint8 [28, 28]."""
    lines = vary(negative(rng) if label == NOT_A_DIGIT else DIGITS[label](rng), rng)
    if label in MAX_TAIL_FACTORS and rng.random() < LONG_TAIL_SHARE:
        lines = lengthened(lines, MAX_TAIL_FACTORS[label], rng)
    return render(lines, rng)


def generate(
    count: int,
    seed: int,
    kind: Kind,
    processes: int | None = None,
    progress: Callable[[int], None] | None = None,
    faces: Faces | None = None,
) -> Samples:
    """Draw `count` samples.

    Args:
        count: number of samples.
        seed: the same seed gives the same samples, whatever the number of processes; a larger count only adds some.
        kind: "digits" (labels 0 to 9, equally likely) or "negatives" (label 10, not a digit).
        processes: number of worker processes; by default one for each core.
        progress: called with the number of samples drawn since the last call.
        faces: fonts from which some samples are copied.

    Returns:
        images uint8 [count, 28, 28], 0 = paper, 255 = ink, as `inference.recognition.normalise`
        returns them; labels int64 [count].
    """
    images = np.zeros((count, 28, 28), np.uint8)
    labels = np.zeros(count, np.int64)
    starts = range(0, count, CHUNK_MARKS)
    at = 0
    for part, names in _chunks(partial(_chunk, seed, count, kind, faces), starts, processes or os.cpu_count() or 1):
        images[at : at + len(part)], labels[at : at + len(part)] = part, names
        at += len(part)
        if progress is not None:
            progress(len(part))
    return images, labels


def _chunks(work: Callable[[int], Samples], starts: range, processes: int) -> Iterator[Samples]:
    if processes == 1 or len(starts) < 2:
        yield from map(work, starts)
        return
    # "spawn" starts clean: TensorFlow's threads do not survive a fork.
    with multiprocessing.get_context("spawn").Pool(min(processes, len(starts))) as pool:
        yield from pool.imap(work, starts)


def _chunk(seed: int, count: int, kind: Kind, faces: Faces | None, start: int) -> Samples:
    drawn = [sample(seed, index, kind, faces) for index in range(start, min(start + CHUNK_MARKS, count))]
    return np.stack([image for image, _ in drawn]), np.array([label for _, label in drawn], np.int64)
