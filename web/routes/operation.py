"""GET /health and /metrics, for those who operate the server: whether it lives and accepts work, and what it counts."""

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from web.http.limits import Limits
from web.http.openapi import problems
from web.observability.metrics import Metrics


def create_operation_routes(limits: Limits, metrics: Metrics) -> list[HTTPRouteHandler]:
    """Return the handlers of GET /health/live, /health/ready and /metrics."""

    @get("/health/live", sync_to_thread=False)
    def live() -> dict[str, str]:
        """Check whether the server process is alive."""
        return {"status": "live"}

    @get("/health/ready", responses=problems(503), sync_to_thread=False)
    def ready() -> dict[str, str]:
        """Check whether the server accepts pictures; 503 while it is at its limit or about to stop."""
        limits.check_ready()
        return {"status": "ready"}

    @get("/metrics", operation_id="Metrics", summary="Metrics", sync_to_thread=False, media_type="text/plain")
    def show() -> Response[bytes]:
        """Return all metrics in Prometheus' text format."""
        # Litestar adds the charset.
        return Response(metrics.text(), media_type=CONTENT_TYPE_PLAIN_0_0_4.removesuffix("; charset=utf-8"))

    return [live, ready, show]
