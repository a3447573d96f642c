"""GET /metrics, for Prometheus."""

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from web.observability.metrics import Metrics


def create_metrics_route(metrics: Metrics) -> HTTPRouteHandler:
    """Return the handler of GET /metrics."""

    @get("/metrics", sync_to_thread=False, media_type="text/plain")
    def show() -> Response[bytes]:
        """Return all metrics in Prometheus' text format."""
        # Litestar adds the charset.
        return Response(metrics.text(), media_type=CONTENT_TYPE_PLAIN_0_0_4.removesuffix("; charset=utf-8"))

    return show
