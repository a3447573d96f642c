"""The benchmark of readers compares them on the real pictures, as they are."""

import pytest

from tests.bench.readers import REAL_SETS, SHARED, sets


@pytest.mark.skipif(not (SHARED / "pictures" / "labels.json").exists(), reason="needs the shared pictures")
def test_the_readers_get_the_files_of_the_real_pictures() -> None:
    found = dict(sets())
    assert tuple(found) == REAL_SETS
    assert all(isinstance(picture, bytes) and truth for pictures in found.values() for picture, truth in pictures)
