"""Builds the classifiers: Keras models from scaled images float32 [N, 28, 28, 1] to logits float32 [N, classes]."""

from typing import Any

import keras
import tensorflow as tf
from keras import layers

from train.errors import TrainError


def build(name: str, classes: int, normalisation: type[layers.BatchNormalization] | None = None) -> keras.Model:
    """Return the untrained network `cnn` or `mlp`, with a logit for each class.

    The cnn's batch normalisation is by default the fused one, which trains faster.

    Raises:
        TrainError: there is no network of this name.
    """
    if name == "cnn":
        return cnn(classes, normalisation or FusedBatchNormalization)
    if name == "mlp":
        return mlp(classes)
    raise TrainError(f"There is no network {name!r}. Take 'cnn' or 'mlp'.")


def cnn(classes: int, normalisation: type[layers.BatchNormalization]) -> keras.Model:
    """Return a network of five convolutions, 178k parameters, 8 million multiplications an image.

    The first one is not padded, so that the scaling can be folded into its weights exactly, borders included.
    """

    def convolution(x: keras.KerasTensor, filters: int, size: int, padding: str) -> keras.KerasTensor:
        # No bias, because the normalisation has one.
        x = layers.Conv2D(filters, size, padding=padding, use_bias=False)(x)
        return layers.ReLU()(normalisation(momentum=0.9)(x))

    image = keras.Input((28, 28, 1), name="image")
    x = convolution(image, 32, 5, "valid")
    x = layers.MaxPooling2D(2, name="pool1")(x)
    x = convolution(x, 48, 3, "same")
    x = convolution(x, 48, 3, "same")
    x = layers.MaxPooling2D(2, name="pool2")(x)
    x = convolution(x, 96, 3, "same")
    x = convolution(x, 96, 3, "valid")
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dropout(0.4, name="dropout")(x)
    return keras.Model(image, layers.Dense(classes, name="logits")(x), name="cnn")


def mlp(classes: int) -> keras.Model:
    """Return the original design: 784 pixels and two dense layers with dropout, 536k parameters."""
    image = keras.Input((28, 28, 1), name="image")
    x = layers.Flatten(name="flatten")(image)
    for number, units in enumerate((512, 256), start=1):
        x = layers.Dense(units, activation="relu", name=f"dense{number}")(x)
        x = layers.Dropout(0.3, name=f"dropout{number}")(x)
    return keras.Model(image, layers.Dense(classes, name="logits")(x), name="mlp")


@keras.saving.register_keras_serializable(package="digits")
class FusedBatchNormalization(layers.BatchNormalization):
    """Batch normalisation over the last axis of images, as one fused operation of TensorFlow.

    Keras 3 computes it in several operations on TensorFlow; fused, an epoch takes a fifth less time.
    """

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Normalise float32 [N, height, width, channels]; while training, by the batch's own mean and variance."""
        if not training:
            return super().call(inputs, training=False, mask=mask)
        normalised, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=inputs,
            scale=self.gamma,
            offset=self.beta,
            mean=self.moving_mean,
            variance=self.moving_variance,
            epsilon=self.epsilon,
            exponential_avg_factor=1.0,
            is_training=True,
        )
        for moving, now in ((self.moving_mean, mean), (self.moving_variance, variance)):
            moving.assign(moving * self.momentum + now * (1 - self.momentum))
        return normalised
