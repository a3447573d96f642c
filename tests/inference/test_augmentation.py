"""Several views of one mark, and what they say together."""

import numpy as np
from numpy.typing import NDArray

from inference.recognition.augmentation import agreed, classify_with_views, views
from inference.recognition.normalise import normalise
from tests.inference.pens import pen


def test_five_views_of_each() -> None:
    images = np.stack([normalise(pen(sign)) for sign in "0123456789"])
    seen = views(images)
    assert seen.shape == (5, 10, 28, 28)
    assert seen.dtype == np.uint8
    same, thicker, thinner, left, right = seen
    assert np.array_equal(same, images)
    assert (thicker >= images).all()
    assert (thinner <= images).all()
    assert thicker.sum() > 1.05 * images.sum()
    assert thinner.sum() < 0.95 * images.sum()

    # Turned to one side and seen in a mirror is turned to the other.
    def mirrored(marks: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return np.roll(marks[..., ::-1], 1, axis=-1)  # about the middle, which is pixel 14

    assert np.abs(views(mirrored(images))[3].astype(int) - mirrored(right)).mean() < 1
    for turned in (left, right):
        assert 3 < np.abs(turned.astype(int) - images).mean() < 40


def test_views_agree_by_their_geometric_mean() -> None:
    said = np.array([[[0.5, 0.5], [0.9, 0.1]], [[0.5, 0.5], [0.1, 0.9]], [[0.8, 0.2], [0.5, 0.5]]], np.float32)
    together = agreed(said)
    assert np.allclose(together.sum(axis=1), 1)
    assert np.allclose(
        together[0], [np.cbrt(0.2) / (np.cbrt(0.2) + np.cbrt(0.05)), np.cbrt(0.05) / (np.cbrt(0.2) + np.cbrt(0.05))]
    )
    assert np.allclose(together[1], 0.5)
    assert np.isfinite(agreed(np.array([[[1, 0]], [[0, 1]]], np.float32))).all()


def test_only_a_mark_that_one_look_leaves_open_is_looked_at_again() -> None:
    images = np.stack([normalise(pen(sign)) for sign in "0123"])
    first = np.zeros((4, 11), np.float32)
    first[:, 10] = [0.009, 0.011, 0.49, 0.51]
    first[:, 3] = 1 - first[:, 10]
    again = np.zeros(11, np.float32)
    again[[3, 10]] = 0.75, 0.25
    shown = []

    def classify(batch: NDArray[np.uint8]) -> NDArray[np.float32]:
        shown.append(batch)
        return first.copy() if len(shown) == 1 else np.stack([again] * len(batch))

    said = classify_with_views(classify, images)
    assert np.array_equal(said[[0, 3]], first[[0, 3]])
    assert np.allclose(said[[1, 2]], again, atol=1e-6)
    assert len(shown) == 2
    assert np.array_equal(shown[1], views(images[[1, 2]]).reshape(-1, 28, 28))


def test_a_model_without_the_class_looks_once() -> None:
    looks = []

    def classify(batch: NDArray[np.uint8]) -> NDArray[np.float32]:
        looks.append(len(batch))
        return np.full((len(batch), 10), 0.1, np.float32)

    classify_with_views(classify, np.zeros((3, 28, 28), np.uint8))
    assert looks == [3]
