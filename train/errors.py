"""Defines the errors of training; each message says what to do about it."""

import sys
from collections.abc import Callable


class TrainError(Exception):
    """Base class of all errors that `train` raises on purpose."""


class DataError(TrainError):
    """The training data is missing, broken, or not what it should be."""


def run_command(
    work: Callable[[], None], stop_message: str, *, errors: tuple[type[Exception], ...] = (TrainError,), status: int = 1
) -> int:
    """Run a command and return its exit status: 0, `status` after an error with a message, or 130 after Ctrl-C.

    The message of one of `errors` says what to do; that of an `OSError`, as of a full disk, needs `stop_message` too.
    """
    expected: tuple[type[Exception], ...] = (OSError, *errors)
    try:
        work()
    except expected as error:
        print(f"error: {error}" if isinstance(error, errors) else f"error: {error}. {stop_message}", file=sys.stderr)
        return status
    except KeyboardInterrupt:
        print(f"\nStopped. {stop_message}", file=sys.stderr)
        return 130
    return 0
