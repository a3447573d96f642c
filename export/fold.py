"""Folds linear steps into the neighbouring convolution or dense layer, so that they cost no computation.

All folding is done in float64; the result is rounded once, when the graph is written.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from export.errors import UnsupportedLayerError
from export.steps import Convolution, Dense, Flatten, Linear, Step, Weights


def fold_all(steps: list[Step], mean: Weights, scale: Weights, divisor: float, shift: float = 0.0) -> list[Step]:
    """Fold the scaler and the calibration, and convert the weights to channels first.

    Args:
        steps: the steps of a network from scaled images to logits.
        mean: the scaler's `mean_`, [1] or [784].
        scale: the scaler's `scale_`, [1] or [784]. Not the root of `var_`: for pixels that never change, `scale_` is 1
            and that root is 0.
        divisor: the temperature of the calibration.
        shift: what the calibration subtracts from the logit of "not a digit", before it divides by the temperature.

    Raises:
        UnsupportedLayerError: something cannot be folded.
    """
    return channels_first(calibration(scaler(steps, mean, scale), divisor, shift))


def sha256(steps: Iterable[Step]) -> str:
    """Return the checksum of all weights, rounded to float32 as they are written."""
    digest = hashlib.sha256()
    for step in steps:
        if isinstance(step, Linear):
            digest.update(step.kernel.astype(np.float32).tobytes())
            digest.update(step.bias.astype(np.float32).tobytes())
    return digest.hexdigest()


def scaler(steps: list[Step], mean: Weights, scale: Weights) -> list[Step]:
    """Fold (pixel - mean) / scale into the first dense layer or convolution.

    Raises:
        UnsupportedLayerError: the first layer pads its input (the padding is 0 in the scaled image, but not in the raw
            one), or it is a convolution, whose weights are the same for all pixels, and each pixel has its own scale.
    """
    index = 1 if isinstance(steps[0], Flatten) else 0
    first = steps[index]
    if isinstance(first, Dense):
        kernel = first.kernel / scale.reshape(-1, 1)
        moved = (mean.reshape(-1, 1) * kernel).sum(axis=0)
    elif isinstance(first, Convolution) and first.padding == "valid" and scale.size == 1:
        kernel = first.kernel / scale
        moved = (mean * kernel).sum(axis=(0, 1, 2))
    else:
        raise UnsupportedLayerError(
            "The scaling folds exactly only into a first dense layer, or into a first convolution without padding and "
            f"with one scale for all pixels; here it is {type(first).__name__}, the scaler has {scale.size} scales."
        )
    return [*steps[:index], replace(first, kernel=kernel, bias=first.bias - moved), *steps[index + 1 :]]


def calibration(steps: list[Step], divisor: float, shift: float) -> list[Step]:
    """Fold the calibration into the last layer: subtract the shift from the eleventh logit, then divide all logits.

    Raises:
        UnsupportedLayerError: the last layer is not dense.
    """
    last = steps[-1]
    if not isinstance(last, Dense):
        raise UnsupportedLayerError(f"The network ends with {type(last).__name__}, not with a dense layer of logits.")
    bias = last.bias.copy()
    bias[10:] -= shift
    return [*steps[:-1], replace(last, kernel=last.kernel / divisor, bias=bias / divisor)]


def channels_first(steps: list[Step]) -> list[Step]:
    """Reorder the kernel of each dense layer after a Flatten for feature maps [N, channels, height, width]."""
    turned: list[Step] = []
    for step in steps:
        before = turned[-1] if turned else None
        if isinstance(step, Dense) and isinstance(before, Flatten):
            kernel = step.kernel.reshape(*before.shape, -1).transpose(2, 0, 1, 3).reshape(step.kernel.shape)
            turned.append(replace(step, kernel=np.ascontiguousarray(kernel)))
        else:
            turned.append(step)
    return turned
