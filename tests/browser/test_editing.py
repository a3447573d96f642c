"""What a person does with a picture: turn, crop, enlarge, reload."""

import io
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE, Open
from tests.browser.strokes import OWN
from tests.browser.surface import Surface
from tests.browser.test_access import violations
from tests.browser.test_pictures import hand_over, png

ONE, FOUR, SEVEN, THREE = OWN


def on_its_side() -> bytes:
    """A four and a seven, turned so that one turn to the right puts them upright."""
    with Image.open(io.BytesIO(png())) as image:
        out = io.BytesIO()
        image.transpose(Image.Transpose.ROTATE_90).save(out, "PNG")
        return out.getvalue()


def drag(surface: Surface, start: tuple[float, float], stop: tuple[float, float]) -> None:
    """Drag over the picture, from and to shares of its sides."""
    box = surface["#area"].bounding_box()
    assert box is not None
    mouse = surface.page.mouse
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in (start, stop)]
    mouse.move(*places[0])
    mouse.down()
    mouse.move(*places[1], steps=5)
    mouse.up()


def test_a_drawing_survives_a_reload(visit: Open) -> None:
    surface = visit()
    surface.mouse(surface.place(SEVEN))
    surface.reads("7")
    surface.page.reload()
    surface.reads("7")
    surface["#undo"].click()
    surface.reads("")
    surface.page.reload()
    surface.page.wait_for_timeout(300)
    surface.reads("")
    surface.mouse(surface.place(ONE))
    surface.reads("1")
    surface.page.goto(surface.page.url + "docs")
    surface.page.go_back()
    surface.reads("1")


def test_a_picture_is_turned_and_turned_back(visit: Open) -> None:
    surface = visit()
    hand_over(surface, "pick", on_its_side())
    expect(surface["#note"]).to_contain_text("2 of 2 marks refused")
    surface["#turn"].click()
    surface.reads("47")
    assert surface.page.evaluate("[picture.naturalWidth, picture.naturalHeight]") == [600, 400]
    expect(surface["#redo"]).to_be_disabled()
    surface["#undo"].click()
    expect(surface["#note"]).to_contain_text("2 of 2 marks refused")
    surface["#redo"].click()
    surface.reads("47")
    surface.page.keyboard.press("Control+z")
    expect(surface["#note"]).to_contain_text("2 of 2 marks refused")
    surface["#turn"].click()
    surface.reads("47")
    expect(surface["#redo"]).to_be_disabled()
    surface["#undo"].click()
    # Once more would close the picture, which no Redo brings back.
    expect(surface["#undo"]).to_be_disabled()
    surface.page.keyboard.press("Control+z")
    expect(surface["#note"]).to_contain_text("2 of 2 marks refused")
    surface[".was"].first.select_option("4")
    surface["#undo"].click()
    expect(surface["#undo"]).to_be_disabled()
    expect(surface["#picture"]).to_be_visible()
    surface["#back"].click()
    expect(surface["#picture"]).to_be_hidden()
    surface.reads("")
    expect(surface["#redo"]).to_be_disabled()


def test_the_fields_of_a_table_say_what_they_are(visit: Open) -> None:
    surface = visit()
    hand_over(surface, "pick", png())
    surface.reads("47")
    whole = surface["#columns"].screenshot()
    surface["#columns"].evaluate("(field) => { field.placeholder = field.placeholder.slice(0, -1); }")
    assert surface["#columns"].screenshot() != whole, "the last letter is cut off"


def test_a_second_press_of_turn_waits_for_the_first(visit: Open) -> None:
    surface = visit()
    hand_over(surface, "pick", on_its_side())
    expect(surface["#note"]).to_contain_text("2 of 2 marks refused")
    for _ in range(2):
        surface.page.evaluate("turn.click(), turn.click()")
        expect(surface["#note"]).not_to_contain_text("Reading")
        expect(surface["#picture"]).to_have_js_property("naturalWidth", 400)
        expect(surface["#turn"]).to_be_enabled()
        surface.settled()
    surface["#turn"].click()
    surface.reads("47")


def test_dragging_off_the_picture_selects_no_text(visit: Open) -> None:
    surface = visit()
    hand_over(surface, "pick", png())
    surface.reads("47")
    drag(surface, (0.5, 0.985), (0.5, 1.5))
    assert surface.page.evaluate("String(getSelection())") == ""


def test_a_part_is_cut_out_by_dragging(visit: Open) -> None:
    surface = visit()
    hand_over(surface, "pick", png())
    surface.reads("47")
    drag(surface, (0.5, 0.95), (0.98, 0.05))
    expect(surface["#frame"]).to_be_visible()
    surface["#crop"].click()
    surface.reads("7")
    width, height = surface.page.evaluate("[picture.naturalWidth, picture.naturalHeight]")
    assert (width, height) == (pytest.approx(288, abs=4), pytest.approx(360, abs=4))
    expect(surface["#frame"]).to_be_hidden()
    surface.page.keyboard.press("Control+z")
    surface.reads("47")


def test_a_part_is_cut_out_with_the_keyboard(visit: Open) -> None:
    surface = visit()
    hand_over(surface, "pick", png())
    surface.reads("47")
    surface["#crop"].focus()
    surface.page.keyboard.press("Enter")
    expect(surface["#frame"]).to_be_focused()
    for _ in range(22):
        surface.page.keyboard.press("Shift+ArrowLeft")
    surface.page.keyboard.press("Enter")
    surface.reads("4")
    surface["#crop"].press("Enter")
    surface.page.keyboard.press("Escape")
    expect(surface["#frame"]).to_be_hidden()
    surface.reads("4")


def test_after_a_drag_enter_crops_and_escape_cancels(visit: Open) -> None:
    surface = visit()
    hand_over(surface, "pick", png())
    surface.reads("47")
    surface.page.evaluate("getSelection().removeAllRanges()")
    drag(surface, (0.5, 0.95), (0.98, 0.05))
    expect(surface["#frame"]).to_be_focused()
    surface.page.keyboard.press("Escape")
    expect(surface["#frame"]).to_be_hidden()
    surface.reads("47")
    drag(surface, (0.5, 0.95), (0.98, 0.05))
    # Wherever the focus is, Escape first takes the frame away.
    surface["#zoom"].focus()
    surface.page.keyboard.press("Escape")
    expect(surface["#frame"]).to_be_hidden()
    expect(surface["#picture"]).to_be_visible()
    drag(surface, (0.5, 0.95), (0.98, 0.05))
    surface.page.keyboard.press("Enter")
    surface.reads("7")


def test_a_frame_ends_where_the_button_is_lifted(visit: Open) -> None:
    surface = visit()
    hand_over(surface, "pick", png())
    surface.reads("47")
    drag(surface, (0.99, 0.5), (1.2, 0.6))
    box, mouse = surface["#area"].bounding_box(), surface.page.mouse
    assert box is not None
    mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 4, steps=4)
    expect(surface["#frame"]).to_be_hidden()
    drag(surface, (0.4, 0.5), (0.6, 2.5))
    assert surface.page.evaluate("String(getSelection())") == ""


def test_a_part_is_cut_out_with_a_finger(visit: Open) -> None:
    surface = visit(PHONE)
    hand_over(surface, "pick", png())
    surface.reads("47")
    surface["#crop"].tap()
    assert surface.page.evaluate("getComputedStyle(area).touchAction") == "none"
    drag(surface, (0.02, 0.05), (0.5, 0.95))
    surface["#crop"].tap()
    surface.reads("4")


def test_a_picture_that_the_browser_cannot_show_cannot_be_turned(visit: Open) -> None:
    surface = visit()
    with Image.open(io.BytesIO(png())) as image:
        out = io.BytesIO()
        image.save(out, "TIFF")
    hand_over(surface, "pick", out.getvalue(), "page.tif", "image/tiff")
    surface.reads("47")
    expect(surface["#turn"]).to_be_disabled()
    expect(surface["#crop"]).to_be_disabled()
    hand_over(surface, "pick", png())
    expect(surface["#turn"]).to_be_enabled()


def test_without_storage_the_page_works(visit: Open) -> None:
    surface = visit()
    blocked = "{ get() { throw new DOMException('blocked', 'SecurityError'); } }"
    surface.page.add_init_script(f"Object.defineProperty(window, 'sessionStorage', {blocked})")
    surface.page.reload()
    surface.mouse(surface.place(SEVEN))
    surface.reads("7")


@pytest.mark.parametrize("device", [DESKTOP, PHONE])
def test_a_picture_is_seen_larger(visit: Open, device: dict[str, Any]) -> None:
    """Zoomed, the sheet scrolls, a card brings its mark into sight, and boxes stay on their marks."""
    surface = visit(device)
    hand_over(surface, "pick", png())
    surface.reads("47")
    small = surface["#picture"].bounding_box()
    surface["#zoom"].click()
    large, box = surface["#picture"].bounding_box(), surface[".box"].first.bounding_box()
    assert small
    assert large
    assert box
    assert large["width"] > 2 * small["width"]
    assert (box["x"] - large["x"]) / large["width"] == pytest.approx(120 / 600, abs=0.03)
    surface[".card"].nth(1).focus()
    surface["#stage"].scroll_into_view_if_needed()
    expect(surface[".box"].nth(1)).to_be_in_viewport()
    assert violations(surface) == []
    surface["#zoom"].click()
    assert surface["#picture"].bounding_box() == small
    surface["#zoom"].click()
    surface["#back"].click()
    expect(surface["#canvas"]).to_be_visible()
    expect(surface["#stage"]).to_have_attribute("tabindex", "-1")
    surface.mouse(surface.place(ONE))
    surface.reads("1")
