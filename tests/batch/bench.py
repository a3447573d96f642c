"""`make batch-bench`: images a second of the plain loop, of one worker and of two, side by side in each round.

- The clock starts when both workers are at it (`WARM` parts are done) and stops with the last part, so that what one
  worker waits for the other at the end counts. The start of Ray and of its workers, seconds whatever the number of
  images, is told apart.
- A machine's speed changes within seconds: the figures are medians of ratios of the same round, and every other round
  goes backwards.
- Two cores seldom do twice what one does. Two plain loops at once, without Ray, tell how much there is to be had.
- Ray lets its workers give way to whatever else runs on the machine; here they compete with it as the loops do.
"""

import argparse
import multiprocessing
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import ray

from batch.__main__ import connect, results
from batch.plan import Location, find, load_or_make_plan
from batch.worker import model_files
from inference import Recognizer
from inference.recognizer import DEFAULT_MODEL
from tests.batch import folders

# Of one core for an hour, in dollars: an assumption, about what the large clouds ask for cores that may be taken back
# and for those that stay.
CORE_HOUR = (0.01, 0.04)
# The parts that are done before the clock starts.
WARM = 4
LOOP, LOOPS, ONE, TWO = "plain loop", "two plain loops", "one worker", "two workers"


os.environ.update(RAY_worker_niceness="0")


def loop(files: list[str]) -> float:
    """Return how many images a second a plain loop reads in this process."""
    recognizer = Recognizer()
    for name in files[:20]:
        recognizer.read(Path(name).read_bytes())
    started = time.perf_counter()
    for name in files:
        recognizer.read(Path(name).read_bytes())
    return len(files) / (time.perf_counter() - started)


def loops(files: list[str], count: int) -> float:
    """Return how many images a second so many plain loops read together, each in a process without Ray."""
    with multiprocessing.get_context("spawn").Pool(count) as pool:
        return sum(pool.map(loop, [files[at::count] for at in range(count)], chunksize=1))


def batch(images: Path, workers: int) -> float:
    """Return how many images a second the workers read once they are at it, and print what went before."""
    with tempfile.TemporaryDirectory() as folder:
        target = Location.at(f"{folder}/target")
        source, parts = load_or_make_plan(target, str(images), "image", "bench", 2)
        for name, content in model_files(DEFAULT_MODEL).items():
            target.file(name).write(content)
        started = time.perf_counter()
        ends = [(time.perf_counter(), rows) for rows, _ in results(source, target, "image", parts, workers)]
    print(f"{workers} worker(s): the first part after {ends[0][0] - started:.1f} s", flush=True)
    return sum(rows for _, rows in ends[WARM:]) / (ends[-1][0] - ends[WARM - 1][0])


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description="Measure the batch.")
    parser.add_argument("--images", type=int, default=24_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    rates: dict[str, list[float]] = {name: [] for name in (LOOP, LOOPS, ONE, TWO)}
    with tempfile.TemporaryDirectory() as folder:
        images = Path(folder)
        folders.write(images, options.images)
        (images / folders.BROKEN).unlink()
        _, files = find(folder)
        started = time.perf_counter()
        connect(None, 2)
        print(f"Ray started in {time.perf_counter() - started:.1f} s", flush=True)
        kinds: dict[str, Callable[[], float]] = {
            LOOP: lambda: loops(files[::2], 1),
            ONE: lambda: batch(images, 1),
            TWO: lambda: batch(images, 2),
            LOOPS: lambda: loops(files, 2),
        }
        for round_ in range(options.rounds):
            for name in reversed(kinds) if round_ % 2 else kinds:
                rates[name].append(kinds[name]())
            print({name: round(values[-1]) for name, values in rates.items()}, flush=True)
        ray.shutdown()
    for name, values in rates.items():
        print(f"{name:32}{statistics.median(values):6.0f} images/s")
    for above, below in ((ONE, LOOP), (TWO, ONE), (LOOPS, LOOP)):
        ratios = sorted(one / other for one, other in zip(rates[above], rates[below], strict=True))
        print(f"{f'{above} against {below}':32}{statistics.median(ratios):6.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})")
    hours = 1e6 / statistics.median(rates[ONE]) / 3600
    low, high = (hours * price for price in CORE_HOUR)
    print(f"{'a million images':32}{hours:6.2f} core hours, ${low:.4f} to ${high:.4f}")


if __name__ == "__main__":
    main()
