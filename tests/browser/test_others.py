"""The page in Firefox and in WebKit: what people do most, by mouse, finger, pen and keyboard."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.others import Driver, eventually, firefox, webkit
from tests.browser.strokes import OWN, Drawn, placed
from tests.browser.test_editing import on_its_side
from tests.servers import Server

ONE, FOUR, SEVEN, THREE = OWN
# As the WebDriver standard has them.
CONTROL, DOWN = "\ue009", "\ue015"
# Of a stroke's parts, in milliseconds.
STEP_MS = 20


class Page:
    """The page in one browser."""

    def __init__(self, driver: Driver, url: str) -> None:
        self.driver, self.url = driver, url
        self.reload()

    def reload(self) -> None:
        """Open the page anew, and wait until its script has begun."""
        self.driver.open(self.url)
        eventually(lambda: self.text("#model"))

    def text(self, selector: str) -> str:
        found: str = self.driver.run(f"return document.querySelector({json.dumps(selector)}).textContent")
        return found

    def count(self, selector: str) -> int:
        found: int = self.driver.run(f"return document.querySelectorAll({json.dumps(selector)}).length")
        return found

    def box(self, selector: str) -> tuple[float, float, float, float]:
        """Return left, top, width and height in the window, scrolled to where it is seen."""
        code = "element.scrollIntoView({ block: 'nearest' }); const box = element.getBoundingClientRect();"
        code += "return [box.x, box.y, box.width, box.height]"
        left, top, width, height = self.driver.run(
            f"const element = document.querySelector({json.dumps(selector)}); {code}"
        )
        return left, top, width, height

    def point(self, strokes: list[list[tuple[float, float]]], kind: str = "mouse") -> None:
        """Draw strokes, in pixels of the window, with a mouse, a touch or a pen."""
        actions: list[dict[str, Any]] = []
        for stroke in strokes:
            moves = [{"type": "pointerMove", "x": round(x), "y": round(y), "duration": STEP_MS} for x, y in stroke]
            down, up = ({"type": f"pointer{each}", "button": 0} for each in ("Down", "Up"))
            actions += [moves[0] | {"duration": 0}, down, *moves[1:], up]
        self.driver.act([{"type": "pointer", "id": kind, "parameters": {"pointerType": kind}, "actions": actions}])

    def draw(self, drawn: Drawn, kind: str = "mouse", across: float = 0.5) -> None:
        left, top, width, height = self.box("#canvas")
        side = 0.55 * height
        self.point(placed(drawn, left + across * width - 0.3 * side, top + 0.2 * height, side), kind)

    def click(self, selector: str) -> None:
        left, top, width, height = self.box(selector)
        self.point([[(left + width / 2, top + height / 2)]])

    def press(self, *keys: str, held: str = "") -> None:
        strokes = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        around = [[{"type": kind, "value": held}] if held else [] for kind in ("keyDown", "keyUp")]
        self.driver.act([{"type": "key", "id": "keys", "actions": [*around[0], *strokes, *around[1]]}])

    def reads(self, text: str) -> None:
        """Wait for a reading."""
        busy = "return document.getElementById('reading').getAttribute('aria-busy')"
        try:
            eventually(lambda: self.text("#reading") == text and self.driver.run(busy) == "false")
        except TimeoutError:
            assert self.text("#reading") == text


@pytest.fixture(scope="module", params=[firefox, webkit], ids=["firefox", "webkit"])
def driver(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driver]:
    with request.param(tmp_path_factory.mktemp("profile")) as running:
        yield running


@pytest.fixture
def page(driver: Driver, server: Server) -> Iterator[Page]:
    """The page with nothing on it; after the test, nothing was complained of and nothing asked of another host."""
    driver.open(f"{server.url}/docs")
    driver.run("sessionStorage.clear(); localStorage.clear()")
    driver.complaints().clear()
    yield Page(driver, server.url)
    asked = driver.run("return performance.getEntriesByType('resource').map((each) => each.name)")
    assert asked
    assert [each for each in asked if not each.startswith((server.url, "blob:", "data:"))] == []
    assert driver.complaints() == []


def test_what_is_drawn_is_read(page: Page) -> None:
    for kind in page.driver.pointers:
        for across, drawn in ((0.25, FOUR), (0.5, ONE), (0.75, SEVEN)):
            page.draw(drawn, kind, across)
        page.reads("417")
        assert page.count(".box") == page.count(".card") == 3
        page.click("#clear")
        page.reads("")


def test_a_drawing_is_undone_and_outlives_a_reload(page: Page) -> None:
    page.draw(SEVEN, across=0.3)
    page.draw(ONE, across=0.7)
    page.reads("71")
    page.press("z", held=CONTROL)
    page.reads("7")
    page.reload()
    page.reads("7")
    page.click("#clear")
    page.reads("")


def test_the_keyboard_draws(page: Page) -> None:
    page.driver.run("document.getElementById('canvas').focus()")
    page.press(" ", *12 * [DOWN], " ")
    page.reads("1")


def test_a_picture_is_turned_zoomed_and_cropped(page: Page, tmp_path: Path) -> None:
    """A 4 and a 7 on their side are turned upright by a click, and all but the 4 is cut off by a drag."""
    file = tmp_path / "picture.png"
    file.write_bytes(on_its_side())
    page.driver.choose("#file", file)
    eventually(lambda: page.count(".box"))
    page.click("#turn")
    page.reads("47")
    page.click("#zoom")
    across = "const { scrollWidth, clientWidth } = document.getElementById('stage'); return scrollWidth / clientWidth"
    assert page.driver.run(across) > 2
    page.click("#zoom")
    assert page.driver.run(across) == 1
    page.click("#crop")
    left, top, width, height = page.box("#area")
    page.point(
        [[(left + 0.05 * width, top + 9), (left + width / 4, top + height / 2), (left + width / 2, top + height - 9)]]
    )
    page.click("#crop")
    page.reads("4")
    page.click("#undo")
    page.reads("47")
    page.click("#back")
    page.reads("")


def test_a_reading_is_corrected(page: Page) -> None:
    page.draw(SEVEN)
    page.reads("7")
    code = "const was = document.querySelector('.was'); was.value = '1';"
    page.driver.run(f"{code} was.dispatchEvent(new Event('change', {{ bubbles: true }}))")
    eventually(lambda: page.text("#corrections b") == "1")
    page.reads("1")


def test_dark_and_light(page: Page) -> None:
    ground = "return getComputedStyle(document.body).backgroundColor"
    light = page.driver.run(ground)
    page.click("#theme")
    assert page.driver.run(ground) != light
    page.click("#theme")
    assert page.driver.run(ground) == light
