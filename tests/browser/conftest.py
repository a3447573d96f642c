"""One browser for all tests; a fresh profile for each, watched for what no page of ours may do."""

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, Request, expect, sync_playwright

from tests.browser.surface import Surface
from tests.servers import Server

# Generous: a busy machine is no failure.
expect.set_options(timeout=20_000)
Open = Callable[..., Surface]
DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
}


def launch(playwright: Playwright) -> Browser:
    """Start the Chromium of this machine: Debian's, or the one that `playwright install chromium` fetched."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    # Chromium refuses its sandbox to root, whom containers run as.
    return playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])


# Not for the whole session: while Playwright runs, no other test could use asyncio.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        try:
            running = launch(playwright)
        except Exception as error:
            pytest.skip(f"no browser: install Debian's chromium ({str(error).splitlines()[0]})")
        yield running
        running.close()


@pytest.fixture
def visit(browser: Browser, server: Server) -> Iterator[Open]:
    """A function that opens the page in a fresh profile.

    After the test, whatever it did: no error on the console, no report of the Content-Security-Policy, no request to
    another origin. Tests that provoke errors name them in `surface.expected`.
    """
    surfaces: list[Surface] = []

    def opened(options: dict[str, Any] = DESKTOP, *, url: str = server.url, **more: Any) -> Surface:
        context = browser.new_context(**{**options, **more})
        context.set_default_timeout(15_000)
        page = context.new_page()
        surface = Surface(page, url)
        surfaces.append(surface)
        _watch(page, surface)
        page.goto(f"{url}/")
        return surface

    yield opened
    for surface in surfaces:
        found = [each for each in surface.complaints if not any(part in each for part in surface.expected)]
        surface.page.context.close()
        assert not found, found


def _watch(page: Page, surface: Surface) -> None:
    page.add_init_script(
        "addEventListener('securitypolicyviolation', (e) => console.error('CSP ' + e.violatedDirective + e.blockedURI))"
    )

    def on_console(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            surface.complaints.append(message.text)

    def on_request(request: Request) -> None:
        if not request.url.startswith((surface.url, "data:", f"blob:{surface.url}")):
            surface.complaints.append(f"request to another origin: {request.url}")

    page.on("console", on_console)
    page.on("pageerror", lambda error: surface.complaints.append(f"exception: {error}"))
    page.on("request", on_request)
