"""For everyone: keyboard alone, screen readers, large text, any width, and no word to any other host."""

import io
import json
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Locator, expect

from tests.browser.conftest import DESKTOP, PHONE, Open
from tests.browser.strokes import OWN
from tests.browser.surface import Surface
from tests.servers import ROOT

ONE, FOUR, SEVEN, THREE = OWN
DARK = {"color_scheme": "dark"}


def violations(surface: Surface) -> list[str]:
    found = Axe().run(surface.page).response["violations"]
    return [f"{each['id']}: {json.dumps([node['target'] for node in each['nodes']])}" for each in found]


@pytest.mark.parametrize("device", [DESKTOP, {**DESKTOP, **DARK}, PHONE, {**PHONE, **DARK}])
def test_axe_finds_nothing(visit: Open, device: dict[str, Any]) -> None:
    surface = visit(device)
    surface.page.wait_for_load_state("networkidle")
    assert violations(surface) == []
    surface.mouse(surface.place(FOUR, 0.3))
    surface.mouse(surface.place(SEVEN, 0.75))
    expect(surface[".card"]).to_have_count(2)
    for panel in surface["summary"].all():
        panel.click()
    surface[".why"].first.click()
    expect(surface[".heat"].first).to_be_visible()
    surface[".was"].first.select_option("9")
    surface["#eraser"].click()
    assert violations(surface) == []


def test_axe_finds_nothing_in_an_error(visit: Open) -> None:
    surface = visit()
    surface.expected += ["Failed to load resource"]
    surface.page.route("**/predict*", lambda route: route.fulfill(status=500))
    surface.mouse(surface.place(FOUR))
    expect(surface["#problem"]).to_be_visible()
    assert violations(surface) == []


def test_keyboard_alone_draws_a_one_that_is_read(visit: Open) -> None:
    surface = visit()
    press = surface.page.keyboard.press
    for _ in range(12):
        press("Tab")
        if surface["#canvas"].evaluate("(canvas) => canvas === document.activeElement"):
            break
    expect(surface["#canvas"]).to_be_focused()
    expect(surface[".pen"]).to_be_visible()
    press("Space")
    expect(surface["#say"]).to_have_text("Pen down")
    for _ in range(9):
        press("ArrowDown")
    press("Shift+ArrowDown")
    surface.reads("1")
    press("Space")
    expect(surface["#say"]).to_have_text("Pen up")
    surface.reads("1")
    press("ArrowRight")
    ink = surface.ink()
    press("Control+z")
    surface.reads("")
    press("Control+y")
    surface.reads("1")
    assert surface.ink() == ink
    press("Escape")
    surface.reads("")


def test_every_control_is_reached_by_tab_and_shows_its_focus(visit: Open) -> None:
    surface = visit()
    surface.mouse(surface.place(SEVEN))
    surface.reads("7")
    reached = []
    surface["h1"].click()
    for _ in range(40):
        surface.page.keyboard.press("Tab")
        name, outline = surface.page.evaluate(
            """() => {
              const at = document.activeElement;
              const shown = at.closest(".button") ?? at;
              return [at.id || at.className || at.tagName, getComputedStyle(shown).outlineStyle];
            }"""
        )
        if name == "BODY":
            break
        reached.append(name)
        assert outline != "none", name
    assert {"theme", "canvas", "undo", "eraser", "clear", "brush", "file", "copy", "why", "was"} <= set(reached)


def test_screen_readers_hear_the_reading(visit: Open) -> None:
    surface = visit()
    tree = surface.protocol.send("Accessibility.getFullAXTree")["nodes"]
    roles = {node["role"]["value"] for node in tree if "role" in node}
    assert "status" in roles
    assert surface["#reading"].evaluate("(output) => output.tagName") == "OUTPUT"
    surface.mouse(surface.place(SEVEN))
    surface.reads("7")
    expect(surface["#note"]).to_have_attribute("role", "status")
    expect(surface["#note"]).to_contain_text("%")


@pytest.mark.parametrize("width", [320, 600, 1024, 2560])
def test_no_sideways_scrolling_at_any_width(visit: Open, width: int) -> None:
    surface = visit({"viewport": {"width": width, "height": 800}})
    for across in (0.2, 0.5, 0.8):
        surface.mouse(surface.place(SEVEN, across, 0.25))
    expect(surface[".card"]).to_have_count(3)
    for panel in surface["summary"].all():
        panel.click()
    assert surface.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("device", [DESKTOP, PHONE])
def test_text_at_200_per_cent(visit: Open, device: dict[str, Any]) -> None:
    surface = visit(device)
    surface.page.evaluate("document.documentElement.style.fontSize = '200%'")
    surface.mouse(surface.place(SEVEN))
    surface.reads("7")
    assert surface.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    cut = surface.page.evaluate(
        """() => [...document.querySelectorAll("button, summary, p, select, output, h1, h2")]
          .filter((each) => each.offsetParent && !each.closest(".hidden") && each.scrollWidth > each.clientWidth + 2
            && getComputedStyle(each).overflow === "visible" && getComputedStyle(each).display !== "inline")
          .map((each) => each.outerHTML.slice(0, 80))"""
    )
    assert cut == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forced_colours_hide_neither_bars_nor_a_pressed_button(visit: Open, scheme: str) -> None:
    surface = visit({**DESKTOP, "forced_colors": "active", "color_scheme": scheme})

    def seen(locator: Locator) -> NDArray[np.int_]:
        """Return the grey pixels [height, width] of an element, with neither focus nor pointer on it."""
        surface.page.mouse.move(5, 5)
        surface.page.evaluate("document.activeElement.blur()")
        with Image.open(io.BytesIO(locator.screenshot(animations="disabled"))) as image:
            return np.asarray(image.convert("L"), int)

    released = seen(surface["#eraser"])
    surface["#eraser"].click()
    assert np.median(abs(seen(surface["#eraser"]) - released)) > 50
    surface["#eraser"].click()
    assert np.ptp(seen(surface[".size"])[:, -20:]) > 100, "the size of the brush"
    surface.mouse(surface.place(SEVEN))
    surface.reads("7")
    bars = surface[".bars i"]
    assert abs(np.median(seen(bars.nth(7))) - np.median(seen(bars.nth(3)))) > 50


def test_without_javascript_it_says_what_is_missing(visit: Open) -> None:
    surface = visit(java_script_enabled=False)
    expect(surface["noscript"]).to_be_visible()


def test_whole_page_is_small() -> None:
    files = [path for path in (ROOT / "web" / "static").rglob("*") if path.suffix in {".html", ".css", ".js", ".svg"}]
    page = [path for path in files if "docs" not in path.as_posix().removeprefix(ROOT.as_posix())]
    assert sum(path.stat().st_size for path in page) < 84_000
