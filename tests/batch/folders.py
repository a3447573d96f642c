"""Folders of images, and runs of the batch over them."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from PIL import Image

from tests.servers import ROOT
from tests.web.pictures import digits, png

TIMEOUT_SECONDS = 300.0
BROKEN = "broken.png"


def write(folder: Path, count: int) -> Path:
    """Write images of one digit each, named by their label, in two folders, and one that is no image."""
    pixels, labels = digits()
    for at in range(count):
        canvas = Image.new("L", (200, 200), 255)
        canvas.paste(Image.fromarray(255 - pixels[at % len(pixels)]).resize((120, 120)), (40, 40))
        path = folder / f"{at % 2}" / f"{at:05d}-{labels[at % len(labels)]}.png"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(png(canvas))
    (folder / BROKEN).write_bytes(b"no image")
    return folder


def start(source: object, target: object, *options: str) -> "subprocess.Popen[str]":
    """Start `python -m batch`."""
    command = [sys.executable, "-m", "batch", str(source), str(target), *options]
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=os.environ
    )


def batch(source: object, target: object, *options: str, status: int = 0) -> str:
    """Run `python -m batch` to its end and return what it printed."""
    running = start(source, target, *options)
    printed, _ = running.communicate(timeout=TIMEOUT_SECONDS)
    assert running.returncode == status, printed[-4000:]
    assert "Traceback" not in printed
    return printed


def parts(target: Path) -> dict[str, int]:
    """Return the finished parts of a target, and when each was written."""
    return {path.name: path.stat().st_mtime_ns for path in target.glob("part-*.parquet")}


def planned(target: Path) -> int:
    """Return how many parts there will be."""
    return len(json.loads((target / "_plan.json").read_text())["parts"])


def wait_for_parts(running: "subprocess.Popen[str]", target: Path, count: int) -> dict[str, int]:
    """Wait until some parts are finished, and return them."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while len(parts(target)) < count:
        assert running.poll() is None, running.communicate()[0][-4000:]
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return parts(target)
