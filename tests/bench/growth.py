"""`python -m tests.bench.growth FILE`: how time grows with connections, pixels and marks, drawn into FILE.

Each point is the best of three, on one core; the grey line grows as the measure does, from the first point on.
"""

import argparse
import io
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image
from rich.progress import track

matplotlib.use("Agg")

from matplotlib import pyplot as plt

from inference import Recognizer
from tests.bench.__main__ import FORM, FORM_TYPE, running
from tests.bench.load import Request, send
from tests.bench.pictures import hand, page
from tests.servers import MODEL, free_port

CONNECTIONS = (1, 2, 4, 8, 16, 32, 64)
MEGAPIXELS = (0.1, 0.3, 1, 3, 10, 20, 40)
MARKS = (1, 3, 10, 30, 100, 300, 1000)
BLUE, GREY = "#2456a6", "#999999"
REPEATS = 3
# The height of a digit, and the space that each has.
DIGIT_PX, CELL_PX = 32, 48


def digits(count: int) -> bytes:
    """Return a PNG file of `count` digits in rows and columns, with noise, so that it is no clean drawing."""
    rng = np.random.default_rng(count)
    columns = int(np.ceil(np.sqrt(count)))
    rows = -(-count // columns)
    sheet = np.zeros((rows * CELL_PX, columns * CELL_PX), np.uint8)
    writer = hand()
    for at in range(count):
        alpha = writer.digit(str(rng.integers(10)), DIGIT_PX, rng)[: CELL_PX - 4, : CELL_PX - 4]
        top, left = at // columns * CELL_PX + 4, at % columns * CELL_PX + 4
        sheet[top : top + alpha.shape[0], left : left + alpha.shape[1]] = alpha
    out = io.BytesIO()
    noise = rng.normal(0, 2, sheet.shape)
    Image.fromarray(np.clip(245 - 0.8 * sheet + noise, 0, 255).astype(np.uint8)).save(out, "PNG")
    return out.getvalue()


def photo(megapixels: float) -> bytes:
    """Return a photo of a page of `megapixels` million pixels, or a few less."""
    with Image.open(io.BytesIO(page(2000)[0])) as image:
        factor = (1e6 * megapixels / (image.width * image.height)) ** 0.5
        out = io.BytesIO()
        image.resize((int(image.width * factor), int(image.height * factor))).save(out, "JPEG", quality=90)
        return out.getvalue()


def seconds(work: Callable[[], object]) -> float:
    """Return the seconds of the fastest of a few runs."""
    best = float("inf")
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


def canvases() -> list[float]:
    """Return the median seconds of a canvas for each number of connections."""
    request = Request("/predict?inputs=1", FORM, {"Content-Type": FORM_TYPE})
    with running("-m", "tests.bench.serve", port=free_port(), path="/health/live") as (url, process, _):
        send(url, process, request, 1)
        return [send(url, process, request, 2, count).p50 for count in track(CONNECTIONS, "connections")]


def main() -> None:
    """Measure, and draw."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.growth", description=__doc__)
    parser.add_argument("file", type=Path, help="a PNG file to write")
    options = parser.parse_args()
    recognizer = Recognizer(MODEL, max_marks=2 * MARKS[-1])
    photos = [photo(size) for size in MEGAPIXELS]
    sheets = [digits(count) for count in MARKS]
    panels = (
        ("connections, canvases", CONNECTIONS, canvases()),
        (
            "million pixels, photo of a page",
            MEGAPIXELS,
            [seconds(partial(recognizer.read, each)) for each in track(photos, "pixels")],
        ),
        (
            "marks, 32 pixels high",
            MARKS,
            [seconds(partial(recognizer.read, each)) for each in track(sheets, "marks")],
        ),
    )
    figure, axes = plt.subplots(1, 3, figsize=(11, 3.4), layout="constrained")
    for each, (about, sizes, took) in zip(axes, panels, strict=True):
        each.plot(sizes, [took[0] * size / sizes[0] for size in sizes], color=GREY, linewidth=1)
        each.plot(sizes, took, color=BLUE, marker="o")
        each.set(xscale="log", yscale="log", xlabel=about, ylabel="seconds")
        each.set_ylim(min(took) / 2, max(took) * 2)
        print(about, [(size, round(value, 4)) for size, value in zip(sizes, took, strict=True)])
    figure.savefig(options.file, dpi=110, metadata={"Software": None})


if __name__ == "__main__":
    main()
