import numpy as np
import pytest
import tensorflow as tf

from train import augment


@pytest.fixture
def ring() -> np.ndarray:
    rows, columns = np.indices((28, 28)) - 13.5
    radius = np.hypot(rows, columns)
    image = np.where((radius > 5) & (radius < 8), 255.0, 0.0).astype(np.float32)
    return np.repeat(image[None, :, :, None], 64, axis=0)


def test_the_same_seed_makes_the_same_changes(ring: np.ndarray) -> None:
    one, two, other = (
        augment.change(tf.constant(ring), tf.constant(seed)).numpy() for seed in ([1, 2], [1, 2], [1, 3])
    )
    assert np.array_equal(one, two)
    assert not np.array_equal(one, other)


def test_every_image_is_changed_its_own_way_and_stays_what_it_is(ring: np.ndarray) -> None:
    changed = augment.change(tf.constant(ring), tf.constant([5, 0])).numpy()
    assert changed.shape == ring.shape
    assert changed.min() >= 0
    assert changed.max() <= 255.01
    assert len({image.tobytes() for image in changed}) == len(changed)
    # The ring keeps its hole, its ink and its place.
    assert (changed[:, 13:15, 13:15].mean(axis=(1, 2, 3)) < 60).all()
    ink = changed.sum(axis=(1, 2, 3)) / ring.sum(axis=(1, 2, 3))
    assert 0.5 < ink.min() < 0.95
    assert 1.05 < ink.max() < 1.9
    centre = (changed[..., 0] * np.arange(28)).sum(axis=(1, 2)) / changed.sum(axis=(1, 2, 3))
    assert np.abs(centre - 13.5).max() < 3


def test_without_strength_nothing_changes(ring: np.ndarray) -> None:
    changed = augment.change(tf.constant(ring), tf.constant([1, 1]), strength=0.0).numpy()
    np.testing.assert_allclose(changed, ring, atol=1e-2)


def test_less_strength_changes_less(ring: np.ndarray) -> None:
    far, near = (augment.change(tf.constant(ring), tf.constant([1, 1]), strength=each).numpy() for each in (1.0, 0.3))
    assert np.abs(near - ring).mean() < 0.6 * np.abs(far - ring).mean()
