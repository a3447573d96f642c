"""Every control beside the sheet."""

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
from tests.browser.test_pictures import hand_over, png
from train import extra

ONE, FOUR, SEVEN, THREE = OWN


def saved(surface: Surface, button: str) -> str:
    """Press a button that hands over a file, and return the file's text."""
    with surface.page.expect_download() as waiting:
        surface[button].click()
    download: Download = waiting.value
    return Path(download.path()).read_text()


def test_undo_redo_and_clear(visit: Open) -> None:
    surface = visit()
    expect(surface["#undo"]).to_be_disabled()
    surface.mouse(surface.place(ONE, 0.3))
    surface.reads("1")
    surface.mouse(surface.place(SEVEN, 0.7))
    surface["#undo"].click()
    surface.reads("1")
    surface["#redo"].click()
    expect(surface["#redo"]).to_be_disabled()
    expect(surface[".box"]).to_have_count(2)
    surface["#clear"].click()
    surface.reads("")
    assert surface.ink() == 0
    expect(surface[".card"]).to_have_count(0)
    expect(surface["#hint"]).to_be_visible()
    surface["#undo"].click()
    expect(surface[".box"]).to_have_count(2)


def test_shortcuts(visit: Open) -> None:
    surface = visit()
    surface.mouse(surface.place(ONE))
    surface.reads("1")
    for keys, text in (
        ("Control+z", ""),
        ("Control+Shift+Z", "1"),
        ("Control+z", ""),
        ("Control+y", "1"),
        ("Escape", ""),
        ("Control+z", "1"),
    ):
        surface.page.keyboard.press(keys)
        surface.reads(text)
    surface.page.keyboard.press("e")
    expect(surface["#eraser"]).to_have_attribute("aria-pressed", "true")
    surface.page.keyboard.press("]")
    expect(surface["#brush"]).to_have_value("5.5")
    surface.page.keyboard.press("[")
    expect(surface["#brush"]).to_have_value("5")


def test_shortcuts_of_another_alphabet(visit: Open) -> None:
    surface = visit()
    surface.mouse(surface.place(ONE))
    surface.reads("1")
    for key, code, text in ("я", "KeyZ", ""), ("н", "KeyY", "1"):
        event = {"type": "keyDown", "modifiers": 2, "key": key, "code": code}
        surface.protocol.send("Input.dispatchKeyEvent", event)
        surface.reads(text)


def test_brush_changes_what_comes_and_not_what_is_there(visit: Open) -> None:
    surface = visit()
    surface.mouse(surface.place(ONE, 0.3))
    surface.reads("1")
    ink = surface.ink()
    surface["#brush"].fill("9")
    assert surface.ink() == ink
    surface.mouse(surface.place(ONE, 0.7))
    surface.settled()
    assert surface.ink() > 2.4 * ink
    surface["#undo"].click()
    surface.reads("1")
    assert surface.ink() == ink
    expect(surface["#brush"]).to_have_value("9")


def test_eraser_takes_ink_away_and_undo_brings_it_back(visit: Open) -> None:
    surface = visit()
    surface.mouse(surface.place(SEVEN))
    surface.reads("7")
    ink = surface.ink()
    surface["#eraser"].click()
    surface["#brush"].fill("10")
    strokes = surface.place(SEVEN)
    surface.mouse(strokes)
    surface.reads("")
    assert surface.ink() < 0.02 * ink
    surface["#undo"].click()
    surface.reads("7")
    surface["#eraser"].click()
    expect(surface["#eraser"]).to_have_attribute("aria-pressed", "false")


def test_examples_are_drawn_and_read(visit: Open) -> None:
    surface = visit()
    for name, text in (("407", "407"), ("170", "170"), ("95 and 41", "95\n41")):
        surface["#examples"].get_by_role("button", name=name).click()
        expect(surface["#reading"]).to_have_text(text, use_inner_text=True)
        assert surface.settled() == text
    surface["#examples"].get_by_role("button", name="407").click()
    surface.page.wait_for_timeout(300)
    half = surface.ink()
    surface.reads("407")
    assert 0 < half < surface.ink()


def test_examples_do_not_move_where_motion_is_unwelcome(visit: Open) -> None:
    surface = visit(reduced_motion="reduce")
    surface["#examples"].get_by_role("button", name="407").click()
    ink = surface.ink()
    surface.reads("407")
    assert surface.ink() == ink > 0


def test_drawing_during_an_example_ends_it(visit: Open) -> None:
    surface = visit()
    surface["#examples"].get_by_role("button", name="A letter").click()
    surface.mouse(surface.place(ONE, 0.9, 0.4))
    surface.settled()
    expect(surface[".box"]).to_have_count(2)


def test_theme_follows_the_system_until_it_is_chosen(visit: Open) -> None:
    surface = visit(color_scheme="dark")
    body = surface["body"]
    dark = body.evaluate("(body) => getComputedStyle(body).backgroundColor")
    surface["#theme"].click()
    expect(body).not_to_have_css("background-color", dark)
    surface.page.reload()
    expect(body).not_to_have_css("background-color", dark)
    surface["#theme"].click()
    expect(body).to_have_css("background-color", dark)
    surface.page.emulate_media(color_scheme="light")
    expect(body).not_to_have_css("background-color", dark)


def test_copy(visit: Open) -> None:
    surface = visit(permissions=["clipboard-read", "clipboard-write"])
    expect(surface["#copy"]).to_be_hidden()
    surface.mouse(surface.place(SEVEN))
    surface["#copy"].click()
    expect(surface["#copy"]).to_have_text("Copied")
    assert surface.page.evaluate("navigator.clipboard.readText()") == "7"


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


def test_a_picture_hides_no_redo_of_the_drawing(visit: Open) -> None:
    surface = visit()
    surface.mouse(surface.place(ONE))
    surface.reads("1")
    surface["#undo"].click()
    surface.reads("")
    hand_over(surface, "pick", png())
    surface.reads("47")
    expect(surface["#redo"]).to_be_disabled()
    surface.page.keyboard.press("Control+y")
    surface["#back"].click()
    assert surface.ink() == 0
    surface["#redo"].click()
    surface.reads("1")


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


def test_foot_names_the_model(visit: Open) -> None:
    surface = visit()
    expect(surface["#model"]).to_contain_text("% of MNIST")
    expect(surface["#model"]).to_contain_text("kB")
    for link in surface["footer a"].all():
        answer = surface.page.request.get(f"{surface.url}/{link.get_attribute('href')}")
        assert answer.ok, link.get_attribute("href")


def test_every_control_is_large_enough_for_a_finger(visit: Open) -> None:
    surface = visit(PHONE)
    surface.finger(surface.place(SEVEN))
    surface.reads("7")
    for control in surface["button:visible, select:visible, .button:visible, #brush"].all():
        box = control.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 39, control
