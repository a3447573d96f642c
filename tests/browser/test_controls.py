"""Every control beside the sheet."""

from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Open
from tests.browser.strokes import OWN
from tests.browser.test_pictures import hand_over, png

ONE, FOUR, SEVEN, THREE = OWN


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
    expect(surface["#hint"]).to_be_hidden()  # from screen readers too


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
    # On a blank sheet an eraser draws nothing.
    surface["#clear"].click()
    expect(surface["#eraser"]).to_have_attribute("aria-pressed", "false")
    surface.mouse(surface.place(SEVEN))
    surface.reads("7")


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
