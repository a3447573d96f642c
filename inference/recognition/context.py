"""Judges marks by their word and by those around: letters that look like digits (o, l, S) are known by their word."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from inference.imaging.components import connected
from inference.recognition.boxes import gaps
from inference.recognition.opinions import Opinion

# Two marks side by side belong to one word if their gap is at most this share of the lower one's height, and at least
# this share of the taller one's height is beside the other.
MAX_GAP_HEIGHTS, MIN_BESIDE_SHARE = 0.5, 0.5
# Most parts that one letter is cut into.
MAX_LETTER_PARTS = 4
# In a picture of so few marks, those near each other in any direction are one word, unless one is a mere speck: its
# longer side is shorter than this share of the other's.
MIN_PART_LENGTH_RATIO = 0.2
# Log-odds that a word which stands alone is no number; chosen, as those below, on the shared pen drawings and on
# synthetic forms.
ALONE_LOG_ODDS = 4.0
# Largest log-odds, either way, that one mark can give: those of 99 %. The marks around a word can lower its prior to
# minus this. A mark that is no digit tells less than one that is: units, brackets and letters stand beside digits too.
MAX_LOG_ODDS, MAX_OTHER_LOG_ODDS = 4.6, 2.0
# How many marks, those nearest to a word, tell what stands around it.
NEIGHBOURS = 4


def refuse_doubtful(
    opinions: list[Opinion], answered: NDArray[np.bool_], boxes: NDArray[np.float64], other: NDArray[np.float64]
) -> list[Opinion]:
    """Refuse the digits of each word that is more likely no number.

    The log-odds of a word are the sum of a prior and of its marks' log-odds. Digits nearby lower the prior, since most
    likely there are more of them. A mark alone is judged by the classifier alone. Signs are no evidence.

    Args:
        opinions: the opinion on each of N marks.
        answered: bool [N], whether the classifier alone accepts each as a digit.
        boxes: float64 [N, 4]: left, top, right, bottom.
        other: float64 [N], the page network's probability that each is neither a digit nor a sign.
    """
    marks = np.flatnonzero([opinion.sign is None for opinion in opinions])
    none = _log_odds(np.array([1 - opinions[at].probabilities[:10].sum() for at in marks]))
    word = _words(boxes[marks])
    size = np.bincount(word)[word]
    # Parts of a letter that look like digits are seen together by the page network alone.
    own = np.where(size <= MAX_LETTER_PARTS, (none + _log_odds(other[marks])) / 2, none).clip(max=MAX_OTHER_LOG_ODDS)
    own = np.where(size == 1, np.where(answered[marks], -MAX_LOG_ODDS, MAX_LOG_ODDS), own)
    prior = np.maximum(ALONE_LOG_ODDS + np.minimum(_around(boxes[marks], word, none), 0), -MAX_LOG_ODDS)
    refused = set(marks[(prior + np.bincount(word, own) > 0)[word]].tolist())
    return [
        replace(opinion, digit=None, confidence=1 - opinion.confidence)
        if at in refused and opinion.digit is not None
        else opinion
        for at, opinion in enumerate(opinions)
    ]


def _words(boxes: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the number of each mark's word, intp [N]."""
    left, top, right, bottom = boxes.T
    heights = bottom - top
    tall = np.maximum(heights[:, None], heights)
    beside = np.minimum(bottom[:, None], bottom) - np.maximum(top[:, None], top)
    linked = beside >= MIN_BESIDE_SHARE * tall
    across = np.maximum(left[:, None] - right, left - right[:, None])
    linked &= across <= MAX_GAP_HEIGHTS * np.minimum(heights[:, None], heights)
    if len(boxes) <= MAX_LETTER_PARTS:
        lengths = np.maximum(heights, right - left)
        part = lengths >= MIN_PART_LENGTH_RATIO * lengths[:, None]
        linked |= (gaps(boxes) <= MAX_GAP_HEIGHTS * tall) & part & part.T
    return np.unique(connected(len(boxes), *np.nonzero(linked)), return_inverse=True)[1]


def _around(boxes: NDArray[np.float64], word: NDArray[np.intp], log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sum of the log-odds of the marks around each word, float64 [W]."""
    x, y = boxes.reshape(-1, 2, 2).mean(axis=1).T
    count = np.bincount(word)
    centres = [np.bincount(word, each) / count for each in (x, y)]
    away = np.hypot(centres[0][:, None] - x, centres[1][:, None] - y)
    away[word, np.arange(len(word))] = np.inf
    nearest = np.argsort(away, axis=1, kind="stable")[:, :NEIGHBOURS]
    return np.asarray((log_odds[nearest] * np.isfinite(np.take_along_axis(away, nearest, axis=1))).sum(axis=1))


def _log_odds(probabilities: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return ln(p / (1 - p)) of each probability, float64 [N], at most MAX_LOG_ODDS away from 0."""
    least = 1 / (1 + np.exp(MAX_LOG_ODDS))
    p = np.clip(np.asarray(probabilities, np.float64), least, 1 - least)
    return np.asarray(np.log(p / (1 - p)), np.float64)
