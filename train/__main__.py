"""`python -m train`: data, scaler, network, calibration, evaluation, files."""

import sys

from train import config as configuration
from train import data, files
from train.config import Config
from train.errors import TrainError
from train.quiet import import_tensorflow


def main(arguments: list[str] | None = None) -> int:
    """Return 0, 1 with a message where something is wrong, 130 where it was stopped."""
    config = configuration.parse(arguments)
    try:
        run(config)
    except TrainError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on after the last finished epoch.", file=sys.stderr)
        return 130
    return 0


def run(config: Config) -> None:
    """Train, evaluate and write; do nothing where this very run is finished already."""
    mnist = data.load(config.data, any_data=config.any_data)
    fingerprint = config.fingerprint(mnist.sha256())
    if not config.fresh and files.finished(config.artifacts, fingerprint):
        print(f"{config.model} is trained already, see {config.artifacts}. --fresh trains it anew.")
        return

    # Slow to import, and not needed to say that nothing is to be done.
    import_tensorflow()
    import tensorflow as tf

    from train import scale
    from train.checkpoint import Checkpoints
    from train.fit import fit
    from train.mix import prepare
    from train.results import write

    checkpoints = Checkpoints(config.artifacts / "checkpoints", fingerprint)
    if config.fresh:
        checkpoints.forget()
    tf.config.experimental.enable_op_determinism()
    parts = data.split(mnist, config.seed)
    mix = prepare(config, parts)
    scaler = scale.fit(config.model, parts.images)
    print(
        f"{config.model}: {mix.epoch_size(0):,} images in the first of {config.epochs} epochs, "
        f"{len(parts.images):,} of them MNIST's; {len(parts.validation_images):,} others to choose by, "
        f"{len(mnist.x_test):,} to test with at the end",
        flush=True,
    )
    model, history = fit(config, mix, scaler, checkpoints)
    write(config, fingerprint, mnist, mix, scaler, model, history)
    checkpoints.forget()


if __name__ == "__main__":
    sys.exit(main())
