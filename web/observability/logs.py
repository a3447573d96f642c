"""Logs each request and each message as one line of JSON, and never the content of a picture."""

import logging
import sys
import time
from datetime import UTC, datetime
from typing import IO

import msgspec


class RequestLog:
    """Writes one line for each request to a stream; without a stream, nothing."""

    def __init__(self, stream: IO[str] | None) -> None:
        self._stream = stream

    def write(self, **fields: object) -> None:
        """Write a line with the time, the level, the message and these fields."""
        if self._stream is None:
            return
        try:
            self._stream.write(_line(time.time(), "info", "request", **fields) + "\n")
            self._stream.flush()
        except OSError:  # the reader of the log is gone, but the server goes on
            self._stream = None


class JsonFormatter(logging.Formatter):
    """Formats log records as the same lines of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line of JSON."""
        fields: dict[str, str] = {}
        if request_id := getattr(record, "request_id", None):
            fields["request_id"] = request_id
        if record.exc_info:
            fields["traceback"] = self.formatException(record.exc_info)
        return _line(record.created, record.levelname.lower(), record.getMessage(), **fields)


def configure() -> None:
    """Send the warnings and errors of all libraries, and our own messages, to standard error as JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("web").setLevel(logging.INFO)


def _line(seconds: float, level: str, message: str, /, **fields: object) -> str:
    """Return a line of JSON; the time is in seconds of the epoch."""
    moment = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return msgspec.json.encode({"time": moment, "level": level, "message": message, **fields}).decode()
