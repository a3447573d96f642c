"""Small real data for tests: MNIST where it lies beside the project, else scikit-learn's digits, enlarged."""

import os
import string
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "data"
Images = NDArray[np.uint8]


def mnist_path() -> Path | None:
    """Return a local copy of the whole of MNIST, if there is one."""
    candidates = [Path(os.environ.get("MNIST_NPZ", "")), SHARED / "mnist.npz"]
    return next((path for path in candidates if path.is_file()), None)


def save_npz(path: Path, arrays: Mapping[str, NDArray[Any]]) -> Path:
    """Write arrays under their names."""
    save: Any = np.savez_compressed
    save(path, **arrays)
    return path


def small_mnist() -> dict[str, NDArray[np.uint8]]:
    """Return 1,400 training and 300 test images in the form of `mnist.npz`."""
    path = mnist_path()
    if path:
        with np.load(path) as file:
            images, labels = file["x_train"][:1700], file["y_train"][:1700]
    else:
        images, labels = _enlarged_digits()
    return {
        "x_train": images[:1400],
        "y_train": labels[:1400],
        "x_test": images[1400:1700],
        "y_test": labels[1400:1700],
    }


def _enlarged_digits() -> tuple[Images, Images]:
    from sklearn.datasets import load_digits

    from inference.recognition.normalise import normalise

    digits = load_digits()
    large = [
        normalise(
            np.asarray(Image.fromarray((image * 15.9).astype(np.uint8)).resize((64, 64), Image.Resampling.BICUBIC))
        )
        for image in digits.images
    ]
    return np.stack(large), digits.target.astype(np.uint8)


def fonts_file(path: Path, fonts: int) -> Path:
    """Write a file as `python -m train.fonts` does; each letter and digit of its fonts is a bar of 12 x 72 pixels."""
    image = np.zeros((80, 80), np.uint8)
    image[4:76, 34:46] = 255
    names = [*string.ascii_letters, *string.digits] * fonts
    owners = np.repeat([f"font-{each:02}" for each in range(fonts)], len(names) // fonts)
    x = np.broadcast_to(image, (len(names), 80, 80))
    np.savez_compressed(path, x=x, y=np.array(names), font=owners, height=np.ones(len(names)))
    return path


def spoil(path: Path, member: str) -> None:
    """Overwrite the start of a member's compressed data in a zip file, which zlib then refuses."""
    with zipfile.ZipFile(path) as file:
        at = file.getinfo(member).header_offset
    content = bytearray(path.read_bytes())
    start = at + 30 + sum(int.from_bytes(content[at + place : at + place + 2], "little") for place in (26, 28))
    content[start : start + 16] = b"\xff" * 16
    path.write_bytes(content)
