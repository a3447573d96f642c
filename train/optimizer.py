"""Defines the optimizer: Muon for kernels of convolutions, AdamW for the rest; with a moving average of the weights."""

import math
from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="digits")
class AveragingMuon(keras.optimizers.Muon):
    """Muon that averages the weights, and treats a convolution's kernel as a matrix; AdamW trains the other weights.

    Source: Jordan et al., "Muon: An optimizer for hidden layers in neural networks", 2024 (kernels as matrices of
    outputs by all the rest); Liu et al., "Muon is Scalable for LLM Training", arXiv 2502.16982, section 2.2 (the
    size of the step, such that AdamW's learning rate fits).
    """

    def finalize_variable_values(self, var_list: Any) -> None:
        """Keep the weights; Keras would replace them by their average after each call of `fit`, here each epoch."""

    def average(self, model: keras.Model) -> None:
        """Replace the weights by their moving average (Polyak and Juditsky, 1992)."""
        super().finalize_variable_values(model.trainable_weights)

    def _should_use_adamw(self, variable: Any) -> bool:
        # A kernel is [height, width, inputs, outputs]; the first one has an image as input, not feature maps.
        return (
            len(variable.shape) != 4
            or variable.shape[2] == 1
            or any(name in variable.path for name in self.exclude_layers)
        )

    def zeropower_via_newtonschulz5(self, x: Any, steps: int) -> Any:
        """Return approximately the orthogonal matrix nearest to a kernel's update, in the kernel's shape.

        The product of the iteration's factors depends on x'x alone, which is much smaller than x, so x is multiplied
        only once, by this product: the same numbers in less than half the time.
        """
        matrix = ops.reshape(x, (-1, x.shape[-1]))
        matrix = matrix / (ops.norm(matrix) + 1e-7)
        wide = matrix.shape[0] < matrix.shape[1]
        gram = matrix @ ops.transpose(matrix) if wide else ops.transpose(matrix) @ matrix
        whole = eye = ops.eye(gram.shape[0], dtype=gram.dtype)
        for step in range(steps):
            factor = self.muon_a * eye + self.muon_b * gram + self.muon_c * (gram @ gram)
            whole = whole @ factor
            if step < steps - 1:
                gram = factor @ gram @ factor
        return ops.reshape(whole @ matrix if wide else matrix @ whole, x.shape)

    def lr_adjust(self, x: Any) -> Any:
        """Scale the update to the size of AdamW's, whatever the kernel's shape."""
        *rest, outputs = x.shape
        return x * (self.rms_rate * max(math.prod(rest), outputs) ** 0.5)
