"""Who may import whom, and what must never be in the server's process."""

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.samples import ROOT

OURS = {"digits", "batch", "synthesis", "train", "export", "inference", "web", "evaluation", "tests"}
LEARNING = {"tensorflow", "keras", "sklearn", "joblib", "matplotlib", "scipy", "onnx"}
# folder or module: what of this project, and then which libraries, it must not import.
FORBIDDEN = {
    "digits.py": (OURS - {"inference", "web"}) | LEARNING | {"onnxruntime"},
    "inference": (OURS - {"inference"}) | LEARNING,
    "batch": (OURS - {"batch", "inference"}) | LEARNING | {"onnxruntime"},
    "web": (OURS - {"web", "inference"}) | LEARNING | {"onnxruntime"},
    "synthesis": (OURS - {"synthesis", "inference"}) | {"tensorflow", "keras", "onnxruntime", "onnx"},
    "train": {"web", "export", "evaluation", "tests", "onnxruntime", "onnx"},
    "export": {"web", "tests"},
    "evaluation": {"web", "export", "tests", "tensorflow", "keras"},
}
# folder, then room: the other rooms of that folder that it may import. A picture's way goes forward only.
ROOMS: dict[str, dict[str, set[str]]] = {
    "web": {
        "__init__": set(),
        "settings": set(),
        "executor": set(),
        "observability": set(),
        "http": {"observability", "settings"},
        "routes": {"executor", "http", "observability", "settings"},
        "protocol": {"executor", "http", "observability"},
        "app": {"executor", "http", "observability", "protocol", "routes", "settings"},
        "server": {"app", "http", "observability", "settings"},
        "__main__": {"server", "settings"},
    },
    "inference": {
        "errors": set(),
        "results": set(),
        "session": {"errors"},
        "command": {"errors"},
        "imaging": {"errors"},
        "detection": {"errors", "imaging", "session"},
        "recognition": {"detection", "errors", "imaging", "session"},
        "drawings": {"detection", "errors", "imaging", "recognition"},
        "layout": set(),
        "recognizer": {"detection", "drawings", "errors", "imaging", "layout", "recognition", "results"},
        "annotate": {"imaging", "results"},
        "tables": {
            *("__init__", "annotate", "command", "detection", "errors", "imaging", "layout", "recognizer", "results"),
        },
        "__init__": {"detection", "errors", "recognition", "recognizer", "results"},
        "__main__": {"__init__", "annotate", "command", "imaging"},
    },
}
# library: the only rooms of `web` that may import it.
KNOWN_TO = {"litestar": {"app", "http", "protocol", "routes"}, "uvicorn": {"server"}, "multipart": {"http"}}
# More than these are not seen at a glance.
MAX_MODULES_IN_A_ROOM = 8  # beside __init__.py


def imports(folder: str) -> dict[str, set[str]]:
    """Return for each module of a folder, or for the one module, the full names that it imports, wherever in it."""
    found: dict[str, set[str]] = {}
    paths = [ROOT / folder] if folder.endswith(".py") else sorted((ROOT / folder).rglob("*.py"))
    for path in paths:
        names = found.setdefault(str(path.relative_to(ROOT)), set())
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{path}: imports are absolute here"
                names |= {f"{node.module}.{alias.name}" for alias in node.names}
    assert found, f"{folder} has no modules"
    return found


@pytest.mark.parametrize("folder", sorted(FORBIDDEN))
def test_a_folder_imports_only_what_it_may(folder: str) -> None:
    for module, names in imports(folder).items():
        wrong = {name for name in names if name.split(".")[0] in FORBIDDEN[folder]}
        assert not wrong, f"{module} imports {wrong}"


@pytest.mark.parametrize(("folder", "room"), [(folder, room) for folder in ROOMS for room in ROOMS[folder]])
def test_a_room_imports_only_what_it_may(folder: str, room: str) -> None:
    for module, names in rooms_modules(folder, room).items():
        own = {name.split(".")[1] for name in names if name.split(".")[0] == folder}
        # A name of the folder itself stands in its __init__.py.
        own = {each if each in ROOMS[folder] else "__init__" for each in own}
        assert own <= ROOMS[folder][room] | {room}, f"{module} imports {own}"


@pytest.mark.parametrize("room", sorted(ROOMS["web"]))
def test_a_library_is_known_to_some_rooms_of_web_only(room: str) -> None:
    for module, names in rooms_modules("web", room).items():
        strange = {name for name in names if room not in KNOWN_TO.get(name.split(".")[0], ROOMS["web"])}
        assert not strange, f"{module} imports {strange}"


@pytest.mark.parametrize("folder", sorted(ROOMS))
def test_every_module_has_a_room_and_no_room_is_crowded(folder: str) -> None:
    by_room = {room: set(rooms_modules(folder, room)) for room in ROOMS[folder]}
    modules = {module for module in imports(folder) if not module.startswith("web/static/")}
    assert set().union(*by_room.values()) == modules
    for room, within in by_room.items():
        assert len({module for module in within if not module.endswith("__init__.py")}) <= MAX_MODULES_IN_A_ROOM, room


def rooms_modules(folder: str, room: str) -> dict[str, set[str]]:
    """Return the modules of a room, a folder or a single file, with what each imports."""
    return {module: names for module, names in imports(folder).items() if Path(module).with_suffix("").parts[1] == room}


def test_every_module_that_a_comment_names_is_there() -> None:
    files = [path for folder in sorted(OURS) for path in (ROOT / folder).rglob("*.py")]
    for path in [*files, *ROOT.glob("*.md"), *(ROOT / "deploy").rglob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for name in re.findall(r"`((?:web|inference)(?:[./]\w+)+)`", path.read_text()):
            place = ROOT / name.removesuffix(".py").replace(".", "/")
            there = place.is_dir() or place.with_suffix(".py").is_file()
            assert there, f"{path} names {name}"


def test_export_takes_nothing_of_train_but_the_quiet_import() -> None:
    for module, names in imports("export").items():
        wrong = {name for name in names if name.split(".")[0] == "train"} - {"train.quiet.import_tensorflow"}
        assert not wrong, f"{module} imports {wrong}"


def test_only_the_settings_read_the_environment() -> None:
    for folder in ("web", "inference", "batch"):
        for path in (ROOT / folder).rglob("*.py"):
            if path.relative_to(ROOT).as_posix() in (
                "web/settings.py",
                "web/__main__.py",
                "inference/__init__.py",
                "batch/__main__.py",
            ):
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                reads = isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
                assert not reads, f"{path} reads the environment"


def test_the_server_holds_no_tensorflow() -> None:
    code = "import json, sys, web.app; print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    loaded = set(json.loads(done.stdout))
    assert "web" in loaded
    assert not loaded & LEARNING


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="threads are counted in /proc")
def test_reading_takes_one_thread() -> None:
    code = (
        "import os; from inference import Recognizer; import numpy as np;"
        "Recognizer().read(np.eye(300)); print(len(os.listdir('/proc/self/task')))"
    )
    environment = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, check=True, capture_output=True)
    assert int(done.stdout) == 1
