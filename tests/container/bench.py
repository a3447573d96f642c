"""`make image-bench`: how soon the container answers, against the same process outside, and its memory."""

import statistics
import time

import httpx

from tests.container.containers import Container, remove_all, running
from tests.servers import serving
from tests.web.pictures import png, seven

ROUNDS = 7


def memory(container: Container) -> tuple[float, float]:
    """Return the megabytes of the server that are in memory, and those of them that are no files.

    What the engine counts is no measure: to the container that reads an image's files first it adds what the kernel
    keeps of them, up to the limit, and takes back when memory is needed.
    """
    status = container.status()
    resident, own = (int(status[name].removesuffix(" kB")) * 1024 / 1e6 for name in ("VmRSS", "RssAnon"))
    return resident, own


def first_answer_in_container() -> tuple[float, tuple[float, float]]:
    """Return the seconds from `run` to the first answer, and the memory at rest a second later."""
    started = time.perf_counter()
    with running() as container:
        seconds = time.perf_counter() - started
        time.sleep(1)
        return seconds, memory(container)


def first_answer_of_process() -> float:
    """Return the seconds from starting `python -m web` to the first answer."""
    started = time.perf_counter()
    with serving():
        return time.perf_counter() - started


def memory_after(canvases: int) -> tuple[float, float]:
    """Return the memory after so many canvases."""
    picture = png(seven())
    with running() as container, httpx.Client(timeout=60) as client:
        for _ in range(canvases):
            client.post(f"{container.url}/predict", content=picture, headers={"content-type": "image/png"})
        return memory(container)


def main() -> None:
    """Measure and print the table."""
    try:
        pairs = []
        for _ in range(ROUNDS):
            inside, rest = first_answer_in_container()
            pairs.append((inside, first_answer_of_process(), rest))
            print(f"container {inside:.2f} s, process {pairs[-1][1]:.2f} s, at rest {rest[0]:.0f} MB", flush=True)
        print(f"run to first answer            {statistics.median(inside for inside, _, _ in pairs):5.2f} s")
        print(f"the same process outside       {statistics.median(outside for _, outside, _ in pairs):5.2f} s")
        print(f"ratio                          {statistics.median(i / o for i, o, _ in pairs):5.2f}")
        for name, (resident, own) in (
            ("memory at rest", max(rest for _, _, rest in pairs)),
            ("memory after 1,000 canvases", memory_after(1000)),
        ):
            print(f"{name:30}{resident:6.0f} MB, of it {own:.0f} MB its own and the rest files")
    finally:
        remove_all()


if __name__ == "__main__":
    main()
