from functools import lru_cache
from pathlib import Path

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray

from evaluation import measure as evaluation
from export import quantize
from export.artifacts import TrainedClassifier
from inference import Recognizer
from inference.recognition.context import refuse_doubtful
from inference.recognition.opinions import as_digit
from inference.recognizer import DEFAULT_MODEL, page_beside
from synthesis.handwriting import NOT_A_DIGIT, generate
from train.refusal import (
    MAX_REFUSED_DIGITS_SHARE,
    NEVER_REFUSE,
    TARGET_ANSWERED_NEGATIVES_SHARE,
    Thresholds,
    choose,
    measure,
)


def rows(*chances: tuple[int, float]) -> np.ndarray:
    """One row for each (digit, its probability); the rest is "not a digit"."""
    table = np.zeros((len(chances), 11))
    for row, (digit, chance) in zip(table, chances, strict=True):
        row[digit], row[10] = chance, 1 - chance
    return table


def test_a_digit_is_said_unless_the_reject_class_or_doubt_forbids_it() -> None:
    thresholds = Thresholds(digit=0.3, reject=0.2)
    doubtful = np.full((1, 11), 0.1)
    doubtful[0, 10] = 0.0
    table = np.concatenate([rows((3, 0.9), (3, 0.8), (3, 0.7)), doubtful])
    assert thresholds.answered(table).tolist() == [True, True, False, False]
    assert NEVER_REFUSE.answered(table[:, :10]).all()


def spread(alpha: float, beta: float) -> NDArray[np.float64]:
    """Ten thousand probabilities that a mark is a 1, from 0 to 1."""
    chances: NDArray[np.float64] = np.random.default_rng(0).beta(alpha, beta, 10_000)
    return chances


def test_where_the_two_are_far_apart_as_many_others_are_let_through_as_may_be() -> None:
    digits, negatives = rows(*((1, 1 - each) for each in spread(0.3, 40))), rows(*((1, each) for each in spread(2, 5)))
    thresholds = choose(digits, negatives)
    assert thresholds.answered(negatives).mean() == pytest.approx(TARGET_ANSWERED_NEGATIVES_SHARE, abs=0.001)
    assert thresholds.answered(digits).mean() > 1 - MAX_REFUSED_DIGITS_SHARE / 2
    assert 0.2 < thresholds.reject < 0.5


def test_where_they_are_close_no_more_digits_are_refused_than_may_be() -> None:
    digits, negatives = rows(*((1, 1 - each) for each in spread(0.5, 8))), rows(*((1, each) for each in spread(4, 2)))
    thresholds = choose(digits, negatives)
    assert 1 - thresholds.answered(digits).mean() == pytest.approx(MAX_REFUSED_DIGITS_SHARE, abs=0.001)
    assert thresholds.answered(negatives).mean() > 2 * TARGET_ANSWERED_NEGATIVES_SHARE


def test_the_threshold_stays_within_its_bounds() -> None:
    sure = rows(*[(1, 1.0)] * 9)
    assert choose(sure, rows(*[(1, 1.0)] * 9)).reject == 0.001
    assert choose(sure, rows(*[(1, 0.0)] * 9)).reject == 0.5


@lru_cache(maxsize=1)
def drawn() -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.float64]]:
    """Marks of which half are digits, their labels, and what the shipped model says of them."""
    parts = [generate(600, 77, kind, processes=1) for kind in ("digits", "negatives")]
    images, labels = (np.concatenate(each) for each in zip(*parts, strict=True))
    return images, labels, Recognizer().classify(images).astype(np.float64)


@pytest.mark.parametrize("thresholds", [Thresholds(0.3, 0.03), Thresholds(0.9, 0.2), Thresholds(0.3, 0.002)])
def test_those_who_measure_the_exported_file_refuse_by_the_same_rule(thresholds: Thresholds, tmp_path: Path) -> None:
    model = onnx.load(DEFAULT_MODEL)
    kept = {each.key: each.value for each in model.metadata_props}
    told = {"threshold": str(thresholds.digit), "reject_threshold": str(thresholds.reject)}
    onnx.helper.set_model_props(model, kept | told)
    onnx.save(model, tmp_path / "model.onnx")
    images, labels, said = drawn()
    truth = measure(said, labels, thresholds, [str(label) for label in labels])

    trained = TrainedClassifier(None, None, {}, images, labels.astype(np.uint8), images, labels)
    found = quantize.measure(tmp_path / "model.onnx", trained)
    assert found.right_and_answered == pytest.approx(truth["right_and_answered"])
    assert found.let_through == pytest.approx(truth["others_answered"])

    recognizer = Recognizer(tmp_path / "model.onnx", page_path=page_beside(DEFAULT_MODEL))
    digits = labels < NOT_A_DIGIT
    figures = evaluation.classify(recognizer, images[digits], labels[digits].astype(np.uint8)).figures
    assert figures["right and answered"] == pytest.approx(truth["right_and_answered"])


def test_a_mark_alone_is_refused_by_the_same_rule_when_it_is_read() -> None:
    _, labels, said = drawn()
    info = Recognizer().info
    answered = Thresholds(info.threshold, info.reject_threshold).answered(said)
    # The marks tell: there are some on either side of the rule that most of their kind are not.
    assert (~answered[labels < NOT_A_DIGIT]).any()
    assert answered[labels == NOT_A_DIGIT].any()
    box = np.array([[0.0, 0.0, 20.0, 20.0]])
    for row, says, shape in zip(said.astype(np.float32), answered, info.answers(said), strict=True):
        [opinion] = refuse_doubtful([as_digit(row)], np.array([shape]), box, np.zeros(1))
        assert (opinion.digit is not None) == says, row


def test_what_is_measured() -> None:
    table = rows((1, 0.9), (2, 0.9), (2, 0.4), (3, 0.95), (4, 0.1))
    found = measure(table, np.array([1, 2, 2, 10, 10]), Thresholds(0.3, 0.3), ["1", "2", "2", "F", "A"])
    assert (found["digits"], found["others"]) == (3, 2)
    assert found["accuracy"] == 1.0
    assert found["right_and_answered"] == pytest.approx(2 / 3)
    assert found["others_answered"] == 0.5
    assert found["others_answered_by_kind"]["F"] == {"marks": 1, "answered": 1.0}
    assert found["per_digit"]["2"] == {"digits": 2, "accuracy": 1.0, "right_and_answered": 0.5}
    assert found["auroc"] == pytest.approx(0.5)


def test_digits_alone_and_others_alone_are_measured_too() -> None:
    alone = measure(rows((1, 0.9)), np.array([1]), NEVER_REFUSE, [])
    assert alone["accuracy"] == 1
    assert "auroc" not in alone
    others = measure(rows((1, 0.9)), np.array([10]), NEVER_REFUSE, ["F"])
    assert others["others_answered"] == 1
    assert "accuracy" not in others
