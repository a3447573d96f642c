"""Loads the classifier's file, and runs it in one onnxruntime session."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from inference.errors import InvalidModelError
from inference.recognition.normalise import SIDE
from inference.session import REBUILD_HINT, FileInfo, open_session

# Most images in one run, because a run holds all activations of its images, and onnxruntime keeps that memory.
CHUNK_IMAGES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelInfo(FileInfo):
    """The metadata of the classifier's file.

    Attributes:
        classes: the meaning of each output column.
        threshold: the smallest probability of a digit at which it is accepted rather than refused.
        reject_threshold: the largest probability of "not a digit" at which a digit is accepted.
        test_accuracy: on MNIST's 10,000 test images, 0 to 1; None where the file does not say.
    """

    classes: tuple[str, ...]
    threshold: float
    reject_threshold: float
    test_accuracy: float | None

    def answers(self, probabilities: NDArray[np.floating]) -> NDArray[np.bool_]:
        """Return for each row of probabilities, [N, 10 or 11], whether a digit is accepted by them alone, bool [N]."""
        none = probabilities[:, 10:] > self.reject_threshold
        return np.asarray((probabilities[:, :10].max(axis=1) >= self.threshold) & ~none.any(axis=1))


class Classifier:
    """The classifier: computes calibrated probabilities of images of 28x28 pixels.

    Args:
        path: an ONNX file with the input `image` uint8 [N, 28, 28] and the output `probabilities` float32 [N, C], C
            being 11 (the digits, and "not a digit") or 10.

    Raises:
        ModelNotFoundError: there is no such file.
        InvalidModelError: the file is not ONNX, or has other inputs, outputs or metadata.
    """

    def __init__(self, path: Path) -> None:
        self._session, file = open_session(path)
        self.info = _info(file, _check_signature(self._session, path), path)
        self(np.zeros((1, SIDE, SIDE), np.uint8))

    def __call__(self, batch: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Classify uint8 [N, 28, 28] (0 = paper, 255 = ink) into float32 [N, C]; rows sum to 1.

        Raises:
            ValueError: the batch has another dtype or shape.
        """
        if batch.dtype != np.uint8 or batch.shape[1:] != (SIDE, SIDE):
            raise ValueError(f"expected uint8 [N, 28, 28], got {batch.dtype} {list(batch.shape)}")
        # An empty batch takes one run too, which gives the number of columns.
        parts = [batch[at : at + CHUNK_IMAGES] for at in range(0, max(len(batch), 1), CHUNK_IMAGES)]
        return np.concatenate([self._session.run(["probabilities"], {"image": part})[0] for part in parts])


def _check_signature(session: onnxruntime.InferenceSession, path: Path) -> int:
    """Return the number of output columns."""
    inputs = [(each.name, each.type, each.shape[1:]) for each in session.get_inputs()]
    outputs = [(each.name, each.type) for each in session.get_outputs()]
    columns = session.get_outputs()[0].shape[-1] if outputs else None
    if (
        inputs != [("image", "tensor(uint8)", [SIDE, SIDE])]
        or outputs != [("probabilities", "tensor(float)")]
        or columns not in (10, 11)
    ):
        raise InvalidModelError(
            f"{path} is an ONNX file, but no digit classifier: it needs the input image uint8 [N, 28, 28] and the "
            f"output probabilities float32 [N, 10 or 11]; it has inputs {inputs} and outputs {outputs}. {REBUILD_HINT}"
        )
    return int(columns)


def _info(file: FileInfo, columns: int, path: Path) -> ModelInfo:
    metadata = file.metadata
    default = [str(digit) for digit in range(10)] + ["not a digit"]
    try:
        info = ModelInfo(
            classes=tuple(str(name) for name in json.loads(metadata.get("classes", json.dumps(default[:columns])))),
            threshold=float(metadata.get("threshold", 0.0)),
            reject_threshold=float(metadata.get("reject_threshold", 0.5)),
            test_accuracy=float(metadata["test_accuracy"]) if "test_accuracy" in metadata else None,
            **asdict(file),
        )
    except ValueError as error:
        raise InvalidModelError(f"The metadata of {path} cannot be read: {error}. {REBUILD_HINT}") from error
    if len(info.classes) != columns:
        raise InvalidModelError(f"{path} names {len(info.classes)} classes but has {columns} outputs. {REBUILD_HINT}")
    return info
