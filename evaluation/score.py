"""Compares readings with the ground truth."""

from dataclasses import dataclass

from inference import Reading

DIGITS = frozenset("0123456789")
# Substitution cost with which `align` maximises the number of right digits first. It is just below the cost of a missed
# and an extra digit: no right digit is given up (in texts of up to 1024 digits), and digits that can be paired are.
RIGHT_FIRST = 2 - 2.0**-10


@dataclass(frozen=True, slots=True)
class Agreement:
    """The counts of one reading compared with the ground truth, digit by digit.

    Attributes:
        right, missed: how many true digits were read right, and not found; the others were misread or refused.
        extra: how many digits were read where there is none.
    """

    right: int
    missed: int
    extra: int


def align(truth: str, said: str, substitution_cost: float = 1.0) -> Agreement:
    """Compare two texts by the cheapest alignment; `?` matches nothing, and an unpaired `?` is no extra digit.

    Args:
        truth: what is written.
        said: what was read.
        substitution_cost: the cost of a digit read as another or refused; a missed or an extra digit costs 1. With
            `RIGHT_FIRST`, `right` is the length of the longest common subsequence.

    Source: Wagner and Fischer, "The String-to-String Correction Problem", J. ACM 21(1), 1974.
    """
    rows = [[float(to) for to in range(len(said) + 1)]]
    for at, true in enumerate(truth, 1):
        row = [float(at)]
        for to, got in enumerate(said, 1):
            row.append(min(rows[-1][to] + 1, row[-1] + 1, rows[-1][to - 1] + substitution_cost * (true != got)))
        rows.append(row)
    right = missed = extra = 0
    at, to = len(truth), len(said)
    while at or to:
        same = at > 0 and to > 0 and truth[at - 1] == said[to - 1]
        if at and to and rows[at][to] == rows[at - 1][to - 1] + substitution_cost * (not same):
            right, at, to = right + same, at - 1, to - 1
        elif at and rows[at][to] == rows[at - 1][to] + 1:
            missed, at = missed + 1, at - 1
        else:
            extra, to = extra + (said[to - 1] != "?"), to - 1
    return Agreement(right, missed, extra)


def plain(text: str) -> str:
    """Return a text without its spaces and line ends."""
    return "".join(text.split())


def digits(text: str) -> str:
    """Return only the digits of a text."""
    return "".join(sign for sign in text if sign in DIGITS)


def marks(text: str) -> str:
    """Return the digits of a text and the `?` of its refused marks, without the signs."""
    return "".join(sign for sign in text if sign in DIGITS or sign == "?")


def best(reading: Reading) -> str:
    """Return the best digit of each mark in reading order, as if none were refused."""
    return "".join(str(int(mark.probabilities[:10].argmax())) for mark in reading.digits)


def answered(reading: Reading) -> bool:
    """Say whether anything in the picture was read as a digit."""
    return any(digit.digit is not None for digit in reading.digits)
