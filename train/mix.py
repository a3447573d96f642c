"""Mixes the training images of each epoch: MNIST, digits of other people, drawn digits, negatives, extra examples."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from synthesis.handwriting.faces import Faces
from train import extra, fonts
from train.cache import cached
from train.config import Config
from train.data import Split

Images = NDArray[np.uint8]
Labels = NDArray[np.int64]
VALIDATION_MARKS = 4_000
# Number of drawn digits and of negatives in an epoch, as shares of MNIST's training images. There are fewer of them in
# the last epochs, when the learning rate is small and MNIST decides the last tenths.
EARLY_SHARES, LATE_SHARES = (0.4, 0.55), (0.2, 0.24)
LATE_EPOCHS_SHARE = 0.3
REAL_REPEATS = 2
# Extra examples are repeated to about this many an epoch, so that they count; limits: repeats, share of MNIST's images.
EXTRA_TARGET_IMAGES, MAX_EXTRA_REPEATS, MAX_EXTRA_SHARE = 4_000, 20, 0.3


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """Digits and negatives (label 10) drawn by code: images uint8 [N, 28, 28], labels int64 [N]."""

    digits: Images
    digit_labels: Labels
    negatives: Images
    negative_labels: Labels


@dataclass(frozen=True, slots=True, eq=False)
class Mix:
    """The training and validation data.

    Attributes:
        mnist: MNIST's training images, split.
        drawn_training: drawn samples for training; None for a network that knows digits only.
        drawn_validation: drawn samples for validation; None for a network that knows digits only.
        real: digits that people wrote, from the files given with --real; an epoch shows each `REAL_REPEATS` times, with
            its strokes varied each time.
        extra: examples from the files given with --extra.
        epochs: number of epochs of the whole training.
    """

    mnist: Split
    drawn_training: Drawn | None
    drawn_validation: Drawn | None
    real: list[extra.Example]
    extra: list[extra.Example]
    epochs: int

    def validation_data(self) -> tuple[Images, Labels]:
        """Return the validation data: MNIST's validation images and, if there are any, drawn samples; labels int64."""
        images, labels = [self.mnist.validation_images], [self.mnist.validation_labels.astype(np.int64)]
        if self.drawn_validation is not None:
            images += [self.drawn_validation.digits, self.drawn_validation.negatives]
            labels += [self.drawn_validation.digit_labels, self.drawn_validation.negative_labels]
        return np.concatenate(images), np.concatenate(labels)

    def is_late(self, number: int) -> bool:
        """Return whether an epoch, counted from 0, is a late one, with fewer drawn samples and milder augmentation."""
        return number >= self.epochs - round(self.epochs * LATE_EPOCHS_SHARE)

    def epoch_size(self, number: int) -> int:
        """Return the number of images in an epoch."""
        return (
            len(self.mnist.images)
            + REAL_REPEATS * len(self.real)
            + sum(self._drawn_counts(number))
            + min(len(self.extra) * self._repeats(), self._max_extra())
        )

    def negatives_share(self) -> float:
        """Return the share of drawn negatives among the last epoch's images."""
        return self._drawn_counts(self.epochs - 1)[1] / self.epoch_size(self.epochs - 1)

    def _drawn_counts(self, number: int) -> tuple[int, int]:
        """Return the numbers of drawn digits and of drawn negatives in an epoch."""
        if self.drawn_training is None:
            return 0, 0
        digits, negatives = LATE_SHARES if self.is_late(number) else EARLY_SHARES
        return round(len(self.mnist.images) * digits), round(len(self.mnist.images) * negatives)

    def epoch(self, seed: int, number: int) -> tuple[Images, Labels]:
        """Return the images uint8 [N, 28, 28] and labels int64 [N] of an epoch, shuffled.

        They depend on the arguments alone, so that a resumed training sees the same images. Drawn samples rotate:
        each epoch shows the next ones.
        """
        rng = np.random.default_rng([seed, number])
        parts: list[tuple[Images, Labels]] = [(self.mnist.images, self.mnist.labels.astype(np.int64))]
        if (drawn := self.drawn_training) is not None:
            digits, negatives = self._drawn_counts(number)
            parts.append(_next_samples(drawn.digits, drawn.digit_labels, digits, number))
            parts.append(_next_samples(drawn.negatives, drawn.negative_labels, negatives, number))
        for each in range(REAL_REPEATS if self.real else 0):
            parts.append(extra.draw(self.real, (seed * 1_000_003 + number) * REAL_REPEATS + each, varied=True))
        if self.extra:
            repeats = self._repeats()
            copies = [extra.draw(self.extra, seed * 1_000_003 + number * repeats + each) for each in range(repeats)]
            images, labels = (np.concatenate(each) for each in zip(*copies, strict=True))
            kept = rng.permutation(len(images))[: self._max_extra()]
            parts.append((images[kept], labels[kept]))
        images, labels = (np.concatenate(each) for each in zip(*parts, strict=True))
        order = rng.permutation(len(images))
        return images[order], labels[order]

    def _repeats(self) -> int:
        return int(np.clip(EXTRA_TARGET_IMAGES // max(len(self.extra), 1), 1, MAX_EXTRA_REPEATS))

    def _max_extra(self) -> int:
        return max(round(len(self.mnist.images) * MAX_EXTRA_SHARE), 1)


def prepare(config: Config, parts: Split) -> Mix:
    """Draw the synthetic samples, or read them from the cache, and load the real and extra examples.

    Raises:
        DataError: a file of fonts or examples cannot be read.
    """
    real, examples = ([each for path in paths for each in extra.load(path)] for paths in (config.real, config.extra))
    if config.model == "mlp":
        return Mix(parts, None, None, [], [example for example in examples if example.label < 10], config.epochs)
    folder = config.artifacts / "drawn"
    held_out = min(VALIDATION_MARKS, config.drawn)
    training = _drawn(folder, config.drawn, 2 * config.seed, fonts.faces(config.fonts))
    validation = _drawn(folder, held_out, 2 * config.seed + 1, fonts.faces(config.fonts, validation=True))
    return Mix(parts, training, validation, real, examples, config.epochs)


def _drawn(folder: Path, count: int, seed: int, faces: Faces | None) -> Drawn:
    digits = cached(folder, count, seed, "digits", faces=faces)
    return Drawn(*digits, *cached(folder, count, seed, "negatives", faces=faces))


def _next_samples(images: Images, labels: Labels, count: int, number: int) -> tuple[Images, Labels]:
    chosen = np.arange(number * count, (number + 1) * count) % len(images)
    return images[chosen], labels[chosen]
