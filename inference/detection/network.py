"""Loads the page network's file, and runs it in one onnxruntime session."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import onnxruntime

from inference.detection.maps import KIND_CELL_PX, OFFSET_CELL_PX, Grey, Maps
from inference.errors import InvalidModelError
from inference.session import REBUILD_HINT, FileInfo, open_session

# Input sides are padded to a multiple of this, because the network halves its picture four times.
SIDE_MULTIPLE_PX = 16
OUTPUTS = ("writing", "offset", "height", "kind")
DIGITS = tuple("0123456789")
OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageInfo(FileInfo):
    """The metadata of the page network's file.

    Attributes:
        kinds: the meaning of each column of the output `kind`: the ten digits, the signs, and last "other".
    """

    kinds: tuple[str, ...]


class PageNetwork:
    """The page network: computes the maps of a grey picture.

    Args:
        path: an ONNX file with the input `picture` uint8 [1, H, W] and the outputs `writing`, `offset`, `height` and
            `kind`, float32, shaped as in `Maps` with a batch dimension of 1 in front.

    Raises:
        ModelNotFoundError: there is no such file.
        InvalidModelError: the file is not ONNX, or has other inputs, outputs or kinds.
    """

    def __init__(self, path: Path) -> None:
        self._session, file = open_session(path, sizes_vary=True)
        _check_signature(self._session, path)
        self.info = _info(self._session, file, path)

    def __call__(self, grey: Grey) -> Maps:
        """Return the maps of a whole picture, uint8 [H, W], 0 = black. Memory grows with its size: see `tiles.tiled`.

        Raises:
            ValueError: the picture has another dtype or shape.
        """
        if grey.dtype != np.uint8 or grey.ndim != 2 or not grey.size:
            raise ValueError(f"expected uint8 [H, W], got {grey.dtype} {list(grey.shape)}")
        height, width = grey.shape
        below, beside = -height % SIDE_MULTIPLE_PX, -width % SIDE_MULTIPLE_PX
        padded = np.pad(grey, ((0, below), (0, beside)), mode="edge")
        writing, offset, tall, kind = self._session.run(list(OUTPUTS), {"picture": padded[None]})
        half = (slice(-(-height // OFFSET_CELL_PX)), slice(-(-width // OFFSET_CELL_PX)))
        quarter = (slice(-(-height // KIND_CELL_PX)), slice(-(-width // KIND_CELL_PX)))
        return Maps(writing[0, :height, :width], offset[0][half], tall[0][quarter], kind[0][quarter])


def _check_signature(session: onnxruntime.InferenceSession, path: Path) -> None:
    inputs = [(each.name, each.type, len(each.shape)) for each in session.get_inputs()]
    outputs = {each.name: (each.type, len(each.shape)) for each in session.get_outputs()}
    expected = {name: ("tensor(float)", rank) for name, rank in zip(OUTPUTS, (3, 4, 3, 4), strict=True)}
    if inputs != [("picture", "tensor(uint8)", 3)] or outputs != expected:
        raise InvalidModelError(
            f"{path} is an ONNX file, but no page network: it needs the input picture uint8 [1, H, W] and the outputs "
            f"{', '.join(OUTPUTS)}; it has inputs {inputs} and outputs {outputs}. {REBUILD_HINT}"
        )


def _info(session: onnxruntime.InferenceSession, file: FileInfo, path: Path) -> PageInfo:
    try:
        kinds = tuple(str(kind) for kind in json.loads(file.metadata.get("kinds", "[]")))
    except ValueError as error:
        raise InvalidModelError(f"The metadata of {path} cannot be read: {error}. {REBUILD_HINT}") from error
    columns = next(each.shape[-1] for each in session.get_outputs() if each.name == "kind")
    if kinds[:10] != DIGITS or kinds[-1] != OTHER or columns not in (len(kinds), None):
        raise InvalidModelError(
            f"{path} names the kinds {list(kinds)} for {columns} columns; they must be the digits 0 to 9, signs, and "
            f"last {OTHER!r}. {REBUILD_HINT}"
        )
    return PageInfo(kinds=kinds, **asdict(file))
