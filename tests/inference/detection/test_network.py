"""The page network's file: what it must be, and how pictures of any size are shown to it."""

from pathlib import Path

import numpy as np
import pytest

from inference import InvalidModelError, ModelNotFoundError
from inference.detection.network import PageNetwork
from inference.recognizer import DEFAULT_MODEL
from synthesis.kinds import KINDS
from tests.inference.detection.networks import write


def test_pictures_of_any_size(tmp_path: Path) -> None:
    network = PageNetwork(write(tmp_path / "page.onnx"))
    for height, width in ((1, 1), (16, 32), (33, 47), (50, 18)):
        grey = np.random.default_rng(0).integers(0, 256, (height, width), dtype=np.uint8)
        maps = network(grey)
        assert np.allclose(maps.writing, 1 - grey / 255, atol=1e-5)
        assert maps.offset.shape == (-(-height // 2), -(-width // 2), 2)
        assert maps.height.shape == (-(-height // 4), -(-width // 4))
        assert maps.kind.shape == (*maps.height.shape, len(KINDS))


def test_what_the_file_says_of_itself(tmp_path: Path) -> None:
    info = PageNetwork(write(tmp_path / "page.onnx")).info
    assert (info.name, info.version, info.kinds) == ("digits-page", "0", KINDS)
    assert info.size == (tmp_path / "page.onnx").stat().st_size
    assert len(info.sha256) == 64


@pytest.mark.parametrize("grey", [np.zeros((0, 4), np.uint8), np.zeros((4, 4)), np.zeros((4, 4, 3), np.uint8)])
def test_what_is_no_grey_picture(grey: np.ndarray, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="expected uint8"):
        PageNetwork(write(tmp_path / "page.onnx"))(grey)


def test_a_missing_or_broken_file_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFoundError, match="make train export"):
        PageNetwork(tmp_path / "page.onnx")
    content = write(tmp_path / "whole.onnx").read_bytes()
    (tmp_path / "cut.onnx").write_bytes(content[: len(content) // 2])
    with pytest.raises(InvalidModelError, match=r"not a complete ONNX file.*make train export"):
        PageNetwork(tmp_path / "cut.onnx")


def test_another_file_says_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(InvalidModelError, match=r"no page network.*make train export"):
        PageNetwork(DEFAULT_MODEL)
    with pytest.raises(InvalidModelError, match="no page network"):
        PageNetwork(write(tmp_path / "page.onnx", named="image"))
    for kinds in (KINDS[1:], KINDS[:-1], (*KINDS[1:], KINDS[0])):
        with pytest.raises(InvalidModelError, match="names the kinds"):
            PageNetwork(write(tmp_path / "page.onnx", kinds=kinds))
