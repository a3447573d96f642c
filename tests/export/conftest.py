"""The export of an untrained page network."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from tests import trainings
from tests.export.pages import HEIGHT, PAGES, WIDTH, save_metrics, save_pages, untrained


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What an export in a process of its own made of an untrained network; not to be changed."""
    folder = tmp_path_factory.mktemp("page")
    untrained().save(folder / "page.keras")
    save_pages(folder, np.random.default_rng(8).integers(0, 256, (PAGES, HEIGHT, WIDTH), np.uint8))
    save_metrics(folder)
    trainings.finish([*trainings.export_command(folder), "--only", "page"])
    return folder


@pytest.fixture
def folder(exported: Path, tmp_path: Path) -> Path:
    """A copy that a test may spoil."""
    return Path(shutil.copytree(exported, tmp_path / "artifacts"))
