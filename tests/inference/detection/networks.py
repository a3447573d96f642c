"""Page networks of a few nodes, without training: what is dark is writing, and all of it is of one kind."""

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from synthesis.kinds import KINDS


def write(path: Path, kind: str = "7", kinds: tuple[str, ...] = KINDS, *, named: str = "picture") -> Path:
    """Write a file with the signature of the page network; every cell votes for itself, at a height of 32 pixels.

    Args:
        path: of the file.
        kind: what everything is said to be.
        kinds: the metadata's.
        named: the input's name.
    """
    row = np.full(len(KINDS), 0.01, np.float32)
    row[KINDS.index(kind)] = 1 - 0.01 * (len(KINDS) - 1)
    constants = {
        "scale": np.float32(-1 / 255),
        "one": np.float32(1),
        "zero": np.float32(0),
        "tall": np.float32(32),
        "last": np.array([3], np.int64),
        "channel": np.array([1], np.int64),
        "row": row.reshape(1, 1, 1, -1),
    }
    nodes = [
        helper.make_node("Cast", [named], ["grey"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["grey", "scale"], ["dark"]),
        helper.make_node("Add", ["dark", "one"], ["writing"]),
        helper.make_node("Unsqueeze", ["writing", "channel"], ["plane"]),
        helper.make_node("AveragePool", ["plane"], ["half"], kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("AveragePool", ["half"], ["quarter"], kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Squeeze", ["half", "channel"], ["half3"]),
        helper.make_node("Squeeze", ["quarter", "channel"], ["quarter3"]),
        helper.make_node("Mul", ["half3", "zero"], ["nowhere"]),
        helper.make_node("Unsqueeze", ["nowhere", "last"], ["nowhere4"]),
        helper.make_node("Concat", ["nowhere4", "nowhere4"], ["offset"], axis=3),
        helper.make_node("Mul", ["quarter3", "zero"], ["low"]),
        helper.make_node("Add", ["low", "tall"], ["height"]),
        helper.make_node("Unsqueeze", ["low", "last"], ["low4"]),
        helper.make_node("Add", ["low4", "row"], ["kind"]),
    ]
    floats = TensorProto.FLOAT
    outputs = [
        helper.make_tensor_value_info("writing", floats, [1, "h", "w"]),
        helper.make_tensor_value_info("offset", floats, [1, "h2", "w2", 2]),
        helper.make_tensor_value_info("height", floats, [1, "h4", "w4"]),
        helper.make_tensor_value_info("kind", floats, [1, "h4", "w4", len(KINDS)]),
    ]
    picture = helper.make_tensor_value_info(named, TensorProto.UINT8, [1, "h", "w"])
    graph = helper.make_graph(
        nodes, "page", [picture], outputs, [numpy_helper.from_array(np.asarray(v), k) for k, v in constants.items()]
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    helper.set_model_props(model, {"name": "digits-page", "version": "0", "kinds": json.dumps(kinds), "scale": "32"})
    onnx.save(model, path)
    return path
