"""Loads the files that a training wrote, and checks that they are undamaged and from the same training."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from export.errors import ArtifactError

MODEL, SCALER, METRICS = "model.keras", "scaler.joblib", "metrics.json"
TEST, VALIDATION, ROWS = "test.npz", "validation.npz", "report.json"
RETRAIN_HINT = "Run `make train` to make it anew."

# Entries that `metrics.json` must have.
REQUIRED_KEYS = frozenset(
    {"classes", "commit", "data", "drawings", "epochs", "files", "model", "parameters", "reject_share", "reject_shift"}
    | {"robustness", "seed", "temperature", "test", "thresholds", "versions"}
)


@dataclass(frozen=True, slots=True, eq=False)
class TrainedClassifier:
    """A trained classifier with its metrics and data.

    Attributes:
        network: the Keras model, from scaled images float32 [N, 28, 28, 1] to logits float32 [N, classes].
        scaler: the fitted scikit-learn StandardScaler, over one feature (all pixels) or 784 (each pixel).
        metrics: the content of `metrics.json`.
        images: the test images, uint8 [N, 28, 28].
        labels: their classes, uint8 [N].
        validation_images: uint8 [M, 28, 28].
        validation_labels: their classes, integers [M]; 10 = not a digit.
    """

    network: Any
    scaler: Any
    metrics: dict[str, Any]
    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    validation_images: NDArray[np.uint8]
    validation_labels: NDArray[np.integer]


def load_metrics(folder: Path) -> dict[str, Any]:
    """Read `metrics.json` and compare the other files with the checksums in it.

    Raises:
        ArtifactError: a file is missing, damaged, or not from the training that `metrics.json` describes.
    """
    return read(folder, METRICS, (MODEL, SCALER, TEST, VALIDATION), REQUIRED_KEYS)


def read(folder: Path, name: str, files: tuple[str, ...], keys: frozenset[str]) -> dict[str, Any]:
    """Read the metrics of a training, the JSON file `name`, and compare its other files with the checksums in them.

    Raises:
        ArtifactError: a file is missing, damaged, or not from the training that the metrics describe.
    """
    try:
        metrics: dict[str, Any] = json.loads(_read(folder / name))
        checksums = {file: str(metrics["files"][file]) for file in files}
    except (ValueError, KeyError, TypeError) as error:
        raise ArtifactError(f"{folder / name} is damaged. {RETRAIN_HINT}") from error
    if missing := keys - metrics.keys():
        raise ArtifactError(
            f"{folder / name} does not say {', '.join(sorted(missing))}: another version of this program wrote it. "
            f"{RETRAIN_HINT}"
        )
    for file, expected in checksums.items():
        if hashlib.sha256(_read(folder / file)).hexdigest() != expected:
            raise ArtifactError(
                f"{folder / file} is not the file that {name} tells of: it is damaged, or comes from another "
                f"training. {RETRAIN_HINT}"
            )
    return metrics


def load(folder: Path, metrics: dict[str, Any]) -> TrainedClassifier:
    """Load the files that `load_metrics` has checked; the scaler must not be unpickled before that check.

    Raises:
        ArtifactError: a file cannot be loaded with the installed versions.
    """
    import joblib
    import keras

    try:
        network = keras.saving.load_model(folder / MODEL, compile=False)
        scaler = joblib.load(folder / SCALER)
        with np.load(folder / TEST, allow_pickle=False) as file:
            images, labels = file["images"], file["labels"]
        with np.load(folder / VALIDATION, allow_pickle=False) as file:
            validation_images, validation_labels = file["images"], file["labels"]
    except Exception as error:  # whatever another version of Keras or scikit-learn may raise
        raise ArtifactError(f"The files in {folder} cannot be loaded ({error}). {RETRAIN_HINT}") from error
    if getattr(scaler, "n_features_in_", None) not in (1, 784):
        raise ArtifactError(f"{folder / SCALER} is not a scaler of 1 or 784 features. {RETRAIN_HINT}")
    return TrainedClassifier(network, scaler, metrics, images, labels, validation_images, validation_labels)


def load_rows(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the metrics of each kind of network last trained here, from `report.json`; empty if it is missing."""
    try:
        rows: dict[str, dict[str, Any]] = json.loads((folder / ROWS).read_text())
    except (OSError, ValueError):
        return {}
    return rows


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise ArtifactError(f"{path} is missing. Run `make train` first.") from None
    except OSError as error:
        raise ArtifactError(f"{path} cannot be read: {error.strerror}. {RETRAIN_HINT}") from error
