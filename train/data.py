"""Loads MNIST, checks it, and splits off validation images."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from train.errors import DataError
from train.quiet import import_tensorflow

NAMES = ("x_train", "y_train", "x_test", "y_test")
# SHA-256 over the four arrays' bytes in that order; they are the content of the IDX files with the well-known MD5s
# 6bbc9ace898e44ae57da46a324031adb (training images) and 2646ac647ad5339dbf082846283269ea (test images).
MNIST_SHA256 = "06b0d1f124c4e5fa796686ade41a9b778edacc8622f2195a352ef479ad44fc16"
# At most so many are held out for validation, and one of so many.
VALIDATION_IMAGES, VALIDATION_STEP = 5_000, 12
HOW_TO = (
    "Leave --data and MNIST_NPZ away to download MNIST through Keras, or name a local copy: MNIST_NPZ=path/mnist.npz"
)


@dataclass(frozen=True, slots=True, eq=False)
class Mnist:
    """Images uint8 [N, 28, 28] (0 = paper, 255 = ink) and labels uint8 [N], in their original order."""

    x_train: NDArray[np.uint8]
    y_train: NDArray[np.uint8]
    x_test: NDArray[np.uint8]
    y_test: NDArray[np.uint8]

    def sha256(self) -> str:
        """Return the checksum of the content."""
        digest = hashlib.sha256()
        for name in NAMES:
            digest.update(np.ascontiguousarray(getattr(self, name)).tobytes())
        return digest.hexdigest()

    def described(self) -> dict[str, Any]:
        """Return the name and the checksum of the content, as the files of metrics give them."""
        sha256 = self.sha256()
        return {"name": "MNIST" if sha256 == MNIST_SHA256 else "other images", "sha256": sha256}


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """The training part and the validation part; images uint8 [N, 28, 28], labels uint8 [N]."""

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    validation_images: NDArray[np.uint8]
    validation_labels: NDArray[np.uint8]


def load(path: Path | None, *, any_data: bool = False) -> Mnist:
    """Load MNIST from a local file, or through Keras where no path is given.

    Args:
        path: an `.npz` with the arrays `x_train`, `y_train`, `x_test`, `y_test`.
        any_data: accept other content than MNIST's, of any number of images.

    Raises:
        DataError: the file is missing or broken, the download failed, or the content is not MNIST's.
    """
    arrays = _download() if path is None else _read(path)
    source = str(path) if path else "The download"
    for kind in ("train", "test"):
        images, labels = arrays[f"x_{kind}"], arrays[f"y_{kind}"]
        if images.ndim != 3 or images.shape[1:] != (28, 28) or images.dtype != np.uint8:
            raise DataError(
                f"{source}: x_{kind} is {images.dtype} {list(images.shape)}, not uint8 [N, 28, 28]. {HOW_TO}"
            )
        if labels.shape != (len(images),) or not np.issubdtype(labels.dtype, np.integer):
            raise DataError(
                f"{source}: y_{kind} is {labels.dtype} {list(labels.shape)}, not integers [{len(images)}]. {HOW_TO}"
            )
        if set(np.unique(labels)) != set(range(10)):
            raise DataError(f"{source}: y_{kind} does not hold each of the labels 0 to 9. {HOW_TO}")
    mnist = Mnist(*(arrays[name].astype(np.uint8, copy=False) for name in NAMES))
    if not any_data and mnist.sha256() != MNIST_SHA256:
        raise DataError(
            f"{source}: the shapes are right, but the content is not MNIST's (SHA-256 {mnist.sha256()[:16]}..., "
            f"expected {MNIST_SHA256[:16]}...). {HOW_TO}; or pass --any-data to train on it nevertheless."
        )
    return mnist


def split(mnist: Mnist, seed: int) -> Split:
    """Hold out a twelfth of the training images (5,000 of MNIST's) for validation, stratified by digit.

    Raises:
        DataError: there are too few images for that.
    """
    from sklearn.model_selection import train_test_split

    held_out = min(VALIDATION_IMAGES, len(mnist.x_train) // VALIDATION_STEP)
    rarest = int(np.bincount(mnist.y_train).min())
    if held_out < 10 or rarest < 2:
        raise DataError(
            f"{len(mnist.x_train)} training images, {rarest} of the rarest digit, are too few: there must be "
            f"{10 * VALIDATION_STEP}, two or more of each digit."
        )
    training, validation = train_test_split(
        np.arange(len(mnist.x_train)), test_size=held_out, random_state=seed, stratify=mnist.y_train
    )
    return Split(mnist.x_train[training], mnist.y_train[training], mnist.x_train[validation], mnist.y_train[validation])


def _read(path: Path) -> dict[str, NDArray[np.generic]]:
    try:
        # np.load alone leaves a broken file open.
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            return {name: file[name] for name in NAMES}
    except FileNotFoundError:
        raise DataError(f"There is no file {path}. {HOW_TO}") from None
    except KeyError as error:
        raise DataError(f"{path} lacks an array: {error.args[0]}. {HOW_TO}") from error
    except Exception as error:  # a damaged .npz raises many kinds, zlib.error among them
        raise DataError(f"{path} is no complete .npz file. {HOW_TO}") from error


def _download() -> dict[str, NDArray[np.generic]]:
    import_tensorflow()
    import keras

    try:
        (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
    except Exception as error:  # Keras passes on whatever the network raises
        raise DataError(
            f"MNIST could not be downloaded ({error}). Check the network, or name a local copy: MNIST_NPZ=path/file.npz"
        ) from error
    return {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}
