"""Verifies the exported page network: onnxruntime must compute the same as Keras."""

from collections.abc import Callable
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, softmax

from export.errors import ParityError
from inference.session import open_session

# A picture uint8 [H, W] to an exported file's outputs by name, without the batch axis.
Runtime = Callable[[NDArray[np.uint8]], dict[str, NDArray[np.float32]]]

# Largest difference of an output: of a share of ink or a probability, in pixels, and as a share of the height.
MAX_SHARE_ERROR, MAX_OFFSET_ERROR_PX, MAX_HEIGHT_ERROR = 1e-4, 1e-2, 1e-4
# Height and width, in pixels, of a picture of noise; its size and proportions differ from those of the pages.
NOISE_SIZE_PX = (144, 208)


@dataclass(frozen=True, slots=True)
class PageParity:
    """The largest differences between Keras and the exported file.

    Attributes:
        writing: of the share of a pixel that is ink.
        offset: in pixels.
        height: as a share of the height.
        kind: of a probability.
    """

    writing: float
    offset: float
    height: float
    kind: float

    def __str__(self) -> str:
        return (
            f"writing by up to {self.writing:.1e}, offset {self.offset:.1e} pixels, height {self.height:.1e} of it, "
            f"kind {self.kind:.1e}"
        )

    def check(self) -> None:
        """Raise `ParityError` with the figures unless all are within their limits."""
        limits = (MAX_SHARE_ERROR, MAX_OFFSET_ERROR_PX, MAX_HEIGHT_ERROR, MAX_SHARE_ERROR)
        if not all(difference <= limit for difference, limit in zip(astuple(self), limits, strict=True)):
            raise ParityError(
                f"The exported page network differs from Keras: {self} (allowed: "
                f"{', '.join(f'{limit:g}' for limit in limits)}). The previous page.onnx is left as it was."
            )


def runtime(path: Path) -> Runtime:
    """Return what runs an exported file as the server does: by onnxruntime, in one thread."""
    session, _ = open_session(path)
    names = [output.name for output in session.get_outputs()]

    def run(picture: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
        outputs = session.run(names, {"picture": picture[np.newaxis]})
        return {name: output[0] for name, output in zip(names, outputs, strict=True)}

    return run


def measure(path: Path, network: Any, pictures: NDArray[np.uint8], scale: float) -> PageParity:
    """Compare the exported file with the Keras model, on pictures uint8 [n, H, W] and on one of noise of another size.

    `scale` is the unit of the network's offsets and heights, in pixels.
    """
    run = runtime(path)
    noise = np.random.default_rng(0).integers(0, 256, NOISE_SIZE_PX, np.uint8)
    found = []
    for picture in [*pictures, noise]:
        expected, answered = _keras(network, picture, scale), run(picture)
        apart = {name: np.abs(expected[name] - answered[name]) for name in expected}
        apart["height"] /= expected["height"]
        found.append({name: each.max() for name, each in apart.items()})
    # NumPy's maximum is NaN if any difference is, and then `check` raises.
    return PageParity(**{name: float(np.max([each[name] for each in found])) for name in found[0]})


def _keras(network: Any, picture: NDArray[np.uint8], scale: float) -> dict[str, NDArray[np.float64]]:
    """Return the expected outputs of the file, computed from those of the Keras model."""
    raw = network.predict_on_batch(picture[np.newaxis, :, :, np.newaxis] / np.float32(255))
    outputs = {name: np.asarray(each[0], np.float64) for name, each in raw.items()}
    height, width = picture.shape
    cells = outputs["writing"].reshape(height // 2, width // 2, 2, 2)
    logits = cells.transpose(0, 2, 1, 3).reshape(height, width)
    return {
        "writing": expit(logits),
        "offset": outputs["offset"] * scale,
        "height": scale * 2 ** outputs["height"][..., 0],
        "kind": softmax(outputs["kind"], axis=-1),
    }
