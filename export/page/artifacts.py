"""Loads the files that the page network's training wrote; they must be undamaged and from the same training."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from export import classifier, files
from export.artifacts import RETRAIN_HINT, read
from export.errors import ArtifactError

NETWORK, PAGES, METRICS, EVALUATION = "page.keras", "page.npz", "page.json", "evaluation.json"
# The sides of a picture must be multiples of this, in pixels: the network halves them four times.
SIZE_STEP_PX = 16

# Entries that `page.json` must have.
REQUIRED_KEYS = frozenset(
    {"commit", "data", "figures", "files", "kinds", "parameters", "scale", "seconds", "seed", "steps", "versions"}
)


@dataclass(frozen=True, slots=True, eq=False)
class Pages:
    """Synthetic pages that were not trained on, and their ground truth.

    Attributes:
        pictures: uint8 [n, H, W], 0 = black, 255 = white.
        writing: how much of a pixel is ink, uint8 [n, H, W], 255 = all of it.
        kind: the kind of mark in each cell, integers [n, H/4, W/4], -1 where nothing is written.
    """

    pictures: NDArray[np.uint8]
    writing: NDArray[np.uint8]
    kind: NDArray[np.integer]

    def __len__(self) -> int:
        return len(self.pictures)

    def every_second(self, first: int) -> "Pages":
        """Return every second page, starting with page `first`, which is 0 or 1."""
        return Pages(self.pictures[first::2], self.writing[first::2], self.kind[first::2])


def load_metrics(folder: Path) -> dict[str, Any]:
    """Read `page.json` and compare the other files with the checksums in it.

    Raises:
        ArtifactError: a file is missing, damaged, or not from the training that `page.json` describes.
    """
    return read(folder, METRICS, (NETWORK, PAGES), REQUIRED_KEYS)


def load(folder: Path) -> tuple[Any, Pages]:
    """Load the Keras network and the pages, which `load_metrics` has checked.

    Raises:
        ArtifactError: a file cannot be loaded with the installed versions.
    """
    import keras

    try:
        network = keras.saving.load_model(folder / NETWORK, compile=False)
        with np.load(folder / PAGES, allow_pickle=False) as file:
            pages = Pages(file["pictures"], file["writing"], file["kind"])
    except Exception as error:  # whatever another version of Keras may raise
        raise ArtifactError(f"The files in {folder} cannot be loaded ({error}). {RETRAIN_HINT}") from error
    n, height, width = pages.pictures.shape
    if n < 2 or height % SIZE_STEP_PX or width % SIZE_STEP_PX:
        raise ArtifactError(
            f"{folder / PAGES} must have two pages or more of sides that are multiples of {SIZE_STEP_PX} pixels, not "
            f"{n} of {height} x {width}. {RETRAIN_HINT}"
        )
    return network, pages


def load_rows(folder: Path, page_sha256: str) -> dict[str, dict[str, Any]]:
    """Return the figures of each data set from `evaluation.json`; empty if other model files were evaluated.

    These are `model.onnx` beside it, and the page network that is served, which has the checksum `page_sha256`.
    """
    try:
        found = json.loads((folder / EVALUATION).read_text())
        measured = found["page"]["sha256"], found["model"]["sha256"]
        rows: dict[str, dict[str, Any]] = found["sets"]
        return rows if measured == (page_sha256, files.sha256(folder / classifier.MODEL)) else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}
