"""The OpenAPI descriptions of error responses."""

from functools import partial
from http import HTTPStatus
from typing import Any

from litestar.openapi import ResponseSpec
from litestar.openapi.spec import Schema
from litestar.openapi.spec.enums import OpenAPIType

from web.http.errors import MEDIA_TYPE, Problem, ProtocolProblem

BINARY = Schema(type=OpenAPIType.STRING, format="binary")  # type: ignore[arg-type]  # OpenAPI's, which the list lacks
ERRORS = {
    400: "the request or its picture is broken",
    404: "there is no such model, version or card",
    408: "the body did not arrive in time",
    413: "too many bytes, pixels, marks or images",
    415: "the media type or the content encoding is not supported",
    422: "the form or the JSON object has no picture or several, or the body is a list of pixels",
    429: "this address asked for too many readings; Retry-After gives the seconds to wait",
    503: "the server is overloaded or about to stop; Retry-After gives the seconds to wait",
}


def problems(*statuses: int, document: type[Any] = Problem, media_type: str = MEDIA_TYPE) -> dict[int, ResponseSpec]:
    """Return the `responses` of a route that may send errors with these statuses."""
    return {
        status: ResponseSpec(
            document,
            generate_examples=False,
            description=f"{HTTPStatus(status).phrase}: {ERRORS[status]}.",
            media_type=media_type,
        )
        for status in statuses
    }


# The same for a route below /v2.
protocol_problems = partial(problems, document=ProtocolProblem, media_type="application/json")
