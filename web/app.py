"""Builds the application from its parts."""

import sys
from http import HTTPStatus

from litestar import Litestar, Response, Router
from litestar.config.cors import CORSConfig
from litestar.exceptions import NotFoundException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin

from inference import Recognizer, __version__
from web.executor import Executor
from web.http import errors
from web.http.access import Access
from web.http.limits import Limits
from web.http.service import Service
from web.observability.logs import RequestLog
from web.observability.metrics import Metrics
from web.protocol.routes import create_protocol
from web.routes.model import check_card, create_model_routes
from web.routes.operation import create_operation_routes
from web.routes.page import create_page_routes
from web.routes.predict import create_predict_route
from web.settings import Settings


def _no_page(response: Response[bytes]) -> Response[bytes]:
    """Return the response of an address below /schema, but a problem document instead of Litestar's page of a 404."""
    if response.status_code == HTTPStatus.NOT_FOUND:
        raise NotFoundException
    return response


def create_app(settings: Settings, recognizer: Recognizer | None = None) -> Service:
    """Return the ASGI application; by default it loads the settings' model file and the page network beside it.

    Raises:
        inference.ModelError: a model file is missing, cannot be used, or does not match the model card.
    """
    recognizer = recognizer or Recognizer(
        settings.model_path, max_pixels=settings.max_pixels, max_marks=settings.max_marks
    )
    check_card(recognizer.info, recognizer.page_info, settings.card_path)
    metrics = Metrics(recognizer.info, shared=settings.workers > 1)
    limits = Limits(settings, metrics)
    executor = Executor()
    app = Litestar(
        route_handlers=[
            *create_page_routes(),
            create_predict_route(recognizer, executor, limits, metrics),
            *create_protocol(recognizer, executor, limits, metrics, __version__),
            *create_model_routes(recognizer, settings),
            *create_operation_routes(limits, metrics),
        ],
        exception_handlers=errors.HANDLERS,
        cors_config=CORSConfig(allow_origins=list(settings.cors_origins)) if settings.cors_origins else None,
        on_shutdown=[executor.close],
        openapi_config=OpenAPIConfig(
            title="Handwritten digits",
            version=__version__,
            description="Reads handwritten digits in pictures.",
            openapi_router=Router("/schema", route_handlers=[], include_in_schema=False, after_request=_no_page),
            use_handler_docstrings=True,
            render_plugins=[JsonRenderPlugin()],
        ),
        logging_config=None,
        request_max_body_size=settings.max_body_bytes,
    )
    return Service(
        app, Access(settings, metrics), limits, metrics, RequestLog(sys.stdout if settings.log_requests else None)
    )
