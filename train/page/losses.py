"""What the page network is trained to make small, and how its truth is put into tensors."""

from typing import Any

import keras
import tensorflow as tf

from train.page.network import UNIT_PX

# How much each counts: such that all four fall together.
WEIGHTS = {"writing": 8.0, "offset": 2.0, "height": 0.3, "kind": 1.0}


def targets(batch: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Turn a batch of pages into the network's input and the truth of its outputs, in its units."""
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
    """Binary cross-entropy of the share of ink, [N, h, w, 4]."""
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=truth, logits=logits))


@keras.saving.register_keras_serializable(package="digits")
def distance_loss(truth: Any, said: Any) -> Any:
    """Mean absolute difference where the truth is finite, that is, where there is a mark."""
    known = tf.math.is_finite(truth)
    apart = tf.abs(tf.where(known, truth, 0.0) - tf.where(known, said, 0.0))
    return tf.reduce_sum(apart) / (tf.reduce_sum(tf.cast(known, tf.float32)) + 1.0)


@keras.saving.register_keras_serializable(package="digits")
def kind_loss(truth: Any, logits: Any) -> Any:
    """Cross-entropy of the kind, [N, h, w] with -1 where it is not asked, from logits [N, h, w, kinds]."""
    asked = _one_hot(truth, logits)
    each = tf.nn.softmax_cross_entropy_with_logits(labels=asked, logits=logits)
    return tf.reduce_sum(each) / (tf.reduce_sum(asked) + 1.0)


@keras.saving.register_keras_serializable(package="digits")
def kind_accuracy(truth: Any, logits: Any) -> Any:
    """Share of the cells with a mark whose kind is the likeliest one."""
    asked = _one_hot(truth, logits)
    likeliest = tf.cast(logits >= tf.reduce_max(logits, axis=-1, keepdims=True), tf.float32)
    return tf.reduce_sum(likeliest * asked) / (tf.reduce_sum(asked) + 1.0)


def _one_hot(truth: Any, logits: Any) -> Any:
    """Return 1 in the column of the truth; -1 has none. Without whole numbers, of which TensorFlow complains."""
    kinds = tf.range(float(logits.shape[-1]))
    return tf.cast(tf.equal(tf.cast(truth, tf.float32)[..., None], kinds), tf.float32)


LOSSES = {"writing": writing_loss, "offset": distance_loss, "height": distance_loss, "kind": kind_loss}
