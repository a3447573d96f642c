"""Scales pixels to the network's input with scikit-learn's StandardScaler."""

import numpy as np
from numpy.typing import NDArray
from sklearn.preprocessing import StandardScaler

# Whether each pixel has its own scaling. Not for the cnn: augmentation moves ink to borders with almost no deviation.
PER_PIXEL = {"cnn": False, "mlp": True}


def fit(model: str, images: NDArray[np.uint8]) -> StandardScaler:
    """Fit on uint8 [N, 28, 28]: one mean and deviation for all pixels (cnn), or one for each of the 784 (mlp)."""
    return StandardScaler().fit(_columns(images, 784 if PER_PIXEL[model] else 1))


def apply(scaler: StandardScaler, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Scale uint8 [N, 28, 28] to the network's input, float32 [N, 28, 28, 1]."""
    scaled = scaler.transform(_columns(images, scaler.n_features_in_))
    return np.asarray(scaled, np.float32).reshape(-1, 28, 28, 1)


def _columns(images: NDArray[np.uint8], features: int) -> NDArray[np.float64]:
    return images.reshape(-1, features).astype(np.float64)
