"""From a picture to a reading by way of a page network, of which a made one stands in."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest

from inference import InvalidModelError, ModelNotFoundError, Recognizer, TooManyMarksError
from inference.recognizer import DEFAULT_MODEL
from tests.inference.detection.networks import write
from tests.inference.pens import pen


def photo(*blocks: tuple[int, int, int, int]) -> np.ndarray:
    """Paper that grows darker to one side, with black blocks: left, top, right, bottom."""
    picture = np.linspace(236, 254, 160)[None].repeat(120, axis=0).astype(np.uint8)
    for left, top, right, bottom in blocks:
        picture[top:bottom, left:right] = 0
    return picture


def test_a_clean_drawing_is_read_as_without_the_network(tmp_path: Path) -> None:
    # The network would call everything a 7.
    with_network = Recognizer(page_path=write(tmp_path / "page.onnx", "7"))
    for text in ("3", "2361"):
        one, two = Recognizer().read(255 - pen(text)), with_network.read(255 - pen(text))
        assert one.text == two.text == text
        assert [digit.box for digit in one.digits] == [digit.box for digit in two.digits]
        assert [digit.confidence for digit in one.digits] == [digit.confidence for digit in two.digits]


def test_signs_are_entries_of_their_own_and_stand_in_the_text(tmp_path: Path) -> None:
    recognizer = Recognizer(page_path=write(tmp_path / "page.onnx", "-"))
    reading = recognizer.read(photo((20, 60, 32, 64), (60, 60, 72, 64)))
    assert reading.text.replace(" ", "") == "--"
    assert [(digit.digit, digit.sign, digit.line) for digit in reading.digits] == [(None, "-", 0), (None, "-", 0)]
    assert reading.digits[0].box == pytest.approx((20, 60, 12, 4), abs=1)


def test_what_is_neither_is_shown(tmp_path: Path) -> None:
    reading = Recognizer(page_path=write(tmp_path / "page.onnx", "other")).read(photo((20, 40, 50, 70)))
    assert reading.text == "?"
    assert reading.digits[0].refused
    assert reading.turned == 0


def test_marks_of_a_photo_are_explained_too(tmp_path: Path) -> None:
    recognizer = Recognizer(page_path=write(tmp_path / "page.onnx", "other"))
    (mark,) = recognizer.read(photo((20, 40, 50, 70)), explain=True).digits
    assert mark.heat is not None
    assert not mark.heat[mark.input == 0].any()


def test_a_blank_photo(tmp_path: Path) -> None:
    reading = Recognizer(page_path=write(tmp_path / "page.onnx")).read(photo())
    assert (reading.text, reading.digits, reading.size) == ("", (), (160, 120))


def test_too_many_marks(tmp_path: Path) -> None:
    blocks = [(10 + 30 * at, 10 + 30 * row, 18 + 30 * at, 24 + 30 * row) for at in range(4) for row in range(3)]
    read = partial(Recognizer(page_path=write(tmp_path / "page.onnx"), max_marks=10).read)
    with pytest.raises(TooManyMarksError, match="shows 12 separate marks; at most 10"):
        read(photo(*blocks))


def test_the_network_lies_beside_the_model(tmp_path: Path) -> None:
    model = tmp_path / "model.onnx"
    model.write_bytes(DEFAULT_MODEL.read_bytes())
    (tmp_path / "page.onnx").write_bytes(b"broken")
    with pytest.raises(InvalidModelError, match=r"page\.onnx is not a complete ONNX file"):
        Recognizer(model)
    write(tmp_path / "page.onnx", "other")
    assert Recognizer(model).read(photo((20, 40, 50, 70))).text == "?"
    with pytest.raises(ModelNotFoundError, match="make train export"):
        Recognizer(model, page_path=tmp_path / "none.onnx")
