"""A picture seen in tiles is the picture seen at once."""

import numpy as np

from inference.detection.maps import Grey, Maps, halved
from inference.detection.tiles import MARGIN_PX, TILE_PX, tiled


def near(grey: Grey) -> Maps:
    """A network whose every answer depends on what is up to 20 pixels away."""
    values = np.pad(grey.astype(np.float32), 20, mode="edge")
    height, width = grey.shape
    writing = sum(values[at : at + height, 40 - at : 40 - at + width] for at in range(0, 41, 5)) / np.float32(2295)
    half = halved(np.asarray(writing))
    quarter = halved(half)
    kind = np.stack([quarter * at for at in range(3)], axis=2)
    return Maps(np.asarray(writing), np.stack([half, -half], axis=2), quarter, kind)


def picture(height: int, width: int) -> Grey:
    return np.random.default_rng(0).integers(0, 256, (height, width), dtype=np.uint8)


def test_tiles_are_stitched_without_a_seam() -> None:
    grey = picture(1000, 1500)
    once, pieces = near(grey), tiled(near, grey)
    for name in ("writing", "offset", "height", "kind"):
        assert np.allclose(getattr(once, name), getattr(pieces, name), atol=1e-5), name


def test_odd_sizes() -> None:
    grey = picture(777, 1003)
    once, pieces = near(grey), tiled(near, grey)
    for name in ("writing", "offset", "height", "kind"):
        assert getattr(once, name).shape == getattr(pieces, name).shape
        assert np.allclose(getattr(once, name)[:190], getattr(pieces, name)[:190], atol=1e-5), name


def test_only_what_is_wanted_is_looked_at() -> None:
    grey = picture(960, 1600)
    seen = []

    def counting(part: Grey) -> Maps:
        seen.append(part.shape)
        return near(part)

    wanted = np.zeros((60, 100), np.bool_)
    wanted[20:22, 30:33] = True
    maps = tiled(counting, grey, wanted)
    once = near(grey)
    assert seen == [(32 + 2 * MARGIN_PX, 48 + 2 * MARGIN_PX)]
    assert np.allclose(maps.writing[320:352, 480:528], once.writing[320:352, 480:528], atol=1e-5)
    assert np.allclose(maps.kind[80:88, 120:132], once.kind[80:88, 120:132], atol=1e-5)
    assert np.count_nonzero(maps.writing) == 32 * 48
    assert tiled(counting, grey, np.zeros((60, 100), np.bool_)).writing.max() == 0


def test_no_tile_is_larger_than_allowed() -> None:
    seen = []

    def counting(part: Grey) -> Maps:
        seen.append(part.shape)
        return near(part)

    tiled(counting, picture(1700, 1700))
    assert max(max(shape) for shape in seen) <= TILE_PX
