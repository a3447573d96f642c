"""Defines the errors of the evaluation; each message says what to do about it."""

from inference import RecognizerError
from train.errors import TrainError


class EvaluationError(Exception):
    """The evaluation cannot start: an option or a file is not what it should be."""


# All errors with a message for the user.
ERRORS = (EvaluationError, RecognizerError, TrainError)
