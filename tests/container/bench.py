"""`make image-bench`: how soon the container answers, against the same process outside, and its memory."""

import json
import statistics
import time

import httpx

from tests.container.containers import Container, engine, remove_all, running
from tests.servers import serving
from tests.web.pictures import png, seven

ROUNDS = 7


def memory(container: Container) -> float:
    """Return the megabytes that the engine counts for a container now."""
    if engine("--version").startswith("podman"):
        [stats] = json.loads(engine("stats", "--no-stream", "--format", "json", container.name))
        used: str = stats["mem_usage"].split(" / ")[0]
    else:
        used = engine("stats", "--no-stream", "--format", "{{.MemUsage}}", container.name).split(" / ")[0]
    number, unit = used.rstrip("iB")[:-1], used.rstrip("iB")[-1]
    return float(number) * {"k": 1e-3, "K": 1.024e-3, "M": 1.048576 if "i" in used else 1, "G": 1e3}[unit]


def first_answer_in_container() -> tuple[float, float]:
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


def memory_after(canvases: int) -> float:
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
            print(f"container {pairs[-1][0]:.2f} s, process {pairs[-1][1]:.2f} s, at rest {rest:.0f} MB", flush=True)
        print(f"run to first answer            {statistics.median(inside for inside, _, _ in pairs):5.2f} s")
        print(f"the same process outside       {statistics.median(outside for _, outside, _ in pairs):5.2f} s")
        print(f"ratio                          {statistics.median(i / o for i, o, _ in pairs):5.2f}")
        print(f"memory at rest                 {max(rest for _, _, rest in pairs):5.0f} MB")
        print(f"memory after 1,000 canvases    {memory_after(1000):5.0f} MB")
    finally:
        remove_all()


if __name__ == "__main__":
    main()
