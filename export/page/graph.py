"""Builds the ONNX graph of the folded page network, with only the few kinds of nodes that onnxruntime runs fast."""

from collections.abc import Mapping

import numpy as np
import onnx
from onnx import TensorProto, helper

from export.graph import Graph
from export.page.network import Network
from export.steps import INPUT


def build(network: Network, metadata: Mapping[str, str]) -> onnx.ModelProto:
    """Return the checked graph, from `picture` uint8 [1, H, W], H and W multiples of 16, to four outputs of float32.

    `writing` [1, H, W], 0 to 1; `offset` [1, H/2, W/2, 2] in pixels; `height` [1, H/4, W/4] in pixels; `kind`
    [1, H/4, W/4, kinds], which sum to 1.

    Args:
        network: the folded network.
        metadata: written into the file's `metadata_props`.
    """
    graph = Graph("picture")
    graph.add("Cast", to=TensorProto.FLOAT)
    tensors = {INPUT: graph.add("Unsqueeze", np.array([1]))}
    for name, node in network.nodes.items():
        tensors[name] = graph.add_step(node.step, [tensors[each] for each in node.inputs])
    (pixels, offset), (height, kind) = (
        _split(graph, graph.convolve(head.step, [tensors[head.source]]), head.channels) for head in network.heads
    )
    graph.add("DepthToSpace", of=[pixels], blocksize=2)
    graph.add("Sigmoid")
    graph.add("Squeeze", np.array([1]), outputs=["writing"])
    graph.add("Transpose", of=[offset], perm=[0, 2, 3, 1], outputs=["offset"])
    graph.add("Exp", of=[height])
    graph.add("Squeeze", np.array([1]), outputs=["height"])
    graph.add("Transpose", of=[kind], perm=[0, 2, 3, 1])
    graph.add("Softmax", axis=-1, outputs=["kind"])
    shapes: dict[str, list[int | str]] = {
        "writing": [1, "H", "W"],
        "offset": [1, "H/2", "W/2", 2],
        "height": [1, "H/4", "W/4"],
        "kind": [1, "H/4", "W/4", network.heads[1].channels[1]],
    }
    return graph.model(
        "digits-page",
        helper.make_tensor_value_info("picture", TensorProto.UINT8, [1, "H", "W"]),
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in shapes.items()],
        metadata,
    )


def _split(graph: Graph, tensor: str, channels: tuple[int, int]) -> tuple[str, str]:
    outputs = (f"{tensor}_first", f"{tensor}_second")
    graph.add("Split", np.array(channels), of=[tensor], outputs=outputs, axis=1)
    return outputs
