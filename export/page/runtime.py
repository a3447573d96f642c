"""Runs the exported page network as the server does: by onnxruntime, in one thread."""

from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

Outputs = dict[str, NDArray[np.float32]]


class Runtime:
    """A loaded ONNX file.

    Args:
        path: the file's path.
    """

    def __init__(self, path: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        self._names = [output.name for output in self._session.get_outputs()]

    def run(self, picture: NDArray[np.uint8]) -> Outputs:
        """Return the outputs for a picture uint8 [H, W], by name and without the batch axis."""
        outputs = self._session.run(self._names, {"picture": picture[np.newaxis]})
        return {name: output[0] for name, output in zip(self._names, outputs, strict=True)}
