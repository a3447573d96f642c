"""Who may import whom, and what must never be in the server's process."""

import ast
import json
import os
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
