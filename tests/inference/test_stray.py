import numpy as np

from inference.components import label
from inference.stray import height, writing


def kept(*boxes: tuple[int, int, int, int]) -> list[bool]:
    """Say which of some filled boxes (left, top, right, bottom) in a photo of 400x300 pixels may be writing."""
    mask = np.zeros((300, 400), np.bool_)
    for left, top, right, bottom in boxes:
        mask[top:bottom, left:right] = True
    components = label(mask)
    said = writing(components, mask.shape, clean=False)
    return [bool(said[(components.boxes == box).all(axis=1)][0]) for box in boxes]


def test_a_sliver_of_the_papers_edge_beside_a_digit_is_no_writing() -> None:
    assert kept((4, 100, 9, 130), (150, 100, 200, 180)) == [False, True]
    assert kept((150, 100, 200, 180), (260, 292, 300, 296)) == [True, False]


def test_a_digit_at_the_border_as_large_as_the_others_stays() -> None:
    assert kept((4, 100, 12, 175), (150, 100, 200, 180)) == [True, True]
    assert kept((4, 100, 12, 175)) == [True]


def test_many_specks_do_not_tell_the_height_of_the_writing() -> None:
    specks = [(20 * at, 0, 20 * at + 9, 9) for at in range(60)]
    assert height(np.array([*specks, (40, 50, 120, 200)], float)) == 150
