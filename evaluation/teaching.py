"""`python -m evaluation.teaching`: what 20 corrections of one writer change, for that writer and for others.

`--pick` chooses the writer whose digits are misread most, and writes 20 of them as the page's corrections are
downloaded. `python -m train --only classifier --extra F --artifacts DIR`, and then `python -m export --only classifier
--artifacts DIR`, teach them to another model, DIR/model.onnx. Then, without `--pick`, both models read that writer's
other digits, and other people's. A model without a page network beside it uses the first model's.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from evaluation import canvases, strokes
from evaluation.errors import ERRORS, EvaluationError
from evaluation.score import best
from evaluation.sets import MISLABELLED, by_writer
from evaluation.strokes import Drawing
from inference import Recognizer
from inference.recognizer import page_beside
from train.errors import run_command

CORRECTIONS_OF_A_DIGIT = 2
# A writer must have at least this many digits, so that enough are left to measure.
MIN_DIGITS = 60
# How often each digit is drawn, each time with another pen and at another place.
DRAWINGS_OF_A_DIGIT = 4
MAX_DIGITS_OF_OTHERS = 250
SEED = 5
# The file of drawings in the folder that --data names.
DRAWINGS_FILE = "strokes-digits.jsonl.gz"


def right(recognizer: Recognizer, marks: Sequence[Drawing], about: str) -> tuple[float, float]:
    """Return the share of drawings whose best digit is right, and the share that are read right and not refused."""
    rng = np.random.default_rng(SEED)
    found = []
    for mark in track([mark for mark in marks for _ in range(DRAWINGS_OF_A_DIGIT)], about, transient=True):
        reading = recognizer.read(canvases.draw_mark(mark, rng))
        found.append((best(reading) == mark.label, reading.text == mark.label))
    return tuple(np.mean(found, axis=0))


def pick(data: Path, model: Path, corrections: Path) -> str:
    """Write corrections of the writer whose digits are misread most; return that writer's name and share right.

    Raises:
        EvaluationError: the drawings cannot be used, or nobody made enough of them.
        RecognizerError: the model cannot be used.
        OSError: a file cannot be read or written.
    """
    recognizer = Recognizer(model)
    # In some collections a writer's name stands for one digit alone, which gives only 2 corrections.
    every = 10 * CORRECTIONS_OF_A_DIGIT
    hands = {writer: marks for writer, marks in _hands(data).items() if len(_split(marks)[0]) == every}
    if not hands:
        raise EvaluationError(
            f"nobody has {MIN_DIGITS} digits, {CORRECTIONS_OF_A_DIGIT} of each among them, in {data / DRAWINGS_FILE}"
        )
    # The reading takes minutes: see first whether the file can be written.
    corrections.touch()
    shares = {writer: right(recognizer, marks, writer)[1] for writer, marks in hands.items()}
    writer = min(shares, key=lambda name: (shares[name], name))
    entries = [
        {"label": mark.label, "writer": writer, "strokes": [stroke.tolist() for stroke in mark.strokes]}
        for mark in _split(hands[writer])[0]
    ]
    corrections.write_text("".join(json.dumps(entry) + "\n" for entry in entries))
    return f"{writer}, {shares[writer]:.1%} right and answered"


def compare(data: Path, corrections: Path, models: Sequence[Path]) -> Table:
    """Read the writer's other digits, and digits of other writers, with each model; return a table.

    Raises:
        EvaluationError: the drawings or the corrections cannot be used, or the corrections are of an unknown writer.
        RecognizerError: a model cannot be used.
        OSError: a file cannot be read.
    """
    hands = _hands(data)
    writer = _writer(corrections)
    if writer not in hands:
        raise EvaluationError(
            f"{corrections} is of the writer {writer!r}, who has no {MIN_DIGITS} digits in {data / DRAWINGS_FILE}: "
            "give the file that --pick writes"
        )
    # The reading takes minutes: see first whether all models can be used.
    recognizers = [Recognizer(model, page_path=_page(model, models[0])) for model in models]
    own = _split(hands.pop(writer))[1]
    others = [mark for marks in hands.values() for mark in marks]
    some = np.random.default_rng(SEED).permutation(len(others))[:MAX_DIGITS_OF_OTHERS]
    shown = Table("model", f"{writer}'s {len(own)} other digits", f"{len(some)} digits of others")
    for model, recognizer in zip(models, recognizers, strict=True):
        figures = [right(recognizer, marks, str(model)) for marks in (own, [others[at] for at in some])]
        shown.add_row(str(model), *(f"{100 * one:.2f}; {100 * two:.2f} %" for one, two in figures))
    return shown


def _hands(data: Path) -> dict[str, list[Drawing]]:
    try:
        marks = strokes.load(data / DRAWINGS_FILE)
    except (ValueError, KeyError, TypeError, EOFError) as error:
        raise EvaluationError(f"{data / DRAWINGS_FILE} is damaged: {error}") from error
    return by_writer([mark for at, mark in enumerate(marks) if at not in MISLABELLED], MIN_DIGITS)


def _writer(corrections: Path) -> str:
    """Return the first writer that is named; the page's own corrections may have none, or images instead of strokes."""
    try:
        entries = [json.loads(line) for line in corrections.read_text().splitlines()]
        named = [str(entry["writer"]) for entry in entries if "writer" in entry]
    except (ValueError, TypeError) as error:
        raise EvaluationError(f"{corrections} is not a file of corrections: {error}") from error
    if not named:
        raise EvaluationError(f"{corrections} names no writer: give the file that --pick writes")
    return named[0]


def _page(model: Path, first: Path) -> Path:
    """Return the page network to use with a model: training the classifier alone writes none beside it."""
    own = page_beside(model)
    return own if own.is_file() else page_beside(first)


def _split(marks: list[Drawing]) -> tuple[list[Drawing], list[Drawing]]:
    """Split a writer's drawings: the first ones of each digit, which become corrections, and all others."""
    corrected = [
        mark
        for digit in "0123456789"
        for mark in [mark for mark in marks if mark.label == digit][:CORRECTIONS_OF_A_DIGIT]
    ]
    return corrected, [mark for mark in marks if mark not in corrected]


def main(arguments: list[str] | None = None) -> int:
    """Run `pick` or `compare`; return 0, 2 after an error, or 130 after Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m evaluation.teaching", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help=f"the folder with {DRAWINGS_FILE}")
    parser.add_argument("--pick", action="store_true", help="write the corrections instead of comparing")
    parser.add_argument("corrections", type=Path, help="a file of JSON lines")
    parser.add_argument("models", type=Path, nargs="+", help="a model, or those to compare")
    options = parser.parse_args(arguments)

    def work() -> None:
        if options.pick:
            print(pick(options.data, options.models[0], options.corrections))
        else:
            Console().print(compare(options.data, options.corrections, options.models))

    return run_command(work, "Nothing is changed but the file of corrections.", errors=ERRORS, status=2)


if __name__ == "__main__":
    sys.exit(main())
