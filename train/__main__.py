"""`python -m train`: trains the classifier of single marks and the page network, and writes their files."""

import sys
from typing import TYPE_CHECKING

from train import config as configuration
from train import data, files
from train.config import Config
from train.data import Mnist
from train.errors import run_command
from train.quiet import import_tensorflow

if TYPE_CHECKING:
    from train.checkpoint import Checkpoints


NO_REAL = (
    "There are no digits of real people to learn from, only MNIST's and drawn ones: more of what people draw will be "
    "misread. make real downloads them (2 MB); or name files that you have: REAL=strokes.jsonl.gz:images.npz"
)
NO_FONTS = (
    "There are no handwriting fonts to learn letters from, only drawn ones: more letters will be taken for digits. "
    "make fonts downloads them (17 MB, with npm); or name a file that you have: FONTS=fonts.npz"
)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return 0, 1 after an error with a message, or 130 after Ctrl-C."""
    config = configuration.parse(arguments)
    # --fresh deletes the finished epochs, those of the stopped training too.
    again = "The same command without --fresh" if config.fresh else "The same command"
    return run_command(lambda: run(config), f"{again} goes on after the last finished epoch or round.")


def run(config: Config) -> None:
    """Train, evaluate and write both networks, or the one that `config` names; skip a network that is finished."""
    mnist = data.load(config.data, any_data=config.any_data)
    with files.locked(config.artifacts):
        if config.only != "page":
            train_classifier(config, mnist)
        if config.only != "classifier":
            train_page_network(config, mnist)


def train_classifier(config: Config, mnist: Mnist) -> None:
    """Train the classifier of single marks."""
    data_sha256 = mnist.sha256()
    fingerprint = config.fingerprint(data_sha256)
    checkpoints = _begin(config, config.model, files.METRICS, fingerprint, config.training_fingerprint(data_sha256))
    if checkpoints is None:
        return
    from train import extra, scale
    from train.fit import fit
    from train.mix import prepare
    from train.results import write

    # Loaded before the training, so that a broken file is not found out at its end.
    measured = [example for path in config.measure for example in extra.load(path)]
    parts = data.split(mnist, config.seed)
    mix = prepare(config, parts)
    if mix.drawn_training is not None and not mix.real:
        print(NO_REAL, flush=True)
    if mix.drawn_training is not None and config.fonts is None:
        print(NO_FONTS, flush=True)
    scaler = scale.fit(config.model, parts.images)
    print(
        f"{config.model}: {mix.epoch_size(0):,} images in the first of {config.epochs} epochs, "
        f"{len(parts.images):,} of them MNIST's; {len(parts.validation_images):,} others to choose by, "
        f"{len(mnist.x_test):,} to test with at the end",
        flush=True,
    )
    model, history = fit(config, mix, scaler, checkpoints)
    write(config, fingerprint, mnist, mix, measured, scaler, model, history)
    checkpoints.forget()


def train_page_network(config: Config, mnist: Mnist) -> None:
    """Train the network that finds the marks of a picture."""
    fingerprint = config.page_fingerprint(mnist.sha256())
    checkpoints = _begin(config, "The page network", files.PAGE_METRICS, fingerprint, fingerprint)
    if checkpoints is None:
        return
    from train.page.batches import page_count
    from train.page.fit import fit
    from train.page.results import write

    parts = data.split(mnist, config.seed)
    pages = page_count(config.rounds * config.batches)
    print(f"page network: {pages:,} made pages in {config.rounds} rounds", flush=True)
    model, history = fit(config, parts, checkpoints)
    write(config, fingerprint, mnist, parts, model, history)
    checkpoints.forget()


def _begin(
    config: Config, name: str, metrics: str, fingerprint: str, training_fingerprint: str
) -> "Checkpoints | None":
    """Return the checkpoints of a training; None if the whole run is finished already."""
    if not config.fresh and files.finished(config.artifacts / metrics, fingerprint):
        print(f"{name} is trained already, see {config.artifacts}. --fresh trains it anew.")
        return None

    # Imported only here, because it is slow and a finished run does not need it.
    import_tensorflow()
    import tensorflow as tf

    from train.checkpoint import Checkpoints

    tf.config.experimental.enable_op_determinism()
    checkpoints = Checkpoints(config.artifacts / "checkpoints", training_fingerprint)
    if config.fresh:
        checkpoints.forget()
    return checkpoints


if __name__ == "__main__":
    sys.exit(main())
