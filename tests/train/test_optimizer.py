"""What Muon does to the kernels of convolutions, and what it leaves to AdamW."""

import keras
import numpy as np

from train.optimizer import AveragingMuon


def _stepped(shape: tuple[int, ...], name: str) -> np.ndarray:
    """Return by what a variable of zeros changes in one step along random gradients, at a learning rate of 1."""
    variable = keras.Variable(np.zeros(shape, np.float32), name=name)
    optimizer = AveragingMuon(1.0, weight_decay=0.0, adam_weight_decay=0.0, adam_lr_ratio=0.5, exclude_layers=["kind"])
    optimizer.build([variable])
    optimizer.apply([keras.ops.convert_to_tensor(np.random.default_rng(0).normal(size=shape).astype(np.float32))])
    return -np.asarray(variable)


def test_a_kernel_steps_by_as_much_in_every_direction() -> None:
    inputs, outputs = 9 * 4, 8
    step = _stepped((3, 3, 4, 8), "kernel").reshape(inputs, outputs) / (0.2 * inputs**0.5)
    # The five iterations bring all singular values near 1, not to it.
    spread = np.linalg.svd(step, compute_uv=False)
    assert spread.min() > 0.6
    assert spread.max() < 1.3


def test_all_else_steps_as_adamw_does() -> None:
    # AdamW's first step is the learning rate, whatever the gradient.
    for shape, name in (((8,), "gamma"), ((5, 5, 1, 8), "kernel"), ((1, 1, 4, 8), "kind")):
        np.testing.assert_allclose(np.abs(_stepped(shape, name)), 0.5, rtol=1e-3)
