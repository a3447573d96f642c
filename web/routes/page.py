"""The page and its files, read from disk, so that an edited file is seen by the next reload.

The promise: a browser that has a file is told 304, and no file outside the folder is given (tests/web/test_app.py).
Litestar's static files send an ETag, but never look at If-None-Match.
"""

import hashlib
from http import HTTPStatus
from pathlib import Path

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from web.http.errors import HttpRequest, ProblemError

# Spelled out, for the `mimetypes` module says what this machine's tables say.
TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".py": "text/plain",
    ".sh": "text/plain",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".txt": "text/plain",
}


def create_page_routes(static: Path) -> list[HTTPRouteHandler]:
    """Return the handlers of GET / and GET /static/...

    Args:
        static: the folder with index.html; absolute.
    """

    @get("/", include_in_schema=False, sync_to_thread=False)
    def page(request: HttpRequest) -> Response[bytes]:
        """Give the page."""
        return _file(request, static, "index.html")

    @get("/docs", include_in_schema=False, sync_to_thread=False)
    def docs(request: HttpRequest) -> Response[bytes]:
        """Give the description of the API, made of files of our own: it works offline."""
        # Its links are relative, so that they work behind a proxy's prefix too; with a slash they would lead elsewhere.
        if request.scope["raw_path"].endswith(b"/"):
            return Response(b"", status_code=HTTPStatus.PERMANENT_REDIRECT, headers={"location": "../docs"})
        return _file(request, static, "docs/index.html")

    @get("/static/{name:path}", include_in_schema=False, sync_to_thread=False)
    def file(request: HttpRequest, name: FromPath[str]) -> Response[bytes]:
        """Give one of the page's files."""
        return _file(request, static, name.lstrip("/"))

    return [page, docs, file]


def _file(request: HttpRequest, folder: Path, name: str) -> Response[bytes]:
    """Answer a file below `folder`, or 304 where the browser has it already."""
    try:
        path = (folder / name).resolve()
        kind = TYPES.get(path.suffix)
        content = path.read_bytes() if path.is_relative_to(folder) and kind else None
    except (OSError, ValueError):  # ValueError: a NUL in the name
        content = None
    if content is None:
        raise ProblemError(HTTPStatus.NOT_FOUND, "There is no such file.")
    # no-cache: kept, but asked about each time, so that a new version is never mixed with an old one.
    headers = {"etag": f'"{hashlib.sha256(content).hexdigest()[:32]}"', "cache-control": "no-cache"}
    if headers["etag"] in request.headers.get("if-none-match", ""):
        return Response(b"", status_code=HTTPStatus.NOT_MODIFIED, headers=headers, media_type=kind)
    return Response(content, headers=headers, media_type=kind)
