"""`python -m evaluation` measures the reader on every data set: a table, a JSON file, and pictures of the errors."""

import argparse
import os
import sys
from functools import partial
from pathlib import Path
from zlib import crc32

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from evaluation import measure, pictures, report
from evaluation.errors import ERRORS, EvaluationError
from evaluation.sets import Dataset, available
from inference import Recognizer
from inference.recognizer import DEFAULT_MODEL
from synthesis.handwriting.faces import Faces
from train import files, fonts
from train.config import ROOT, fonts_file, whole_number
from train.data import Mnist, load
from train.errors import run_command

SHARED = ROOT.parent / "shared" / "data"
# What --data DIR holds; a set whose file is missing is left out.
DATA_FILES = (
    "strokes-digits.jsonl.gz",
    "strokes-letters.jsonl.gz",
    "strokes-skahl.jsonl.gz",
    "images-optdigits.npz",
    "photos/labels.json",
    "pictures/labels.json",
    "cases/expected.json",
)


def main(arguments: list[str] | None = None) -> int:
    """Run the evaluation; return 0, 2 if it could not start or write its results, or 130 after Ctrl-C."""
    parser = argparse.ArgumentParser(
        prog="python -m evaluation",
        description="Measure the reader on MNIST, drawings, letters and photos.",
    )
    parser.add_argument(
        "--model", type=Path, default=DEFAULT_MODEL, help="the classifier's file (default: %(default)s)"
    )
    parser.add_argument(
        "--data",
        type=Path,
        default=SHARED if SHARED.is_dir() else None,
        help=f"folder with {', '.join(DATA_FILES)} and mnist.npz; the sets whose file is missing are left out "
        "(default: %(default)s)",
    )
    parser.add_argument(
        "--fonts",
        type=Path,
        default=fonts_file(),
        metavar="FILE",
        help="handwriting fonts, from python -m train.fonts; without them the sets that need them are left out "
        "(default: %(default)s)",
    )
    parser.add_argument("--only", nargs="+", metavar="SET", help="only these sets (default: all)")
    count, seed = partial(whole_number, least=1), partial(whole_number, least=0)
    parser.add_argument("--count", type=count, help="pictures of each set (default: the usual number of each)")
    parser.add_argument("--seed", type=seed, default=0, help="seed of all random numbers (default: %(default)s)")
    out = ROOT / "artifacts"
    parser.add_argument("--out", type=Path, default=out, help="folder for the results (default: %(default)s)")
    options = parser.parse_args(arguments)
    return run_command(lambda: evaluate(options), "Nothing is written.", errors=ERRORS, status=2)


def evaluate(options: argparse.Namespace) -> None:
    """Measure the sets that `options` choose, and write the results.

    Raises:
        EvaluationError: an option is wrong.
        RecognizerError, TrainError, OSError: a file cannot be used.
    """
    console = Console()
    if options.data and not options.data.is_dir():
        raise EvaluationError(f"--data {options.data} is not a folder")
    recognizer = Recognizer(options.model)
    mnist = load(_mnist_file(options.data))
    sets = _sets(mnist, options.data, fonts.faces(options.fonts, validation=True), console)
    names = ["mnist", *(each.name for each in sets)]
    if unknown := set(options.only or ()) - set(names):
        raise EvaluationError(f"no set {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    try:
        files.check_writable(options.out)
    except OSError as error:
        raise EvaluationError(f"--out {options.out} cannot be written: {error.strerror or error}") from error
    results = []
    if not options.only or "mnist" in options.only:
        results.append(measure.classify(recognizer, mnist.x_test, mnist.y_test))
    chosen = [each for each in sets if not options.only or each.name in options.only]
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    for each in chosen:
        count = options.count or each.count
        # Each set has its own seed, so that its pictures do not depend on which other sets are evaluated.
        samples = each.samples(count, np.random.default_rng([options.seed, crc32(each.name.encode())]))
        measured = measure.cells if each.measure == "cells" else measure.read
        with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
            results.append(measured(recognizer, each, progress.track(samples, count, description=each.name)))
    console.print(report.table(results, recognizer.info))
    report.save(results, recognizer, options.seed, options.out)
    console.print(f"Written: {options.out / 'evaluation.json'} and pictures of the errors beside it.")


def _mnist_file(shared: Path | None) -> Path | None:
    """Return the local file of MNIST; None if there is none, and it is downloaded."""
    if named := os.environ.get("MNIST_NPZ"):
        return Path(named)
    local = shared / "mnist.npz" if shared else None
    return local if local and local.is_file() else None


def _sets(mnist: Mnist, shared: Path | None, faces: Faces | None, console: Console) -> list[Dataset]:
    """Return the data sets that can be made here, and say which are left out."""
    if shared is None:
        console.print("No pen strokes and photos here (--data DIR names them): their sets are left out.")
    elif missing := [name for name in DATA_FILES if not (shared / name).is_file()]:
        console.print(f"Not in {shared}: {', '.join(missing)}. Their sets are left out.")
    if faces is None:
        console.print("No handwriting fonts here (make fonts downloads them): their sets are left out.")
    sets = available(mnist.x_test, mnist.y_test, shared, faces)
    return sets + (pictures.available(shared) if shared else [])


if __name__ == "__main__":
    sys.exit(main())
