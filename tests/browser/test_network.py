"""A server that is slow, away, overloaded or at fault."""

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Request, Route, expect

from tests.browser.conftest import Open
from tests.browser.strokes import OWN
from tests.browser.surface import Surface
from tests.browser.test_pictures import hand_over, png
from tests.servers import serving

ONE, FOUR, SEVEN, THREE = OWN
FAULTS = ["Failed to load resource", "net::ERR"]


def slow(seconds: float) -> Callable[[Route], None]:
    def handle(route: Route) -> None:
        time.sleep(seconds)
        route.continue_()

    return handle


def test_stale_answers_are_dropped(visit: Open) -> None:
    surface = visit()
    seen = "window.seen = []; new MutationObserver(() => seen.push(reading.textContent))"
    surface.page.evaluate(f"{seen}.observe(reading, {{ childList: true }})")
    held: list[Route] = []
    holding = True
    surface.page.route("**/predict*", lambda route: held.append(route) if holding else route.continue_())

    def let_go() -> None:
        nonlocal holding
        while not held:
            surface.page.wait_for_timeout(10)
        holding = False
        while held:
            held.pop(0).continue_()

    surface.mouse(surface.place(ONE))
    surface["#clear"].click()
    surface.mouse(surface.place(SEVEN))
    let_go()  # the first is of the stroke that is no longer there
    surface.reads("7")
    assert "1" not in surface.page.evaluate("seen")
    holding = True
    surface.mouse(surface.place(ONE, 0.9))
    surface["#clear"].click()
    let_go()
    surface.page.wait_for_timeout(300)
    surface.reads("")
    assert surface.page.evaluate("seen").count("") == 1
    assert surface.page.evaluate("seen.at(-1)") == ""


def test_reading_that_is_no_longer_wanted_holds_up_no_other(visit: Open) -> None:
    surface = visit()
    held: list[Route] = []
    surface.page.route("**/predict*", lambda route: route.continue_() if held else held.append(route))
    hand_over(surface, "pick", png())
    while not held:
        surface.page.wait_for_timeout(10)
    surface["#back"].click()
    # Less than the 20 seconds after which every request ends.
    surface.mouse(surface.place(SEVEN))
    expect(surface["#reading"]).to_have_text("7", timeout=10_000)
    expect(surface["#problem"]).to_be_hidden()


def test_a_reading_that_is_older_than_the_drawing_is_pale(visit: Open) -> None:
    surface = visit()
    surface.mouse(surface.place(SEVEN, 0.3))
    surface.reads("7")
    expect(surface["#reading"]).to_have_css("opacity", "1")
    held: list[Route] = []
    holding = True
    surface.page.route("**/predict*", lambda route: held.append(route) if holding else route.continue_())
    surface.mouse(surface.place(FOUR, 0.7))
    expect(surface["#reading"]).to_have_text("7")
    expect(surface["#reading"]).to_have_css("opacity", "0.3")
    holding = False
    for route in held:
        route.continue_()
    surface.reads("74")
    expect(surface["#reading"]).to_have_css("opacity", "1")


def test_never_more_than_one_request_under_way(visit: Open) -> None:
    surface = visit()
    under_way: set[Request] = set()
    most = 0

    def begin(request: Request) -> None:
        nonlocal most
        if "/predict" in request.url:
            under_way.add(request)
            most = max(most, len(under_way))

    surface.page.on("request", begin)
    surface.page.on("requestfinished", lambda request: under_way.discard(request))
    surface.page.on("requestfailed", lambda request: under_way.discard(request))
    surface.page.route("**/predict*", slow(0.05))
    for across in (0.1, 0.3, 0.5, 0.7, 0.9):
        surface.mouse(surface.place(ONE, across))
    surface.settled()
    expect(surface[".box"]).to_have_count(5)
    assert most == 1


def drawn_offline(visit: Open) -> Surface:
    """Return the page with a seven that was drawn without a network."""
    surface = visit()
    surface.expected += FAULTS
    surface.page.context.set_offline(True)
    surface.mouse(surface.place(SEVEN))
    return surface


def test_offline_and_back(visit: Open) -> None:
    surface = drawn_offline(visit)
    expect(surface["#problem"]).to_contain_text("offline")
    surface.reads("")
    assert surface.ink() > 0
    surface.page.context.set_offline(False)
    surface.reads("7")
    expect(surface["#problem"]).to_be_hidden()


def test_nothing_waits_once_the_sheet_is_empty(visit: Open) -> None:
    surface = drawn_offline(visit)
    expect(surface["#problem"]).to_contain_text("Your drawing is kept")
    surface["#undo"].click()
    expect(surface["#problem"]).to_be_hidden()
    hand_over(surface, "pick", png())
    expect(surface["#problem"]).to_contain_text("Your picture is kept")
    surface["#back"].click()
    expect(surface["#problem"]).to_be_hidden()


def test_server_away_and_back(visit: Open) -> None:
    with serving() as first:
        surface = visit(url=first.url)
        surface.expected += FAULTS
        surface.mouse(surface.place(SEVEN))
        surface.reads("7")
        first.stop()
        surface.mouse(surface.place(ONE, 0.85))
        expect(surface["#problem"]).to_contain_text("cannot be reached")
        expect(surface["#problem"]).to_contain_text("kept")
    with serving(PORT=first.url.rsplit(":", 1)[1]):
        expect(surface[".box"]).to_have_count(2)
        expect(surface["#problem"]).to_be_hidden()


def test_overload_is_retried_when_the_server_says(visit: Open) -> None:
    surface = visit()
    surface.expected += FAULTS
    times: list[float] = []
    overloaded = True

    def handle(route: Route) -> None:
        times.append(time.monotonic())
        if overloaded:
            route.fulfill(status=503, headers={"Retry-After": "2"}, body="{}")
        else:
            route.continue_()

    surface.page.route("**/predict*", handle)
    surface.mouse(surface.place(SEVEN))
    surface.settled()
    expect(surface["#problem"]).to_contain_text("busy")
    overloaded = False
    surface.reads("7")
    assert times[-1] - times[-2] >= 1.9


def test_try_now(visit: Open) -> None:
    surface = visit()
    surface.expected += FAULTS
    failing = True
    late = {"status": 503, "headers": {"Retry-After": "600"}}
    surface.page.route("**/predict*", lambda route: route.fulfill(**late) if failing else route.continue_())
    surface.mouse(surface.place(SEVEN))
    surface.settled()
    expect(surface["#problem"]).to_contain_text("busy")
    failing = False
    surface["#problem button"].click()
    surface.reads("7")
    expect(surface["#problem"]).to_be_hidden()


def test_fault_of_the_server_is_told(visit: Open) -> None:
    surface = visit()
    surface.expected += FAULTS
    surface.page.route("**/predict*", lambda route: route.fulfill(status=500))
    surface.mouse(surface.place(SEVEN))
    expect(surface["#problem"]).to_contain_text("fault")
    assert surface.ink() > 0


@pytest.mark.parametrize("status", [401, 413, 415, 422])
def test_a_refusal_waits_for_nothing(visit: Open, status: int) -> None:
    surface = visit()
    surface.expected += FAULTS
    surface.page.route("**/predict*", lambda route: route.fulfill(status=status, body="{}"))
    surface.mouse(surface.place(SEVEN))
    expect(surface["#problem"]).to_be_visible()
    expect(surface["#note"]).to_have_text("This drawing was not read.")
    expect(surface["#problem button"]).to_be_hidden()
