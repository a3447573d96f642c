"""Signs and turned pictures on the page; what the server says of them is made by hand."""

import re
from collections.abc import Callable
from dataclasses import replace

import msgspec
from playwright.sync_api import Route, expect

from inference import Reading
from inference.results import merge_pages
from tests.browser.conftest import Open
from tests.browser.strokes import OWN
from tests.browser.test_access import violations
from tests.browser.test_pictures import hand_over, png
from tests.readings import row
from web.routes.predict import ModelName, answer

ONE = OWN[0]


def says(reading: Reading) -> Callable[[Route], None]:
    """Answer each picture as the server does where its recognizer reads this."""
    body = msgspec.json.encode(answer(reading, ModelName("digits", "0"), inputs=True))
    return lambda route: route.fulfill(body=body, content_type="application/json")


def test_a_sign_is_part_of_the_text_and_has_a_card_and_a_box(visit: Open) -> None:
    surface = visit()
    surface.page.route("**/predict*", says(row("-3.1?")))
    hand_over(surface, "pick", png((600, 200)))
    surface.reads("-3.1?")
    for at, (level, letter, words) in enumerate(
        [
            ("sure sign", "-", "a dash, sure, "),
            ("sure", "3", "sure, "),
            ("sure sign", ".", "a point, sure, "),
            ("sure", "1", "sure, "),
            ("refused", "?", "not a digit, "),
        ]
    ):
        card, box = surface[".card"].nth(at), surface[".box"].nth(at)
        expect(card).to_have_class(f"card {level}")
        expect(card.locator("strong")).to_have_text(letter)
        expect(card.locator(".said span")).to_have_text(re.compile(f"^{words}"))
        expect(box).to_have_class(f"box {level}")
        expect(box).to_have_attribute("data-said", letter)
        # The classifier's bars and what decided are of digits.
        expect(card.locator(".bars")).to_be_visible(visible="sign" not in level)
        expect(card.locator(".why")).to_be_visible(visible="sign" not in level)
    expect(surface[".card"].nth(2)).to_have_attribute("aria-label", re.compile("Mark 3: a point, "))
    # A sign is not among the marks that are refused.
    expect(surface["#note"]).to_have_text(re.compile(r"^Sure: at least 99.0\s%\. 1 of 5 marks refused\.$"))
    assert violations(surface) == []


def test_a_sign_can_be_corrected_and_teaches_nothing_false(visit: Open) -> None:
    surface = visit()
    surface.page.route("**/predict*", says(row("6110.5")))
    hand_over(surface, "pick", png((600, 200)))
    surface.reads("6110.5")
    kept = "JSON.parse(localStorage.corrections ?? '[]').map(({ label }) => label)"
    # What was read as a digit and was a slash mends the text alone.
    surface[".was"].nth(1).select_option("It was a slash")
    surface.reads("6/10.5")
    assert surface.page.evaluate(kept) == []
    surface[".was"].nth(4).select_option("It was 0")
    surface.reads("6/1005")
    assert surface.page.evaluate(kept) == ["0"]
    # A digit that turns out to be a sign after all is no longer learned from.
    surface[".was"].nth(4).select_option("It was a comma")
    surface.reads("6/10,5")
    assert surface.page.evaluate(kept) == []
    surface[".was"].nth(4).select_option("It was something else")
    surface.reads("6/10?5")
    assert surface.page.evaluate(kept) == ["not a digit"]
    surface[".was"].nth(4).select_option("It was …")
    surface.reads("6/10.5")
    assert surface.page.evaluate(kept) == []


def test_a_turned_picture_is_said_and_its_boxes_fit_it_as_it_is_shown(visit: Open) -> None:
    surface = visit()
    surface.page.route("**/predict*", says(row("68", turned=270)))
    hand_over(surface, "pick", png((600, 200)))
    surface.reads("68")
    expect(surface["#note"]).to_have_text(re.compile(r"%\. Read turned by 270 degrees\.$"))
    picture, box = surface["#picture"].bounding_box(), surface[".box"].first.bounding_box()
    assert picture is not None
    assert box is not None
    # The picture is 600 wide and is shown as it was sent; the first box starts at 40, with a little air.
    scale = min(picture["width"] / 600, picture["height"] / 200)
    left = picture["x"] + (picture["width"] - 600 * scale) / 2
    assert abs(box["x"] - (left + 40 * scale)) < 12 * scale + 3
    # What is drawn next says nothing of a turn.
    surface["#back"].click()
    surface.page.unroute("**/predict*")
    surface.mouse(surface.place(ONE))
    surface.reads("1")
    expect(surface["#note"]).not_to_contain_text("turned")


def test_what_was_left_out_of_a_file_is_said(visit: Open) -> None:
    surface = visit()
    reading = merge_pages([row("12"), row("7")])
    surface.page.route("**/predict*", says(replace(reading, more=True)))
    hand_over(surface, "pick", png((600, 200)))
    surface.reads("12\n7")
    expect(surface["#note"]).to_have_text(re.compile(r"%\. Only the first 2 pages were read\.$"))
    # The picture that is shown is the first page.
    expect(surface[".card"]).to_have_count(3)
    expect(surface[".box:visible"]).to_have_count(2)
    surface.page.unroute("**/predict*")
    surface.page.route("**/predict*", says(replace(row("7"), more=True)))
    hand_over(surface, "pick", png((600, 200)))
    expect(surface["#note"]).to_have_text(re.compile(r"%\. Only the first page was read\.$"))


def test_the_least_sure_sign_is_named(visit: Open) -> None:
    surface = visit()
    reading = row("12/05")
    marks = [replace(each, confidence=0.72) if each.sign else each for each in reading.digits]
    surface.page.route("**/predict*", says(replace(reading, digits=tuple(marks))))
    hand_over(surface, "pick", png((600, 200)))
    surface.reads("12/05")
    expect(surface["#note"]).to_have_text(re.compile(r"^Least sure of a slash: 72.0\s%\.$"))
    expect(surface[".card"].nth(2)).to_have_class("card unsure sign")
    expect(surface[".said span"].nth(2)).to_have_text(re.compile("^a slash, not quite sure, "))
