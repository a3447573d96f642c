"""Builds an ONNX graph from folded steps, with only the few kinds of nodes that onnxruntime runs fast."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from export.steps import Convolution, Dense, Flatten, MaxPooling, Relu, Step, Sum, Upsample

# Versions of the ONNX operators and file format; both are older than the oldest onnxruntime in pyproject.toml.
OPSET, IR_VERSION = 17, 8


def build(steps: list[Step], metadata: Mapping[str, str]) -> onnx.ModelProto:
    """Return the checked graph from `image` uint8 [N, 28, 28] to `probabilities` float32 [N, classes].

    The tensor before the softmax is called `logits`; it is already divided by the temperature.

    Args:
        steps: from raw pixels to logits, all folded, channels first.
        metadata: written into the file's `metadata_props`.
    """
    graph = Graph("image")
    graph.add("Cast", to=TensorProto.FLOAT)
    if not isinstance(steps[0], Flatten):
        graph.add("Reshape", np.array([-1, 1, 28, 28], np.int64))
    *body, last = steps
    for step in body:
        graph.add_step(step)
    assert isinstance(last, Dense)  # noqa: S101 - fold.calibration has checked it
    graph.add("Gemm", last.kernel.astype(np.float32), last.bias.astype(np.float32), outputs=["logits"])
    graph.add("Softmax", axis=1, outputs=["probabilities"])
    return graph.model(
        "digits",
        helper.make_tensor_value_info("image", TensorProto.UINT8, ["N", 28, 28]),
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["N", len(last.bias)])],
        metadata,
    )


class Graph:
    """An ONNX graph under construction; its nodes are in the order in which they were added.

    Args:
        source: the name of the graph's input.
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self._nodes: list[onnx.NodeProto] = []
        self._weights: list[onnx.TensorProto] = []

    def add(
        self,
        operator: str,
        *weights: np.ndarray[Any, Any],
        of: Sequence[str] = (),
        outputs: Sequence[str] = (),
        **attributes: Any,
    ) -> str:
        """Add a node and return the name of its first output.

        Args:
            operator: the ONNX operator.
            weights: its constant inputs, which follow the tensors in `of`.
            of: the names of the tensors that it reads; by default the first output of the last node.
            outputs: the names of its outputs; by default a single one, called like the node.
            attributes: the operator's attributes.
        """
        name = f"{operator.lower()}_{len(self._nodes)}"
        inputs = list(of) or [self._nodes[-1].output[0] if self._nodes else self._source]
        for number, array in enumerate(weights):
            inputs.append(f"{name}_{number}")
            self._weights.append(numpy_helper.from_array(np.ascontiguousarray(array), inputs[-1]))
        node = helper.make_node(operator, inputs, list(outputs) or [name], name=name, **attributes)
        self._nodes.append(node)
        return str(node.output[0])

    def add_step(self, step: Step, of: Sequence[str] = ()) -> str:
        """Add the nodes of a step that reads the tensors `of`, as in `add`, and return the name of its output."""
        match step:
            case Convolution():
                return self.convolve(step, of)
            case Dense():
                return self.add("Gemm", step.kernel.astype(np.float32), step.bias.astype(np.float32), of=of)
            case Relu():
                return self.add("Relu", of=of)
            case MaxPooling():
                return self.add("MaxPool", of=of, kernel_shape=step.size, strides=step.strides)
            case Flatten():
                return self.add("Flatten", of=of)
            case Sum():
                return self.add("Add", of=of)
            case Upsample():
                # The empty name stands for the region of interest, which this mode does not need.
                return self.add(
                    "Resize",
                    np.array([1, 1, 2, 2], np.float32),
                    of=[*of, ""],
                    mode="nearest",
                    coordinate_transformation_mode="asymmetric",
                    nearest_mode="floor",
                )
        raise TypeError(step)

    def convolve(self, step: Convolution, of: Sequence[str] = ()) -> str:
        """Add a convolution that pads as Keras does, for images of any size."""
        # ONNX kernels are [out, in, height, width].
        kernel, bias = step.kernel.transpose(3, 2, 0, 1).astype(np.float32), step.bias.astype(np.float32)
        if step.dilation == (1, 1):
            padding = "SAME_UPPER" if step.padding == "same" else "VALID"
            return self.add("Conv", kernel, bias, of=of, strides=step.strides, auto_pad=padding)
        # With a dilation, onnxruntime supports no automatic padding, and Keras no strides.
        reach = [
            d * (size - 1) if step.padding == "same" else 0
            for d, size in zip(step.dilation, kernel.shape[2:], strict=True)
        ]
        before = [size // 2 for size in reach]
        pads = [*before, *(size - first for size, first in zip(reach, before, strict=True))]
        return self.add("Conv", kernel, bias, of=of, dilations=step.dilation, pads=pads)

    def model(
        self, name: str, source: onnx.ValueInfoProto, outputs: list[onnx.ValueInfoProto], metadata: Mapping[str, str]
    ) -> onnx.ModelProto:
        """Return the finished model, after ONNX's own checks."""
        graph = helper.make_graph(self._nodes, name, [source], outputs, self._weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="digits")
        model.ir_version = IR_VERSION
        helper.set_model_props(model, dict(sorted(metadata.items())))
        onnx.checker.check_model(model, full_check=True)
        return model
