"""Access control: one token for all clients, and a rate limit for each address; both are off by default."""

import base64
import binascii
import hmac
import ipaddress
import time
from collections import OrderedDict
from http import HTTPStatus

from litestar.types import HTTPScope

from web.http.errors import ProblemError, retry_later
from web.http.limits import asks_for_reading
from web.observability.metrics import Metrics
from web.settings import Settings

# Endpoints that need no token, because load balancers have none. They reveal nothing about anyone's pictures.
PUBLIC_PATHS = ("/health/live", "/health/ready", "/v2/health/live", "/v2/health/ready")
# Number of addresses that are remembered; a further one replaces the one that has been silent for longest.
MAX_ADDRESSES = 10_000
# Length of the IPv6 prefix that counts as one address: what one customer usually gets.
IPV6_PREFIX_BITS = 64


class Access:
    """Checks the token and the rate limit for the requests to one worker."""

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        self._token = settings.access_token.encode()
        self._rate = settings.rate_limit
        self._metrics = metrics
        # The token bucket of each address: the readings it had left, and when, in seconds of the monotonic clock.
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def access_error(self, scope: HTTPScope) -> ProblemError | None:
        """Return the error for a request that is not allowed, else None."""
        if self._token and not self._has_access(scope):
            self._metrics.reject("no token")
            return ProblemError(
                HTTPStatus.UNAUTHORIZED,
                "This server needs its token: as the password of Basic authentication, with any name, or as "
                "Authorization: Bearer TOKEN.",
                {"www-authenticate": 'Basic realm="digits", charset="UTF-8"'},
            )
        if self._rate and asks_for_reading(scope):
            return self._rate_error(scope, time.monotonic())
        return None

    def _has_access(self, scope: HTTPScope) -> bool:
        """Return whether a request needs no token, or has the right one."""
        # A browser sends the preflight request for a page of another site without the token.
        if scope["path"] in PUBLIC_PATHS or scope["method"] == "OPTIONS":
            return True
        scheme, _, credentials = dict(scope["headers"]).get(b"authorization", b"").partition(b" ")
        given = credentials.strip()
        if scheme.lower() == b"basic":
            try:
                given = base64.b64decode(given, validate=True).partition(b":")[2]
            except binascii.Error:
                return False
        elif scheme.lower() != b"bearer":
            return False
        return hmac.compare_digest(given, self._token)

    def _rate_error(self, scope: HTTPScope, now: float) -> ProblemError | None:
        """Take one reading from an address's token bucket, which refills evenly; return the error if it is empty."""
        address = _rate_limit_key(scope)
        left, before = self._buckets.pop(address, (float(self._rate), now))
        left = min(left + (now - before) * self._rate / 60, float(self._rate))
        self._buckets[address] = left - 1 if left >= 1 else left, now
        if len(self._buckets) > MAX_ADDRESSES:
            self._buckets.popitem(last=False)
        if left >= 1:
            return None
        self._metrics.reject("rate")
        why = f"This address may ask for {self._rate} readings a minute."
        return retry_later(HTTPStatus.TOO_MANY_REQUESTS, why, (1 - left) * 60 / self._rate)


def _rate_limit_key(scope: HTTPScope) -> str:
    """Return the key of a request's address for the rate limit: for IPv6 its network."""
    client = scope["client"]
    address = client[0] if client else ""
    try:
        return str(ipaddress.IPv6Network((address, IPV6_PREFIX_BITS), strict=False))
    except ValueError:  # an IPv4 address, or a name
        return address
