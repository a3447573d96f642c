"""The focus stays where it was, or goes to the sheet: nothing leaves it nowhere."""

from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.strokes import OWN
from tests.browser.test_pictures import hand_over, png

ONE, FOUR, SEVEN, THREE = OWN


def test_beside_a_picture(visit: Open) -> None:
    surface = visit()
    hand_over(surface, "pick", png())
    surface.reads("47")
    surface["#turn"].focus()
    for width in (400, 600):
        surface.page.keyboard.press("Enter")
        expect(surface["#picture"]).to_have_js_property("naturalWidth", width)
        surface.settled()
        expect(surface["#turn"]).to_be_focused()
    surface["#crop"].press("Enter")
    surface.page.keyboard.press("Escape")
    expect(surface["#crop"]).to_be_focused()
    surface.page.keyboard.press("Enter")
    expect(surface["#frame"]).to_be_focused()
    surface.page.keyboard.press("Enter")
    expect(surface["#frame"]).to_be_hidden()
    surface.settled()
    expect(surface["#crop"]).to_be_focused()
    surface["#back"].press("Enter")
    expect(surface["#canvas"]).to_be_focused()


def test_beside_a_drawing(visit: Open) -> None:
    surface = visit()
    surface.mouse(surface.place(SEVEN))
    surface.reads("7")
    surface[".why"].press("Enter")
    expect(surface[".heat"]).to_be_visible()
    expect(surface[".why"]).to_be_focused()
    surface["#history summary"].click()
    surface["#history li button"].press("Enter")
    expect(surface["#canvas"]).to_be_focused()
    surface.reads("7")
    surface["#history .forget"].press("Enter")
    surface.page.keyboard.press("Enter")
    expect(surface["#history summary"]).to_be_focused()
    surface["#undo"].focus()
    while surface["#undo"].is_enabled():
        surface["#undo"].press("Enter")
    expect(surface["#canvas"]).to_be_focused()


def test_after_a_retry(visit: Open) -> None:
    surface = visit()
    surface.expected += ["Failed to load resource"]
    late = {"status": 503, "headers": {"Retry-After": "600"}}
    surface.page.route("**/predict*", lambda route: route.fulfill(**late))
    surface.mouse(surface.place(SEVEN))
    expect(surface["#problem"]).to_contain_text("busy")
    surface["#problem button"].focus()
    surface.page.unroute("**/predict*")
    surface.page.keyboard.press("Enter")
    surface.reads("7")
    expect(surface["#canvas"]).to_be_focused()
