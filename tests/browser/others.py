"""Firefox and WebKit as Debian ships them, by W3C WebDriver; Playwright drives only patched builds of them.

Firefox speaks WebDriver BiDi by itself; WebKit's MiniBrowser needs WebKitWebDriver, and a screen.
"""

import base64
import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Protocol

import httpx
import pytest
from websockets.sync.client import ClientConnection, connect

from tests.servers import free_port

MINIBROWSER = "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser"
WIDTH, HEIGHT = 1280, 900
# How long a browser may take to answer, in seconds.
TIMEOUT_SECONDS = 60
Actions = list[dict[str, Any]]


class Driver(Protocol):
    """What both can do.

    Attributes:
        pointers: the kinds of pointers that it can move.
    """

    pointers: tuple[str, ...]

    def open(self, url: str) -> None:
        """Go to a page, and wait until it has loaded."""

    def run(self, body: str) -> Any:
        """Run the body of a function in the page, and return what it returns."""

    def act(self, actions: Actions) -> None:
        """Move pointers and press keys: sources of input as the WebDriver standard has them."""

    def choose(self, selector: str, file: Path) -> None:
        """Give a file to an `input`."""

    def shot(self) -> bytes:
        """Return what is seen, as PNG."""

    def complaints(self) -> list[str]:
        """Return the errors and warnings on the console, as far as this browser tells them."""


class Firefox:
    """A session of WebDriver BiDi.

    Args:
        connection: to the browser.
    """

    # Its WebDriver has no pen yet.
    pointers = ("mouse", "touch")

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._number = 0
        self._complaints: list[str] = []
        self._send("session.new", capabilities={})
        self._send("session.subscribe", events=["log.entryAdded"])
        self._context = self._send("browsingContext.getTree")["contexts"][0]["context"]
        self._here("browsingContext.setViewport", viewport={"width": WIDTH, "height": HEIGHT})

    def open(self, url: str) -> None:
        self._here("browsingContext.navigate", url=url, wait="complete")

    def run(self, body: str) -> Any:
        code = f"JSON.stringify((() => {{{body}}})() ?? null)"
        found = self._send(
            "script.evaluate",
            expression=code,
            target={"context": self._context},
            awaitPromise=False,
            userActivation=True,
        )
        assert found["type"] == "success", found
        return json.loads(found["result"]["value"])

    def act(self, actions: Actions) -> None:
        self._here("input.performActions", actions=actions)
        self._here("input.releaseActions")

    def choose(self, selector: str, file: Path) -> None:
        code = f"document.querySelector({json.dumps(selector)})"
        found = self._send("script.evaluate", expression=code, target={"context": self._context}, awaitPromise=False)
        self._here("input.setFiles", element={"sharedId": found["result"]["sharedId"]}, files=[str(file)])

    def shot(self) -> bytes:
        return base64.b64decode(self._here("browsingContext.captureScreenshot")["data"])

    def complaints(self) -> list[str]:
        return self._complaints

    def _here(self, method: str, **params: Any) -> Any:
        return self._send(method, context=self._context, **params)

    def _send(self, method: str, **params: Any) -> Any:
        self._number += 1
        self._connection.send(json.dumps({"id": self._number, "method": method, "params": params}))
        while True:
            message = json.loads(self._connection.recv(TIMEOUT_SECONDS))
            if message.get("method") == "log.entryAdded" and message["params"]["level"] in ("warn", "error"):
                self._complaints.append(str(message["params"]["text"]))
            if message.get("id") == self._number:
                assert message["type"] == "success", message
                return message["result"]


class WebKit:
    """A session of WebDriver.

    Args:
        client: at the driver's address.
    """

    pointers = ("mouse", "touch", "pen")

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        options = {"webkitgtk:browserOptions": {"binary": MINIBROWSER, "args": ["--automation"]}}
        self._session = "/session/" + self._post("/session", capabilities={"alwaysMatch": options})["sessionId"]
        self._here("/window/rect", width=WIDTH, height=HEIGHT)

    def open(self, url: str) -> None:
        self._here("/url", url=url)

    def run(self, body: str) -> Any:
        return self._here("/execute/sync", script=body, args=[])

    def act(self, actions: Actions) -> None:
        self._here("/actions", actions=actions)
        self._client.delete(self._session + "/actions").raise_for_status()

    def choose(self, selector: str, file: Path) -> None:
        (element,) = self._here("/element", using="css selector", value=selector).values()
        self._here(f"/element/{element}/value", text=str(file))

    def shot(self) -> bytes:
        return base64.b64decode(self._client.get(self._session + "/screenshot").json()["value"])

    def complaints(self) -> list[str]:
        return []

    def close(self) -> None:
        """End the session, and the browser with it."""
        self._client.delete(self._session)

    def _here(self, path: str, **body: Any) -> Any:
        return self._post(self._session + path, **body)

    def _post(self, path: str, **body: Any) -> Any:
        answer = self._client.post(path, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()["value"]


def eventually(holds: Callable[[], object]) -> None:
    """Wait until something holds.

    Raises:
        TimeoutError: it did not.
    """
    until = time.monotonic() + TIMEOUT_SECONDS
    while not holds():
        if time.monotonic() > until:
            raise TimeoutError(f"not within {TIMEOUT_SECONDS} seconds")
        time.sleep(0.05)


@contextmanager
def firefox(folder: Path) -> Iterator[Firefox]:
    """Run Firefox with a new profile in a folder; a test that asks for it skips where there is none."""
    binary = shutil.which("firefox-esr") or shutil.which("firefox") or pytest.skip("no Firefox: install firefox-esr")
    command = [binary, "--headless", "--no-remote", "--profile", str(folder), "--remote-debugging-port", "0"]
    with ExitStack() as stack:
        _run(stack, command, os.environ, stderr=subprocess.DEVNULL)
        told = folder / "WebDriverBiDiServer.json"
        eventually(lambda: told.exists() and told.read_text().endswith("}"))
        port = json.loads(told.read_text())["ws_port"]
        # Not through a proxy that the environment may name.
        with connect(f"ws://127.0.0.1:{port}/session", max_size=None, proxy=None) as connection:
            yield Firefox(connection)


@contextmanager
def webkit(folder: Path) -> Iterator[WebKit]:
    """Run WebKit likewise, on a screen of its own."""
    if not (shutil.which("WebKitWebDriver") and shutil.which("Xvfb") and Path(MINIBROWSER).exists()):
        pytest.skip("no WebKit: install webkit2gtk-driver and xvfb")
    with ExitStack() as stack:
        end, given = os.pipe()
        screen = ["Xvfb", "-displayfd", str(given), "-screen", "0", f"{WIDTH}x{HEIGHT}x24"]
        _run(stack, screen, os.environ, pass_fds=[given], stderr=subprocess.DEVNULL)
        display = os.read(end, 16).decode().strip()
        port = free_port()
        environment = os.environ | {"DISPLAY": f":{display}", "HOME": str(folder)}
        _run(stack, ["WebKitWebDriver", f"--port={port}"], environment, stderr=subprocess.DEVNULL)
        client = stack.enter_context(
            httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=TIMEOUT_SECONDS, trust_env=False)
        )
        eventually(lambda: _answers(client))
        driver = WebKit(client)
        stack.callback(driver.close)
        yield driver


def _answers(client: httpx.Client) -> bool:
    try:
        return client.get("/status").status_code == 200
    except httpx.TransportError:
        return False


def _run(stack: ExitStack, command: list[str], environment: Any, **more: Any) -> "subprocess.Popen[bytes]":
    process = stack.enter_context(subprocess.Popen(command, env=environment, **more))
    stack.callback(process.terminate)
    return process
