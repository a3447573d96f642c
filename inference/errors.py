"""What can go wrong while reading; each message says what to do about it."""


class RecognizerError(Exception):
    """The root of every error that `inference` raises on purpose."""


class ModelError(RecognizerError):
    """The model file cannot be used."""


class ModelNotFoundError(ModelError):
    """There is no model file at the given path."""


class InvalidModelError(ModelError):
    """The model file is not ONNX, or its inputs or outputs are not those of a digit classifier."""


class ImageError(RecognizerError):
    """The picture cannot be read."""


class NoTableError(ImageError):
    """There is no printed table in the picture, or none with so many rows and columns."""


class BrokenImageError(ImageError):
    """The bytes are not an image, or they end too soon."""


class UnsupportedImageError(ImageError):
    """An image, or another kind of file, of a type that is not read."""


class ImageTooLargeError(ImageError):
    """The picture has more pixels than the limit."""


class TooManyMarksError(ImageTooLargeError):
    """The picture shows more separate marks than the limit."""

    @classmethod
    def of(cls, count: int, limit: int) -> "TooManyMarksError":
        """Say how many marks there are, and how many are read."""
        return cls(
            f"The picture shows {count} separate marks; at most {limit} are read. "
            "Send a part of it, or a clearer picture."
        )
