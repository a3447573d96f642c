"""POST /predict: takes a picture, and returns its reading."""

import base64
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, cast

import msgspec
from litestar import Response, post
from litestar.exceptions import ValidationException
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIType
from litestar.params import QueryParameter

from inference import Mark, Reading, Recognizer
from inference.imaging.decode import decode
from inference.results import SIGNS
from inference.tables.table import Table, in_cells
from web.executor import Executor, is_small
from web.http.errors import HttpRequest, ProblemError, on_http_exception
from web.http.limits import Limits
from web.http.openapi import BINARY, problems
from web.http.unwrap import FIELD
from web.http.uploads import read_picture
from web.observability.metrics import Metrics

INPUTS = QueryParameter(description="1 adds the 28x28 picture that the model saw to each mark, as a PNG data URL")
TABLE_SIZE = re.compile("^[1-9][0-9]?x[1-9][0-9]?$")
TABLE = QueryParameter(
    description="rows x columns, such as 15x10, of the table with printed lines that fills the picture, or the first "
    "page of a file; adds `cells`",
    # Not as a constraint, whose message would be this expression.
    schema_extra={"pattern": TABLE_SIZE.pattern},
)
EXPLAIN = QueryParameter(
    description="1 adds a heat map to each of at most 100 marks, as a PNG data URL to lay over its `input`"
)

# Descriptions of what only some answers have.
SIGN = msgspec.Meta(description=f"one of {' '.join(SIGNS)}, with `digit` null; absent if the mark is not a sign")
PAGE = msgspec.Meta(description="the page of the file that the mark is on, from 0; absent if 0")
CELL = msgspec.Meta(description="with `table`, the row and column of the mark's cell, from 0; absent outside the table")
TURNED = msgspec.Meta(
    description="the degrees clockwise, 90, 180 or 270, by which the picture was turned to be read; absent if 0"
)
PAGES = msgspec.Meta(description="the number of pages of the file that were read; absent if 1")
MORE = msgspec.Meta(description="true if the file has more pages or frames than were read; else absent")


class DigitAnswer(msgspec.Struct, omit_defaults=True):
    """One mark.

    Attributes:
        digit: 0 to 9; null if the mark is a sign or is refused.
        confidence: the probability of the digit or the sign, or, if refused, of "not a digit"; 0 to 1.
        probabilities: the probabilities of the digits 0 to 9 and, last, of "not a digit", which includes signs.
        box: x, y, width, height in pixels of its page as sent, upright by its EXIF.
        line: the line of writing, from 0 at the top.
        sign, page, cell: as `SIGN`, `PAGE` and `CELL` describe them.
        input: with `inputs=1`, the 28x28 picture that the model saw, as a PNG data URL.
        heat: with `explain=1`, a heat map to lay over `input`: orange supports the reading, blue speaks against it.
    """

    digit: int | None
    confidence: float
    probabilities: list[float]
    box: tuple[int, int, int, int]
    line: int
    sign: Annotated[str, SIGN] | msgspec.UnsetType = msgspec.UNSET
    page: Annotated[int, PAGE] = 0
    cell: Annotated[tuple[int, int], CELL] | msgspec.UnsetType = msgspec.UNSET
    input: str | msgspec.UnsetType = msgspec.UNSET
    heat: str | msgspec.UnsetType = msgspec.UNSET


class ModelName(msgspec.Struct):
    """The model that read the picture."""

    name: str
    version: str


class ReadingAnswer(msgspec.Struct, omit_defaults=True):
    """The reading of a picture.

    Attributes:
        text: the digits and signs in reading order, `?` for a refused mark, a new line for each line of writing.
        digits: the marks, in the same order.
        model: the model that read them.
        turned, pages, more: as `TURNED`, `PAGES` and `MORE` describe them; the boxes are not turned.
        cells: with `table`, the text of each cell, row by row: empty if the cell is, and with a `?` if it is doubtful.
    """

    text: str
    digits: list[DigitAnswer]
    model: ModelName
    turned: Annotated[int, TURNED] = 0
    pages: Annotated[int, PAGES] = 1
    more: Annotated[bool, MORE] = False
    cells: list[list[str]] | msgspec.UnsetType = msgspec.UNSET


@dataclass
class PictureOperation(Operation):
    """A request whose body is a picture, which the types of a handler do not describe."""

    def __post_init__(self) -> None:
        form = Schema(type=OpenAPIType.OBJECT, required=[FIELD], properties={FIELD: BINARY})
        text = Schema(type=OpenAPIType.STRING, description="a picture in base64, or as a data URL")
        wrapped = Schema(type=OpenAPIType.OBJECT, required=[FIELD], properties={FIELD: text})
        bodies = {
            "multipart/form-data": OpenAPIMediaType(form),
            "image/*": OpenAPIMediaType(BINARY),
            "application/json": OpenAPIMediaType(wrapped),
        }
        self.request_body = RequestBody(bodies, required=True)


def on_wrong_flag(request: HttpRequest, error: ValidationException) -> Response[bytes]:
    """Answer `inputs` or `explain` that is neither 1 nor 0; `table` may be any text to Litestar."""
    flags = ", ".join(each["key"] for each in cast("list[dict[str, str]]", error.extra))
    return on_http_exception(request, ProblemError(HTTPStatus.BAD_REQUEST, f"{flags}: give 1 or 0."))


def create_predict_route(
    recognizer: Recognizer, executor: Executor, limits: Limits, metrics: Metrics
) -> HTTPRouteHandler:
    """Return the handler of POST /predict."""
    model = ModelName(recognizer.info.name, recognizer.info.version)

    @post(
        "/predict",
        status_code=200,
        operation_id="Predict",
        operation_class=PictureOperation,
        responses=problems(400, 408, 413, 415, 422, 429, 503),
        exception_handlers={ValidationException: on_wrong_flag},
    )
    async def predict(
        request: HttpRequest,
        inputs: Annotated[bool, INPUTS] = False,
        explain: Annotated[bool, EXPLAIN] = False,
        table: Annotated[str | None, TABLE] = None,
    ) -> ReadingAnswer:
        """Read the handwritten digits in a picture.

        Send the picture as the field `image` of a form, or as the whole body: PNG, JPEG, WebP, GIF, BMP, TIFF, AVIF or
        HEIC. The declared media type may be wrong. Base64 and data URLs are accepted too: as the whole body, in a form,
        or in a JSON object `{"image": "..."}`.

        Each mark has an entry in `digits` and one character in `text`. The signs . , : / - + between digits or before
        them have `"digit": null` and a `sign`. A mark that is neither a digit nor a sign, or is too uncertain, has
        `"digit": null` alone and is `?` in `text`. A picture on its side or upside down is turned before it is read:
        `turned` gives the degrees clockwise, and the boxes fit the picture as it was sent.

        Up to ten pages of a TIFF are read, and of a PDF if the server has pypdfium2: `pages` gives their number, and
        `page` the page of each mark. Only the first frame of an animation is read. `more` is true if anything was left
        out.

        With `table=15x10` the picture shows a table with printed lines, 15 rows and 10 columns, and `cells` holds the
        text of each cell. Of a file of several pages this is the table on the first.
        """
        if table is not None and not TABLE_SIZE.fullmatch(table):
            detail = "table: give rows x columns, each from 1 to 99, such as table=15x10."
            raise ProblemError(HTTPStatus.BAD_REQUEST, detail)
        rows, columns = (int(count) for count in table.split("x")) if table else (0, 0)
        async with limits.admit() as held:
            picture = await read_picture(request, held)

            def work() -> tuple[Reading, ReadingAnswer]:
                reading = recognizer.read(picture, explain=explain)
                answered = answer(reading, model, inputs=inputs)
                if table:
                    add_cells(answered, in_cells(reading, decode(picture, recognizer.max_pixels), rows, columns))
                return reading, answered

            reading, answered = await executor.run(work, small=not (explain or table) and is_small(picture))
        metrics.reading(reading)
        refused = sum(digit.refused for digit in reading.digits)
        request.scope["state"]["log"] = {"marks": len(reading.digits), "refused": refused}
        return answered

    return predict


def answer(reading: Reading, model: ModelName, *, inputs: bool) -> ReadingAnswer:
    """Convert a reading to the response of /predict."""
    digits = [_digit(digit, inputs=inputs) for digit in reading.digits]
    return ReadingAnswer(reading.text, digits, model, reading.turned, reading.pages, reading.more)


def add_cells(answered: ReadingAnswer, table: Table) -> None:
    """Add the cells of a table to the answer, and to each mark the cell that it is in."""
    answered.cells = [[cell.marked for cell in row] for row in table.cells]
    for cell, marks in table.inside.items():
        for at in marks:
            answered.digits[at].cell = cell


def _digit(digit: Mark, *, inputs: bool) -> DigitAnswer:
    return DigitAnswer(
        digit=digit.digit,
        confidence=round(digit.confidence, 6),
        probabilities=[round(probability, 6) for probability in digit.probabilities.tolist()],
        box=digit.box,
        line=digit.line,
        sign=digit.sign or msgspec.UNSET,
        page=digit.page,
        input=_data_url(digit.input_png()) if inputs else msgspec.UNSET,
        heat=_data_url(heat) if (heat := digit.heat_png()) else msgspec.UNSET,
    )


def _data_url(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode()
