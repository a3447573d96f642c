"""`make bench`, second part: our reader against RapidOCR and Tesseract on the same pictures and the same core.

The pictures are the real ones of ../shared/data, else synthetic photos of pages. Each reader is a process of its own
that reads one picture after the other; the readers take turns with every picture, so that other load on the machine
affects all of them. Digits count as right by the longest common subsequence with the truth.
"""

import argparse
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from evaluation import pictures
from evaluation.score import RIGHT_FIRST, align, digits
from evaluation.sets import Sample
from tests.bench.load import pinned
from tests.bench.pictures import page
from tests.servers import MODEL, ROOT

SHARED = ROOT.parent / "shared" / "data"
# A block of text: of Tesseract's modes the one that reads most digits of pages.
TESSERACT = ("tesseract", "stdin", "stdout", "--psm", "6", "-c", "tessedit_char_whitelist=0123456789")
MOST_PICTURES = 1000
# Names of the evaluation's sets of real pictures, as people sent them, that show digits.
REAL_SETS = ("real photos", "forms", "cheques")
Read = Callable[[bytes], str]


@dataclass(slots=True)
class Score:
    """The figures of one reader on one set."""

    seconds: list[float] = field(default_factory=list)
    right: int = 0
    true: int = 0
    extra: int = 0


def sets() -> Iterator[tuple[str, list[tuple[bytes, str]]]]:
    """Yield the sets of pictures with their truth."""
    if (SHARED / "pictures" / "labels.json").exists():
        for dataset in pictures.available(SHARED):
            if dataset.name in REAL_SETS:
                rng = np.random.default_rng(0)
                yield dataset.name, [(_file(each), each.truth) for each in dataset.samples(MOST_PICTURES, rng)]
    else:
        yield "made pages", [page(1400, seed) for seed in range(10)]


def _file(sample: Sample) -> bytes:
    assert isinstance(sample.picture, bytes)
    return sample.picture


def _ours() -> Read:
    from inference import Recognizer

    recognizer = Recognizer(MODEL)
    return lambda picture: recognizer.read(picture).text


def _rapidocr() -> Read:
    from rapidocr_onnxruntime import RapidOCR

    engine = RapidOCR(intra_op_num_threads=1, inter_op_num_threads=1)
    return lambda picture: " ".join(line[1] for line in engine(picture)[0] or [])


def _tesseract() -> Read:
    environment = os.environ | {"OMP_THREAD_LIMIT": "1"}

    def read(picture: bytes) -> str:
        done = subprocess.run(TESSERACT, input=picture, capture_output=True, check=True, env=environment)
        return done.stdout.decode()

    return read


READERS: dict[str, tuple[str, Callable[[], Read]]] = {
    "ours": ("this reader", _ours),
    "rapidocr": ("RapidOCR", _rapidocr),
    "tesseract": ("Tesseract, digits only", _tesseract),
}


def answer(name: str) -> None:
    """Read the files named on standard input, one a line; print the seconds and the digits of each."""
    read = READERS[name][1]()
    for line in sys.stdin:
        picture = Path(line.strip()).read_bytes()
        start = time.perf_counter()
        text = read(picture)
        print(time.perf_counter() - start, digits(text), flush=True)


class Reader:
    """A reader in a process of its own, on the first core."""

    def __init__(self, name: str) -> None:
        self.about = READERS[name][0]
        command = pinned([sys.executable, "-m", "tests.bench.readers", "--answer", name], 0)
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def read(self, file: Path) -> tuple[float, str]:
        """Return the seconds that a picture took, and its digits."""
        asked, answered = self._process.stdin, self._process.stdout
        assert asked
        assert answered
        print(file, file=asked, flush=True)
        seconds, _, said = answered.readline().rstrip("\n").partition(" ")
        return float(seconds), said

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


def measure(readers: list[Reader], samples: list[tuple[bytes, str]], about: str) -> list[Score]:
    """Let all readers read all pictures, in turns."""
    scores = [Score() for _ in readers]
    with tempfile.NamedTemporaryFile() as file:
        for reader in readers:
            # The first picture takes longer, and does not count.
            Path(file.name).write_bytes(samples[0][0])
            reader.read(Path(file.name))
        for picture, truth in track(samples, about):
            Path(file.name).write_bytes(picture)
            for reader, score in zip(readers, scores, strict=True):
                seconds, said = reader.read(Path(file.name))
                true = digits(truth)
                agreement = align(true, said, RIGHT_FIRST)
                score.seconds.append(seconds)
                score.right, score.true = score.right + agreement.right, score.true + len(true)
                score.extra += agreement.extra
    return scores


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.readers", description=__doc__)
    parser.add_argument("--answer", choices=READERS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.answer:
        return answer(options.answer)
    there = {"rapidocr": importlib.util.find_spec("rapidocr_onnxruntime"), "tesseract": shutil.which("tesseract")}
    for name in [name for name, found in there.items() if not found]:
        print(f"{READERS[name][0]} is not here, and is left out.")
    shown = Table("pictures", "reader", "digits right", "digits too many", "seconds each", "times ours")
    readers = [Reader(name) for name in READERS if there.get(name, True)]
    for about, samples in sets():
        scores = measure(readers, samples, about)
        for reader, score in zip(readers, scores, strict=True):
            each, ours = (sum(one.seconds) / len(one.seconds) for one in (score, scores[0]))
            right = f"{100 * score.right / score.true:.1f} % of {score.true}" if score.true else ""
            shown.add_row(
                f"{about} ({len(samples)})", reader.about, right, str(score.extra), f"{each:.2f}", f"{each / ours:.1f}"
            )
        shown.add_section()
    for reader in readers:
        reader.close()
    console = Console()
    Console(width=max(console.width, 110)).print(shown)
    return None


if __name__ == "__main__":
    main()
