"""Trains the classifier epoch by epoch, with a checkpoint after each, so that a stop loses one at most."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from sklearn.preprocessing import StandardScaler

from train import augment, scale
from train.checkpoint import Checkpoints, History
from train.config import Config
from train.mix import Mix
from train.models import build
from train.optimizer import AveragingMuon
from train.progress import Progress, console

BATCH_IMAGES = 128
# Learning rate of Muon, for all convolutions but the first; AdamW's share of it, for the rest and the whole mlp.
LEARNING_RATE, ADAMW_SHARE = 6e-3, 1 / 3
WEIGHT_DECAY = 0.02
EMA_MOMENTUM = 0.998
# Strength of the augmentation in the last epochs, 1 = as before.
LATE_AUGMENTATION_STRENGTH = 0.65


def fit(config: Config, mix: Mix, scaler: StandardScaler, checkpoints: Checkpoints) -> tuple[keras.Model, History]:
    """Train the network that `config` names, from its last checkpoint if there is one.

    Returns:
        The trained network, which outputs logits, its weights averaged over the last steps; and the history, a dict of
        metrics for each epoch.
    """
    steps = [-(-mix.epoch_size(epoch) // BATCH_IMAGES) for epoch in range(config.epochs)]
    restored = checkpoints.last()
    classes = 10 if mix.drawn_training is None else 11
    model, history = restored if restored else (_compiled(config, classes, sum(steps)), [])
    data = mix.mnist
    if restored:
        console.print(f"Resuming after epoch {len(history)} of {config.epochs}; --fresh starts anew.")
    validation = tf.data.Dataset.from_tensor_slices(
        (scale.apply(scaler, data.validation_images), data.validation_labels)
    ).batch(500)
    with Progress(steps, done=len(history)) as progress:
        for epoch in range(len(history), config.epochs):
            _seed_dropout(model, config.seed, epoch)
            result = model.fit(
                _epoch(config, mix, scaler, epoch),
                validation_data=validation,
                callbacks=[progress.callback(), keras.callbacks.SwapEMAWeights()],
                shuffle=False,  # each epoch is shuffled already
                verbose=0,
            )
            figures = {name: float(values[0]) for name, values in result.history.items()}
            history.append(figures | {"seconds": progress.lap()})
            checkpoints.save(model, history)
            progress.epoch_done(history[-1])
    model.optimizer.average(model)
    # Rebuilt from Keras' own layers, so that the saved file needs none of this code.
    plain = build(config.model, classes, keras.layers.BatchNormalization)
    plain.set_weights(model.get_weights())
    return plain, history


def _compiled(config: Config, classes: int, steps: int) -> keras.Model:
    keras.utils.set_random_seed(config.seed)
    model = build(config.model, classes)
    decay = keras.optimizers.schedules.CosineDecay(
        0.0, steps, warmup_target=LEARNING_RATE, warmup_steps=steps // (2 * config.epochs), alpha=0.001
    )
    # Average over the last twentieth of the steps at most, or a short training would keep its random start.
    averaging = min(EMA_MOMENTUM, 1 - 20 / max(steps, 40))
    model.compile(
        AveragingMuon(
            decay,
            adam_lr_ratio=ADAMW_SHARE,
            exclude_layers=["logits"],
            weight_decay=WEIGHT_DECAY,
            adam_weight_decay=WEIGHT_DECAY * ADAMW_SHARE,
            use_ema=True,
            ema_momentum=averaging,
        ),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        # XLA runs convolutions on one core only.
        jit_compile=False,
    )
    return model


def _seed_dropout(model: keras.Model, seed: int, epoch: int) -> None:
    # A saved model loses the state of its random numbers. Each epoch sets it, so that a resumed run draws the same.
    for index, layer in enumerate(model.layers):
        if isinstance(layer, keras.layers.Dropout):
            layer.seed_generator.state.assign([seed * 1000 + epoch, index])


def _epoch(config: Config, mix: Mix, scaler: StandardScaler, epoch: int) -> Any:
    """Return one epoch's batches; they depend on the seed and the epoch's number, so a resumed run sees the same."""
    every_image, every_label = mix.epoch(config.seed, epoch)
    shape = (28, 28, 1) if scaler.n_features_in_ > 1 else (1,)
    mean = scaler.mean_.astype(np.float32).reshape(shape)
    deviation = scaler.scale_.astype(np.float32).reshape(shape)

    def prepare(number: Any, images: Any, labels: Any) -> tuple[Any, Any]:
        pixels = tf.cast(images, tf.float32)[..., None]
        if config.model == "cnn":
            seed = tf.stack([config.seed * 1000 + epoch, tf.cast(number, tf.int32)])
            pixels = augment.change(pixels, seed, LATE_AUGMENTATION_STRENGTH if mix.is_late(epoch) else 1.0)
        return (pixels - mean) / deviation, labels

    batches = tf.data.Dataset.from_tensor_slices((every_image, every_label)).batch(BATCH_IMAGES).enumerate()
    prepared = batches.map(lambda number, batch: prepare(number, *batch), num_parallel_calls=2, deterministic=True)
    return prepared.prefetch(2)
