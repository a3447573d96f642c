"""Defines the page network's losses, and turns batches of pages into inputs and targets."""

from typing import Any

import keras
import tensorflow as tf

from train.page.network import UNIT_PX

# Weight of each output's loss, chosen such that all four fall together.
WEIGHTS = {"writing": 8.0, "offset": 2.0, "height": 0.3, "kind": 1.0}


def targets(batch: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Return the network's input and the targets of its outputs, in its units, for a batch of pages."""
    picture = tf.cast(batch["picture"], tf.float32)[..., None] / 255
    writing = tf.nn.space_to_depth(tf.cast(batch["writing"], tf.float32)[..., None] / 255, 2)
    offset = batch["offset"] / UNIT_PX
    height = tf.math.log(batch["height"] / UNIT_PX) / tf.math.log(2.0)
    return picture, {
        "writing": writing,
        "offset": offset,
        "height": height[..., None],
        "kind": tf.cast(batch["kind"], tf.float32),
    }


@keras.saving.register_keras_serializable(package="digits")
def writing_loss(truth: Any, logits: Any) -> Any:
    """Return the binary cross-entropy of the share of ink, [N, h, w, 4]."""
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=truth, logits=logits))


@keras.saving.register_keras_serializable(package="digits")
def distance_loss(truth: Any, predicted: Any) -> Any:
    """Return the mean absolute error where the truth is finite, that is, where there is a mark."""
    known = tf.math.is_finite(truth)
    apart = tf.abs(tf.where(known, truth, 0.0) - tf.where(known, predicted, 0.0))
    return tf.reduce_sum(apart) / (tf.reduce_sum(tf.cast(known, tf.float32)) + 1.0)


@keras.saving.register_keras_serializable(package="digits")
def kind_loss(truth: Any, logits: Any) -> Any:
    """Return the cross-entropy of kinds [N, h, w], -1 where they are ignored, from logits [N, h, w, kinds]."""
    asked = _one_hot(truth, logits)
    each = tf.nn.softmax_cross_entropy_with_logits(labels=asked, logits=logits)
    return tf.reduce_sum(each) / (tf.reduce_sum(asked) + 1.0)


@keras.saving.register_keras_serializable(package="digits")
def kind_accuracy(truth: Any, logits: Any) -> Any:
    """Return the accuracy of the most probable kind over the cells with a known kind."""
    asked = _one_hot(truth, logits)
    likeliest = tf.cast(logits >= tf.reduce_max(logits, axis=-1, keepdims=True), tf.float32)
    return tf.reduce_sum(likeliest * asked) / (tf.reduce_sum(asked) + 1.0)


def _one_hot(truth: Any, logits: Any) -> Any:
    """Return the truth one-hot, all 0 for -1. It uses no integers, because TensorFlow complains about them."""
    kinds = tf.range(float(logits.shape[-1]))
    return tf.cast(tf.equal(tf.cast(truth, tf.float32)[..., None], kinds), tf.float32)


LOSSES = {"writing": writing_loss, "offset": distance_loss, "height": distance_loss, "kind": kind_loss}
