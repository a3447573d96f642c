"""Fixtures that several folders share."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from inference.recognizer import page_beside
from tests import trainings
from tests.samples import ROOT, save_npz, small_mnist
from tests.servers import MODEL, Server, serving


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """One running server with the default settings, for all tests that do it no harm."""
    if not MODEL.exists():
        pytest.skip(f"no model at {MODEL}: run `make train export`")
    with serving() as running:
        yield running


@pytest.fixture(scope="session")
def small_npz(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file like mnist.npz with 1,700 images."""
    return save_npz(tmp_path_factory.mktemp("data") / "small.npz", small_mnist())


@pytest.fixture(scope="session")
def trained_cnn(small_npz: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The artifacts of a small training of the CNN; not to be changed."""
    folder = tmp_path_factory.mktemp("cnn")
    trainings.finish(trainings.train_command(small_npz, folder, "cnn"))
    return folder


@pytest.fixture(scope="session")
def trained_mlp(small_npz: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The artifacts of a small training of the MLP; not to be changed."""
    folder = tmp_path_factory.mktemp("mlp")
    trainings.finish(trainings.train_command(small_npz, folder, "mlp"))
    return folder


@pytest.fixture(scope="session")
def exported_cnn(trained_cnn: Path) -> Path:
    """The same artifacts with model.onnx and its card, and the tracked page network beside them."""
    trainings.finish(trainings.export_command(trained_cnn))
    shutil.copy(page_beside(ROOT / "artifacts" / "model.onnx"), trained_cnn)
    return trained_cnn


@pytest.fixture(scope="session")
def client(server: Server) -> Iterator[httpx.Client]:
    """A client of the running server; paths are enough as addresses."""
    with server.client() as connected:
        yield connected
