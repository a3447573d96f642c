"""Converts a trained network to steps with float64 weights, which can be folded further and then written as ONNX.

Images are [N, height, width, channels] here, as in Keras.
"""

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

import keras
import numpy as np
from keras import layers
from numpy.typing import NDArray

from export.errors import UnsupportedLayerError

Weights = NDArray[np.float64]
# The name that stands for a network's input among the names of its nodes.
INPUT = "input"


@dataclass(frozen=True, slots=True, eq=False)
class Convolution:
    """`kernel` [height, width, in, out], `bias` [out]; padding "valid" or "same"."""

    kernel: Weights
    bias: Weights
    strides: tuple[int, int]
    padding: str
    dilation: tuple[int, int] = (1, 1)


@dataclass(frozen=True, slots=True, eq=False)
class Dense:
    """`kernel` [in, out], `bias` [out]."""

    kernel: Weights
    bias: Weights


@dataclass(frozen=True, slots=True, eq=False)
class Affine:
    """x * `factor` + `shift` for each channel; both [channels]. A trained batch normalisation is one."""

    factor: Weights
    shift: Weights


@dataclass(frozen=True, slots=True)
class Relu:
    """max(x, 0)."""


@dataclass(frozen=True, slots=True)
class MaxPooling:
    """The largest value in each window, without padding."""

    size: tuple[int, int]
    strides: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Flatten:
    """[N, *shape] to [N, values]."""

    shape: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Upsample:
    """Each pixel becomes 2 x 2 pixels."""


@dataclass(frozen=True, slots=True)
class Sum:
    """The sum of its two inputs."""


Linear = Convolution | Dense
Step = Convolution | Dense | Affine | Relu | MaxPooling | Flatten | Upsample | Sum


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """One step, the name of its layer, and the names of the nodes that it reads; `INPUT` is the network's input."""

    step: Step
    layer: str
    inputs: tuple[str, ...]


def steps(network: keras.Model) -> list[Step]:
    """Convert a chain of layers to its steps, with folded batch normalisations.

    Raises:
        UnsupportedLayerError: the layers are not a plain chain, or one of them is not supported.
    """
    found, _ = nodes(network)
    for node, before in zip(found.values(), [INPUT, *found], strict=False):
        if node.inputs != (before,):
            raise UnsupportedLayerError(f"{network.name} is no plain chain of layers: {node.layer} branches off.")
    return [node.step for node in found.values()]


def nodes(network: keras.Model) -> tuple[dict[str, Node], dict[int, str]]:
    """Convert a network to nodes by name, each after those that it reads, with folded batch normalisations.

    Returns:
        The nodes, and for the id of each Keras tensor the name of the node that computes it.

    Raises:
        UnsupportedLayerError: a layer is not supported.
    """
    found: dict[str, Node] = {}
    names = {id(tensor): INPUT for tensor in network.inputs}
    readers = Counter(id(tensor) for layer in network.layers for tensor in _inputs(layer))
    for layer in network.layers:
        # A network within the network has inputs of its own, which no node computes.
        inputs = tuple(names.get(id(tensor), "") for tensor in _inputs(layer))
        for number, step in enumerate(of_layer(layer)):
            node = Node(step, layer.name, inputs)
            if isinstance(step, Affine):
                before = found.pop(inputs[0], None) if readers[id(layer.input)] == 1 else None
                if before is None or not isinstance(before.step, Linear):
                    raise UnsupportedLayerError(
                        "A batch normalisation stands behind no convolution of its own and no dense layer of its own: "
                        f"{layer.name} cannot be folded."
                    )
                kernel, bias = before.step.kernel * step.factor, before.step.bias * step.factor + step.shift
                node = replace(before, step=replace(before.step, kernel=kernel, bias=bias))
            inputs = (f"{layer.name}/{number}",)
            found[inputs[0]] = node
        if inputs:
            names[id(layer.output)] = inputs[0]
    return found, names


def _inputs(layer: Any) -> list[Any]:
    return [*layer.input] if isinstance(layer.input, list | tuple) else [layer.input]


def of_layer(layer: Any) -> list[Step]:
    """Convert one layer to steps; an input or dropout layer has none.

    Raises:
        UnsupportedLayerError: the layer is not supported.
    """
    match layer:
        case layers.InputLayer() | layers.Dropout():
            return []
        case layers.Conv2D() if layer.groups == 1 and _channels_last(layer):
            convolution = Convolution(*_weights(layer), layer.strides, layer.padding, layer.dilation_rate)
            return [convolution, *_activation(layer)]
        case layers.Dense() if len(layer.input.shape) == 2:
            return [Dense(*_weights(layer)), *_activation(layer)]
        case layers.BatchNormalization() if layer.axis in (-1, len(layer.input.shape) - 1):
            gamma, beta, mean, variance = (
                _array(each) for each in (layer.gamma, layer.beta, layer.moving_mean, layer.moving_variance)
            )
            factor = gamma / np.sqrt(variance + layer.epsilon)
            return [Affine(factor, beta - mean * factor)]
        case layers.ReLU() if layer.max_value is None and not layer.negative_slope and not layer.threshold:
            return [Relu()]
        case layers.MaxPooling2D() if layer.padding == "valid" and _channels_last(layer):
            return [MaxPooling(layer.pool_size, layer.strides)]
        case layers.Flatten() if len(layer.input.shape) == 4 and _channels_last(layer):
            return [Flatten(tuple(layer.input.shape[1:]))]
        case layers.UpSampling2D() if layer.size == (2, 2) and layer.interpolation == "nearest":
            return [Upsample()]
        case layers.Add() if len(layer.input) == 2:
            return [Sum()]
    raise UnsupportedLayerError(
        f"The layer {layer.name} ({type(layer).__name__}, with these options) cannot be exported. "
        "Teach it to export/steps.py, or leave it out of the network."
    )


def _channels_last(layer: Any) -> bool:
    return bool(layer.data_format == "channels_last")


def _activation(layer: Any) -> list[Step]:
    if layer.activation is keras.activations.linear:
        return []
    if layer.activation is keras.activations.relu:
        return [Relu()]
    raise UnsupportedLayerError(f"The activation of {layer.name} is neither linear nor relu.")


def _weights(layer: Any) -> tuple[Weights, Weights]:
    kernel = _array(layer.kernel)
    return kernel, _array(layer.bias) if layer.use_bias else np.zeros(kernel.shape[-1])


def _array(variable: Any) -> Weights:
    return np.asarray(variable, np.float64)
