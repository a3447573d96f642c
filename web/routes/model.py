"""GET /model: the served model, which the page's footer shows, and its card."""

import logging
import re
from http import HTTPStatus
from pathlib import Path

import msgspec
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from inference import InvalidModelError, ModelInfo, PageInfo, Recognizer
from web.http.errors import ProblemError
from web.http.openapi import problems
from web.settings import Settings

logger = logging.getLogger("web")


class PageNetworkAnswer(msgspec.Struct):
    """The network that finds the marks.

    Attributes:
        name, version: from the model file.
        size: size of the file in bytes.
        kinds: the classes of marks that it distinguishes.
        sha256: SHA-256 of the file.
    """

    name: str
    version: str
    size: int
    kinds: tuple[str, ...]
    sha256: str


class ModelAnswer(msgspec.Struct):
    """The served model.

    Attributes:
        name, version: the same as in each reading.
        accuracy: accuracy on MNIST's 10,000 test images, 0 to 1; null if the file does not give it.
        size: size of the file in bytes.
        classes: the class of each probability.
        threshold: a digit with a lower probability is refused.
        reject_threshold: a mark with a higher probability of "not a digit" is refused.
        sha256: SHA-256 of the file.
        licence: licence of the model; null if the file does not give it.
        page: the network that finds the marks in a picture.
    """

    name: str
    version: str
    accuracy: float | None
    size: int
    classes: tuple[str, ...]
    threshold: float
    reject_threshold: float
    sha256: str
    licence: str | None
    page: PageNetworkAnswer


def check_card(info: ModelInfo, page: PageInfo, card: Path) -> None:
    """Compare the SHA-256 of the served files with those in the card's front matter.

    Args:
        info: the classifier; its SHA-256 stands in the line `model_sha256: ...` or `model_int8_sha256: ...`.
        page: the page network; its SHA-256 stands in the line `page_sha256: ...` or `page_int8_sha256: ...`.
        card: path of `MODEL_CARD.md`; if it is missing or gives no SHA-256, a warning is logged.

    Raises:
        InvalidModelError: the card describes another file.
    """
    try:
        text = card.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        text = ""
    files = (("The model file", "model", info.sha256), ("The page network beside it", "page", page.sha256))
    for file, kind, sha256 in files:
        # One line for each variant of the file: model_sha256, model_int8_sha256.
        described = re.findall(rf"^{kind}\w*_sha256: *([0-9a-f]{{64}})$", text, re.MULTILINE)
        if not described:
            logger.warning("%s has no card with its SHA-256 at %s; its own is %s", file, card, sha256)
        elif sha256 not in described:
            raise InvalidModelError(
                f"{file} is not the one that its card {card} describes: its SHA-256 is {sha256}, not "
                f"{' or '.join(described)}. Run `make export` to write all anew, or remove the card."
            )


def create_model_routes(recognizer: Recognizer, settings: Settings) -> list[HTTPRouteHandler]:
    """Return the handlers of GET /model and GET /model/card."""
    info, page = recognizer.info, recognizer.page_info
    shown = ModelAnswer(
        name=info.name,
        version=info.version,
        accuracy=info.test_accuracy,
        size=info.size,
        classes=info.classes,
        threshold=info.threshold,
        reject_threshold=info.reject_threshold,
        sha256=info.sha256,
        licence=info.metadata.get("license"),
        page=PageNetworkAnswer(page.name, page.version, page.size, page.kinds, page.sha256),
    )

    @get("/model", sync_to_thread=False)
    def model() -> ModelAnswer:
        """Describe the served model and the page network: names, versions, classes, thresholds, SHA-256."""
        return shown

    @get("/model/card", responses=problems(404), sync_to_thread=False, media_type="text/markdown")
    def card() -> Response[bytes]:
        """Return the model card as Markdown."""
        try:
            return Response(settings.card_path.read_bytes(), media_type="text/markdown")
        except OSError:
            raise ProblemError(HTTPStatus.NOT_FOUND, "This model has no card: `make export` writes it.") from None

    return [model, card]
