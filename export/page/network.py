"""Converts the trained page network to a graph of nodes, folded in float64, which can then be written as ONNX."""

import math
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

import keras
import numpy as np

from export import fold
from export.errors import UnsupportedLayerError
from export.steps import Affine, Convolution, Relu, Sum, Upsample, of_layer

PICTURE = "picture"
# Pairs of outputs that read the same node: one convolution computes both, which takes less time than two.
OUTPUT_PAIRS = (("writing", "offset"), ("height", "kind"))


Computed = Convolution | Relu | Upsample | Sum


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """One step and the names of the nodes that it reads; `PICTURE` is the network's input."""

    step: Computed
    inputs: tuple[str, ...]


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
    nodes, names = _nodes(network)
    if not isinstance(network.output, dict) or set(network.output) != {name for pair in OUTPUT_PAIRS for name in pair}:
        raise UnsupportedLayerError(f"The outputs of {network.name} are not writing, offset, height and kind.")
    outputs = {name: nodes.pop(names[id(tensor)]) for name, tensor in network.output.items()}
    heads = tuple(_head(pair, outputs[pair[0]], outputs[pair[1]], scale) for pair in OUTPUT_PAIRS)
    for name, node in nodes.items():
        if isinstance(node.step, Convolution) and PICTURE in node.inputs:
            # This holds at the padded border too: the padding is 0 before and after the division.
            nodes[name] = replace(node, step=replace(node.step, kernel=node.step.kernel / 255))
    return Network(nodes, heads)


def _nodes(network: keras.Model) -> tuple[dict[str, Node], dict[int, str]]:
    """Return the nodes, with folded batch normalisations, and for the id of each Keras tensor the node's name."""
    nodes: dict[str, Node] = {}
    names = {id(tensor): PICTURE for tensor in network.inputs}
    readers = Counter(id(tensor) for layer in network.layers for tensor in _inputs(layer))
    for layer in network.layers:
        inputs = tuple(names[id(tensor)] for tensor in _inputs(layer))
        for number, step in enumerate(of_layer(layer)):
            if isinstance(step, Affine):
                before = nodes.pop(inputs[0], None) if readers[id(layer.input)] == 1 else None
                if before is None or not isinstance(before.step, Convolution):
                    raise UnsupportedLayerError(
                        f"{layer.name} cannot be folded: no convolution of its own is before it."
                    )
                node = Node(fold.normalisation(before.step, step), before.inputs)
            elif isinstance(step, Computed):
                node = Node(step, inputs)
            else:
                raise UnsupportedLayerError(
                    f"The layer {layer.name} ({type(layer).__name__}) has no place in a page network."
                )
            name = f"{layer.name}/{number}"
            nodes[name] = node
            inputs = (name,)
        if inputs:
            names[id(layer.output)] = inputs[0]
    return nodes, names


def _inputs(layer: Any) -> list[Any]:
    return [*layer.input] if isinstance(layer.input, list | tuple) else [layer.input]


def _head(pair: tuple[str, str], first: Node, second: Node, scale: float) -> Head:
    """Return the convolution that computes both outputs in the units of the exported file."""
    one, other = _in_units(pair[0], first.step, scale), _in_units(pair[1], second.step, scale)
    if first.inputs != second.inputs or one.kernel.shape[:3] != other.kernel.shape[:3]:
        raise UnsupportedLayerError(f"The outputs {pair[0]} and {pair[1]} are not computed alike from the same layer.")
    kernel = np.concatenate([one.kernel, other.kernel], axis=-1)
    bias = np.concatenate([one.bias, other.bias])
    return Head(replace(one, kernel=kernel, bias=bias), first.inputs[0], (len(one.bias), len(other.bias)))


def _in_units(name: str, step: Computed, scale: float) -> Convolution:
    if not isinstance(step, Convolution):
        raise UnsupportedLayerError(f"The output {name} is made by {type(step).__name__}, not by a convolution.")
    factor, shift = {"offset": (scale, 0.0), "height": (math.log(2), math.log(scale))}.get(name, (1.0, 0.0))
    return replace(step, kernel=step.kernel * factor, bias=step.bias * factor + shift)
