"""Letters and digits of fonts, copied with another pen."""

from pathlib import Path

import numpy as np
import pytest

from synthesis.handwriting import NOT_A_DIGIT, generate
from synthesis.handwriting.faces import VALIDATION_FONT_STEP, Faces, FontGlyph, copied
from tests.samples import fonts_file
from train.cache import fingerprint

BAR_PX, HIGH_PX = 12, 72


@pytest.fixture(scope="module")
def faces(tmp_path_factory: pytest.TempPathFactory) -> Faces:
    return Faces(fonts_file(tmp_path_factory.mktemp("fonts") / "fonts.npz", fonts=2 * VALIDATION_FONT_STEP))


def bar(faces: Faces) -> FontGlyph:
    """Return an upright bar of 12 x 72 pixels, which the file has for a 1."""
    return faces.face(np.random.default_rng(1)).glyph(frozenset("1"), np.random.default_rng(1))


def test_a_glyph_knows_its_pen(faces: Faces) -> None:
    assert bar(faces).width == pytest.approx(BAR_PX, rel=0.15)


@pytest.mark.parametrize("pen", [0.12, 0.2, 0.3])
def test_it_is_copied_with_another_pen(pen: float, faces: Faces) -> None:
    ink = copied(bar(faces), np.eye(2), 100.0, pen)
    across = ink[ink.shape[0] // 2].sum() / 255
    assert across == pytest.approx(100 * pen, abs=1.5)
    assert ink[:, ink.shape[1] // 2].sum() / 255 == pytest.approx(100 * (1 + pen - BAR_PX / HIGH_PX), abs=3)


def test_a_pen_is_never_so_thin_that_strokes_break(faces: Faces) -> None:
    ink = copied(bar(faces), np.eye(2), 100.0, 0.001)
    assert ink[ink.shape[0] // 2].max() == 255


def test_it_is_slanted_and_stretched(faces: Faces) -> None:
    slanted = copied(bar(faces), np.array([[1.0, 0.0], [0.5, 1.0]]), 100.0, 0.15)
    rows = np.flatnonzero(slanted.max(axis=1) > 127)
    tops, bottoms = (np.flatnonzero(slanted[row] > 127).mean() for row in rows[[5, -6]])
    assert bottoms - tops == pytest.approx(0.5 * (len(rows) - 11), abs=3)
    wide = copied(bar(faces), np.diag([2.0, 1.0]), 100.0, 0.15)
    assert np.flatnonzero(wide.max(axis=0) > 127).size > 1.5 * np.flatnonzero(slanted[rows[5]] > 127).size


def test_some_fonts_are_held_out_for_validation(faces: Faces) -> None:
    rng = np.random.default_rng(2)
    learning = {faces.face(rng).font for _ in range(500)}
    held_out = {Faces(faces.path, validation=True).face(rng).font for _ in range(50)}
    assert (len(learning), len(held_out)) == (2 * VALIDATION_FONT_STEP - 2, 2)
    assert not learning & held_out


def test_samples_are_copied_beside_those_that_are_drawn(faces: Faces) -> None:
    images, labels = generate(400, 5, "digits", processes=1, faces=faces)
    drawn, _ = generate(400, 5, "digits", processes=1)
    assert set(labels.tolist()) == set(range(10))
    assert (images.max(axis=(1, 2)) > 150).all()
    # A bar, whatever the digit: the file of this test has nothing else.
    bars = (images > 0).any(axis=1).sum(axis=1) <= 12
    assert bars[labels == 8].any()
    assert not ((drawn > 0).any(axis=1).sum(axis=1) <= 8)[labels == 8].all()
    assert (generate(50, 5, "negatives", processes=1, faces=faces)[1] == NOT_A_DIGIT).all()


def test_the_same_samples_on_one_process_and_on_two(faces: Faces) -> None:
    one = generate(600, 5, "negatives", processes=1, faces=faces)[0]
    np.testing.assert_array_equal(one, generate(600, 5, "negatives", processes=2, faces=faces)[0])


def test_a_missing_file_is_an_error() -> None:
    with pytest.raises(OSError, match="no-such"):
        Faces(Path("no-such.npz")).face(np.random.default_rng(1))


def test_what_is_kept_is_drawn_anew_with_other_fonts(faces: Faces, tmp_path: Path) -> None:
    other = Faces(fonts_file(tmp_path / "fonts.npz", fonts=3))
    assert len({fingerprint(), fingerprint(faces), fingerprint(other)}) == 3
