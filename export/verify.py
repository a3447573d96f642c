"""Verifies an export: onnxruntime must compute the same as scikit-learn's scaler and the Keras network."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from scipy.special import softmax

from export.artifacts import TrainedClassifier
from export.errors import ParityError
from inference.recognition.classifier import Classifier

MAX_PROBABILITY_ERROR = 3e-5
MAX_LOGIT_ERROR = 1e-4
NOISE_IMAGES = 1_000


@dataclass(frozen=True, slots=True)
class Parity:
    """The differences between scikit-learn with Keras and the exported file.

    Attributes:
        probabilities: the largest difference of a probability on the test images.
        decisions: how many test images are read differently.
        noise: the largest difference of a logit on random images, as a share of the largest logit.
    """

    probabilities: float
    decisions: int
    noise: float

    def check(self) -> None:
        """Raise `ParityError` with the figures unless all are within their limits."""
        if self.decisions or not self.probabilities <= MAX_PROBABILITY_ERROR or not self.noise <= MAX_LOGIT_ERROR:
            raise ParityError(
                f"The exported graph differs from scaler and network: probabilities by up to {self.probabilities:.2g} "
                f"(allowed {MAX_PROBABILITY_ERROR:g}), {self.decisions} decisions (allowed 0), logits on noise by up "
                f"to {self.noise:.2g} of the largest (allowed {MAX_LOGIT_ERROR:g}). "
                "The previous model.onnx is left as it was."
            )


def measure(path: Path, trained: TrainedClassifier, temperature: float, shift: float = 0.0) -> Parity:
    """Compare the file with scikit-learn and Keras, on the test images and on random ones.

    The random images (uint8, every pixel from 0 to 255) have ink where no digit ever has any.
    """
    expected = softmax(_keras_logits(trained, trained.images, shift) / temperature, axis=1)
    answered = Classifier(path)(trained.images)
    noise = np.random.default_rng(0).integers(0, 256, (NOISE_IMAGES, 28, 28), np.uint8)
    true_logits = _keras_logits(trained, noise, shift) / temperature
    return Parity(
        probabilities=float(np.abs(expected - answered).max()),
        decisions=int((expected.argmax(axis=1) != answered.argmax(axis=1)).sum()),
        noise=float(np.abs(true_logits - _onnx_logits(path, noise)).max() / np.abs(true_logits).max()),
    )


def _keras_logits(trained: TrainedClassifier, images: NDArray[np.uint8], shift: float) -> NDArray[np.float64]:
    columns = images.reshape(-1, trained.scaler.n_features_in_).astype(np.float64)
    scaled = trained.scaler.transform(columns).astype(np.float32).reshape(-1, 28, 28, 1)
    logits: NDArray[np.float64] = trained.network.predict(scaled, batch_size=500, verbose=0).astype(np.float64)
    logits[:, 10:] -= shift
    return logits


def _onnx_logits(path: Path, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Run a copy of the graph that also outputs its logits."""
    model = onnx.load(path)
    shape = model.graph.output[0].type.tensor_type.shape.dim[1].dim_value
    model.graph.output.append(onnx.helper.make_tensor_value_info("logits", onnx.TensorProto.FLOAT, ["N", shape]))
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    logits: NDArray[np.float32] = session.run(["logits"], {"image": images})[0]
    return logits
