"""The classifier's file: what it must be, what it says of itself, and how images are shown to it."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray

from inference import InvalidModelError, ModelNotFoundError
from inference.recognition.classifier import CHUNK_IMAGES, Classifier
from inference.recognizer import DEFAULT_MODEL, page_beside


def told(path: Path, **metadata: str) -> Path:
    """Write the shipped model with other metadata, or without any."""
    model = onnx.load(DEFAULT_MODEL)
    onnx.helper.set_model_props(model, metadata)
    onnx.save(model, path)
    return path


def test_what_the_file_says_of_itself(tmp_path: Path) -> None:
    info = Classifier(
        told(tmp_path / "m.onnx", name="n", version="v", threshold="0.4", reject_threshold="0.2", test_accuracy="0.9")
    ).info
    assert (info.name, info.version, info.threshold, info.reject_threshold) == ("n", "v", 0.4, 0.2)
    assert info.test_accuracy == 0.9
    assert info.size == (tmp_path / "m.onnx").stat().st_size
    assert len(info.sha256) == 64


def test_both_thresholds_decide_what_is_answered(tmp_path: Path) -> None:
    info = Classifier(told(tmp_path / "m.onnx", threshold="0.4", reject_threshold="0.2")).info
    rows = np.zeros((4, 11))
    rows[:, 3] = [0.4, 0.39, 0.4, 0.8]
    rows[:, 10] = [0.2, 0.0, 0.21, 0.0]
    assert info.answers(rows).tolist() == [True, False, False, True]
    # A model without "not a digit" has no doubt of that kind.
    assert info.answers(rows[:, :10]).tolist() == [True, False, True, True]


def test_a_file_that_says_nothing_is_taken_for_what_its_columns_are(tmp_path: Path) -> None:
    info = Classifier(told(tmp_path / "plain.onnx")).info
    assert info.classes == (*"0123456789", "not a digit")
    assert (info.name, info.version, info.threshold, info.reject_threshold) == ("plain", "unknown", 0.0, 0.5)
    assert info.test_accuracy is None


@pytest.mark.parametrize(
    ("metadata", "says"),
    [
        ({"classes": "[1, 2"}, "metadata of .* cannot be read"),
        ({"threshold": "high"}, "metadata of .* cannot be read"),
        ({"classes": '["0", "1"]'}, "names 2 classes but has 11 outputs"),
    ],
)
def test_metadata_that_do_not_fit(metadata: Mapping[str, str], says: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidModelError, match=f"{says}.*make train export"):
        Classifier(told(tmp_path / "model.onnx", **metadata))


def test_another_file_says_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(InvalidModelError, match=r"no digit classifier.*'picture'.*make train export"):
        Classifier(page_beside(DEFAULT_MODEL))
    (tmp_path / "cut.onnx").write_bytes(DEFAULT_MODEL.read_bytes()[:5000])
    with pytest.raises(InvalidModelError, match=r"not a complete ONNX file.*make train export"):
        Classifier(tmp_path / "cut.onnx")
    with pytest.raises(ModelNotFoundError, match=r"no model file.*make train export"):
        Classifier(tmp_path / "none.onnx")
    with pytest.raises(ModelNotFoundError, match="cannot be opened: Is a directory"):
        Classifier(tmp_path)


def test_many_images_are_read_as_each_by_itself() -> None:
    classify = Classifier(DEFAULT_MODEL)
    images = np.random.default_rng(0).integers(0, 256, (2 * CHUNK_IMAGES + 3, 28, 28), dtype=np.uint8)
    said = classify(images)
    assert said.shape == (len(images), 11)
    assert np.allclose(said, np.concatenate([classify(image[None]) for image in images]), atol=1e-5)
    assert classify(images[:0]).shape == (0, 11)


@pytest.mark.parametrize(
    "batch", [np.zeros((1, 28, 28)), np.zeros((28, 28), np.uint8), np.zeros((1, 27, 28), np.uint8)]
)
def test_what_are_no_images(batch: NDArray[np.generic]) -> None:
    with pytest.raises(ValueError, match=r"expected uint8 \[N, 28, 28\]"):
        Classifier(DEFAULT_MODEL)(batch)  # type: ignore[arg-type]  # the wrong type is the test


def test_the_page_network_is_the_file_in_8_bit_integers_where_there_is_one(tmp_path: Path) -> None:
    model = tmp_path / "model.onnx"
    assert page_beside(model).name == "page.onnx"
    (tmp_path / "page.onnx").touch()
    assert page_beside(model).name == "page.onnx"
    (tmp_path / "page.int8.onnx").touch()
    assert page_beside(model).name == "page.int8.onnx"
