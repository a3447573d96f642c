from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.samples import mnist_path, save_npz, small_mnist, spoil
from train import data
from train.errors import DataError


def saved(path: Path, **changes: NDArray[Any] | None) -> Path:
    arrays = {**small_mnist(), **changes}
    return save_npz(path, {name: array for name, array in arrays.items() if array is not None})


def test_the_canonical_file_is_accepted() -> None:
    path = mnist_path()
    if path is None:
        pytest.skip("no local mnist.npz; name one with MNIST_NPZ")
    mnist = data.load(path)
    assert mnist.x_train.shape == (60000, 28, 28)
    assert mnist.sha256() == data.MNIST_SHA256


def test_other_images_are_refused_unless_asked_for(tmp_path: Path) -> None:
    path = saved(tmp_path / "other.npz")
    with pytest.raises(DataError, match=r"not MNIST's.*--any-data"):
        data.load(path)
    assert len(data.load(path, any_data=True).x_test) == 300


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"x_train": np.zeros((1400, 28, 27), np.uint8)}, r"x_train is uint8 \[1400, 28, 27\]"),
        ({"x_test": np.zeros((300, 28, 28), np.float32)}, r"x_test is float32"),
        ({"y_train": np.zeros(3, np.uint8)}, r"y_train is uint8 \[3\]"),
        ({"y_test": np.full(300, 7, np.uint8)}, "each of the labels 0 to 9"),
        ({"y_test": None}, "lacks an array"),
    ],
)
def test_wrong_arrays_are_named(tmp_path: Path, changes: dict[str, NDArray[Any] | None], message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        data.load(saved(tmp_path / "wrong.npz", **changes), any_data=True)
    assert "MNIST_NPZ" in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"There is no file .*nowhere\.npz.*MNIST_NPZ"):
        data.load(tmp_path / "nowhere.npz")


def test_a_truncated_file_is_refused_at_any_length(tmp_path: Path) -> None:
    whole = saved(tmp_path / "whole.npz").read_bytes()
    for length in (0, 1, 100, len(whole) // 2, len(whole) - 1):
        path = tmp_path / "cut.npz"
        path.write_bytes(whole[:length])
        with pytest.raises(DataError, match="no complete"):
            data.load(path)


def test_a_file_damaged_in_the_middle_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "damaged.npz"
    np.savez_compressed(path, **small_mnist())  # type: ignore[arg-type]
    spoil(path, "x_train.npy")
    with pytest.raises(DataError, match="no complete"):
        data.load(path)


def test_no_pickle_is_loaded(tmp_path: Path) -> None:
    path = save_npz(tmp_path / "pickled.npz", {name: np.array([{}], dtype=object) for name in data.NAMES})
    with pytest.raises(DataError):
        data.load(path, any_data=True)


def test_the_split_keeps_each_digits_share_and_loses_none() -> None:
    mnist = data.Mnist(**small_mnist())
    parts = data.split(mnist, seed=1)
    assert len(parts.images) + len(parts.validation_images) == len(mnist.x_train)
    before = np.bincount(mnist.y_train, minlength=10) / len(mnist.y_train)
    after = np.bincount(parts.validation_labels, minlength=10) / len(parts.validation_labels)
    np.testing.assert_allclose(after, before, atol=0.01)
    again = data.split(mnist, seed=1)
    np.testing.assert_array_equal(parts.validation_images, again.validation_images)


@pytest.mark.parametrize("labels", [np.arange(119) % 10, np.append(np.arange(990) % 9, 9)])
def test_too_few_images_are_refused(labels: NDArray[Any]) -> None:
    images = np.zeros((len(labels), 28, 28), np.uint8)
    with pytest.raises(DataError, match="too few"):
        data.split(data.Mnist(images, labels.astype(np.uint8), images, labels.astype(np.uint8)), seed=1)
