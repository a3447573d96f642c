"""Everything that can be set, from the environment: the one module that reads it."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, get_type_hints

STATIC = Path(__file__).resolve().parent / "static"


class SettingError(ValueError):
    """A setting has a value that is not allowed; the message names it, its value and what is allowed."""


def _whole(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = low - 1
        if not low <= number <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return number

    return parse


def _seconds(low: float, high: float) -> Callable[[str], float]:
    def parse(text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            number = low - 1
        if not low <= number <= high:  # also refuses nan
            raise ValueError(f"seconds from {low:g} to {high:g}")
        return number

    return parse


def _text(text: str) -> str:
    if not text.strip():
        raise ValueError("a host name or an address")
    return text.strip()


def _switch(text: str) -> bool:
    if text not in ("0", "1"):
        raise ValueError("1 or 0")
    return text == "1"


def _origins(text: str) -> tuple[str, ...]:
    origins = tuple(each.strip() for each in text.split(","))
    if any(each != "*" and not re.fullmatch(r"https?://[^/\s]+", each) for each in origins):
        raise ValueError("origins such as https://example.org, separated by commas, or *")
    return origins


def _path(text: str) -> Path:
    return Path(text)


@dataclass(frozen=True, slots=True)
class Variable:
    """Where a setting comes from: the environment variable, how its text is read, and what it is for."""

    name: str
    parse: Callable[[str], object]
    about: str


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one server; `from_environment` reads them from the variables that are named beside them."""

    host: Annotated[str, Variable("HOST", _text, "the address to listen on; 0.0.0.0 for all")] = "127.0.0.1"
    port: Annotated[int, Variable("PORT", _whole(0, 65535), "the port to listen on; 0 picks a free one")] = 8000
    model_path: Annotated[
        Path | None, Variable("MODEL_PATH", _path, "the model file; page.onnx is taken from beside it")
    ] = None  # the one that `inference` finds
    workers: Annotated[
        int, Variable("WORKERS", _whole(1, 256), "the processes that serve; each is meant for one core")
    ] = 1
    hang_seconds: Annotated[
        float,
        Variable("HANG_SECONDS", _seconds(1, 3600), "how long a worker of several may be silent before it is replaced"),
    ] = 30.0
    max_body_bytes: Annotated[
        int, Variable("MAX_BODY_BYTES", _whole(1000, 1_000_000_000), "the most bytes of one request")
    ] = 10_000_000
    max_body_memory: Annotated[
        int,
        Variable("MAX_BODY_MEMORY", _whole(1000, 100_000_000_000), "the bytes that all bodies in one worker may hold"),
    ] = 64_000_000
    max_pixels: Annotated[
        int, Variable("MAX_PIXELS", _whole(1000, 1_000_000_000), "the most pixels of one picture")
    ] = 40_000_000
    max_marks: Annotated[int, Variable("MAX_MARKS", _whole(1, 100_000), "the most marks in one picture")] = 1000
    max_batch: Annotated[int, Variable("MAX_BATCH", _whole(1, 100_000), "the most images in one /v2 request")] = 1024
    max_in_flight: Annotated[
        int,
        Variable("MAX_IN_FLIGHT", _whole(1, 100_000), "the readings that one worker takes on; past them it says 503"),
    ] = 64
    max_connections: Annotated[
        int, Variable("MAX_CONNECTIONS", _whole(1, 1_000_000), "the connections that one worker keeps open")
    ] = 2000
    request_seconds: Annotated[
        float, Variable("REQUEST_SECONDS", _seconds(0.1, 3600), "the longest that one request may take")
    ] = 30.0
    retry_seconds: Annotated[
        float, Variable("RETRY_SECONDS", _seconds(1, 3600), "when to come again, as a 503 says in Retry-After")
    ] = 1.0
    log_requests: Annotated[bool, Variable("LOG_REQUESTS", _switch, "one JSON line for each request: 1 or 0")] = True
    cors_origins: Annotated[
        tuple[str, ...],
        Variable("CORS_ORIGINS", _origins, "other sites whose pages may call this one, separated by commas"),
    ] = ()
    grace_seconds: Annotated[
        float, Variable("GRACE_SECONDS", _seconds(0, 3600), "how long to finish what is in flight when told to stop")
    ] = 20.0
    static_path: Path = STATIC

    @property
    def card_path(self) -> Path:
        """The card of both files, which lies beside them."""
        # Imported late: the process that watches the workers needs neither numpy nor onnxruntime.
        from inference.recognizer import DEFAULT_MODEL

        return (self.model_path or DEFAULT_MODEL).with_name("MODEL_CARD.md")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read the settings; a variable that is unset or empty has its default.

        Raises:
            SettingError: a value is not allowed.
        """
        values: dict[str, object] = {}
        for name, variable in variables().items():
            text = environment.get(variable.name, "")
            if not text:
                continue
            try:
                values[name] = variable.parse(text)
            except ValueError as error:
                raise SettingError(f"{variable.name}={text!r} is not allowed: it must be {error}.") from None
        return cls(**values)  # type: ignore[arg-type]  # each value comes from its own field's parser


def variables() -> dict[str, Variable]:
    """Return the environment variable of each field that has one."""
    hints = get_type_hints(Settings, include_extras=True)
    return {
        name: each
        for name, hint in hints.items()
        for each in getattr(hint, "__metadata__", ())
        if isinstance(each, Variable)
    }


def share_metrics(folder: str) -> None:
    """Let the worker processes started from now on share their metrics through files in a folder."""
    # Looked at by prometheus-client when a worker imports it.
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
