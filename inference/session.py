"""Opens a model file in an onnxruntime session."""

import hashlib
from pathlib import Path
from typing import Any

import onnxruntime

from inference.errors import InvalidModelError, ModelNotFoundError

REBUILD_HINT = "Run `make train export` to build it."


def open_session(path: Path, *, sizes_vary: bool = False) -> tuple[onnxruntime.InferenceSession, dict[str, Any]]:
    """Return a session of one thread for an ONNX file, and the file's `name`, `version`, `sha256`, `size`, `metadata`.

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
    about = {"name": metadata.get("name", path.stem), "version": metadata.get("version", "unknown")}
    sha256 = hashlib.sha256(content).hexdigest()
    return session, {**about, "sha256": sha256, "size": len(content), "metadata": metadata}
