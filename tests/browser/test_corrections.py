"""A correction lasts as long as its mark stays, over whatever is read again."""

import re
from typing import Any

from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Open
from tests.browser.strokes import OWN
from tests.browser.surface import Surface
from tests.browser.test_access import violations
from tests.browser.test_editing import drag
from tests.browser.test_pictures import hand_over, png
from tests.servers import ROOT

ONE, FOUR, SEVEN, THREE = OWN


def labels(surface: Surface) -> Any:
    """What is kept of the corrections, newest first."""
    return surface.page.evaluate("JSON.parse(localStorage.corrections).map(({ label }) => label)")


def corrected(visit: Open, **options: Any) -> Surface:
    """Draw a seven that is said to be a one."""
    surface = visit(**options)
    surface.mouse(surface.place(SEVEN, 0.25))
    surface.reads("7")
    surface[".was"].select_option("1")
    surface.reads("1")
    return surface


def test_it_outlasts_further_strokes_a_smaller_window_and_a_reload(visit: Open) -> None:
    surface = corrected(visit)
    surface.mouse(surface.place(FOUR, 0.7))
    surface.reads("14")
    surface.page.set_viewport_size({"width": 700, "height": 900})
    surface.page.wait_for_timeout(300)
    surface.settled()
    expect(surface["#reading"]).to_contain_text("1")
    assert surface.settled().replace(" ", "") == "14"
    surface.page.set_viewport_size({"width": 1280, "height": 800})
    surface.reads("14")
    surface.page.reload()
    surface.reads("14")
    surface[".was"].first.select_option("9")
    surface.reads("94")
    assert labels(surface) == ["9"], "the same mark, not a second one"
    surface["#undo"].click()
    surface.reads("14")


def test_the_card_the_box_and_the_note_say_what_was_corrected(visit: Open) -> None:
    surface = visit()
    surface.mouse(surface.place(SEVEN, 0.25))
    surface.mouse(surface.place(FOUR, 0.7))
    surface.reads("74")
    card, box = surface[".card"].first, surface[".box"].first

    def corrected(label: str, strong: str, words: str, name: str) -> None:
        card.locator(".was").focus()
        card.locator(".was").select_option(label)
        expect(card.locator("strong")).to_have_text(strong)
        expect(card.locator(".said span")).to_have_text(words)
        expect(card).to_have_attribute("aria-label", f"Mark 1: {name}")
        expect(box).to_have_attribute("data-said", strong)

    corrected("1", "1", "corrected from 7", "1, corrected from 7")
    expect(box).to_have_class("box corrected lit")
    expect(card).to_have_class("card corrected")
    expect(surface["#note"]).to_have_text(re.compile(r"^Sure: .*%\.$"))
    corrected("/", "/", "a slash, corrected from 7", "a slash, corrected from 7")
    corrected("not a digit", "?", "not a digit, corrected from 7", "not a digit, corrected from 7")
    corrected("7", "7", "confirmed", "7, confirmed")
    surface[".was"].last.select_option("9")
    expect(surface["#note"]).to_have_text("Corrected.")
    assert violations(surface) == []
    for _ in range(5):
        surface["#undo"].click()
    expect(card.locator(".said span")).to_have_text(re.compile(r"sure, .*%$"))
    expect(box).to_have_attribute("data-said", "7")


def test_it_is_undone_like_a_stroke(visit: Open) -> None:
    surface = corrected(visit)
    surface.page.keyboard.press("Control+z")
    surface.reads("7")
    assert labels(surface) == []
    surface.page.keyboard.press("Control+z")
    surface.reads("")
    surface.page.keyboard.press("Control+y")
    surface.reads("7")


def test_another_mark_at_its_place_is_not_corrected(visit: Open) -> None:
    surface = corrected(visit)
    surface["#clear"].click()
    surface.mouse(surface.place(FOUR, 0.25))
    surface.reads("4")
    surface["#clear"].click()
    for _ in range(4):
        surface["#undo"].click()
    surface.reads("1")


def test_it_outlasts_a_turn_of_the_phone(visit: Open) -> None:
    surface = visit({**PHONE, "viewport": {"width": 844, "height": 390}})
    surface["#canvas"].scroll_into_view_if_needed()
    surface.finger(surface.place(SEVEN, 0.1))
    surface.finger(surface.place(FOUR, 0.9))
    expect(surface[".card"]).to_have_count(2)
    surface.settled()
    surface[".was"].first.select_option("1")
    expect(surface["#reading"]).to_contain_text("1")
    surface.page.set_viewport_size({"width": 390, "height": 844})
    surface.page.wait_for_timeout(300)
    assert surface.settled().replace(" ", "") == "14"


def test_that_of_a_point_outlasts_a_turn_of_the_picture(visit: Open) -> None:
    surface = visit()
    surface["#file"].set_input_files(ROOT / "examples" / "photo.jpg")
    expect(surface["#reading"]).to_have_text(re.compile("^3.14"))
    # Another sign than it may be read as.
    surface[".was"].nth(1).select_option("It was a comma")
    surface["#turn"].click()
    expect(surface["#note"]).to_contain_text("Read turned by 270 degrees.")
    expect(surface["#reading"]).to_have_text(re.compile("^3,14"))


def test_it_outlasts_a_turn_and_a_crop_of_the_picture(visit: Open) -> None:
    surface = visit()
    hand_over(surface, "pick", png())
    surface.reads("47")
    surface[".was"].nth(1).select_option("9")
    surface.reads("49")
    drag(surface, (0.5, 0.95), (0.98, 0.05))
    surface["#crop"].click()
    surface.reads("9")
    surface["#undo"].click()
    surface.reads("49")
    surface.page.evaluate("turn.click(), turn.click()")
    expect(surface["#reading"]).to_have_text(re.compile("^9."))
    for _ in range(2):
        surface["#undo"].click()
    surface.reads("49")
    surface["#turn"].click()
    surface.reads("?\n9")
    surface[".was"].nth(1).select_option("1")
    surface.reads("?\n1")
    assert labels(surface) == ["1"], "the same mark, not a second one"
