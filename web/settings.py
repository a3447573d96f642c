"""Reads the settings from environment variables; no other module of the server reads them."""

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import msgspec

ORIGIN_PATTERN = r"^(\*|https?://[^/\s]+)$"
# Thousands may be separated, as in 10_000_000.
WHOLE_PATTERN = re.compile(r"[0-9]{1,15}|[0-9]{1,3}(_[0-9]{3}){1,4}")


class SettingError(ValueError):
    """A setting has a value that is not allowed; the message names the setting, its value and the allowed values."""


class Network(str):
    """An address, a network such as 10.0.0.0/8, or * for all addresses.

    Raises:
        ValueError: it is none of these, or bits of the network are set after its prefix: uvicorn would ignore it.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> "Network":
        """Check the text."""
        if text != "*":
            ipaddress.ip_network(text)
        return super().__new__(cls, text)


def _setting(description: str, allowed: str, *, secret: bool = False, **bounds: Any) -> msgspec.Meta:
    return msgspec.Meta(description=description, extra={"allowed": allowed, "secret": secret}, **bounds)


def _whole(low: int, high: int, description: str) -> msgspec.Meta:
    return _setting(description, f"a whole number from {low} to {high}", ge=low, le=high)


def _seconds(low: float, high: float, description: str) -> msgspec.Meta:
    return _setting(description, f"seconds from {low:g} to {high:g}", ge=low, le=high)


@dataclass(frozen=True, slots=True)
class Variable:
    """The environment variable of a setting.

    Attributes:
        name: the setting's name in capitals.
        kind: the setting's annotated type, whose bounds msgspec checks.
        meta: the annotation, with description, bounds and allowed values.
    """

    name: str
    kind: Any
    meta: msgspec.Meta

    @property
    def description(self) -> str:
        """The description of the setting."""
        return self.meta.description or ""

    def parse(self, text: str) -> object:
        """Convert the text of the variable to the value of the setting.

        Raises:
            SettingError: the value is not allowed.
        """
        plain: object = text.strip()
        kind = get_args(self.kind)[0]
        if kind is int and WHOLE_PATTERN.fullmatch(text.strip()):
            plain = int(text)
        elif get_origin(kind) is tuple:
            plain = [each.strip() for each in text.split(",")]
        try:
            # Only strict, a whole number is none in another form, such as 1e3.
            return msgspec.convert(plain, self.kind, strict=kind is int, dec_hook=lambda kind, plain: kind(plain))
        except msgspec.ValidationError:
            extra = self.meta.extra or {}
            shown = self.name if extra["secret"] else f"{self.name}={text!r}"
            raise SettingError(f"{shown} is not allowed: it must be {extra['allowed']}.") from None


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one server; `from_environment` reads them from variables of the same names in capitals."""

    host: Annotated[
        str, _setting("the address to listen on; 0.0.0.0 for all", "a host name or an address", min_length=1)
    ] = "127.0.0.1"
    port: Annotated[int, _whole(0, 65535, "the port to listen on; 0 picks a free one")] = 8000
    # None is the default model of `inference`.
    model_path: Annotated[
        Path | None, _setting("the classifier; page.int8.onnx, else page.onnx, is read from its folder", "a path")
    ] = None
    workers: Annotated[int, _whole(1, 256, "the number of worker processes; each uses one core")] = 1
    hang_seconds: Annotated[
        float, _seconds(1, 3600, "how long one of several workers may be unresponsive before it is replaced")
    ] = 30.0
    max_body_bytes: Annotated[int, _whole(1000, 1_000_000_000, "the most bytes of one request's body")] = 10_000_000
    max_body_memory: Annotated[
        int, _whole(1000, 100_000_000_000, "the most bytes of all request bodies together in one worker")
    ] = 64_000_000
    max_pixels: Annotated[int, _whole(1000, 1_000_000_000, "the most pixels of one picture")] = 40_000_000
    max_marks: Annotated[int, _whole(1, 100_000, "the most marks in one picture")] = 1000
    max_batch: Annotated[int, _whole(1, 100_000, "the most images in one /v2 request")] = 1024
    max_in_flight: Annotated[
        int, _whole(1, 100_000, "the most readings at a time in one worker; further requests get 503")
    ] = 64
    max_connections: Annotated[int, _whole(1, 1_000_000, "the most open connections of one worker")] = 2000
    request_seconds: Annotated[float, _seconds(0.1, 3600, "the longest time that one request may take")] = 30.0
    retry_seconds: Annotated[float, _seconds(1, 3600, "the Retry-After of a 503 answer")] = 1.0
    log_requests: Annotated[bool, _setting("whether each request is logged as a line of JSON: 1 or 0", "1 or 0")] = True
    cors_origins: Annotated[
        tuple[Annotated[str, msgspec.Meta(pattern=ORIGIN_PATTERN)], ...],
        _setting(
            "other sites whose pages may call this one, separated by commas",
            "origins such as https://example.org, separated by commas, or *",
        ),
    ] = ()
    access_token: Annotated[
        str,
        _setting(
            "password or bearer token of every request, at least 12 characters",
            "at least 12 characters, none of them a space or beyond ASCII",
            secret=True,
            pattern=r"^[!-~]{12,}$",
        ),
    ] = ""
    rate_limit: Annotated[
        int, _whole(0, 1_000_000, "the most readings a minute for one address in one worker; 0 for no limit")
    ] = 0
    trusted_proxies: Annotated[
        tuple[Network, ...],
        _setting(
            "proxies whose X-Forwarded-For and X-Forwarded-Proto are trusted, separated by commas",
            "addresses or networks such as 10.0.0.0/8 (not 10.0.0.1/8), separated by commas, or *",
        ),
    ] = ()
    grace_seconds: Annotated[float, _seconds(0, 3600, "how long running requests may take after SIGTERM")] = 20.0

    @property
    def card_path(self) -> Path:
        """The path of the model card, which describes both model files and lies beside them."""
        # Imported late: the supervisor of the workers needs neither numpy nor onnxruntime.
        from inference.recognizer import DEFAULT_MODEL

        return (self.model_path or DEFAULT_MODEL).with_name("MODEL_CARD.md")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read the settings; an unset or empty variable gives the default.

        Raises:
            SettingError: a value is not allowed.
        """
        values = {
            name: variable.parse(environment[variable.name])
            for name, variable in variables().items()
            if environment.get(variable.name)
        }
        return cls(**values)  # type: ignore[arg-type]  # each value was converted to its own field's type


@cache
def variables() -> dict[str, Variable]:
    """Return the environment variables of `Settings`, by the names of their fields."""
    hints = get_type_hints(Settings, include_extras=True)
    return {name: Variable(name.upper(), hint, hint.__metadata__[0]) for name, hint in hints.items()}


def share_metrics(folder: str) -> None:
    """Let the worker processes started from now on share their metrics through files in a folder."""
    # prometheus-client reads this variable when a worker imports it.
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
