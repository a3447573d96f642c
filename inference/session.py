"""Opens a model file in an onnxruntime session, and reads what any model file says of itself."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import onnxruntime

from inference.errors import InvalidModelError, ModelNotFoundError

REBUILD_HINT = "Run `make train export` to build it."


@dataclass(frozen=True, slots=True, kw_only=True)
class FileInfo:
    """The metadata that every model file has.

    Attributes:
        name, version: as the export wrote them.
        sha256: of the file.
        size: of the file, in bytes.
        metadata: every entry of the file's `metadata_props`.
    """

    name: str
    version: str
    sha256: str
    size: int
    metadata: Mapping[str, str]


def open_session(path: Path, *, sizes_vary: bool = False) -> tuple[onnxruntime.InferenceSession, FileInfo]:
    """Return a session of one thread for an ONNX file, and the file's metadata.

    Args:
        path: of the file.
        sizes_vary: whether inputs have many sizes. Then no memory is planned in advance, which would add up over sizes.

    Raises:
        ModelNotFoundError: there is no such file, or it cannot be opened.
        InvalidModelError: the file is not ONNX.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise ModelNotFoundError(f"There is no model file at {path}. {REBUILD_HINT}") from None
    except OSError as error:
        reason = error.strerror or error
        raise ModelNotFoundError(f"The model file {path} cannot be opened: {reason}. {REBUILD_HINT}") from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.enable_mem_pattern = not sizes_vary
    # onnxruntime's own messages name C++ files and lines; the errors raised here say what to do.
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's errors share no base class
        raise InvalidModelError(f"{path} is not a complete ONNX file. {REBUILD_HINT}") from error
    metadata = dict(session.get_modelmeta().custom_metadata_map)
    return session, FileInfo(
        name=metadata.get("name", path.stem),
        version=metadata.get("version", "unknown"),
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        metadata=metadata,
    )
