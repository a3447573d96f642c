"""Records the modules, files and libraries that a process uses; `collect.py` makes it the server's sitecustomize."""

import atexit
import json
import os
import sys
from pathlib import Path

opened: set[str] = set()


def note_opened(event: str, details: tuple[object, ...]) -> None:
    """Remember each file that is opened."""
    if event == "open" and isinstance(details[0], str):
        opened.add(details[0])


def write() -> None:
    """Write the record to a file named after this process."""
    specs = [getattr(module, "__spec__", None) for module in list(sys.modules.values())]
    modules = sorted({spec.name for spec in specs if spec and spec.has_location})
    maps = Path("/proc/self/maps").read_text().splitlines()
    mapped = {line.split(maxsplit=5)[5] for line in maps if ".so" in line}
    note = {"modules": modules, "files": sorted(opened), "libraries": sorted(mapped)}
    Path(os.environ["SPY_NOTES"], f"{os.getpid()}.json").write_text(json.dumps(note))


sys.addaudithook(note_opened)
atexit.register(write)
