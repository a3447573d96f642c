"""The exported page network, run as it is served: by onnxruntime, in one thread."""

from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

Outputs = dict[str, NDArray[np.float32]]


class Runtime:
    """A file, loaded.

    Args:
        path: of the file.
    """

    def __init__(self, path: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        self._names = [output.name for output in self._session.get_outputs()]

    def run(self, picture: NDArray[np.uint8]) -> Outputs:
        """Return each output for a picture uint8 [H, W], without its first axis."""
        outputs = self._session.run(self._names, {"picture": picture[np.newaxis]})
        return {name: output[0] for name, output in zip(self._names, outputs, strict=True)}
