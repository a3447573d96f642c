"""What can go wrong while training; each message says what to do about it."""

import sys
from collections.abc import Callable


class TrainError(Exception):
    """The root of every error that `train` raises on purpose."""


class DataError(TrainError):
    """The training data is missing, broken, or not what it should be."""


def ended(work: Callable[[], None], stopped: str) -> int:
    """Do the work of a command, and return its exit status: 0, 1 with a message, 130 where it was stopped.

    Args:
        work: what is done; raises a `TrainError` where something is wrong.
        stopped: what a person is told who has pressed Ctrl-C.
    """
    try:
        work()
    except TrainError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\nStopped. {stopped}", file=sys.stderr)
        return 130
    return 0
