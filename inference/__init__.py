"""Reads handwritten digits in pictures, with numpy, Pillow and onnxruntime, without TensorFlow.

>>> from inference import Recognizer
>>> Recognizer().read("photo.jpg").text
'407'
"""

import os

# onnxruntime's Linux wheel looks up a host and writes to the user's cache unless this is set before its import.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
# numpy's OpenBLAS starts as many threads as the host has cores, whatever the container may use. For matrices as small
# as those here a second thread doubled the processor time of a reading, and did not shorten it on an idle machine.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from inference.detection.network import PageInfo
from inference.errors import (
    BrokenImageError,
    ImageError,
    ImageTooLargeError,
    InvalidModelError,
    ModelError,
    ModelNotFoundError,
    NoTableError,
    RecognizerError,
    TooManyMarksError,
    UnsupportedImageError,
)
from inference.recognition.classifier import ModelInfo
from inference.recognizer import Recognizer
from inference.results import Mark, Reading

# The only place that defines the version: pyproject.toml, the server and the exported files read it here.
__version__ = "0.1.0"

__all__ = [
    "BrokenImageError",
    "ImageError",
    "ImageTooLargeError",
    "InvalidModelError",
    "Mark",
    "ModelError",
    "ModelInfo",
    "ModelNotFoundError",
    "NoTableError",
    "PageInfo",
    "Reading",
    "Recognizer",
    "RecognizerError",
    "TooManyMarksError",
    "UnsupportedImageError",
]
