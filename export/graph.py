"""Folded steps as an ONNX graph, of the few nodes that onnxruntime runs fast."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from export.steps import Convolution, Dense, Flatten, GlobalAveragePooling, MaxPooling, Relu, Step

# Both are older than the oldest onnxruntime that pyproject.toml allows.
OPSET, IR_VERSION = 17, 8


def build(steps: list[Step], metadata: Mapping[str, str]) -> onnx.ModelProto:
    """Return the checked graph from `image` uint8 [N, 28, 28] to `probabilities` float32 [N, classes].

    The tensor before the softmax is called `logits`; the temperature is in them already.

    Args:
        steps: from raw pixels to logits, all folded, channels first.
        metadata: written into the file's `metadata_props`.
    """
    graph = _Graph()
    graph.add("Cast", to=TensorProto.FLOAT)
    if not isinstance(steps[0], Flatten):
        graph.add("Reshape", np.array([-1, 1, 28, 28], np.int64))
    for step in steps:
        _add(graph, step)
    graph.rename_last("logits")
    graph.add("Softmax", axis=1)
    graph.rename_last("probabilities")
    last = steps[-1]
    assert isinstance(last, Dense)  # noqa: S101 - fold.temperature has seen to it
    return graph.model(len(last.bias), metadata)


class _Graph:
    """A chain of nodes: each reads what the last one wrote."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._weights: list[onnx.TensorProto] = []

    def add(self, operator: str, *weights: np.ndarray[Any, Any], **attributes: Any) -> None:
        name = f"{operator.lower()}_{len(self._nodes)}"
        inputs = [self._nodes[-1].output[0] if self._nodes else "image"]
        for number, array in enumerate(weights):
            inputs.append(f"{name}_{number}")
            self._weights.append(numpy_helper.from_array(np.ascontiguousarray(array), inputs[-1]))
        self._nodes.append(helper.make_node(operator, inputs, [name], name=name, **attributes))

    def rename_last(self, output: str) -> None:
        self._nodes[-1].output[0] = output

    def model(self, classes: int, metadata: Mapping[str, str]) -> onnx.ModelProto:
        graph = helper.make_graph(
            self._nodes,
            "digits",
            [helper.make_tensor_value_info("image", TensorProto.UINT8, ["N", 28, 28])],
            [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["N", classes])],
            self._weights,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="digits")
        model.ir_version = IR_VERSION
        helper.set_model_props(model, dict(sorted(metadata.items())))
        onnx.checker.check_model(model, full_check=True)
        return model


def _add(graph: _Graph, step: Step) -> None:
    match step:
        case Convolution():
            # ONNX has them [out, in, height, width].
            kernel = step.kernel.transpose(3, 2, 0, 1).astype(np.float32)
            padding = "SAME_UPPER" if step.padding == "same" else "VALID"
            graph.add("Conv", kernel, step.bias.astype(np.float32), strides=step.strides, auto_pad=padding)
        case Dense():
            graph.add("Gemm", step.kernel.astype(np.float32), step.bias.astype(np.float32))
        case Relu():
            graph.add("Relu")
        case MaxPooling():
            graph.add("MaxPool", kernel_shape=step.size, strides=step.strides)
        case GlobalAveragePooling():
            graph.add("GlobalAveragePool")
            graph.add("Flatten")
        case Flatten():
            graph.add("Flatten")
        case _:
            raise TypeError(step)
