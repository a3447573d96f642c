"""An untrained page network and its files, as a training would leave them."""

import json
from pathlib import Path

import keras
import numpy as np
import onnxruntime
from keras import layers
from numpy.typing import NDArray

from export.__main__ import main
from export.files import sha256
from synthesis.kinds import KINDS
from train.page import network as page_network

SCALE = 32
PAGES, HEIGHT, WIDTH = 4, 96, 128
FILES = ("page.keras", "page.npz")


def untrained() -> keras.Model:
    """Return a network whose normalisations do something, as they do when it has been trained."""
    keras.utils.set_random_seed(6)
    rng = np.random.default_rng(6)
    network = page_network.build(normalisation=layers.BatchNormalization)
    for layer in network.layers:
        if isinstance(layer, layers.BatchNormalization):
            size = layer.gamma.shape[0]
            bounds = ((0.7, 1.3), (-0.2, 0.2), (-0.2, 0.2), (0.5, 1.5))
            layer.set_weights([rng.uniform(low, high, size) for low, high in bounds])
    return network


def save_metrics(folder: Path, **others: object) -> None:
    metrics = {
        "seed": 1,
        "steps": 1200,
        "seconds": 600,
        "commit": "c0ffee",
        "versions": {"keras": keras.__version__},
        "data": {"name": "MNIST", "sha256": "ab" * 32, "pages": 5000},
        "kinds": KINDS,
        "scale": SCALE,
        "parameters": 123456,
        "figures": {"writing, intersection over union": 0.9123},
        "files": {name: sha256(folder / name) for name in FILES},
    }
    (folder / "page.json").write_text(json.dumps(metrics | others))


def save_pages(folder: Path, pictures: NDArray[np.uint8]) -> None:
    rng = np.random.default_rng(7)
    n, height, width = pictures.shape
    kind = rng.integers(-1, len(KINDS), (n, height // 4, width // 4))
    np.savez(folder / "page.npz", pictures=pictures, writing=pictures, kind=kind)


def export(folder: Path) -> int:
    return main(["--only", "page", "--artifacts", str(folder)])


def run(content: bytes, picture: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, {"picture": picture}), strict=True))
