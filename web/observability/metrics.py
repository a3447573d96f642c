"""The metrics of the server, for Prometheus."""

from functools import cache, partial

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from inference import ModelInfo, Reading

LATENCY_BUCKETS_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
CONFIDENCE_BUCKETS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999, 1)


class Metrics:
    """The metrics of one worker, or, if they are `shared` through files, of all workers (see `web.server.workers`)."""

    def __init__(self, model: ModelInfo, *, shared: bool = False) -> None:
        self._registry = registry = CollectorRegistry()
        self._shared = shared
        counter = partial(Counter, registry=registry)
        self._requests = counter("digits_requests", "Requests answered.", ["method", "route", "status"])
        self._seconds = Histogram(
            "digits_request_seconds",
            "From a request's first byte to the end of its answer.",
            ["route"],
            buckets=LATENCY_BUCKETS_SECONDS,
            registry=registry,
        )
        self._in_flight = Gauge(
            "digits_requests_in_flight", "Requests being answered.", registry=registry, multiprocess_mode="livesum"
        )
        self._rejected = counter(
            "digits_rejected", "Requests turned away: no token, too often, no room, no time.", ["reason"]
        )
        self._read = counter("digits_read", "Digits read.", ["digit"])
        self._signs = counter("digits_signs", "Signs read between digits or before them.", ["sign"])
        self._refused = counter("digits_refused", "Marks refused: no digit, or not sure enough.")
        self._confidence = Histogram(
            "digits_confidence", "How sure the readings of digits are.", buckets=CONFIDENCE_BUCKETS, registry=registry
        )
        self._classified = counter("digits_classified", "Images classified through /v2.")
        gauge = Gauge(
            "digits_model_info",
            "The served model; always 1.",
            ["name", "version", "sha256"],
            registry=registry,
            multiprocess_mode="livemax",
        )
        gauge.labels(model.name, model.version, model.sha256).set(1)
        self._by_digit = [self._read.labels(str(digit)) for digit in range(10)]
        # Cached, because `labels` takes longer than counting.
        self._requests_of = cache(lambda method, route, status: self._requests.labels(method, route, str(status)))
        self._seconds_of = cache(self._seconds.labels)

    def start(self) -> None:
        """Count a request that begins."""
        self._in_flight.inc()

    def end(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request that has ended."""
        self._in_flight.dec()
        self._requests_of(method, route, status).inc()
        self._seconds_of(route).observe(seconds)

    def reject(self, reason: str) -> None:
        """Count a request that was rejected, by the reason."""
        self._rejected.labels(reason).inc()

    def reading(self, reading: Reading) -> None:
        """Count the marks of a reading."""
        for digit in reading.digits:
            if digit.digit is not None:
                self._by_digit[digit.digit].inc()
                self._confidence.observe(digit.confidence)
            elif digit.sign is not None:
                self._signs.labels(digit.sign).inc()
            else:
                self._refused.inc()

    def classified(self, images: int) -> None:
        """Count images that were classified through /v2."""
        self._classified.inc(images)

    def text(self) -> bytes:
        """Return all metrics in Prometheus' text format."""
        if not self._shared:
            return generate_latest(self._registry)
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)
