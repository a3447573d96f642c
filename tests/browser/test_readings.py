"""What a person does with a reading: point, copy as CSV, mend a table, read many files at once."""

import io
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, expect

from tests.browser.conftest import DESKTOP, PHONE, Open
from tests.browser.strokes import OWN
from tests.browser.test_access import violations
from tests.browser.test_pictures import hand_over, png
from tests.inference.tables.test_tables import filled

ONE, FOUR, SEVEN, THREE = OWN


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


def test_a_finger_on_a_mark_presses_nothing_that_scrolls_below_it(visit: Open) -> None:
    surface = visit(PHONE)
    hand_over(surface, "pick", png())
    surface.reads("47")
    surface["#stage"].scroll_into_view_if_needed()
    surface.page.evaluate("addEventListener('click', ({ target }) => { window.pressed = target.id; }, true)")
    second = surface[".box"].nth(1).bounding_box()
    assert second is not None
    surface.page.touchscreen.tap(second["x"] + second["width"] / 2, second["y"] + second["height"] / 2)
    surface.page.wait_for_function("() => window.pressed !== undefined")
    assert surface.page.evaluate("pressed") == "area"
    expect(surface[".card"].nth(1)).to_be_focused()


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
    surface = visit({**DESKTOP, "viewport": {"width": 1280, "height": 400}})
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
    expect(rows.first).to_be_in_viewport()
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
