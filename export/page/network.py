"""Converts the trained page network to nodes, folded in float64, and those to an ONNX graph."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import keras
import numpy as np
import onnx
from onnx import TensorProto, helper

from export.errors import UnsupportedLayerError
from export.graph import Graph
from export.steps import INPUT, Convolution, Node, Relu, Step, Sum, Upsample, nodes

# Pairs of outputs that read the same node: one convolution computes both, which takes less time than two.
OUTPUT_PAIRS = (("writing", "offset"), ("height", "kind"))


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """A convolution that computes two outputs, the node that it reads, and how many channels each output has."""

    step: Convolution
    source: str
    channels: tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """The folded network: its nodes by name, each after those that it reads, and a head for each of `OUTPUT_PAIRS`."""

    nodes: dict[str, Node]
    heads: tuple[Head, ...]

    def convolutions(self) -> list[Convolution]:
        """Return all convolutions in order; no other step has weights."""
        steps = [node.step for node in self.nodes.values()]
        return [step for step in steps if isinstance(step, Convolution)] + [head.step for head in self.heads]


def fold_network(network: keras.Model, scale: float) -> Network:
    """Convert the network to nodes and fold what can be folded.

    That is the batch normalisations, the division of the pixels by 255, and the units of the outputs: `offset` becomes
    pixels, `height` the natural logarithm of pixels.

    Args:
        network: the Keras model, from float32 [N, H, W, 1], 0 to 1, to a dict of all the outputs in `OUTPUT_PAIRS`.
        scale: the unit of its offsets and heights, in pixels.

    Raises:
        UnsupportedLayerError: a layer is not supported, or the outputs are others.
    """
    found, names = nodes(network)
    for node in found.values():
        if not isinstance(node.step, Convolution | Relu | Upsample | Sum):
            raise UnsupportedLayerError(
                f"The layer {node.layer} ({type(node.step).__name__}) has no place in a page network."
            )
    if not isinstance(network.output, dict) or set(network.output) != {name for pair in OUTPUT_PAIRS for name in pair}:
        raise UnsupportedLayerError(f"The outputs of {network.name} are not writing, offset, height and kind.")
    outputs = {name: found.pop(names[id(tensor)]) for name, tensor in network.output.items()}
    heads = tuple(_head(pair, outputs[pair[0]], outputs[pair[1]], scale) for pair in OUTPUT_PAIRS)
    for name, node in found.items():
        if isinstance(node.step, Convolution) and INPUT in node.inputs:
            # This holds at the padded border too: the padding is 0 before and after the division.
            found[name] = replace(node, step=replace(node.step, kernel=node.step.kernel / 255))
    return Network(found, heads)


def build(network: Network, metadata: Mapping[str, str]) -> onnx.ModelProto:
    """Return the checked ONNX graph of the folded network, with `metadata` as its `metadata_props`.

    From `picture` uint8 [1, H, W], H and W multiples of 16, it computes four outputs of float32: `writing` [1, H, W],
    0 to 1; `offset` [1, H/2, W/2, 2] in pixels; `height` [1, H/4, W/4] in pixels; `kind` [1, H/4, W/4, kinds], which
    sum to 1.
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


def _head(pair: tuple[str, str], first: Node, second: Node, scale: float) -> Head:
    """Return the convolution that computes both outputs in the units of the exported file."""
    one, other = _in_units(pair[0], first.step, scale), _in_units(pair[1], second.step, scale)
    if first.inputs != second.inputs or one.kernel.shape[:3] != other.kernel.shape[:3]:
        raise UnsupportedLayerError(f"The outputs {pair[0]} and {pair[1]} are not computed alike from the same layer.")
    kernel = np.concatenate([one.kernel, other.kernel], axis=-1)
    bias = np.concatenate([one.bias, other.bias])
    return Head(replace(one, kernel=kernel, bias=bias), first.inputs[0], (len(one.bias), len(other.bias)))


def _in_units(name: str, step: Step, scale: float) -> Convolution:
    if not isinstance(step, Convolution):
        raise UnsupportedLayerError(f"The output {name} is made by {type(step).__name__}, not by a convolution.")
    factor, shift = {"offset": (scale, 0.0), "height": (math.log(2), math.log(scale))}.get(name, (1.0, 0.0))
    return replace(step, kernel=step.kernel * factor, bias=step.bias * factor + shift)


def _split(graph: Graph, tensor: str, channels: tuple[int, int]) -> tuple[str, str]:
    outputs = (f"{tensor}_first", f"{tensor}_second")
    graph.add("Split", np.array(channels), of=[tensor], outputs=outputs, axis=1)
    return outputs
