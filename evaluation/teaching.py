"""`python -m evaluation.teaching`: what 20 corrections of one writer change, for that writer and for others.

First `pick` chooses the writer whose digits are misread most, and writes 20 of them as the page's corrections are
downloaded; `python -m train --extra FILE --artifacts DIR` and `python -m export` teach them to another model; then
`compare` reads with both.
"""

import argparse
import gzip
import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from evaluation import canvases, strokes
from evaluation.score import answered, best
from evaluation.sets import SEVERAL
from inference import Recognizer

CORRECTIONS = 20
# A writer must have so many digits, that enough are left to measure.
MIN_DIGITS = 60
# Each digit is drawn so often, with another pen and at another place.
DRAWINGS = 4
OTHERS = 1000
SEED = 5


def right(recognizer: Recognizer, marks: Sequence[strokes.Drawing], about: str) -> tuple[float, float]:
    """Return the share of drawings of which the best digit is right, and of those that are answered so."""
    rng = np.random.default_rng(SEED)
    found = []
    for mark in track([mark for mark in marks for _ in range(DRAWINGS)], about, transient=True):
        reading = recognizer.read(canvases.draw(mark, rng))
        found.append((best(reading) == mark.label, answered(reading) and reading.text == mark.label))
    return tuple(np.mean(found, axis=0))


def pick(data: Path, model: Path, out: Path) -> str:
    """Write the corrections of the writer whose digits are misread most; return that writer's name."""
    recognizer = Recognizer(model)
    hands = _by_writer(data)
    shares = {writer: right(recognizer, marks, writer)[1] for writer, marks in hands.items()}
    writer = min(shares, key=lambda name: (shares[name], name))
    chosen = _chosen(hands[writer])
    with gzip.open(data / "strokes-digits.jsonl.gz", "rt") as lines:
        entries = [json.loads(line) for line in lines]
    own = [entry for at, entry in enumerate(entries) if entry["writer"] == writer and at not in SEVERAL]
    out.write_text("".join(json.dumps(own[at]) + "\n" for at in chosen))
    return f"{writer}, {shares[writer]:.1%} right and answered"


def compare(data: Path, writer: str, models: Sequence[Path]) -> Table:
    """Read that writer's other digits, and other people's, with each model."""
    hands = _by_writer(data)
    taught = set(_chosen(hands[writer]))
    own = [mark for at, mark in enumerate(hands[writer]) if at not in taught]
    others = [mark for name, marks in hands.items() if name != writer for mark in marks]
    chosen = np.random.default_rng(SEED).permutation(len(others))[: OTHERS // DRAWINGS]
    shown = Table("model", f"{writer}'s {len(own)} other digits", f"{len(chosen)} digits of others")
    for model in models:
        recognizer = Recognizer(model)
        sets = (own, [others[at] for at in chosen])
        figures = [right(recognizer, marks, str(model)) for marks in sets]
        shown.add_row(str(model), *(f"{100 * one:.2f}; {100 * two:.2f} %" for one, two in figures))
    return shown


def _by_writer(data: Path) -> dict[str, list[strokes.Drawing]]:
    hands = defaultdict(list)
    for at, mark in enumerate(strokes.load(data / "strokes-digits.jsonl.gz")):
        if at not in SEVERAL:
            hands[mark.writer].append(mark)
    return {writer: marks for writer, marks in sorted(hands.items()) if len(marks) >= MIN_DIGITS}


def _chosen(marks: Sequence[strokes.Drawing]) -> list[int]:
    """Return which of a writer's digits are corrected: some of each, in turn."""
    order = np.random.default_rng(SEED).permutation(len(marks))
    turns: dict[str, int] = defaultdict(int)
    keyed = []
    for at in order:
        turns[marks[at].label] += 1
        keyed.append((turns[marks[at].label], marks[at].label, int(at)))
    return [at for _, _, at in sorted(keyed)[:CORRECTIONS]]


def main() -> None:
    """Pick, or compare."""
    parser = argparse.ArgumentParser(prog="python -m evaluation.teaching", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder with strokes-digits.jsonl.gz")
    parser.add_argument("--pick", type=Path, metavar="FILE", help="write the corrections there")
    parser.add_argument("--writer", help="whose digits were corrected, as --pick said")
    parser.add_argument("models", type=Path, nargs="+", help="a model, or those to compare")
    options = parser.parse_args()
    if options.pick:
        print(pick(options.data, options.models[0], options.pick))
    else:
        Console().print(compare(options.data, options.writer, options.models))


if __name__ == "__main__":
    main()
