import numpy as np

from inference.components import label
from inference.sheet import Sheet


def test_the_gap_is_the_smallest_distance_along_a_row() -> None:
    ink = np.zeros((10, 20), np.uint8)
    ink[:, 2:4] = 255
    ink[2, 9:12] = ink[6, 9:12] = ink[2:7, 11] = 255
    ink[8, 15:18] = 255
    sheet = Sheet(ink, label(ink > 0))
    left, bracket, low = (int(np.flatnonzero(sheet.boxes[:, 0] == column)[0]) for column in (2, 9, 15))
    assert sheet.gap([left], [bracket]) == sheet.gap([bracket], [left]) == 5
    assert sheet.gap([left], [low]) == 11
    assert sheet.gap([left], [bracket, low]) == 5
    assert sheet.gap([bracket], [low]) == np.inf
