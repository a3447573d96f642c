"""The page as a person handles it: draw with a mouse, a finger or a pen, and look at the reading."""

from typing import Any

from playwright.sync_api import CDPSession, Locator, Page, expect

from tests.browser.strokes import Drawn, Strokes, placed


class Surface:
    """One open page.

    Args:
        page: where it is open.
        url: the server's address.
    """

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.complaints: list[str] = []
        self.expected: list[str] = []
        self._protocol: CDPSession | None = None

    def __getitem__(self, selector: str) -> Locator:
        return self.page.locator(selector)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """The canvas: x, y, width, height in CSS pixels."""
        box = self["#canvas"].bounding_box()
        assert box is not None
        return box["x"], box["y"], box["width"], box["height"]

    @property
    def protocol(self) -> CDPSession:
        """The DevTools protocol, for the input events that Playwright has no function for."""
        if self._protocol is None:
            self._protocol = self.page.context.new_cdp_session(self.page)
        return self._protocol

    def place(self, drawn: Drawn, across: float = 0.5, size: float = 0.55) -> Strokes:
        """Place a drawing, in the window's pixels: its middle at `across` of the width, `size` of the height high."""
        x, y, width, height = self.box
        side = size * height
        points = [point for stroke in drawn.strokes for point in stroke]
        wide, tall = max(p[0] for p in points), max(p[1] for p in points)
        return placed(drawn, x + across * width - wide * side / 2, y + height / 2 - tall * side / 2, side)

    def mouse(self, strokes: Strokes) -> None:
        for stroke in strokes:
            self.page.mouse.move(*stroke[0])
            self.page.mouse.down()
            for point in stroke[1:]:
                self.page.mouse.move(*point)
            self.page.mouse.up()

    def finger(self, strokes: Strokes) -> None:
        for stroke in strokes:
            self._touch("touchStart", stroke[:1])
            for point in stroke[1:]:
                self._touch("touchMove", [point])
            self._touch("touchEnd", [])

    def pen(self, strokes: Strokes, force: float) -> None:
        for stroke in strokes:
            points = [
                ("mousePressed", stroke[0]),
                *(("mouseMoved", p) for p in stroke[1:]),
                ("mouseReleased", stroke[-1]),
            ]
            for kind, (x, y) in points:
                self.protocol.send(
                    "Input.dispatchMouseEvent",
                    {"type": kind, "x": x, "y": y, "button": "left", "buttons": 1, "clickCount": 1}
                    | {"pointerType": "pen", "force": force},
                )

    def _touch(self, kind: str, points: list[tuple[float, float]]) -> None:
        touches: list[dict[str, Any]] = [{"x": x, "y": y} for x, y in points]
        self.protocol.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    def settled(self) -> str:
        """Wait until what is on the page has been read, and return the reading."""
        expect(self["#reading"]).to_have_attribute("aria-busy", "false")
        return self["#reading"].text_content() or ""

    def reads(self, text: str) -> None:
        """Wait until the reading is `text` and nothing more is under way."""
        expect(self["#reading"]).to_have_text(text)
        expect(self["#reading"]).to_have_attribute("aria-busy", "false")
        expect(self["#reading"]).to_have_text(text)

    def ink(self) -> int:
        """How many pixels of the canvas have ink on them."""
        count: int = self.page.evaluate(
            """() => {
              const { width, height } = document.getElementById("canvas");
              const copy = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
              copy.drawImage(document.getElementById("canvas"), 0, 0);
              const { data } = copy.getImageData(0, 0, width, height);
              let count = 0;
              for (let i = 3; i < data.length; i += 4) count += data[i] > 127;
              return count;
            }"""
        )
        return count
