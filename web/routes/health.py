"""GET /health: whether the process is alive, and whether it accepts work."""

from litestar import get
from litestar.handlers import HTTPRouteHandler

from web.http.limits import Limits
from web.http.openapi import problems


def create_health(limits: Limits) -> list[HTTPRouteHandler]:
    """Return the handlers of GET /health/live and /health/ready."""

    @get("/health/live", sync_to_thread=False)
    def live() -> dict[str, str]:
        """Check whether the server process is alive."""
        return {"status": "live"}

    @get("/health/ready", responses=problems(503), sync_to_thread=False)
    def ready() -> dict[str, str]:
        """Check whether the server accepts pictures; 503 while it is at its limit or about to stop."""
        limits.check_ready()
        return {"status": "ready"}

    return [live, ready]
