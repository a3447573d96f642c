"""Runs the reader on a data set and computes its figures."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from evaluation.score import RIGHT_FIRST, Agreement, align, answered, best, digits, marks, plain
from evaluation.sets import Dataset, Sample
from inference import Reading, Recognizer, RecognizerError
from inference.tables.table import read_table

# Largest number of misread pictures of each set that are kept for the sheet of errors.
MAX_SHOWN_ERRORS = 24
# Measures whose alignment maximises the number of right digits: the longest common subsequence.
RIGHT_FIRST_MEASURES = frozenset({"real", "amounts", "refuse", "signs"})


@dataclass(slots=True)
class Result:
    """The figures of one data set, and some of its errors.

    Attributes:
        name, about: the set's name and description.
        count: the number of pictures (of `mnist`: images).
        figures: name to value; shares are 0 to 1, whole numbers are counts. `right` compares the best digit of each
            mark, even where the mark is refused.
        errors: misread pictures and their readings, at most `MAX_SHOWN_ERRORS`.
        wrong: the names of all misread pictures that have a name.
    """

    name: str
    about: str
    count: int
    figures: dict[str, float]
    errors: list[tuple[Sample, Reading]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def classify(recognizer: Recognizer, images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> Result:
    """Classify MNIST's test images as they are: uint8 [N, 28, 28] and [N]."""
    start = perf_counter()
    said = recognizer.classify(images)
    seconds = perf_counter() - start
    digit = said[:, :10].argmax(axis=1)
    figures = {
        "right": float((digit == labels).mean()),
        "right and answered": float(((digit == labels) & recognizer.info.answers(said)).mean()),
        "milliseconds": 1000 * seconds / len(images),
    }
    return Result("mnist", "MNIST test, the model alone", len(images), figures)


def read(recognizer: Recognizer, dataset: Dataset, samples: Iterable[Sample]) -> Result:
    """Read every sample of a set."""
    errors: list[tuple[Sample, Reading]] = []
    wrong: list[str] = []
    count = right = counted = true = missed = extra = faults = unrefused = 0
    seconds = 0.0
    for sample in samples:
        count += 1
        start = perf_counter()
        try:
            reading = recognizer.read(sample.picture)
        except RecognizerError:
            # If a picture cannot be read at all, every digit counts as missed.
            reading = Reading("", (), (1, 1))
        seconds += perf_counter() - start
        truth = digits(sample.truth)
        agreement = align(truth, marks(reading.text), RIGHT_FIRST if dataset.measure in RIGHT_FIRST_MEASURES else 1)
        right, missed, extra = right + agreement.right, missed + agreement.missed, extra + agreement.extra
        true += len(truth)
        unrefused += best(reading) == truth
        counted += len(plain(reading.text)) == len(truth)
        if _misread(dataset.measure, sample, reading, agreement):
            faults += 1
            wrong += [sample.name] if sample.name else []
            if len(errors) < MAX_SHOWN_ERRORS:
                errors.append((sample, reading))
    count, true = max(count, 1), max(true, 1)
    by_digit = {"digits right": right / true, "extra digits": extra / true}
    whole = 1 - faults / count
    figures: dict[str, dict[str, float]] = {
        "digits": {"right": unrefused / count, "right and answered": whole, "right count": counted / count},
        "pages": by_digit,
        "signs": {"right and answered": whole, "extra digits": extra / true},
        "letters": {"answered": faults / count},
        "real": {**by_digit, "lost marks": missed / true},
        "amounts": {**by_digit, "lost marks": missed / true, "amounts exact": whole},
        "refuse": {"digits too many": extra},
        "cases": {"accepted": whole},
    }
    spent = {"milliseconds": 1000 * seconds / count}
    return Result(dataset.name, dataset.about, count, {**figures[dataset.measure], **spent}, errors, wrong)


def cells(recognizer: Recognizer, dataset: Dataset, samples: Iterable[Sample]) -> Result:
    """Read every sample of a set as a table; each character of its truth is the text of one cell, a space if empty."""
    count = true = right = doubtful = 0
    seconds = 0.0
    for sample in samples:
        count += 1
        rows = sample.truth.split("\n")
        start = perf_counter()
        try:
            found = read_table(recognizer, sample.picture, len(rows), len(rows[0])).cells
        except RecognizerError:
            found = ()
        seconds += perf_counter() - start
        true += len(rows) * len(rows[0])
        for row, said in zip(rows, found, strict=False):
            right += sum(cell.text == truth.strip() for cell, truth in zip(said, row, strict=True))
            doubtful += sum(cell.doubtful for cell in said)
    figures = {"cells right": right / max(true, 1), "cells doubtful": doubtful / max(true, 1)}
    return Result(dataset.name, dataset.about, count, figures | {"milliseconds": 1000 * seconds / max(count, 1)})


def _misread(measure: str, sample: Sample, reading: Reading, agreement: Agreement) -> bool:
    """Say whether a picture was read wrong, by the rule of the set's `measure`.

    A sign that is not in the truth is an error, except in real pictures, whose labels leave the signs out.
    """
    if measure == "letters":
        return answered(reading)
    if measure == "refuse":
        return agreement.extra > 0
    if measure == "amounts":
        return digits(reading.text) != digits(sample.truth)
    if measure == "real":
        return marks(reading.text) != digits(sample.truth)
    return plain(reading.text) not in (plain(sample.truth), *sample.accept)
