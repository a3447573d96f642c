"""Imports TensorFlow without its messages about the processor, which no setting silences."""

import os
import sys


def import_tensorflow() -> None:
    """Import TensorFlow and Keras with the standard error stream closed to their C++ code; errors are still raised."""
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        import keras
        import tensorflow

        # TensorFlow prints the processor's features at the first computation.
        tensorflow.constant(0)
        keras.backend.floatx()
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
