"""What is built of the project, installed beside the locked runtime packages alone, and used in an empty folder."""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email.parser import Parser
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from PIL import Image

from inference import __version__
from tests import servers
from tests.inference.pens import pen
from tests.samples import ROOT

MODELS = {"model.onnx", "page.int8.onnx", "MODEL_CARD.md"}
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "MODEL_PATH")}


def run(*command: str | Path, cwd: Path) -> str:
    """Run a command that must succeed without a word on standard error; return its standard output."""
    done = subprocess.run(command, cwd=cwd, env=ENVIRONMENT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    return done.stdout


def build(kind: str, source: Path, target: Path) -> Path:
    """Build the `wheel` or the `sdist` of a source tree with the packages that are here; return the file."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", kind, "--directory", str(target)]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    [built] = target.iterdir()
    return built


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("sdist", ROOT, tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The commands of a fresh environment that holds the wheel and what requirements/runtime.txt names (links)."""
    folder = tmp_path_factory.mktemp("environment") / "env"
    run(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder.parent)
    python = folder / "bin" / "python"
    site = Path(run(python, "-c", "import site; print(site.getsitepackages()[0])", cwd=folder).strip())
    locked = re.findall(r"^([a-z0-9._-]+)==", (ROOT / "requirements" / "runtime.txt").read_text(), re.MULTILINE)
    for name in locked:
        try:
            package = distribution(name)
        except PackageNotFoundError:  # for another system
            continue
        for top in {file.parts[0] for file in package.files or []} - {"..", "__pycache__"}:
            here = Path(str(package.locate_file(top)))
            if top.endswith(".dist-info"):  # uv sees no links to these
                shutil.copytree(here, site / top)
            elif not (site / top).exists():
                (site / top).symlink_to(here)
    uv = [sys.executable, "-m", "uv", "pip"]
    run(*uv, "install", "--quiet", "--offline", "--no-deps", "--python", python, wheel, cwd=folder)
    run(*uv, "check", "--quiet", "--python", python, cwd=folder)  # nothing that it requires is missing
    return python.parent


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    folder = tmp_path / "empty"
    folder.mkdir()
    return folder


def test_the_wheel_holds_the_command_the_models_and_the_page_and_nothing_that_trains(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as file:
        names = set(file.namelist())
        for each in MODELS:
            assert file.read(f"inference/artifacts/{each}") == (ROOT / "artifacts" / each).read_bytes()
        metadata = Parser().parsestr(file.read(f"digits-{__version__}.dist-info/METADATA").decode())
    assert {name.split("/")[0] for name in names} == {
        "digits.py",
        "inference",
        "web",
        f"digits-{__version__}.dist-info",
    }
    assert {"inference/py.typed", "web/py.typed", "web/static/index.html", "web/static/docs/index.html"} <= names
    assert {name for name in names if name.startswith("inference/artifacts/")} == {
        f"inference/artifacts/{each}" for each in MODELS
    }
    tracked = {str(path.relative_to(ROOT)) for room in ("inference", "web") for path in (ROOT / room).rglob("*.py")}
    assert tracked <= names
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = [each for each in metadata.get_all("Requires-Dist", []) if "extra ==" not in each]
    required = {re.split(r"[<>=!~;\[ ]", each)[0] for each in needed}
    assert required == {re.split(r"[<>=!~;\[ ]", each)[0] for each in project["dependencies"]}
    assert not {"tensorflow", "tensorflow-cpu", "keras", "ray"} & required
    assert metadata["Version"] == __version__
    assert metadata["License-Expression"] == "MIT"


def test_the_sdist_is_enough_to_build_the_same_wheel(sdist: Path, wheel: Path, tmp_path: Path) -> None:
    with tarfile.open(sdist) as file:
        file.extractall(tmp_path, filter="data")
    [source] = tmp_path.iterdir()
    assert {path.name for path in source.iterdir()} == {
        ".gitignore", "LICENSE", "PKG-INFO", "README.md", "pyproject.toml", "artifacts", "digits.py", "inference", "web"
    }  # fmt: skip
    again = build("wheel", source, tmp_path / "dist")
    assert again.read_bytes() == wheel.read_bytes()


def test_the_command_reads_a_picture_in_any_folder(installed: Path, empty: Path) -> None:
    assert run(installed / "digits", "--version", cwd=empty) == f"digits {__version__}\n"
    Image.fromarray(255 - pen("23")).save(empty / "some.png")
    assert run(installed / "digits", "some.png", cwd=empty) == "some.png\t23\n"
    [entry] = map(json.loads, run(installed / "digits", "--json", ".", cwd=empty).splitlines())
    assert (entry["file"], entry["text"]) == ("some.png", "23")


def test_the_packages_are_imported_without_what_trains(installed: Path, empty: Path) -> None:
    code = (
        "import importlib.util as u, inference, web.app; print(inference.__file__); print(web.app.__file__);"
        "print([name for name in ('tensorflow', 'keras', 'ray', 'train', 'tests') if u.find_spec(name)])"
    )
    *files, unwanted = run(installed / "python", "-c", code, cwd=empty).splitlines()
    assert len(files) == 2
    assert all(Path(file).is_relative_to(installed.parent) for file in files)
    assert unwanted == "[]"


@pytest.mark.parametrize("workers", [1, 2])
def test_the_command_serves(installed: Path, empty: Path, workers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "COMMAND", [str(installed / "digits"), "serve"])
    monkeypatch.setattr(servers, "ROOT", empty)
    with servers.serving(MODEL_PATH="", PYTHONPATH="", WORKERS=workers) as server, server.client() as client:
        assert "<title>" in client.get("/").text
        assert client.get("/schema/openapi.json").json()["info"]["version"] == __version__
        assert client.get("/model/card").content == (ROOT / "artifacts" / "MODEL_CARD.md").read_bytes()
        picture = empty / "some.png"
        Image.fromarray(255 - pen("23")).save(picture)
        answer = client.post("/predict", content=picture.read_bytes(), headers={"content-type": "image/png"})
        assert answer.json()["text"] == "23"
        assert server.stop() == 0


def test_serve_tells_its_settings_and_takes_no_arguments(installed: Path, empty: Path) -> None:
    told = run(installed / "digits", "serve", "--help", cwd=empty)
    assert "PORT " in told
    assert "MODEL_PATH " in told
    refused = subprocess.run([installed / "digits", "serve", "8001"], cwd=empty, capture_output=True, text=True)
    assert refused.returncode == 2
    assert "unrecognized arguments: 8001" in refused.stderr
