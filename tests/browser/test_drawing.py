"""Real pointer events on the canvas, and what is read."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE, Open
from tests.browser.strokes import OWN, Drawn, shared
from tests.browser.surface import Surface

ONE, FOUR, SEVEN, THREE = OWN


def read_all(surface: Surface, drawings: list[Drawn], *, touch: bool) -> list[str]:
    """Draw each alone on the sheet and return what is read."""
    said = []
    for drawn in drawings:
        surface["#clear"].click()
        (surface.finger if touch else surface.mouse)(surface.place(drawn))
        said.append(surface.settled())
    return said


@pytest.mark.parametrize(
    ("device", "touch", "count"),
    [(DESKTOP, False, 8), (PHONE, True, 8), (PHONE, False, 4), ({**DESKTOP, "has_touch": True}, True, 4)],
)
def test_what_people_drew_is_read(visit: Open, device: dict[str, Any], touch: bool, count: int) -> None:
    drawings = shared(count)
    said = read_all(visit(device), drawings, touch=touch)
    right = sum(text == drawn.label for text, drawn in zip(said, drawings, strict=True))
    assert right >= 0.75 * len(drawings), list(zip(said, [drawn.label for drawn in drawings], strict=True))


def test_several_digits_in_order(visit: Open) -> None:
    surface = visit()
    for across, drawn in ((0.25, FOUR), (0.5, ONE), (0.75, SEVEN)):
        surface.mouse(surface.place(drawn, across))
    surface.reads("417")
    expect(surface[".box"]).to_have_count(3)
    expect(surface[".card"]).to_have_count(3)


def test_reading_changes_while_the_pen_is_down(visit: Open) -> None:
    surface = visit()
    (stroke,) = surface.place(ONE)
    surface.page.mouse.move(*stroke[0])
    surface.page.mouse.down()
    for point in stroke[1:]:
        surface.page.mouse.move(*point, steps=5)
    surface.reads("1")
    surface.page.mouse.up()
    surface.reads("1")


def test_pressure_of_a_pen_widens_the_line(visit: Open) -> None:
    surface = visit()
    ink = []
    for force in (0.1, 0.9):
        surface["#clear"].click()
        surface.pen(surface.place(SEVEN), force)
        surface.reads("7")
        ink.append(surface.ink())
    assert ink[1] > 1.5 * ink[0]


def test_palm_between_strokes_of_a_pen_draws_nothing(visit: Open) -> None:
    surface = visit({**DESKTOP, "has_touch": True})
    surface.pen(surface.place(ONE), 0.5)
    surface.reads("1")
    x, y, width, height = surface.box
    palm = [[(x + 0.8 * width, y + 0.8 * height), (x + 0.8 * width + 2, y + 0.8 * height)]]
    surface.finger(palm)
    assert surface.page.evaluate("JSON.parse(sessionStorage.drawing).strokes.length") == 1
    surface.page.reload()
    surface.finger(surface.place(SEVEN, 0.75))
    surface.reads("17")


def test_second_finger_draws_nothing(visit: Open) -> None:
    surface = visit(PHONE)
    surface.finger(surface.place(ONE)[:1])
    surface.settled()
    ink = surface.ink()
    surface["#clear"].click()
    (stroke,) = surface.place(ONE)
    palm = {"x": stroke[0][0] - 120, "y": stroke[0][1] + 30, "id": 2}
    send = surface.protocol.send
    send(
        "Input.dispatchTouchEvent",
        {"type": "touchStart", "touchPoints": [{"x": stroke[0][0], "y": stroke[0][1], "id": 1}]},
    )
    for x, y in stroke:
        send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x, "y": y, "id": 1}, palm]})
    send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    surface.reads("1")
    assert abs(surface.ink() - ink) < 0.05 * ink


def test_canvas_is_as_sharp_as_the_display(visit: Open) -> None:
    surface = visit(PHONE)
    assert surface.page.evaluate("canvas.width === Math.round(canvas.getBoundingClientRect().width * devicePixelRatio)")
    assert surface.page.evaluate("getComputedStyle(canvas).touchAction") == "none"


def test_resize_in_the_middle_of_a_drawing(visit: Open) -> None:
    surface = visit()
    bar, stem = surface.place(FOUR)
    surface.mouse([bar])
    surface.page.set_viewport_size({"width": 700, "height": 900})
    surface.settled()
    ink = surface.ink()
    assert ink > 0
    surface.page.set_viewport_size({"width": 1280, "height": 800})
    surface.settled()
    surface.mouse([stem])
    surface.reads("4")


def test_undo_changes_no_size_after_a_line_off_the_sheet(visit: Open) -> None:
    surface = visit()
    surface.mouse(surface.place(SEVEN, 0.3))
    surface.reads("7")
    ink = surface.ink()
    x, y, width, height = surface.box
    surface.mouse([[(x + 0.7 * width, y + 0.5 * height), (x + 0.7 * width, y + height + 150)]])
    surface["#canvas"].focus()
    # A line of the keyboard along the edge.
    for key in ("ArrowRight",) * 50 + ("Space", "ArrowDown", "Space"):
        surface.page.keyboard.press(key)
    whole = surface.ink()
    surface["#clear"].click()
    surface["#undo"].click()
    assert surface.ink() == whole > ink
    surface["#undo"].click()
    surface["#undo"].click()
    surface.reads("7")
    assert surface.ink() == ink


def test_rotating_the_device_keeps_everything_on_the_sheet(visit: Open) -> None:
    surface = visit({**PHONE, "viewport": {"width": 844, "height": 390}})
    surface.page.locator("#canvas").scroll_into_view_if_needed()
    for across, drawn in ((0.08, FOUR), (0.92, SEVEN)):
        surface.finger(surface.place(drawn, across))
    surface.reads(surface.settled())
    before = surface.settled().replace(" ", "")
    surface.page.set_viewport_size({"width": 390, "height": 844})
    expect(surface[".box"]).to_have_count(2)
    assert surface.settled().replace(" ", "") == before
    surface.page.set_viewport_size({"width": 844, "height": 390})
    assert surface.settled().replace(" ", "") == before == "47"
