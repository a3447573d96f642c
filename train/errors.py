"""What can go wrong while training; each message says what to do about it."""


class TrainError(Exception):
    """The root of every error that `train` raises on purpose."""


class DataError(TrainError):
    """The training data is missing, broken, or not what it should be."""
