"""Reading a data set, and what came of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from evaluation.score import align, answered, best, plain
from evaluation.sets import Dataset, Sample
from inference import Reading, Recognizer, RecognizerError

# So many errors of each set are kept for the picture.
EXAMPLES = 24


@dataclass(slots=True)
class Result:
    """The figures of one data set, and some of its errors.

    Attributes:
        name, about: the set's.
        count: how many pictures (of `mnist`: images).
        figures: name to value; shares are 0 to 1. `right` takes the best digit of each mark, refused or not.
        errors: pictures that were read wrong, and how.
    """

    name: str
    about: str
    count: int
    figures: dict[str, float]
    errors: list[tuple[Sample, Reading]] = field(default_factory=list)


def classify(recognizer: Recognizer, images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> Result:
    """Classify MNIST's test images as they are: uint8 [N, 28, 28] and [N]."""
    start = perf_counter()
    said = recognizer.classify(images)
    seconds = perf_counter() - start
    best = said[:, :10].argmax(axis=1)
    info = recognizer.info
    refused = said[:, :10].max(axis=1) < info.threshold
    if said.shape[1] == 11:
        refused |= said[:, 10] > info.reject_threshold
    figures = {
        "right": float((best == labels).mean()),
        "right and answered": float(((best == labels) & ~refused).mean()),
        "milliseconds": 1000 * seconds / len(images),
    }
    return Result("mnist", "MNIST test, the model alone", len(images), figures)


def read(recognizer: Recognizer, dataset: Dataset, samples: Iterable[Sample], advance: Callable[[], None]) -> Result:
    """Read every sample of a set; `advance` is called after each."""
    errors: list[tuple[Sample, Reading]] = []
    count = right = counted = answers = true = extra = exact = unrefused = 0
    seconds = 0.0
    for sample in samples:
        count += 1
        start = perf_counter()
        try:
            reading = recognizer.read(sample.picture)
        except RecognizerError:
            # A picture that is not read at all has every digit missed.
            reading = Reading("", (), (1, 1))
        seconds += perf_counter() - start
        said, truth = plain(reading.text), plain(sample.truth)
        agreement = align(truth, said)
        right, extra, true = right + agreement.right, extra + agreement.extra, true + len(truth)
        exact += said == truth
        unrefused += best(reading) == truth
        counted += len(said) == len(truth)
        answers += answered(reading)
        if (answered(reading) if dataset.measure == "letters" else said != truth) and len(errors) < EXAMPLES:
            errors.append((sample, reading))
        advance()
    count = max(count, 1)
    figures = {
        "digits": {
            "right": unrefused / count,
            "right and answered": exact / count,
            "right count": counted / count,
        },
        "pages": {"digits right": right / max(true, 1), "extra digits": extra / max(true, 1)},
        "letters": {"answered": answers / count},
    }[dataset.measure]
    return Result(dataset.name, dataset.about, count, {**figures, "milliseconds": 1000 * seconds / count}, errors)
