"""What stays on the device: the last readings, and the corrections."""

import csv
import io
import json
from pathlib import Path

import pytest
from playwright.sync_api import Download, FilePayload, expect

from synthesis.handwriting import NOT_A_DIGIT
from tests.browser.conftest import PHONE, Open
from tests.browser.strokes import OWN
from tests.browser.surface import Surface
from tests.browser.test_pictures import png
from train import extra

ONE, FOUR, SEVEN, THREE = OWN


def saved(surface: Surface, button: str) -> str:
    """Press a button that hands over a file, and return the file's text."""
    with surface.page.expect_download() as waiting:
        surface[button].click()
    download: Download = waiting.value
    return Path(download.path()).read_text()


def test_history_is_kept_shown_again_saved_and_deleted(visit: Open) -> None:
    surface = visit()
    for drawn in (ONE, SEVEN):
        surface.mouse(surface.place(drawn))
        surface.reads(drawn.label)
        surface["#clear"].click()
    surface.page.reload()
    surface["#history summary"].click()
    expect(surface["#history li b"]).to_have_text(["7", "1"])
    rows = list(csv.DictReader(io.StringIO(saved(surface, "#history .csv"))))
    assert [(row["text"], row["from"]) for row in rows] == [("7", "drawing"), ("1", "drawing")]
    assert all(0 < float(row["lowest confidence"]) <= 1 for row in rows)
    surface["#history li button"].last.click()
    surface.reads("1")
    surface["#clear"].click()
    surface["#history .forget"].click()
    surface["#history .forget"].click()
    expect(surface["#history li"]).to_have_count(0)
    surface.page.reload()
    expect(surface["#history summary b"]).to_have_text("0")


def test_a_drawing_of_the_history_keeps_its_corrections(visit: Open) -> None:
    surface = visit()
    surface.mouse(surface.place(SEVEN))
    surface.reads("7")
    surface[".was"].select_option("1")
    surface.reads("1")
    surface["#clear"].click()
    surface.page.reload()
    surface["#history summary"].click()
    surface["#history li button"].click()
    surface.reads("1")
    expect(surface["#history li b"]).to_have_text(["1"])
    surface[".was"].select_option("9")
    surface.reads("9")
    expect(surface["#history li b"]).to_have_text(["9"])
    expect(surface["#corrections summary b"]).to_have_text("1")
    surface["#undo"].click()
    surface.reads("1")


def test_history_holds_a_drawing_once(visit: Open) -> None:
    surface = visit()
    count = surface["#history summary b"]
    surface.mouse(surface.place(SEVEN, 0.3))
    surface.reads("7")
    surface.page.reload()
    surface.reads("7")
    surface["#clear"].click()
    surface["#undo"].click()
    surface.reads("7")
    surface["#history summary"].click()
    for _ in range(2):
        surface["#history li button"].first.click()
        expect(surface["#canvas"]).to_be_focused()
        surface.reads("7")
    expect(count).to_have_text("1")
    surface["#clear"].click()
    surface.mouse(surface.place(ONE))
    surface.reads("1")
    expect(count).to_have_text("2")
    surface["#undo"].click()
    surface.reads("")
    expect(count).to_have_text("1")


def test_a_drawing_that_is_cleared_brought_back_and_continued_is_one_in_the_history(visit: Open) -> None:
    surface = visit()
    surface.mouse(surface.place(SEVEN, 0.3))
    surface.reads("7")
    surface["#clear"].click()
    surface.reads("")
    surface["#undo"].click()
    surface.reads("7")
    surface.mouse(surface.place(FOUR, 0.7))
    surface.reads("74")
    surface["#history summary"].click()
    readings = surface["#history li b"]
    expect(readings).to_have_text(["74"])
    # Continued from the history, it is another one.
    surface["#history li button"].click()
    surface.reads("74")
    surface.mouse(surface.place(ONE, 0.9))
    surface.reads("741")
    expect(readings).to_have_text(["741", "74"])
    surface["#clear"].click()
    for _ in range(4):
        surface["#undo"].click()
    surface.reads("74")
    expect(readings).to_have_text(["74"])


def test_corrections_are_kept_saved_deleted_and_learnt_from(visit: Open, tmp_path: Path) -> None:
    surface = visit()
    surface.mouse(surface.place(FOUR))
    surface.reads("4")
    surface[".was"].select_option("9")
    surface.reads("9")
    expect(surface["#corrections summary b"]).to_have_text("1")
    surface[".was"].select_option("")
    surface.reads("4")
    expect(surface["#corrections summary b"]).to_have_text("0")
    surface[".was"].select_option("not a digit")
    surface.reads("?")
    surface["#clear"].click()
    surface.mouse(surface.place(SEVEN))
    surface["#eraser"].click()
    surface.mouse([[(x, y) for x, y in surface.place(SEVEN)[0][-1:]]])
    surface.settled()
    surface[".was"].first.select_option("7")
    surface.page.reload()
    surface["#corrections summary"].click()
    lines = saved(surface, "#corrections .save")
    drawn, erased = map(json.loads, lines.splitlines())
    assert (drawn["source"], drawn["label"], len(drawn["strokes"])) == ("page", "not a digit", 2)
    points = [point for stroke in drawn["strokes"] for point in stroke]
    assert min(x for x, _ in points) == min(y for _, y in points) == 0
    assert max(max(point) for point in points) == 1
    assert (erased["label"], "strokes" in erased) == ("7", False)
    assert erased["image"].startswith("iVBOR")
    assert drawn["writer"] == erased["writer"]
    learnt = tmp_path / "corrections.jsonl"
    learnt.write_text(lines)
    images, labels = extra.draw(extra.load(learnt), seed=0)
    assert images.shape == (2, 28, 28)
    assert labels.tolist() == [NOT_A_DIGIT, 7]
    surface["#corrections .forget"].click()
    surface["#corrections .forget"].click()
    expect(surface["#corrections summary b"]).to_have_text("0")


BLOCKED = """Object.defineProperty(window, "localStorage", {
  get() { throw new DOMException("blocked", "SecurityError"); },
});"""


@pytest.mark.parametrize("blocked", [False, True])
def test_without_room_to_store_them_readings_and_corrections_are_kept_for_the_visit(visit: Open, blocked: bool) -> None:
    surface = visit()
    if blocked:
        surface.page.add_init_script(BLOCKED)
    else:
        surface.page.evaluate("localStorage.filler = 'x'.repeat(5 * 1024 * 1024 - 10)")
    surface.page.reload()
    files: list[FilePayload] = [{"name": f"{i}.png", "mimeType": "image/png", "buffer": png()} for i in range(2)]
    surface["#file"].set_input_files(files)
    expect(surface["#history li"]).to_have_count(2)
    surface.mouse(surface.place(FOUR))
    surface.reads("4")
    expect(surface["#history li"]).to_have_count(3)
    surface[".was"].select_option("9")
    expect(surface["#note"]).to_contain_text("No room to keep corrections")
    surface.reads("9")
    surface["#corrections summary"].click()
    assert json.loads(saved(surface, "#corrections .save"))["label"] == "9"
    surface["#corrections .forget"].click()
    surface["#corrections .forget"].click()
    expect(surface["#corrections summary b"]).to_have_text("0")


def test_two_tabs_keep_one_list(visit: Open) -> None:
    one = visit()
    two = Surface(one.page.context.new_page(), one.url)
    two.page.goto(f"{one.url}/")
    for surface, drawn, label in (one, SEVEN, "1"), (two, FOUR, "9"), (one, THREE, "9"):
        surface.page.bring_to_front()
        surface["#clear"].click()
        surface.mouse(surface.place(drawn))
        surface.reads(drawn.label)
        surface[".was"].first.select_option(label)
        surface.reads(label)
    kept = "JSON.parse(localStorage.{}).map(({}) => {})"
    assert one.page.evaluate(kept.format("corrections", "{ label }", "label")) == ["9", "9", "1"]
    assert one.page.evaluate(kept.format("history", "{ text }", "text")) == ["9", "9", "1"]
    expect(two["#corrections summary b"]).to_have_text("3")
    one["#history summary"].click()
    one["#history .forget"].click()
    one["#history .forget"].click()
    expect(two["#history summary b"]).to_have_text("0")
    two.page.bring_to_front()
    two["#clear"].click()
    two.mouse(two.place(SEVEN))
    two.reads("7")
    expect(one["#history li b"]).to_have_text(["7"])


def test_a_long_file_name_covers_no_reading_and_is_not_cut_off(visit: Open) -> None:
    surface = visit(PHONE)
    names = ("a.png", "Mathematics_class_test_2026_page_12.png")
    files: list[FilePayload] = [{"name": name, "mimeType": "image/png", "buffer": png()} for name in names]
    surface["#file"].set_input_files(files)
    expect(surface["#note"]).to_contain_text("2 files")
    line = surface["#history li"].first
    expect(line).to_contain_text("Mathematics")
    assert line.evaluate("({ children: [name] }) => name.scrollWidth <= name.clientWidth")
    surface["#file"].set_input_files({"name": names[1], "mimeType": "image/png", "buffer": b""})
    expect(surface["#problem span"]).to_contain_text(names[1])
    assert surface.page.evaluate(
        "problem.firstChild.getBoundingClientRect().right < problem.getBoundingClientRect().right"
    )


def test_many_files_stay_in_the_list(visit: Open) -> None:
    surface = visit()
    surface.page.route("**/predict*", lambda route: route.fulfill(json={"text": "12", "digits": []}))
    files: list[FilePayload] = [{"name": f"{i}.pdf", "mimeType": "application/pdf", "buffer": b"%"} for i in range(130)]
    surface["#file"].set_input_files(files)
    expect(surface["#note"]).to_contain_text("130 files: see")
    surface.page.unroute("**/predict*")
    surface.page.reload()
    surface.mouse(surface.place(SEVEN))
    surface.reads("7")
    expect(surface["#history summary b"]).to_have_text("131")
    assert surface.page.evaluate("JSON.parse(localStorage.history).at(-1).name") == "0.pdf"
