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

    Args:
        work: the command; raises one of `errors` where something is wrong, or an `OSError` where the disk is full.
        stop_message: message printed after Ctrl-C and after an `OSError`.
        errors: those whose message says what to do.
        status: the exit status after an error.
    """
    try:
        work()
    except errors as error:
        print(f"error: {error}", file=sys.stderr)
        return status
    except OSError as error:
        print(f"error: {error}. {stop_message}", file=sys.stderr)
        return status
    except KeyboardInterrupt:
        print(f"\nStopped. {stop_message}", file=sys.stderr)
        return 130
    return 0
