"""`python -m tests.browser.screenshots`: take the README's pictures of the page, docs/page.png and docs/phone.png."""

from typing import Any

from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.conftest import DESKTOP, PHONE, launch
from tests.browser.surface import Surface
from tests.servers import ROOT, serving

DOCS = ROOT / "docs"


def main() -> None:
    with serving() as server, sync_playwright() as playwright:
        browser = launch(playwright)
        still = {"reduced_motion": "reduce"}
        _take(browser, server.url, "page.png", "170", DESKTOP | still)
        _take(
            browser, server.url, "phone.png", "407", PHONE | still | {"color_scheme": "dark", "device_scale_factor": 2}
        )
        browser.close()


def _take(browser: Browser, url: str, name: str, example: str, options: dict[str, Any]) -> None:
    page = browser.new_context(**options).new_page()
    page.goto(f"{url}/")
    surface = Surface(page, url)
    surface["#examples"].get_by_role("button", name=example).click()
    expect(surface[".card"]).to_have_count(3)
    surface.settled()
    page.evaluate("document.activeElement.blur()")
    page.mouse.move(1, 1)
    path = DOCS / name
    page.screenshot(path=path)
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
