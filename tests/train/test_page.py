"""A real small training of the page network, stopped and resumed as a person would."""

import json
import signal
from pathlib import Path

import keras
import numpy as np
import pytest

from synthesis.hands import Copybook
from synthesis.kinds import KINDS
from tests import trainings
from train.page.batches import FIRST, LAST, batch, batches, page_count, size
from train.page.losses import distance_loss, kind_accuracy, kind_loss
from train.page.results import measure

ROUNDS = 2


@pytest.fixture(scope="module")
def trained_page(small_npz: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    trainings.finish(trainings.page_command(small_npz, folder, ROUNDS))
    return folder


def test_a_stopped_training_resumes_and_ends_with_the_same_weights(
    small_npz: Path, trained_page: Path, tmp_path: Path
) -> None:
    command = trainings.page_command(small_npz, tmp_path, ROUNDS)
    status, output = trainings.stop_after(command, f"round  1/{ROUNDS}", signal.SIGINT)
    assert status == 130
    assert "The same command goes on" in output
    assert "Traceback" not in output
    assert not (tmp_path / "page.json").exists()

    output = trainings.finish(command)
    assert "Resuming after round 1 of 2" in output
    expected = keras.saving.load_model(trained_page / "page.keras").get_weights()
    for one, other in zip(keras.saving.load_model(tmp_path / "page.keras").get_weights(), expected, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_finished_training_leaves_its_files_and_does_no_work_again(small_npz: Path, trained_page: Path) -> None:
    metrics = json.loads((trained_page / "page.json").read_text())
    assert metrics["kinds"] == list(KINDS)
    assert metrics["data"]["pages"] == page_count(ROUNDS * trainings.PAGE_BATCHES) == 3 * FIRST.pages + LAST.pages
    assert len(metrics["history"]) == ROUNDS
    assert all(np.isfinite(value) for value in metrics["figures"].values())
    with np.load(trained_page / "page.npz") as pages:
        assert pages["pictures"].dtype == np.uint8
        assert pages["kind"].max() < len(KINDS)
    for name in ("page-history.png", "page-examples.png"):
        assert (trained_page / "figures" / name).stat().st_size > 10_000
    assert "trained already" in trainings.finish(trainings.page_command(small_npz, trained_page, ROUNDS))


def test_an_error_while_pages_are_drawn_ends_the_training() -> None:
    """Its processes must end too: once they waited for ever for room that nobody made."""
    nobody = Copybook(np.zeros((0, 28, 28), np.uint8), (), np.zeros(0, np.float32))
    with pytest.raises(IndexError):
        list(batches(nobody, 1, 0, 100, 1))


def test_the_first_batches_have_more_and_smaller_pages(small_npz: Path) -> None:
    assert [size(number, 10) for number in (0, 6, 7, 9)] == [FIRST, FIRST, LAST, LAST]
    assert page_count(10) == 7 * FIRST.pages + 3 * LAST.pages
    assert FIRST.pages * FIRST.side_px**2 == LAST.pages * LAST.side_px**2
    with np.load(small_npz) as mnist:
        copybook = Copybook.of(mnist["x_train"], mnist["y_train"])
    made = batch(copybook, 1, 0, FIRST._replace(pages=2))
    assert made["picture"].shape == (2, FIRST.side_px, FIRST.side_px)
    assert made["kind"].shape == (2, FIRST.side_px // 4, FIRST.side_px // 4)


def test_only_marks_count_in_the_losses() -> None:
    truth = np.array([[[[1.0, np.nan]]]], np.float32)
    assert float(distance_loss(truth, np.array([[[[3.0, 9.0]]]], np.float32))) == pytest.approx(1.0)  # 2 / (1 + 1)
    kind = np.array([[[0, -1]]])
    sure = np.full((1, 1, 2, len(KINDS)), -20, np.float32)
    sure[..., 0] = 20
    assert float(kind_loss(kind, sure)) == pytest.approx(0.0, abs=1e-6)
    assert float(kind_accuracy(kind, sure)) == pytest.approx(0.5)  # 1 / (1 + 1)


def test_figures_are_those_of_what_was_found() -> None:
    writing = np.zeros((1, 8, 8), np.uint8)
    writing[0, :2] = 255
    offset = np.full((1, 4, 4, 2), np.nan, np.float32)
    offset[0, 0] = 4.0
    height = np.zeros((1, 2, 2), np.float32)
    height[0, 0] = 16.0
    kind = np.full((1, 2, 2), -1)
    kind[0, 0] = [3, 5]
    said = np.zeros((1, 8, 8), np.float32)
    said[0, :4] = 0.9
    logits = np.zeros((1, 2, 2, len(KINDS)), np.float32)
    logits[..., 3] = 1
    found = {"writing": said, "offset": np.full((1, 4, 4, 2), 5.0), "height": np.full((1, 2, 2), 32.0), "kind": logits}
    figures = measure({"writing": writing, "offset": offset, "height": height, "kind": kind}, found)
    assert list(figures.values()) == pytest.approx([0.5, 1.0, 2.0, 0.5])
