"""Trains the page network in rounds of batches, with a checkpoint after each, so that a stop loses one at most."""

import os
from typing import Any

import keras
import tensorflow as tf

from synthesis.hands import Copybook
from train.checkpoint import Checkpoints, History
from train.config import Config
from train.data import Split
from train.optimizer import AveragingMuon
from train.page.batches import LAST, Batch, batch, batches
from train.page.losses import LOSSES, WEIGHTS, kind_accuracy, targets
from train.page.network import build
from train.progress import Progress, console

# Learning rate of Muon, for the kernels between layers; AdamW's share of it, for the rest.
LEARNING_RATE, ADAMW_SHARE = 6e-3, 0.5
WEIGHT_DECAY = 0.01
EMA_MOMENTUM = 0.995
WARM_UP_BATCHES = 100
VALIDATION_PAGES = 128
# Added to the seed, so that validation pages have other random numbers than training pages.
VALIDATION_SEED = 1_000_003


def fit(config: Config, parts: Split, checkpoints: Checkpoints) -> tuple[keras.Model, History]:
    """Train the page network, from its last checkpoint if there is one.

    Training pages copy digits of one part of MNIST's training images, validation pages of the other.

    Returns:
        The network in Keras' own layers, its weights averaged over the last batches; a dict of metrics per round.
    """
    steps = config.rounds * config.batches
    restored = checkpoints.last()
    model, history = restored if restored else (_compiled(config.seed, steps), [])
    if restored:
        console.print(f"Resuming after round {len(history)} of {config.rounds}; --fresh starts anew.")
    validation = tf.data.Dataset.from_tensor_slices(validation_pages(parts, config.seed)).batch(16).map(targets)
    with Progress([config.batches] * config.rounds, len(history), unit="round") as progress:

        def round_done(_: int, logs: dict[str, float]) -> None:
            history.append({name: float(value) for name, value in logs.items()} | {"seconds": progress.lap()})
            checkpoints.save(model, history)
            progress.epoch_done(history[-1], "kind_kind_accuracy")

        if len(history) < config.rounds:
            model.fit(
                _dataset(Copybook.of(parts.images, parts.labels), config.seed, len(history) * config.batches, steps),
                epochs=config.rounds,
                initial_epoch=len(history),
                steps_per_epoch=config.batches,
                validation_data=validation,
                callbacks=[
                    progress.callback(),
                    keras.callbacks.SwapEMAWeights(),
                    keras.callbacks.LambdaCallback(on_epoch_end=round_done),
                ],
                shuffle=False,
                verbose=0,
            )
    model.optimizer.average(model)
    plain = build(keras.layers.BatchNormalization)
    plain.set_weights(model.get_weights())
    return plain, history


def validation_pages(parts: Split, seed: int) -> Batch:
    """Return the validation pages, which copy other digits than the training pages, as a batch."""
    copybook = Copybook.of(parts.validation_images, parts.validation_labels)
    return batch(copybook, seed + VALIDATION_SEED, 0, LAST._replace(pages=VALIDATION_PAGES))


def _compiled(seed: int, steps: int) -> keras.Model:
    keras.utils.set_random_seed(seed)
    model = build()
    decay = keras.optimizers.schedules.CosineDecay(
        0.0, steps, warmup_target=LEARNING_RATE, warmup_steps=min(WARM_UP_BATCHES, steps // 10), alpha=0.002
    )
    # Average over the last twentieth of the steps at most, or a short training would keep its random start.
    averaging = min(EMA_MOMENTUM, 1 - 20 / max(steps, 40))
    model.compile(
        AveragingMuon(
            decay,
            adam_lr_ratio=ADAMW_SHARE,
            # Muon is made for kernels between two layers, not for the output layers.
            exclude_layers=list(LOSSES),
            weight_decay=WEIGHT_DECAY,
            adam_weight_decay=WEIGHT_DECAY,
            use_ema=True,
            ema_momentum=averaging,
        ),
        LOSSES,
        loss_weights=WEIGHTS,
        metrics={"kind": [kind_accuracy]},
        # XLA runs convolutions on one core only, half as fast.
        jit_compile=False,
    )
    return model


def _dataset(copybook: Copybook, seed: int, first: int, last: int) -> Any:
    """Return batches `first` to before `last` as inputs and targets of the network."""
    processes = max((os.cpu_count() or 1) // 2, 1)
    signature = {
        "picture": tf.TensorSpec((None, None, None), tf.uint8),
        "writing": tf.TensorSpec((None, None, None), tf.uint8),
        "offset": tf.TensorSpec((None, None, None, 2), tf.float32),
        "height": tf.TensorSpec((None, None, None), tf.float32),
        "kind": tf.TensorSpec((None, None, None), tf.int8),
    }
    made = tf.data.Dataset.from_generator(
        lambda: batches(copybook, seed, first, last, processes), output_signature=signature
    )
    return made.map(targets).prefetch(2)
