"""Defines the data sets: pictures and their ground truth."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from evaluation import canvases, filled, pages, signs, strays, strokes
from evaluation.score import DIGITS
from synthesis.handwriting.faces import UNAMBIGUOUS_LETTERS, Faces

Item = TypeVar("Item")
# A writer must have at least this many digits, so that numbers can be composed of them.
MIN_DIGITS_OF_WRITER = 3
# Scans of 32x32 pixels get this margin, in pixels of the scan, and are then enlarged to this side.
SCAN_MARGIN_PX, SCAN_SIDE_PX = 4, 200
# Width of the paper around a number that is photographed.
MARGIN_PX = 60
# Indices, from 0, of drawings in strokes-digits.jsonl.gz that show several signs ("00", "35", "-7", "(8") but have a
# label of one digit. They were found by looking at misread drawings. A number made with them has a wrong digit count.
MISLABELLED = frozenset(
    {417, 494, 700, 720, 910, 922, 1595, 1614, 1640, 2630, 2658, 2660, 2662, 2666, 2670, 2677, 2678, 3104}
)


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """One picture and its ground truth.

    Attributes:
        picture: an image, or a file's content.
        truth: its lines of digits; "" for negatives.
        name: the name of the file, for a real picture.
        accept: other texts that count as right, without spaces and line ends.
    """

    picture: Image.Image | bytes
    truth: str
    name: str = ""
    accept: tuple[str, ...] = ()


# A function that makes the given number of samples, or fewer if the set has no more.
Samples = Callable[[int, np.random.Generator], Iterator[Sample]]


@dataclass(frozen=True, slots=True)
class Dataset:
    """A named set of samples, which are made or loaded on demand.

    Attributes:
        name, about: its name and description in the results.
        measure: `digits` (the whole text right or not), `signs` (the same, and extra digits), `pages` (digit by digit),
            `letters` (refused or not); for real pictures, whose signs do not count: `real` (digit by digit, as many
            right as possible), `amounts` (the same, and the whole text right or not), `refuse` (the number of extra
            digits); `cases` (an accepted text or not); `cells` (each cell of a table right or not).
        samples: makes the samples.
        count: the usual number of samples. A page takes as long to make as 240 digits.
    """

    name: str
    about: str
    measure: str
    samples: Samples
    count: int = 1000


def available(
    images: NDArray[np.uint8], labels: NDArray[np.uint8], shared: Path | None, faces: Faces | None = None
) -> list[Dataset]:
    """Return the data sets that can be made here.

    They are made of MNIST's test images, uint8 [N, 28, 28], and their labels, uint8 [N]; of the pen strokes and photos
    in the folder `shared`; and of `faces`, handwriting fonts that are not trained on, if there are any.
    """
    copyist = pages.copyist(images, labels)
    anywhere = _shuffled(range(len(images)), lambda at, rng: Sample(canvases.redraw(images[at], rng), str(labels[at])))
    page, single, stray = (_written(make, [copyist]) for make in (pages.page, pages.single, strays.stray))
    sets = [
        Dataset(
            "canvas", "MNIST test digits redrawn anywhere on canvases of 100 to 1000 pixels", "digits", anywhere, 2000
        ),
        Dataset("pages", "synthetic photos of pages, MNIST test digits", "pages", page, 12),
        Dataset("papers", "synthetic photos of one digit, MNIST test digits", "digits", single, 100),
        Dataset("strays", "one MNIST test digit with frames, noise, colours, cut close", "digits", stray, 400),
    ]
    return sets + (_font_sets(faces) if faces else []) + (_shared_sets(shared) if shared else [])


def _font_sets(faces: Faces) -> list[Dataset]:
    def drawn(names: frozenset[str], known: bool) -> Samples:
        def one(rng: np.random.Generator) -> Sample:
            glyph = faces.face(rng).glyph(names, rng)
            return Sample(canvases.draw_glyph(glyph, rng), glyph.name if known else "")

        return _repeated(one)

    about = "of handwriting fonts that were kept apart, one on a canvas"
    return [
        Dataset("font digits", f"digits {about}", "digits", drawn(DIGITS, True)),
        Dataset("font letters", f"letters {about}", "letters", drawn(UNAMBIGUOUS_LETTERS, False)),
    ]


def _shared_sets(shared: Path) -> list[Dataset]:
    """Return the sets of pen strokes, photos and scans, as far as their files exist."""
    files = (shared / f"strokes-{name}.jsonl.gz" for name in ("digits", "letters", "skahl"))
    digits, letters, tablet = (strokes.load(path) if path.is_file() else [] for path in files)
    optical, photo_labels = shared / "images-optdigits.npz", shared / "photos" / "labels.json"
    hands = list(by_writer(digits).values())
    checked = list(by_writer([mark for at, mark in enumerate(digits) if at not in MISLABELLED]).values())

    def drawn(marks: list[strokes.Drawing], known: bool) -> Samples:
        return _shuffled(marks, lambda mark, rng: Sample(canvases.draw_mark(mark, rng), mark.label if known else ""))

    def numbers(hands: list[list[strokes.Drawing]], min_gap: float, max_gap: float) -> Samples:
        def one(rng: np.random.Generator) -> Sample:
            hand = hands[int(rng.integers(len(hands)))]
            marks = [hand[int(at)] for at in rng.integers(len(hand), size=int(rng.integers(2, 7)))]
            return Sample(canvases.draw_number(marks, rng, min_gap, max_gap), "".join(mark.label for mark in marks))

        return _repeated(one)

    def signed(photographed: bool) -> Samples:
        def one(rng: np.random.Generator) -> Sample:
            text, ink, tall = signs.number(checked, rng)
            if photographed:
                return Sample(pages.photograph(np.pad(ink, MARGIN_PX), tall, rng), text)
            return Sample(canvases.colour(ink, rng), text)

        return _repeated(one)

    def form(kinds: Sequence[filled.Kind], rng: np.random.Generator) -> Sample:
        return Sample(*filled.filled(checked[int(rng.integers(len(checked)))], rng, kinds))

    def beside(patterns: Sequence[str], rng: np.random.Generator) -> Sample:
        text, ink, _ = signs.number(checked, rng, patterns)
        return Sample(canvases.colour(ink, rng), text)

    on_canvas, on_tablet = drawn(digits, True), drawn(tablet, True)
    forms, rings, struck, sizes = (
        _repeated(partial(form, kinds)) for kinds in (filled.FORMS, (filled.ringed,), (filled.struck,), (filled.sizes,))
    )
    currency, brackets = (_repeated(partial(beside, patterns)) for patterns in (signs.CURRENCIES, signs.BRACKETS))
    clean, on_paper = signed(photographed=False), signed(photographed=True)
    has_scans, has_photos = optical.is_file(), photo_labels.is_file()
    scans, photos = partial(_scans, optical), partial(_phone_photos, photo_labels)
    pens, fine = pages.pen(digits), pages.pen(digits, 0.03, 0.08)
    thin_and_thick = [pages.pen(hand, *width) for width in ((0.05, 0.08), (0.08, 0.15)) for hand in hands]
    page, single = _written(pages.page, thin_and_thick), _written(pages.single, [pens])
    squared, stray = _written(partial(pages.single, squared=True), [fine]), _written(strays.stray, [pens])
    without = f"the same without the {len(MISLABELLED)} drawings that show several signs"
    # Each with the files or drawings that it needs.
    sets: list[tuple[object, Dataset]] = [
        (digits, Dataset("pen", "pen digits, one on a canvas", "digits", on_canvas)),
        (tablet, Dataset("tablet", "digits of five others on a tablet, one on a canvas", "digits", on_tablet)),
        (has_scans, Dataset("scans", "coarse scans of one digit, 32x32 pixels enlarged to 200", "digits", scans)),
        (hands, Dataset("numbers", "numbers of 2 to 6 pen digits, side by side", "digits", numbers(hands, 0.03, 0.4))),
        (checked, Dataset("checked numbers", without, "digits", numbers(checked, 0.03, 0.4))),
        (hands, Dataset("touching", "numbers of 2 to 6 pen digits that touch", "digits", numbers(hands, -0.14, 0.0))),
        (checked, Dataset("signs", "dates, times, amounts, fractions: pen digits, drawn signs", "signs", clean, 400)),
        (checked, Dataset("paper signs", "synthetic photos of the same", "signs", on_paper, 200)),
        (checked, Dataset("filled forms", "synthetic forms with printed words, pen digits", "real", forms, 60)),
        (checked, Dataset("ringed", "pen digits in drawn rings, in frames, underlined", "real", rings, 60)),
        (checked, Dataset("sizes", "pen digits of 25 to 190 pixels on one page", "real", sizes, 60)),
        (checked, Dataset("struck", "pen numbers, every second one crossed out", "real", struck, 60)),
        (checked, Dataset("currency", "pen digits with drawn $, € and %", "real", currency, 200)),
        (checked, Dataset("brackets", "pen digits with drawn brackets, degrees, primes", "real", brackets, 200)),
        (letters, Dataset("letters", "pen letters, one on a canvas", "letters", drawn(letters, False))),
        (has_photos, Dataset("photos", "phone photos of lines of numbers", "pages", photos)),
        (hands, Dataset("pen pages", "synthetic photos of pages, thin and thick pens", "pages", page, 12)),
        (digits, Dataset("pen papers", "synthetic photos of one pen digit", "digits", single, 100)),
        (digits, Dataset("squared", "synthetic photos of one pen digit on squared paper", "digits", squared, 200)),
        (digits, Dataset("pen strays", "one pen digit with frames, noise, colours, cut close", "digits", stray, 400)),
    ]
    return [each for needed, each in sets if needed]


def _phone_photos(labels: Path, count: int, _: np.random.Generator) -> Iterator[Sample]:
    for name, lines in sorted(json.loads(labels.read_text()).items())[:count]:
        yield Sample((labels.parent / name).read_bytes(), "\n".join(lines))


def _scans(scans: Path, count: int, rng: np.random.Generator) -> Iterator[Sample]:
    with np.load(scans) as file:
        kept = file["part"] != "tra"
        images, labels = file["x"][kept], file["y"][kept]
    for at in rng.permutation(len(images))[:count]:
        # Black on white and large enough to be seen, as a person would send it.
        scan = Image.fromarray(np.pad(255 - images[at], SCAN_MARGIN_PX, constant_values=255))
        yield Sample(scan.resize((SCAN_SIDE_PX, SCAN_SIDE_PX), Image.Resampling.BICUBIC), str(labels[at]))


def by_writer(
    digits: list[strokes.Drawing], min_digits: int = MIN_DIGITS_OF_WRITER
) -> dict[str, list[strokes.Drawing]]:
    """Return the drawings of each writer who made at least `min_digits`, by the writer's name."""
    found: dict[str, list[strokes.Drawing]] = {}
    for mark in digits:
        found.setdefault(mark.writer, []).append(mark)
    return {writer: marks for writer, marks in sorted(found.items()) if len(marks) >= min_digits}


def _written(
    make: Callable[[pages.Writer, np.random.Generator], tuple[Image.Image | bytes, str]], writers: list[pages.Writer]
) -> Samples:
    """Make samples, each by one of the writers; `make` returns its picture and its truth."""
    return _repeated(lambda rng: Sample(*make(writers[int(rng.integers(len(writers)))], rng)))


def _repeated(make: Callable[[np.random.Generator], Sample]) -> Samples:
    return lambda count, rng: (make(rng) for _ in range(count))


def _shuffled(items: Sequence[Item], make: Callable[[Item, np.random.Generator], Sample]) -> Samples:
    """Make samples of `items` in random order, each used at most once."""
    return lambda count, rng: (make(items[at], rng) for at in rng.permutation(len(items))[:count])
