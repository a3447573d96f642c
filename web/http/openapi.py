"""The OpenAPI descriptions of error responses."""

from http import HTTPStatus
from typing import Any

from litestar.openapi import ResponseSpec
from litestar.openapi.spec import Schema
from litestar.openapi.spec.enums import OpenAPIType

from web.http.errors import MEDIA_TYPE, Problem, ProtocolProblem

BINARY = Schema(type=OpenAPIType.STRING, format="binary")  # type: ignore[arg-type]  # OpenAPI's, which the list lacks
ERRORS = {
    400: "what was sent cannot be read",
    404: "there is no such thing",
    408: "the body did not arrive in time",
    413: "too many bytes, pixels, marks or images",
    415: "a type or an encoding that is not read",
    422: "the form lacks the picture",
    503: "too much to do, or about to stop; Retry-After says when to come again",
}


def problems(*statuses: int) -> dict[int, ResponseSpec]:
    """Return the `responses` of a route that may send errors with these statuses."""
    return _errors(statuses, Problem, MEDIA_TYPE)


def protocol_problems(*statuses: int) -> dict[int, ResponseSpec]:
    """Return the same for a route below /v2."""
    return _errors(statuses, ProtocolProblem, "application/json")


def _errors(statuses: tuple[int, ...], document: type[Any], media_type: str) -> dict[int, ResponseSpec]:
    return {
        status: ResponseSpec(
            document,
            generate_examples=False,
            description=f"{HTTPStatus(status).phrase}: {ERRORS[status]}.",
            media_type=media_type,
        )
        for status in statuses
    }
