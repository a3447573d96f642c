from itertools import pairwise

import numpy as np
import pytest

from train.robustness import CORRUPTIONS, IMAGE_STEP, accuracy_curves

THICKNESS = "thickness (share of a pixel)"


def neutral(name: str) -> int:
    """Return which strength of a corruption is none."""
    return 2 if name == THICKNESS else 0


def test_every_corruption_is_measured_at_every_strength() -> None:
    # A reader that forgets a hundred images the more they are changed: the first at the least change, the last where
    # a pixel changes by a third of black on average.
    rng = np.random.default_rng(0)
    zero, one = np.zeros((2, 28, 28), np.uint8)
    zero[6:22, 8:20] = 255
    zero[9:19, 11:17] = 0
    one[5:23, 13:16] = 255
    labels = rng.integers(0, 2, 100 * IMAGE_STEP)
    images = np.where(labels[:, None, None] == 0, zero, one).astype(np.uint8)

    def predict(batch: np.ndarray) -> np.ndarray:
        assert batch.dtype == np.uint8
        assert batch.shape == (100, 28, 28)
        away = np.abs(batch.astype(float) - images[::IMAGE_STEP]).mean(axis=(1, 2)) / 255
        right = 3 * away <= np.arange(100) / 100
        chances = np.zeros((100, 11))
        chances[np.arange(100), np.where(right, labels[::IMAGE_STEP], 9)] = 0.4
        chances[:, 10] = 0.6  # refusing is not what is measured
        return chances

    found = accuracy_curves(predict, images, labels)
    assert set(found) == set(CORRUPTIONS)
    for name, (_, strengths) in CORRUPTIONS.items():
        assert found[name]["strength"] == list(strengths)
        accuracy = found[name]["accuracy"]
        assert len(accuracy) == len(strengths)
        assert accuracy[neutral(name)] == 1.0
        for side in (accuracy[neutral(name) :], accuracy[neutral(name) :: -1]):
            assert all(more < less for less, more in pairwise(side)), name
    assert found == accuracy_curves(predict, images, labels), "the same each time"


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_each_corruption_changes_an_image_more_the_stronger_it_is(name: str) -> None:
    image = np.zeros((28, 28))
    image[6:22, 9:19] = 200.0
    image[10:18, 12:16] = 0.0
    corrupt, strengths = CORRUPTIONS[name]
    # Where chance takes part, on average.
    changes = [
        float(np.mean([np.abs(corrupt(image, strength, np.random.default_rng(at)) - image).mean() for at in range(8)]))
        for strength in strengths
    ]
    none = neutral(name)
    assert changes[none] < 1e-6
    # To either side of none, which for thickness has a thinner one.
    for side in (changes[none:], changes[none::-1]):
        assert all(more > less + 0.5 for less, more in pairwise(side))


def test_a_pen_grows_thinner_and_thicker() -> None:
    image = np.zeros((28, 28))
    image[6:22, 12:16] = 255.0
    corrupt, strengths = CORRUPTIONS[THICKNESS]
    ink = [corrupt(image, strength, np.random.default_rng(0)).sum() for strength in strengths]
    assert ink == sorted(ink)
    assert ink[0] < image.sum() < ink[-1]
