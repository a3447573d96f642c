"""Serves the page and its files from disk, so that a reload shows an edited file.

The guarantee: a browser that has a file gets 304, and no file outside the folder is served (tests/web/test_app.py).
Litestar's static files send an ETag, but ignore If-None-Match.
"""

import hashlib
from http import HTTPStatus
from pathlib import Path

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from web.http.errors import HttpRequest, ProblemError

STATIC = Path(__file__).resolve().parents[1] / "static"
# Media types by suffix, listed here because those of the `mimetypes` module depend on the machine.
MEDIA_TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".py": "text/plain",
    ".sh": "text/plain",
    ".svg": "image/svg+xml",
}


def create_page_routes() -> list[HTTPRouteHandler]:
    """Return the handlers of GET /, GET /docs and GET /static/..."""

    @get("/", include_in_schema=False, sync_to_thread=False)
    def page(request: HttpRequest) -> Response[bytes]:
        """Return the page."""
        return _file(request, "index.html")

    @get("/docs", include_in_schema=False, sync_to_thread=False)
    def docs(request: HttpRequest) -> Response[bytes]:
        """Return the page that describes the API; all its files are our own, so that it works offline."""
        # The page's links are relative, so that they work behind a proxy's path prefix; a final slash would break them.
        if request.scope["raw_path"].endswith(b"/"):
            return Response(b"", status_code=HTTPStatus.PERMANENT_REDIRECT, headers={"location": "../docs"})
        return _file(request, "docs/index.html")

    @get("/static/{name:path}", include_in_schema=False, sync_to_thread=False)
    def file(request: HttpRequest, name: FromPath[str]) -> Response[bytes]:
        """Return one of the page's files."""
        return _file(request, name.lstrip("/"))

    return [page, docs, file]


def _file(request: HttpRequest, name: str) -> Response[bytes]:
    """Return a file below `STATIC`, or 304 if the browser already has it."""
    try:
        path = (STATIC / name).resolve()
        kind = MEDIA_TYPES.get(path.suffix)
        content = path.read_bytes() if path.is_relative_to(STATIC) and kind else None
    except (OSError, ValueError):  # ValueError: a NUL in the name
        content = None
    if content is None:
        raise ProblemError(HTTPStatus.NOT_FOUND, "There is no such file.")
    # no-cache: browsers keep the file but check it each time, so that new and old versions are never mixed.
    headers = {"etag": f'"{hashlib.sha256(content).hexdigest()[:32]}"', "cache-control": "no-cache"}
    if headers["etag"] in request.headers.get("if-none-match", ""):
        return Response(b"", status_code=HTTPStatus.NOT_MODIFIED, headers=headers, media_type=kind)
    return Response(content, headers=headers, media_type=kind)
