"""What is shown of each mark."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.strokes import LETTER, OWN
from tests.browser.test_pictures import hand_over, png
from tests.browser.test_signs import says
from tests.readings import row

ONE, FOUR, SEVEN, THREE = OWN


def test_card_shows_what_the_model_saw_and_said(visit: Open) -> None:
    surface = visit()
    surface.mouse(surface.place(SEVEN))
    surface.reads("7")
    expect(surface[".said strong"]).to_have_text("7")
    expect(surface[".said span"]).to_have_text(re.compile(r"sure, .*\d\s%"))
    size = surface[".input"].evaluate("(image) => image.decode().then(() => [image.naturalWidth, image.naturalHeight])")
    assert size == [28, 28]
    bars = surface[".bars li:visible"]
    assert bars.count() == len(surface.page.request.get(f"{surface.url}/model").json()["classes"])
    heights = [float(bar.evaluate("(bar) => bar.style.getPropertyValue('--p')")) for bar in bars.all()]
    assert sum(heights) == pytest.approx(1, abs=0.01)
    assert heights.index(max(heights)) == 7


def test_box_lies_around_the_ink(visit: Open) -> None:
    surface = visit()
    strokes = surface.place(SEVEN)
    surface.mouse(strokes)
    surface.reads("7")
    box = surface[".box"].bounding_box()
    assert box is not None
    xs, ys = zip(*strokes[0], strict=True)
    reach = 0.05 * surface.box[3]
    assert box["x"] == pytest.approx(min(xs), abs=reach)
    assert box["y"] == pytest.approx(min(ys), abs=reach)
    assert box["x"] + box["width"] == pytest.approx(max(xs), abs=reach)
    assert box["y"] + box["height"] == pytest.approx(max(ys), abs=reach)


def test_hovering_or_focusing_a_card_lights_up_its_box(visit: Open) -> None:
    surface = visit()
    surface.mouse(surface.place(ONE, 0.3))
    surface.mouse(surface.place(SEVEN, 0.7))
    expect(surface[".card"]).to_have_count(2)
    surface[".card"].nth(1).hover()
    expect(surface[".box"].nth(1)).to_have_class(re.compile("lit"))
    expect(surface[".box"].nth(0)).not_to_have_class(re.compile("lit"))
    surface["h1"].hover()
    expect(surface[".lit"]).to_have_count(0)
    surface[".card"].nth(0).focus()
    expect(surface[".box"].nth(0)).to_have_class(re.compile("lit"))


def test_heat_map_comes_on_demand(visit: Open) -> None:
    surface = visit()
    asked: list[str] = []
    surface.page.on("request", lambda request: asked.append(request.url))
    surface.mouse(surface.place(SEVEN))
    surface.reads("7")
    assert not any("explain" in url for url in asked)
    surface[".why"].click()
    expect(surface[".heat"]).to_be_visible()
    expect(surface[".why"]).to_have_attribute("aria-pressed", "true")
    assert surface[".heat"].evaluate("(image) => image.decode().then(() => image.naturalWidth)") > 0
    surface[".why"].click()
    expect(surface[".heat"]).to_be_hidden()
    assert sum("explain" in url for url in asked) == 1


def test_letter_is_refused(visit: Open) -> None:
    surface = visit()
    if "not a digit" not in surface.page.request.get(f"{surface.url}/model").json()["classes"]:
        pytest.skip("this model refuses nothing: it has ten classes")
    surface.mouse(surface.place(LETTER))
    surface.reads("?")
    expect(surface[".card"]).to_have_class("card refused")
    expect(surface[".said span"]).to_contain_text("not a digit")
    expect(surface["#note"]).to_contain_text("Not a digit")
    expect(surface[".box"]).to_have_class("box refused")


def test_heat_maps_are_not_offered_for_more_marks_than_the_server_explains(visit: Open) -> None:
    surface = visit()
    surface.expected += ["Failed to load resource"]
    surface.page.route("**/predict*", says(row("1" * 101)))
    hand_over(surface, "pick", png())
    expect(surface["#all"]).to_have_text("Show all 101 marks")
    expect(surface[".why"].first).to_be_disabled()
    expect(surface[".why"].first).to_have_attribute("title", "For at most 100 marks")
    surface["#all"].press("Enter")
    expect(surface[".card"].nth(12)).to_be_focused()
    surface["#back"].click()
    surface.page.unroute("**/predict*")
    surface.mouse(surface.place(SEVEN))
    surface.reads("7")
    surface.page.route("**/predict*", lambda route: route.fulfill(status=413, body="{}"))
    surface[".why"].press("Enter")
    expect(surface["#note"]).to_have_text("This picture is too large.")
    expect(surface[".why"]).to_be_focused()
