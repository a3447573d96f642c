"""Whether the process lives, and whether it takes work."""

from litestar import get
from litestar.handlers import HTTPRouteHandler

from web.http.limits import Limits
from web.http.openapi import problems


def create_health(limits: Limits) -> list[HTTPRouteHandler]:
    """Return the handlers of GET /health/live and /health/ready."""

    @get("/health/live", sync_to_thread=False)
    def live() -> dict[str, str]:
        """Say that the process answers."""
        return {"status": "live"}

    @get("/health/ready", responses=problems(503), sync_to_thread=False)
    def ready() -> dict[str, str]:
        """Say that pictures are read; 503 while the server has all it can do, or is about to stop."""
        limits.check_ready()
        return {"status": "ready"}

    return [live, ready]
