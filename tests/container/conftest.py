"""The image's tests run by `make image-test`, which names the engine; elsewhere they skip."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.container import containers
from tests.container.containers import ENGINE, IMAGE, Container


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what lies in this folder where no engine is named."""
    if ENGINE:
        return
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.skip(reason="`make image image-test` runs the tests of the container"))


@pytest.fixture(scope="session", autouse=True)
def nothing_left_behind() -> Iterator[None]:
    """Remove every container of these tests at the end, and say at once where the image is missing."""
    if not ENGINE:
        yield
        return
    if subprocess.run([ENGINE, "image", "inspect", IMAGE], capture_output=True).returncode:
        pytest.exit(f"there is no image {IMAGE!r}: run `make image` first", returncode=2)
    yield
    containers.remove_all()


@pytest.fixture(scope="session")
def container() -> Iterator[Container]:
    """One locked-down container for all tests that do it no harm."""
    with containers.running() as running:
        yield running
