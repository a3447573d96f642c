"""What the served model is: for the page's footer, and its card."""

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
# One line for each form of a file: model_sha256 and model_int8_sha256, page_sha256.
MODEL_SHA256 = re.compile(r"^model\w*_sha256: *([0-9a-f]{64})$", re.MULTILINE)
PAGE_SHA256 = re.compile(r"^page\w*_sha256: *([0-9a-f]{64})$", re.MULTILINE)


class PageNetworkAnswer(msgspec.Struct):
    """The network that finds the marks.

    Attributes:
        name, version: as the file says.
        size: of the file, in bytes.
        kinds: what it tells apart.
        sha256: of the file.
    """

    name: str
    version: str
    size: int
    kinds: tuple[str, ...]
    sha256: str


class ModelAnswer(msgspec.Struct):
    """The served model.

    Attributes:
        name, version: as in each reading.
        accuracy: on MNIST's 10,000 test images, 0 to 1; null where the file does not say.
        size: of the file, in bytes.
        classes: the meaning of each probability.
        threshold: a digit less probable than this is refused.
        reject_threshold: a mark that is "not a digit" with more probability than this is refused.
        sha256: of the file.
        licence: of the model; null where the file does not say.
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
    """Compare the files that are served with their SHA-256 in the card's front matter.

    Args:
        info: of the model, whose sum stands in the lines `model_sha256: ...` and `model_int8_sha256: ...`.
        page: of the page network, whose sum stands in `page_sha256: ...` and `page_int8_sha256: ...`.
        card: `MODEL_CARD.md`; where it is missing or gives no sum, there is a warning.

    Raises:
        InvalidModelError: the card describes another file.
    """
    try:
        text = card.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        text = ""
    _check("The model file", info.sha256, MODEL_SHA256.findall(text), card)
    _check("The page network beside it", page.sha256, PAGE_SHA256.findall(text), card)


def _check(file: str, sha256: str, described: list[str], card: Path) -> None:
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
        """Say which model is served."""
        return shown

    @get("/model/card", responses=problems(404), sync_to_thread=False, media_type="text/markdown")
    def card() -> Response[bytes]:
        """Give the model's card, as Markdown."""
        try:
            return Response(settings.card_path.read_bytes(), media_type="text/markdown")
        except OSError:
            raise ProblemError(HTTPStatus.NOT_FOUND, "This model has no card: `make export` writes it.") from None

    return [model, card]
