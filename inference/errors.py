"""Defines the errors that reading raises; each message says what to do about it."""


class RecognizerError(Exception):
    """The base class of all errors that `inference` raises on purpose."""


class ModelError(RecognizerError):
    """The model file cannot be used."""


class ModelNotFoundError(ModelError):
    """There is no model file at the given path, or it cannot be opened."""


class InvalidModelError(ModelError):
    """A model file is not ONNX, or its inputs, outputs or metadata are not those of its network."""


class ImageError(RecognizerError):
    """The picture cannot be read."""


class NoTableError(ImageError):
    """There is no printed table in the picture, or none with so many rows and columns."""


class BrokenImageError(ImageError):
    """The file is not an image, is damaged or cut off, or cannot be opened."""


class UnsupportedImageError(ImageError):
    """The picture is a file, an array or an object of a kind that is not read."""


class ImageTooLargeError(ImageError):
    """The picture has more pixels than the limit."""


class TooManyMarksError(ImageTooLargeError):
    """The picture shows more separate marks than are read, or than are explained."""

    @classmethod
    def of(cls, count: int, limit: int) -> "TooManyMarksError":
        """Return the error that says how many marks there are, and how many are read at most."""
        return cls(
            f"The picture shows {count} separate marks; at most {limit} are read. "
            "Send a part of it, or a clearer picture."
        )
