"""Defines the options and default files of a training run, and the fingerprint that identifies it."""

import argparse
import hashlib
import json
import math
import os
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from train.errors import DataError

ROOT = Path(__file__).resolve().parent.parent
EPOCHS = {"cnn": 14, "mlp": 20}
DRAWN_MARKS = 100_000
# The largest that NumPy and scikit-learn take.
MAX_SEED = 2**32 - 1
# Rounds of the page network, and batches a round: 30 to 60 minutes on two idle cores.
ROUNDS, BATCHES = 22, 250
# Folder to which `python -m train.uci` writes digits that people wrote.
REAL_FOLDER = ROOT / "artifacts" / "real"
# File of letters and digits that `python -m train.fonts` writes; its form differs, so its folder does too.
FONTS_FILE = ROOT / "artifacts" / "fonts" / "fonts.npz"


@dataclass(frozen=True, slots=True)
class Config:
    """The options of `python -m train`."""

    only: str | None
    model: str
    epochs: int
    rounds: int
    batches: int
    seed: int
    data: Path | None
    any_data: bool
    artifacts: Path
    fresh: bool
    drawn: int
    fonts: Path | None
    real: tuple[Path, ...]
    extra: tuple[Path, ...]
    measure: tuple[Path, ...]

    def fingerprint(self, data_sha256: str) -> str:
        """Return a hash of all that decides the classifier's files: its training, and what it is measured on.

        Raises:
            DataError: a file of examples cannot be read.
        """
        measured = [hashlib.sha256(content(path)).hexdigest() for path in self.measure]
        return hashlib.sha256(json.dumps([self.training_fingerprint(data_sha256), measured]).encode()).hexdigest()

    def training_fingerprint(self, data_sha256: str) -> str:
        """Return a hash of all that decides the classifier: options, data, code, versions. Equal hash, equal network.

        Raises:
            DataError: a file of examples cannot be read.
        """
        examples = [[hashlib.sha256(content(path)).hexdigest() for path in paths] for paths in (self.real, self.extra)]
        fonts = hashlib.sha256(content(self.fonts)).hexdigest() if self.fonts else None
        decisive = [self.model, self.epochs, self.seed, self.drawn, fonts, examples]
        return _fingerprint(decisive, data_sha256, ("train/*.py", "synthesis/handwriting/*.py"))

    def page_fingerprint(self, data_sha256: str) -> str:
        """Return a hash of all that decides the page network."""
        return _fingerprint(
            [self.rounds, self.batches, self.seed],
            data_sha256,
            ("train/page/*.py", "train/optimizer.py", "synthesis/**/*.py"),
        )


def parse(arguments: list[str] | None = None) -> Config:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m train",
        description="Train the classifier and the page network, and write models, scaler, metrics and figures to "
        "artifacts/. Stopped in the middle, the same command resumes after the last finished epoch or round; "
        "if both are trained already, it says so.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    count: dict[str, Any] = {"type": partial(whole_number, least=1), "metavar": "N"}
    file: dict[str, Any] = {"type": Path, "metavar": "FILE"}
    files = file | {"action": "append"}
    parser.add_argument(
        "--only",
        choices=("classifier", "page"),
        help="train only the classifier, which reads single marks, or only the page network, which finds them",
    )
    parser.add_argument(
        "--model",
        choices=sorted(EPOCHS),
        default="cnn",
        help="the classifier: a small convolutional network (cnn), or dense layers with dropout (mlp)",
    )
    epochs = ", ".join(f"{number} for {name}" for name, number in EPOCHS.items())
    parser.add_argument(
        "--epochs", **count, default=argparse.SUPPRESS, help=f"epochs of the classifier's training (default: {epochs})"
    )
    parser.add_argument("--rounds", **count, default=ROUNDS, help="rounds of the page network's training")
    parser.add_argument(
        "--batches", **count, default=BATCHES, help="batches in a round, of 36 small or 16 larger pages"
    )
    seed = partial(whole_number, least=0, most=MAX_SEED)
    parser.add_argument("--seed", type=seed, default=1, metavar="N", help="seed of all random numbers")
    parser.add_argument(
        "--data",
        type=Path,
        default=os.environ.get("MNIST_NPZ") or None,
        metavar="PATH",
        help="a local mnist.npz, else the environment's MNIST_NPZ, else Keras downloads MNIST",
    )
    parser.add_argument(
        "--any-data",
        action="store_true",
        help="accept images of 28x28 that are not MNIST's; the model card then says so",
    )
    parser.add_argument(
        "--artifacts", type=Path, default=ROOT / "artifacts", metavar="DIR", help="where everything is written"
    )
    parser.add_argument("--fresh", action="store_true", help="start again, without the finished epochs and rounds")
    parser.add_argument(
        "--drawn",
        **count,
        default=DRAWN_MARKS,
        help="how many digits the code draws, and as many other marks, kept in DIR/drawn; the mlp uses none",
    )
    parser.add_argument(
        "--fonts",
        **file,
        default=fonts_file(),
        help="letters and digits of handwriting fonts, from python -m train.fonts (default: the environment's FONTS, "
        "else what python -m train.fonts has downloaded); now %(default)s",
    )
    parser.add_argument(
        "--real",
        **files,
        default=_paths("REAL") or sorted(REAL_FOLDER.glob("*.gz")) + sorted(REAL_FOLDER.glob("*.npz")),
        help="digits that people wrote, to train on: strokes as JSON lines, or images as .npz; each FILE is added to "
        "the default (default: the files in the environment's REAL, else what python -m train.uci has downloaded); "
        "now %(default)s",
    )
    parser.add_argument(
        "--extra",
        **files,
        default=[],
        help="more examples to train the classifier on, such as corrections downloaded from the web page: JSON lines "
        "with label and strokes or image; may be given several times",
    )
    parser.add_argument(
        "--measure",
        **files,
        default=_paths("STROKES"),
        help="drawings in the form of --extra, to measure the classifier on, never to train on; each FILE is added to "
        "the default (default: the files in the environment's STROKES); now %(default)s",
    )
    options = parser.parse_args(arguments)
    for name in ("real", "extra", "measure"):
        setattr(options, name, tuple(getattr(options, name)))
    options.epochs = getattr(options, "epochs", EPOCHS[options.model])
    return Config(**vars(options))


def fonts_file() -> str | Path | None:
    """Return the file of fonts that the environment's FONTS names, else the one that was downloaded, if any."""
    return os.environ.get("FONTS") or (FONTS_FILE if FONTS_FILE.is_file() else None)


def _paths(variable: str) -> list[Path]:
    """Return the files that an environment variable lists."""
    return [Path(each) for each in os.environ.get(variable, "").split(os.pathsep) if each]


def _fingerprint(decisive: list[Any], data_sha256: str, patterns: tuple[str, ...]) -> str:
    versions = {name: version(name) for name in ("keras", "numpy", "scikit-learn")}
    text = json.dumps([decisive, versions, data_sha256, code_sha256(*patterns)], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def code_sha256(*patterns: str) -> str:
    """Return a hash over the normaliser's code and the project's files that match one of the patterns."""
    sources = sorted({path for pattern in patterns for path in ROOT.glob(pattern)})
    every = [*sources, ROOT / "inference" / "recognition" / "normalise.py"]
    return hashlib.sha256(b"".join(path.read_bytes() for path in every)).hexdigest()


def content(path: Path) -> bytes:
    """Return the content of a file that an option names.

    Raises:
        DataError: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from error


def whole_number(text: str, least: int, most: float = math.inf) -> int:
    """Return the number that an option's text gives, from `least` to `most`."""
    try:
        number = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number") from None
    if not least <= number <= most:
        limits = f"less than {least}" if most == math.inf else f"not between {least} and {most}"
        raise argparse.ArgumentTypeError(f"{text} is {limits}")
    return number
