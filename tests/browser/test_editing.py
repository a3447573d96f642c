"""What a person does with a picture and a reading: turn, crop, point, copy, reload, many files at once."""

import io
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, expect

from tests.browser.conftest import DESKTOP, PHONE, Open
from tests.browser.strokes import OWN
from tests.browser.surface import Surface
from tests.browser.test_access import violations
from tests.browser.test_pictures import hand_over, png
from tests.inference.tables.test_tables import filled

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
    surface["#undo"].click()
    expect(surface["#picture"]).to_be_hidden()
    surface.reads("")
    expect(surface["#redo"]).to_be_disabled()


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


def test_a_tap_on_a_mark_or_on_the_reading_points_at_its_card(visit: Open) -> None:
    surface = visit()
    hand_over(surface, "pick", png())
    surface.reads("47")
    second = surface[".box"].nth(1).bounding_box()
    assert second is not None
    surface.page.mouse.click(second["x"] + second["width"] / 2, second["y"] + second["height"] / 2)
    expect(surface[".card"].nth(1)).to_be_focused()
    expect(surface[".box"].nth(1)).to_have_class("box sure lit")
    reading = surface["#reading"].bounding_box()
    assert reading is not None
    # Not by the mouse: the page may still be scrolling to the card.
    surface["#reading"].click(position={"x": 12, "y": reading["height"] / 2})
    expect(surface[".card"].first).to_be_focused()


def test_a_page_of_numbers_is_copied_as_csv(visit: Open) -> None:
    surface = visit({**DESKTOP, "permissions": ["clipboard-read", "clipboard-write"]})
    surface.mouse(surface.place(FOUR))
    surface.reads("4")
    expect(surface["#csv"]).to_be_hidden()
    surface.page.evaluate("""async () => {
      const { asCsv } = await import(new URL("static/js/result.js", document.baseURI));
      window.csv = asCsv([["12", "3,5"], ["4", "?"]]);
    }""")
    assert surface.page.evaluate("csv") == '12,"3,5"\r\n4,?'
    hand_over(surface, "pick", png((1600, 300)))
    surface.reads("4 7")
    surface["#csv"].click()
    expect(surface["#csv"]).to_have_text("Copied")
    assert surface.page.evaluate("navigator.clipboard.readText()") == "4,7"


def test_several_files_become_a_list(visit: Open) -> None:
    surface = visit()
    surface.expected += ["the server responded with a status of 4"]
    with Image.open(io.BytesIO(png())) as image:
        out = io.BytesIO()
        image.crop((300, 0, 600, 400)).save(out, "JPEG")
    files = [("both.png", png()), ("seven.jpg", out.getvalue()), ("=broken.png", png()[:300])]
    payloads: list[FilePayload] = [{"name": name, "mimeType": "image/png", "buffer": each} for name, each in files]
    surface["#file"].set_input_files(payloads)
    expect(surface["#note"]).to_have_text("3 files: see the last readings below. 1 could not be read.")
    rows = surface["#history li"]
    expect(rows).to_have_count(3)
    expect(rows.nth(2)).to_contain_text("both.png")
    expect(rows.nth(2).locator("b")).to_have_text("47")
    expect(rows.nth(1).locator("b")).to_have_text("7")
    expect(rows.nth(0)).to_contain_text("damaged")
    with surface.page.expect_download() as download:
        surface["#history .csv"].click()
    lines = download.value.path().read_text().splitlines()
    assert lines[3].split(",")[1:] == ["47", lines[3].split(",")[2], "both.png", ""]
    assert lines[1].split(",")[1:4] == ["", "", "'=broken.png"]
    assert "damaged" in lines[1].split(",")[4]


def test_a_table_is_read_mended_and_copied(visit: Open) -> None:
    surface = visit({**DESKTOP, "permissions": ["clipboard-read", "clipboard-write"]})
    surface.expected += ["the server responded with a status of 400"]
    out = io.BytesIO()
    filled().save(out, "PNG")
    hand_over(surface, "pick", out.getvalue())
    expect(surface[".card"]).to_have_count(7)
    expect(surface["#table"]).to_be_hidden()
    surface["#rows"].fill("3")
    surface["#columns"].fill("3")
    surface["#columns"].press("Enter")
    expect(surface["#table td"]).to_have_text(["12", "", "7", "", "305", "", "4", "", ""])
    surface["#table td"].nth(1).click()
    surface.page.keyboard.type("9,5")
    surface["#csv"].click()
    expect(surface["#csv"]).to_have_text("Copied")
    assert surface.page.evaluate("navigator.clipboard.readText()").splitlines() == ['12,"9,5",7', ",305,", "4,,"]
    surface["#rows"].fill("8")
    surface["#rows"].press("Enter")
    expect(surface["#problem"]).to_contain_text("does not seem to have 8 rows")
    expect(surface["#picture"]).to_be_visible()
    surface["#rows"].fill("")
    surface["#rows"].press("Enter")
    expect(surface[".card"]).to_have_count(7)
    expect(surface["#table"]).to_be_hidden()


@pytest.mark.parametrize(
    "device", [DESKTOP, {**PHONE, "color_scheme": "dark"}, {"viewport": {"width": 320, "height": 640}}]
)
def test_axe_finds_nothing_beside_a_picture_and_a_table(visit: Open, device: dict[str, Any]) -> None:
    surface = visit(device)
    out = io.BytesIO()
    filled().save(out, "PNG")
    hand_over(surface, "pick", out.getvalue())
    expect(surface[".card"]).to_have_count(7)
    surface["#rows"].fill("3")
    surface["#columns"].fill("3")
    surface["#columns"].press("Enter")
    expect(surface["#table td"]).to_have_count(9)
    surface["#crop"].click()
    assert violations(surface) == []
    assert surface.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


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


def test_the_reading_is_reached_beside_many_cards(visit: Open) -> None:
    """The column with the picture is higher than the window, and stays beside the cards."""
    surface = visit()
    with Image.open(io.BytesIO(png())) as image:
        page = Image.new("RGB", (1500, 1600), image.getpixel((0, 0)))
        for at in range(40):
            page.paste(image.resize((300, 200)), (at % 5 * 300, at // 5 * 200))
        out = io.BytesIO()
        page.save(out, "PNG")
    hand_over(surface, "pick", out.getvalue())
    surface["#all"].click()
    expect(surface[".card"]).to_have_count(80)
    surface[".card"].nth(40).scroll_into_view_if_needed()
    expect(surface["#turn"]).to_be_in_viewport()
    surface["#turn"].hover()
    surface.page.mouse.wheel(0, 2000)
    expect(surface["#copy"]).to_be_in_viewport(ratio=1)
    expect(surface[".card"].nth(40)).to_be_in_viewport()
    # At its end it moves the page.
    for at in range(79, 0, -20):
        surface[".card"].nth(at).scroll_into_view_if_needed()
        expect(surface["#copy"]).to_be_in_viewport(ratio=1)
    assert violations(surface) == []


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
    surface.mouse(surface.place(ONE))
    surface.reads("1")
