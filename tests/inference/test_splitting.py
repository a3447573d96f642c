"""Cuts through touching digits."""

import numpy as np
import pytest

from inference.splitting import best, cuts
from tests.inference.pens import pen


def touching(text: str) -> np.ndarray:
    drawing = pen(text, gap=-0.1, brush=10)
    rows, columns = np.flatnonzero(drawing.any(axis=1)), np.flatnonzero(drawing.any(axis=0))
    return drawing[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def test_a_cut_goes_between_two_rings() -> None:
    mark = touching("00")
    found = cuts(mark)
    assert found is not None
    middle = found.ink.shape[1] / 2
    near = [at for at in range(1, len(found.paths) - 1) if abs(found.paths[at].mean() - middle) < 3]
    assert near
    # It stays between them: a ring on each side, each a good half of the mark's width.
    for span in ((0, near[0]), (near[0], len(found.paths) - 1)):
        columns = np.flatnonzero(found.piece(span).any(axis=0))
        assert np.ptp(columns) == pytest.approx(middle, abs=5)


def test_the_pieces_between_cuts_make_up_the_mark() -> None:
    for text in ("00", "23", "85", "350"):
        found = cuts(touching(text))
        assert found is not None
        last = len(found.paths) - 1
        pieces = sum(found.piece((at, at + 1)).astype(int) for at in range(last))
        # Neighbouring paths may cross where both go through empty paper, never through ink twice.
        assert np.abs(pieces - found.ink).mean() < 1
        assert (0, last) not in found.spans
        assert all(one < other for one, other in found.spans)


def test_too_narrow_for_two() -> None:
    assert cuts(np.full((100, 12), 255, np.uint8)) is None
    assert cuts(np.full((1, 1), 255, np.uint8)) is None


def test_the_cheapest_way() -> None:
    spans = ((0, 1), (0, 2), (1, 2), (1, 3), (2, 3))
    assert best(4, spans, [1.0, 0.5, 1.0, 3.0, 0.25]) == (0.75, [1, 4])
    assert best(4, spans, [0.1, 5.0, 0.1, 3.0, 0.1])[1] == [0, 2, 4]
