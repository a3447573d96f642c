"""`python -m tests.browser.bench`: how fast the page reads, and whether it loses anything against POST /predict.

Prints, for real pointer events in a real browser with the server on the same machine:
- the milliseconds from the last pointer event to the reading on the screen, when the pen is lifted, and when it rests
  on the sheet (that includes the pause that the page waits for while one draws);
- how many of the shared strokes are read right when drawn through the page, and when drawn with Pillow at the same size
  and posted to /predict.
"""

import argparse
import io
import statistics
from collections.abc import Sequence

import httpx
from PIL import Image, ImageDraw
from playwright.sync_api import sync_playwright
from rich.progress import track

from tests.browser.conftest import DESKTOP, launch
from tests.browser.strokes import Strokes, shared
from tests.browser.surface import Surface
from tests.servers import serving

BRUSH = 0.05  # of the canvas' height: what the page's slider starts with
CLOCK = """() => {
  window.last = window.read = 0;
  for (const name of ["pointermove", "pointerup"])
    document.addEventListener(name, (event) => { last = event.timeStamp; read = 0; }, true);
  new MutationObserver(() => {
    const busy = reading.ariaBusy === "true";
    if (!busy) requestAnimationFrame(() => { read = performance.now(); });
  }).observe(reading, { attributeFilter: ["aria-busy"], attributes: true });
}"""


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.browser.bench", description=__doc__.splitlines()[0])
    parser.add_argument("--strokes", type=int, default=300, help="how many drawings (default: 300)")
    drawings = shared(parser.parse_args(arguments).strokes, thin=False)
    with serving() as server, sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_context(**DESKTOP).new_page()
        page.goto(f"{server.url}/")
        surface = Surface(page, server.url)
        page.evaluate(CLOCK)
        lifted, resting, by_page, by_post = [], [], 0, 0
        with httpx.Client(base_url=server.url) as client:
            for index, drawn in enumerate(track(drawings, "drawing")):
                page.evaluate("document.getElementById('clear').click()")
                strokes = surface.place(drawn)
                if index % 3 == 0:
                    _rest(surface, strokes[0])
                    resting.append(_wait(surface))
                    page.mouse.up()
                    strokes = strokes[1:]
                if strokes:
                    surface.mouse(strokes)
                    lifted.append(_wait(surface))
                by_page += surface.settled() == drawn.label
                by_post += _post(client, surface, surface.place(drawn)) == drawn.label
        browser.close()
    print(f"pen lifted  to reading on screen, ms: {_spread(lifted)}")
    print(f"pen resting to reading on screen, ms: {_spread(resting)}, of which 70 are the page's pause")
    print(f"read right of {len(drawings)}: {by_page} through the page, {by_post} through POST /predict")


def _rest(surface: Surface, stroke: list[tuple[float, float]]) -> None:
    surface.page.mouse.move(*stroke[0])
    surface.page.mouse.down()
    for point in stroke[1:]:
        surface.page.mouse.move(*point)


def _wait(surface: Surface) -> float:
    milliseconds: float = surface.page.evaluate(
        """() => new Promise((resolve) => {
          const look = () => (read && reading.ariaBusy === "false" ? resolve(read - last) : setTimeout(look, 5));
          look();
        })"""
    )
    return milliseconds


def _spread(values: list[float]) -> str:
    cuts = statistics.quantiles(values, n=20) if len(values) > 1 else values * 19
    return f"median {statistics.median(values):.0f}, 95 % under {cuts[18]:.0f} (n = {len(values)})"


def _post(client: httpx.Client, surface: Surface, strokes: Strokes) -> str:
    """Draw on a canvas of the page's size, four times larger and then averaged, and post it."""
    left, top, width, height = surface.box
    image = Image.new("L", (round(width) * 4, round(height) * 4), 255)
    pencil = ImageDraw.Draw(image)
    radius = BRUSH * height * 2
    for stroke in strokes:
        points = [((x - left) * 4, (y - top) * 4) for x, y in stroke]
        pencil.line(points, 0, round(2 * radius), joint="curve")
        for x, y in (points[0], points[-1]):
            pencil.ellipse((x - radius, y - radius, x + radius, y + radius), 0)
    out = io.BytesIO()
    image.resize((640, round(640 * height / width)), Image.Resampling.BOX).save(out, "PNG")
    answer = client.post("/predict", content=out.getvalue(), headers={"Content-Type": "image/png"})
    return str(answer.json()["text"])


if __name__ == "__main__":
    main()
