"""The batch's tests run by `make batch-test`, which installs Ray; elsewhere they skip."""

import importlib.util
from pathlib import Path

import pytest

from tests.batch import folders


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what lies in this folder where Ray is missing."""
    if importlib.util.find_spec("ray") and importlib.util.find_spec("pyarrow"):
        return
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.skip(reason="`make batch-test` installs Ray and runs the tests of the batch"))


@pytest.fixture(scope="session")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of 401 images, of which one is broken."""
    return folders.write(tmp_path_factory.mktemp("images"), 400)


@pytest.fixture(scope="session")
def many_images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of 1601 images, of which one is broken: enough to be in the middle of."""
    return folders.write(tmp_path_factory.mktemp("many"), 1600)
