"""A table in a picture: corrected, edited and copied."""

import csv
import io

from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, Open
from tests.browser.surface import Surface
from tests.browser.test_pictures import hand_over, png
from tests.inference.tables.test_tables import filled
from tests.inference.test_main import FORMULAS, PLAIN

CLIPBOARD = {**DESKTOP, "permissions": ["clipboard-read", "clipboard-write"]}


def form() -> bytes:
    """A table of 3 x 3 as a PNG: 12, 7, 305 and 4 in four of its cells."""
    out = io.BytesIO()
    filled().save(out, "PNG")
    return out.getvalue()


def opened(visit: Open) -> Surface:
    """Open the page with the table."""
    surface = visit(CLIPBOARD)
    hand_over(surface, "pick", form())
    expect(surface[".card"]).to_have_count(7)
    size(surface, "3", "3")
    expect(surface["#table td"]).to_have_text(["12", "", "7", "", "305", "", "4", "", ""])
    return surface


def size(surface: Surface, rows: str, columns: str) -> None:
    surface["#rows"].fill(rows)
    surface["#columns"].fill(columns)
    surface["#columns"].press("Enter")


def copied(surface: Surface, button: str) -> str:
    surface[button].click()
    expect(surface[button]).to_have_text("Copied")
    text: str = surface.page.evaluate("navigator.clipboard.readText()")
    return text


def test_a_correction_reaches_its_cell_and_no_edit_is_lost(visit: Open) -> None:
    surface = opened(visit)
    surface["#table td"].nth(3).fill("55")
    zero = surface[".card"].filter(has=surface.page.locator("strong", has_text="0"))
    zero.locator(".was").select_option("8")
    expect(surface["#table td"]).to_have_text(["12", "", "7", "55", "385", "", "4", "", ""])
    assert copied(surface, "#csv").splitlines() == ["12,,7", "55,385,", "4,,"]
    surface["#copy"].click()
    expect(surface["#say"]).to_have_text("Copied")
    assert surface.page.evaluate("navigator.clipboard.readText()").splitlines() == ["12\t\t7", "55\t385\t", "4\t\t"]


def test_csv_that_no_spreadsheet_takes_for_a_formula(visit: Open) -> None:
    surface = visit()
    text = surface.page.evaluate(
        "(rows) => import(new URL('static/js/result.js', document.baseURI)).then(({ asCsv }) => asCsv(rows))",
        [FORMULAS, PLAIN],
    )
    assert list(csv.reader(io.StringIO(text, newline=""))) == [["'" + each for each in FORMULAS], PLAIN]


def test_on_a_small_screen_the_table_scrolls_into_view_in_place_of_the_text(visit: Open) -> None:
    surface = visit({"viewport": {"width": 1280, "height": 640}})
    hand_over(surface, "pick", form())
    surface.reads("12 7\n305\n4")
    expect(surface["#rows"]).to_have_attribute("placeholder", "rows")
    size(surface, "3", "3")
    expect(surface["#table td"]).to_have_count(9)
    expect(surface["#table"]).to_be_in_viewport(ratio=0.9)
    gap = "copy.getBoundingClientRect().top - table.getBoundingClientRect().bottom"
    assert surface.page.evaluate(gap) > 5, "the buttons do not touch the table"
    expect(surface["#reading"]).to_be_hidden()
    size(surface, "", "3")
    surface.reads("12 7\n305\n4")
    expect(surface["#reading"]).to_be_visible()


def test_a_doubtful_cell_is_sure_once_it_is_corrected(visit: Open) -> None:
    surface = visit()
    found = surface.page.evaluate("""async () => {
      const { mendCell, showTable } = await import(new URL("static/js/table.js", document.baseURI));
      const { mended } = await import(new URL("static/js/labels.js", document.baseURI));
      const digits = [[0, 0], null, [0, 1], [0, 0], [0, 0]].map((cell, digit) => cell ? { cell, digit } : { digit });
      showTable(table, [["034?", "2"]]);
      const mend = (index, label) => {
        const labels = [];
        if (label) labels[index] = { label };
        mendCell(table, mended(digits, labels), index);
        return [...table.rows[0].cells].map((cell) => cell.textContent + (cell.className && "!"));
      };
      return [mend(1, "9"), mend(3, "8"), mend(4, "not a digit"), mend(4, "")];
    }""")
    assert found == [["034?!", "2"], ["084", "2"], ["03?!", "2"], ["034", "2"]]


def test_in_a_field_the_browser_undoes_and_escape_clears_nothing(visit: Open) -> None:
    surface = opened(visit)
    press = surface.page.keyboard.press
    surface["#table td"].nth(1).click()
    surface.page.keyboard.type("99")
    press("Control+z")
    expect(surface["#table td"].nth(1)).to_have_text("")
    press("Control+y")
    expect(surface["#table td"].nth(1)).to_have_text("99")
    press("Escape")
    surface["#rows"].click()
    surface.page.keyboard.type("5")
    press("Escape")
    press("Control+z")
    expect(surface["#rows"]).to_have_value("3")
    expect(surface["#picture"]).to_be_visible()
    expect(surface["#table td"].nth(1)).to_have_text("99")


def test_cells_are_edited_as_in_a_spreadsheet(visit: Open) -> None:
    surface = opened(visit)
    cells, keyboard = surface["#table td"], surface.page.keyboard
    cells.nth(1).click()
    keyboard.type("6?")
    expect(cells.nth(1)).to_have_class("unsure")
    keyboard.press("Backspace")
    expect(cells.nth(1)).to_have_class("")
    keyboard.press("Enter")
    expect(cells.nth(4)).to_be_focused()
    keyboard.type("306")
    keyboard.press("Enter")
    expect(cells.nth(7)).to_be_focused()
    keyboard.insert_text("8\n9")
    assert copied(surface, "#copy").splitlines() == ["12\t6\t7", "\t306\t", "4\t8 9\t"]


def test_a_paste_of_text_with_its_picture_into_a_cell_keeps_the_table(visit: Open) -> None:
    surface = opened(visit)
    paste = """(cell) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/plain", "42");
      clipboardData.items.add(new File(["x"], "cells.png", { type: "image/png" }));
      return cell.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    }"""
    assert surface["#table td"].nth(1).evaluate(paste), "the browser pastes the text"
    expect(surface["#table"]).to_be_visible()


def test_the_next_picture_is_read_even_if_it_is_no_table(visit: Open) -> None:
    surface = opened(visit)
    surface.expected += ["the server responded with a status of 400"]
    hand_over(surface, "pick", png())
    surface.reads("47")
    expect(surface["#problem"]).to_contain_text("The picture is read without a table.")
    expect(surface["#table"]).to_be_hidden()
    hand_over(surface, "pick", form())
    expect(surface["#table td"]).to_have_count(9)
    expect(surface["#problem"]).to_be_hidden()


def test_a_size_that_no_table_has_is_said(visit: Open) -> None:
    surface = opened(visit)
    surface["#rows"].fill("120")
    surface["#rows"].press("Tab")
    # The browser says so at the field.
    expect(surface["#rows"]).to_be_focused()
