"""`make batch-bench`: images a second with one worker and with two, against the plain loop, in one run.

Start-up of Ray is left out of the rates (it is a matter of seconds, whatever the number of images) and told apart.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import ray

from inference import Recognizer
from inference.batch import connect, results
from inference.batch_plan import Part, Place, find, settle
from inference.batch_worker import MODEL
from inference.recognizer import DEFAULT_MODEL
from tests.batch import folders

# Of one core for an hour, in dollars: an assumption, about what the large clouds ask for cores that may be taken back
# and for those that stay.
CORE_HOUR = (0.01, 0.04)


def loop(files: list[str]) -> float:
    """Return how many images a second a plain loop reads."""
    recognizer = Recognizer()
    started = time.perf_counter()
    for name in files:
        recognizer.read(Path(name).read_bytes())
    return len(files) / (time.perf_counter() - started)


def rate(source: Place, target: Place, parts: list[Part], workers: int) -> float:
    """Return how many images a second the workers read, once all of them are at it.

    The clock starts with the first part that is done, and the rows of that part are not counted.
    """
    ends: list[tuple[float, int]] = []
    for rows, _ in results(source, target, "image", parts, workers):
        ends.append((time.perf_counter(), rows))
    begun = workers
    return sum(rows for _, rows in ends[begun:]) / (ends[-1][0] - ends[begun - 1][0])


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description="Measure the batch.")
    parser.add_argument("--images", type=int, default=8000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        images = Path(folder, "images")
        images.mkdir()
        folders.write(images, options.images)
        (images / folders.BROKEN).unlink()
        _, files = find(str(images))
        rates: dict[str, list[float]] = {"loop": [], "1": [], "2": []}
        for round_ in range(options.rounds):
            rates["loop"].append(loop(files[: len(files) // 4]))
            for workers in (1, 2):
                started = time.perf_counter()
                connect(None, workers)
                print(f"Ray started in {time.perf_counter() - started:.1f} s", flush=True)
                target = Place.at(str(Path(folder, f"target-{round_}-{workers}")))
                source, parts = settle(target, str(images), "image", "bench", 2)
                target.file(MODEL).write(DEFAULT_MODEL.read_bytes())
                rates[str(workers)].append(rate(source, target, parts, workers))
                ray.shutdown()
            print({name: round(values[-1]) for name, values in rates.items()}, flush=True)
    middle = {name: statistics.median(values) for name, values in rates.items()}
    pairs = list(zip(rates["loop"], rates["1"], rates["2"], strict=True))
    print(f"plain loop of Recognizer.read   {middle['loop']:6.0f} images/s")
    print(f"one worker                      {middle['1']:6.0f} images/s")
    print(f"two workers                     {middle['2']:6.0f} images/s")
    print(f"one worker against the loop     {statistics.median(one / plain for plain, one, _ in pairs):6.2f}")
    print(f"two workers against one         {statistics.median(two / one for _, one, two in pairs):6.2f}")
    hours = 1e6 / middle["1"] / 3600
    low, high = (hours * price for price in CORE_HOUR)
    print(f"a million images                {hours:6.2f} core hours, ${low:.4f} to ${high:.4f}")


if __name__ == "__main__":
    main()
