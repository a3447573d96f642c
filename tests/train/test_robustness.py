import numpy as np

from train.robustness import CORRUPTIONS, STEP, curves


def test_every_corruption_is_measured_at_every_strength_and_hurts() -> None:
    # A reader that knows two images, and says the nearer one.
    rng = np.random.default_rng(0)
    zero, one = np.zeros((2, 28, 28), np.uint8)
    zero[6:22, 8:20] = 255
    zero[9:19, 11:17] = 0
    one[5:23, 13:16] = 255
    labels = rng.integers(0, 2, 20 * STEP)
    images = np.where(labels[:, None, None] == 0, zero, one).astype(np.uint8)

    def predict(batch: np.ndarray) -> np.ndarray:
        away = np.stack([np.abs(batch.astype(float) - known).mean(axis=(1, 2)) for known in (zero, one)], axis=1)
        chances = np.zeros((len(batch), 11))
        chances[:, :2] = np.exp(-away) / np.exp(-away).sum(axis=1, keepdims=True)
        return chances

    found = curves(predict, images, labels)
    assert set(found) == set(CORRUPTIONS)
    for name, (_, strengths) in CORRUPTIONS.items():
        assert found[name]["strength"] == list(strengths)
        assert len(found[name]["accuracy"]) == len(strengths)
        assert max(found[name]["accuracy"]) == 1.0
    assert found == curves(predict, images, labels), "the same each time"


def test_each_corruption_changes_an_image_more_the_stronger_it_is() -> None:
    image = np.zeros((28, 28))
    image[6:22, 9:19] = 200.0
    image[10:18, 12:16] = 0.0
    for corrupt, strengths in CORRUPTIONS.values():
        changes = [np.abs(corrupt(image, s, np.random.default_rng(0)) - image).mean() for s in strengths]
        neutral = int(np.argmin(changes))
        assert changes[neutral] < 1e-6
        assert changes[-1] > changes[neutral]
