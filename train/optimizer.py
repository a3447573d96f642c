"""AdamW with a moving average of the weights."""

from typing import Any

import keras


@keras.saving.register_keras_serializable(package="digits")
class AveragingAdamW(keras.optimizers.AdamW):
    """AdamW that keeps a moving average of the weights, and puts it in their place only when asked to.

    Keras' own does so at the end of each call of `fit`, which here is each epoch.
    """

    def finalize_variable_values(self, var_list: Any) -> None:
        """Leave the weights as they are."""

    def average(self, model: keras.Model) -> None:
        """Put the average in the place of the weights (Polyak and Juditsky, 1992)."""
        super().finalize_variable_values(model.trainable_weights)
