"""What the image holds, and what it says of itself."""

import json
import re
import subprocess
import tarfile
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from inference import Recognizer, __version__
from tests.container.containers import ENGINE, IMAGE, configuration, engine
from tests.servers import ROOT


@pytest.fixture(scope="module")
def saved() -> Iterator[Path]:
    """The image as one tar file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "image.tar")
        kind = ["--format", "docker-archive"] if ENGINE.endswith("podman") else []
        engine("save", *kind, "--output", str(path), IMAGE)
        yield path


@pytest.fixture(scope="module")
def layers(saved: Path) -> list[list[str]]:
    """The names in each layer, from the first to the last."""
    with tarfile.open(saved) as archive:
        manifest = archive.extractfile("manifest.json")
        assert manifest
        [image] = json.load(manifest)
        found = []
        for name in image["Layers"]:
            layer = archive.extractfile(name)
            assert layer
            with tarfile.open(fileobj=layer) as files:
                found.append([each.name.lstrip("./") for each in files])
    return found


@pytest.fixture(scope="module")
def about() -> dict[str, Any]:
    """The image's configuration."""
    return configuration()


def test_it_is_small(saved: Path, about: dict[str, Any]) -> None:
    with subprocess.Popen(["gzip", "-6", "--stdout", saved], stdout=subprocess.PIPE) as packing:
        assert packing.stdout
        packed = sum(len(block) for block in packing.stdout)
    print(f"{about['Size'] / 1e6:.1f} MB, {packed / 1e6:.1f} MB with gzip -6")
    assert about["Size"] <= 150e6
    assert packed <= 60e6


def test_it_has_no_shell_no_pip_no_tensorflow_and_no_source_but_the_programs(layers: list[list[str]]) -> None:
    names = [name for layer in layers for name in layer]
    programs = {name for name in names if re.search(r"(^|/)s?bin/[^/]+$", name)}
    assert {Path(name).name for name in programs} <= {"python3", "python3.11", "python3.12", "python3.13"}
    installed = {match[1].lower() for match in (re.match(r"packages/([^/-]+)[^/]*/", name) for name in names) if match}
    assert {"litestar", "onnxruntime", "numpy", "pil"} <= installed
    assert not installed & {"pip", "setuptools", "tensorflow", "keras", "scikit_learn", "faker", "httpx", "pygments"}
    assert not [name for name in names if name.endswith(".py") and not name.startswith("app/")]
    assert not [name for name in names if re.search(r"(^|/)tests?/", name)]


def test_every_module_of_the_program_is_compiled(layers: list[list[str]]) -> None:
    names = set(layers[-1])
    modules = {name for name in names if name.endswith(".py")}
    assert "app/web/app.py" in modules
    for name in modules:
        path = Path(name)
        assert any(each.startswith(f"{path.parent}/__pycache__/{path.stem}.cpython-") for each in names), name


def test_code_and_model_are_the_last_layer_and_alone_in_it(layers: list[list[str]]) -> None:
    last = layers[-1]
    assert {"app/artifacts/model.onnx", "app/artifacts/MODEL_CARD.md", "app/web/static/index.html"} <= set(last)
    assert {name.split("/")[0] for name in last if name} == {"app"}
    assert not [name for layer in layers[:-1] for name in layer if name.startswith("app/")]


def test_it_runs_without_a_shell_as_nobody(about: dict[str, Any]) -> None:
    user = re.fullmatch(r"(\d+):(\d+)", about["User"])
    assert user
    assert int(user[1]) >= 10000
    assert about["Entrypoint"] == ["/usr/local/bin/python3", "-m", "web"]
    assert about["Healthcheck"]["Test"][0] == "CMD"
    assert "8000/tcp" in about["ExposedPorts"]
    environment = dict(each.split("=", 1) for each in about["Env"])
    assert (environment["HOST"], environment["PORT"]) == ("0.0.0.0", "8000")  # noqa: S104  # reached from outside
    assert environment["ORT_DISABLE_TELEMETRY"] == "1"


def test_its_labels_say_what_it_is(about: dict[str, Any]) -> None:
    labels = about["Labels"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert labels["org.opencontainers.image.version"] == __version__
    assert labels["org.opencontainers.image.licenses"] == project["license"]
    assert labels["digits.model.version"] == Recognizer().info.version
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    if head.returncode == 0:
        assert re.fullmatch("[0-9a-f]{40}", labels["org.opencontainers.image.revision"])
    assert labels["org.opencontainers.image.source"]


def test_a_licence_goes_with_every_package(layers: list[list[str]]) -> None:
    names = [name for layer in layers for name in layer if name.startswith("packages/")]
    packages = {
        match[1]: match[2]
        for match in (re.match(r"packages/(([^/]+)-[^/-]+\.dist-info)/", name) for name in names)
        if match
    }
    assert len(packages) > 10
    for metadata, package in packages.items():
        assert f"packages/{metadata}/METADATA" in names
        folders = (f"packages/{metadata}/", f"packages/{package}/")
        licences = [name for name in names if name.startswith(folders) and re.search("licen[sc]e|copying", name, re.I)]
        assert licences, f"no licence of {package}"
