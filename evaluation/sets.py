"""The data sets: what is read, and what it truly says."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from evaluation import canvases, pages, strays, strokes, writers
from synthesis.handwriting.faces import LETTERS, Faces

DIGITS = frozenset("0123456789")
# A writer's digits make numbers only where there are so many to choose from.
MIN_DIGITS_OF_WRITER = 3
# Scans of 32x32 pixels are shown with a margin, so large.
SCAN_MARGIN_PX, SCAN_SIDE_PX = 4, 200
# Drawings of strokes-digits.jsonl.gz, counted from 0, that show several signs ("00", "35", "-7", "(8") under a label of
# one digit: found by looking at those that are misread. In numbers made with them the count cannot be right.
SEVERAL = frozenset(
    {417, 494, 700, 720, 910, 922, 1595, 1614, 1640, 2630, 2658, 2660, 2662, 2666, 2670, 2677, 2678, 3104}
)


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """One picture, and its digits: lines parted by line ends; empty for what is no digit.

    Attributes:
        picture, truth: these.
        name: the file's, for a real picture.
        accept: other texts that are as right, without spaces and line ends.
    """

    picture: Image.Image | bytes | NDArray[np.uint8]
    truth: str
    name: str = ""
    accept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dataset:
    """A named set of samples, made anew from a seed.

    Attributes:
        name, about: for people.
        measure: `digits` (one text right or not), `pages` (digit by digit), `letters` (refused or not); of real
            pictures, whose signs do not count: `real` (digit by digit, the most right ones), `amounts` (the same, and
            all right or not), `refuse` (how many digits too many); `cases` (a text that is accepted or not); and
            `cells` (of a table, each right or not).
        samples: makes so many samples.
    """

    name: str
    about: str
    measure: str
    samples: Callable[[int, np.random.Generator], Iterator[Sample]]


def available(
    images: NDArray[np.uint8], labels: NDArray[np.uint8], shared: Path | None, faces: Faces | None = None
) -> list[Dataset]:
    """Return the data sets that can be made here.

    Args:
        images: uint8 [N, 28, 28], MNIST's test images.
        labels: uint8 [N].
        shared: the folder with pen strokes and photos, or None where there is none.
        faces: handwriting fonts that are not trained on, likewise.
    """
    copyist = writers.copyist(images, labels)

    def anywhere(count: int, rng: np.random.Generator) -> Iterator[Sample]:
        for at in _chosen(len(images), count, rng):
            yield Sample(canvases.redraw(images[at], rng), str(labels[at]))

    sets = [
        Dataset("canvas", "MNIST test digits redrawn anywhere on canvases of 100 to 1000 pixels", "digits", anywhere),
        Dataset("pages", "synthetic photos of pages, MNIST test digits", "pages", _photos(pages.page, [copyist])),
        Dataset(
            "papers", "synthetic photos of one digit, MNIST test digits", "digits", _photos(pages.single, [copyist])
        ),
        Dataset("strays", "one MNIST test digit with frames, noise, colours, cut close", "digits", _strays(copyist)),
    ]
    return sets + (_font_sets(faces) if faces else []) + (_shared_sets(shared) if shared else [])


def _font_sets(faces: Faces) -> list[Dataset]:
    def drawn(names: frozenset[str], known: bool) -> Callable[[int, np.random.Generator], Iterator[Sample]]:
        def samples(count: int, rng: np.random.Generator) -> Iterator[Sample]:
            for _ in range(count):
                form = faces.face(rng).form(names, rng)
                yield Sample(canvases.copy(form, rng), form.name if known else "")

        return samples

    about = "of handwriting fonts that were kept apart, one on a canvas"
    return [
        Dataset("font digits", f"digits {about}", "digits", drawn(DIGITS, True)),
        Dataset("font letters", f"letters {about}", "letters", drawn(LETTERS, False)),
    ]


def _shared_sets(shared: Path) -> list[Dataset]:
    digits, letters = (
        strokes.load(shared / "strokes-digits.jsonl.gz"),
        strokes.load(shared / "strokes-letters.jsonl.gz"),
    )
    tablet, optical = shared / "strokes-skahl.jsonl.gz", shared / "images-optdigits.npz"
    hands = list(by_writer(digits).values())
    checked = list(by_writer([mark for at, mark in enumerate(digits) if at not in SEVERAL]).values())

    def drawn(marks: list[strokes.Drawing], known: bool) -> Callable[[int, np.random.Generator], Iterator[Sample]]:
        def samples(count: int, rng: np.random.Generator) -> Iterator[Sample]:
            for at in _chosen(len(marks), count, rng):
                yield Sample(canvases.draw(marks[at], rng), marks[at].label if known else "")

        return samples

    def numbers(
        hands: list[list[strokes.Drawing]], *gaps: float
    ) -> Callable[[int, np.random.Generator], Iterator[Sample]]:
        def samples(count: int, rng: np.random.Generator) -> Iterator[Sample]:
            for _ in range(count):
                hand = hands[int(rng.integers(len(hands)))]
                marks = [hand[int(at)] for at in rng.integers(len(hand), size=int(rng.integers(2, 7)))]
                yield Sample(canvases.write(marks, rng, *gaps), "".join(mark.label for mark in marks))

        return samples

    def photos(count: int, _: np.random.Generator) -> Iterator[Sample]:
        truth = json.loads((shared / "photos" / "labels.json").read_text())
        for name, written in sorted(truth.items())[:count]:
            yield Sample((shared / "photos" / name).read_bytes(), "\n".join(written))

    def scans(count: int, rng: np.random.Generator) -> Iterator[Sample]:
        with np.load(optical) as file:
            kept = file["part"] != "tra"
            images, labels = file["x"][kept], file["y"][kept]
        for at in _chosen(len(images), count, rng):
            # As a person would send it: black on white, large enough to be seen.
            scan = Image.fromarray(np.pad(255 - images[at], SCAN_MARGIN_PX, constant_values=255))
            yield Sample(scan.resize((SCAN_SIDE_PX, SCAN_SIDE_PX), Image.Resampling.BICUBIC), str(labels[at]))

    pens = writers.pen(digits)
    fine = writers.pen(digits, 0.03, 0.08)
    thin = [writers.pen(hand, 0.05, 0.08) for hand in hands]
    thick = [writers.pen(hand, 0.08, 0.15) for hand in hands]
    others = []
    if tablet.is_file():
        about = "digits of five others on a tablet, one on a canvas"
        others.append(Dataset("tablet", about, "digits", drawn(strokes.load(tablet), True)))
    if optical.is_file():
        others.append(Dataset("scans", "coarse scans of one digit, 32x32 pixels enlarged to 200", "digits", scans))
    return [
        Dataset("pen", "pen digits, one on a canvas", "digits", drawn(digits, True)),
        *others,
        Dataset("numbers", "numbers of 2 to 6 pen digits, side by side", "digits", numbers(hands, 0.03, 0.4)),
        Dataset(
            "checked numbers",
            f"the same without the {len(SEVERAL)} drawings that show several signs",
            "digits",
            numbers(checked, 0.03, 0.4),
        ),
        Dataset("touching", "numbers of 2 to 6 pen digits that touch", "digits", numbers(hands, -0.14, 0.0)),
        Dataset("letters", "pen letters, one on a canvas", "letters", drawn(letters, False)),
        Dataset("photos", "phone photos of lines of numbers", "pages", photos),
        Dataset(
            "pen pages", "synthetic photos of pages, thin and thick pens", "pages", _photos(pages.page, thin + thick)
        ),
        Dataset("pen papers", "synthetic photos of one pen digit", "digits", _photos(pages.single, [pens])),
        Dataset(
            "squared",
            "synthetic photos of one pen digit on squared paper",
            "digits",
            _photos(partial(pages.single, squared=True), [fine]),
        ),
        Dataset("pen strays", "one pen digit with frames, noise, colours, cut close", "digits", _strays(pens)),
    ]


def by_writer(digits: list[strokes.Drawing], least: int = MIN_DIGITS_OF_WRITER) -> dict[str, list[strokes.Drawing]]:
    """Return the drawings of each writer that made at least so many, by the writer's name."""
    found: dict[str, list[strokes.Drawing]] = {}
    for mark in digits:
        found.setdefault(mark.writer, []).append(mark)
    return {writer: marks for writer, marks in sorted(found.items()) if len(marks) >= least}


def _photos(
    take: Callable[[pages.Writer, np.random.Generator], pages.Photo], hands: list[pages.Writer]
) -> Callable[[int, np.random.Generator], Iterator[Sample]]:
    def samples(count: int, rng: np.random.Generator) -> Iterator[Sample]:
        for _ in range(count):
            photo = take(hands[int(rng.integers(len(hands)))], rng)
            yield Sample(photo.content, "\n".join(photo.lines))

    return samples


def _strays(writer: pages.Writer) -> Callable[[int, np.random.Generator], Iterator[Sample]]:
    def samples(count: int, rng: np.random.Generator) -> Iterator[Sample]:
        for _ in range(count):
            yield Sample(*strays.stray(writer, rng))

    return samples


def _chosen(size: int, count: int, rng: np.random.Generator) -> list[int]:
    return [int(at) for at in rng.permutation(size)[:count]]
