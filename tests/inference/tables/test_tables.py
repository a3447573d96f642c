"""Tables with printed lines: found, and read cell by cell."""

import csv
import io
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from inference import Mark, Reading, Recognizer
from inference.errors import NoTableError
from inference.tables.__main__ import main
from inference.tables.grid import Grid, _lines, find
from inference.tables.table import Cell, read_table
from tests.inference.pens import pen
from tests.readings import Scripted, mark
from tests.samples import ROOT

ROWS, COLUMNS = (0.0, 0.2, 0.45, 0.65, 1.0), (0.0, 0.4, 0.6, 0.8, 1.0)
CORNERS = np.array([(80.0, 60.0), (560.0, 90.0), (600.0, 540.0), (40.0, 500.0)])
TRUE = Grid(CORNERS, np.array(ROWS), np.array(COLUMNS))


def printed(width: int = 2, tone: int = 90, size: tuple[int, int] = (640, 600)) -> Image.Image:
    """Return a table with uneven rows and columns, seen from the side, on a page that is darker below."""
    shade = np.linspace(235, 150, size[1])[:, None] * np.ones(size[0])
    image = Image.fromarray(shade.astype(np.uint8))
    draw = ImageDraw.Draw(image)
    for at in ROWS:
        draw.line([tuple(p) for p in TRUE.points(np.array([(0.0, at), (1.0, at)]))], fill=tone, width=width)
    for at in COLUMNS:
        draw.line([tuple(p) for p in TRUE.points(np.array([(at, 0.0), (at, 1.0)]))], fill=tone, width=width)
    return image


@pytest.mark.parametrize(("width", "scale"), [(1, 1.0), (2, 1.0), (5, 1.0), (3, 3.0)])
def test_the_lines_of_a_table_are_found(width: int, scale: float) -> None:
    image = printed(width)
    large = image.resize((round(image.width * scale), round(image.height * scale)))
    grid = find(large, 4, 4)
    np.testing.assert_allclose(grid.corners, scale * CORNERS, atol=5 * scale)
    np.testing.assert_allclose(grid.rows, ROWS, atol=0.015)
    np.testing.assert_allclose(grid.columns, COLUMNS, atol=0.015)


def test_rows_are_about_as_high_as_each_other() -> None:
    table = np.zeros((100, 100), np.bool_)
    table[[0, 25, 75, 99]] = True
    table[50, :60] = True
    table[60, :62] = True  # digits that stand in a row
    np.testing.assert_allclose(_lines(table, 4, "rows"), [0, 0.25, 0.5, 0.75, 1], atol=0.03)


def ruled(rows: list[float], columns: list[float], width: int = 1) -> Image.Image:
    """Return a straight table of 700 x 1100 pixels with lines at these places, on white paper."""
    image = Image.new("L", (800, 1200), 245)
    draw = ImageDraw.Draw(image)
    for y in rows:
        draw.line([(50, 50 + 1100 * y), (750, 50 + 1100 * y)], fill=120, width=width)
    for x in columns:
        draw.line([(50 + 700 * x, 50), (50 + 700 * x, 1150)], fill=120, width=width)
    return image


def test_no_thin_line_of_many_is_lost() -> None:
    rows, columns = np.linspace(0, 1, 41), np.linspace(0, 1, 13)
    grid = find(ruled(rows.tolist(), columns.tolist()), 40, 12)
    np.testing.assert_allclose(grid.rows, rows, atol=0.008)
    np.testing.assert_allclose(grid.columns, columns, atol=0.008)
    with pytest.raises(NoTableError):
        find(ruled(rows.tolist(), columns.tolist()), 39, 12)


@pytest.mark.parametrize("count", [30, 40])
def test_a_photo_of_many_rows_is_cut_at_their_lines(count: int) -> None:
    rows = np.linspace(0, 1, count + 1)
    photo = ruled(rows.tolist(), [0, 0.2, 0.4, 0.6, 0.8, 1], width=3).filter(ImageFilter.GaussianBlur(1))
    grid = find(photo, count, 5)
    np.testing.assert_allclose(grid.rows, rows, atol=0.35 / count)
    for wrong in (count - 1, count + 1):
        with pytest.raises(NoTableError, match=f"{wrong} rows"):
            find(photo, wrong, 5)


def test_the_column_of_names_may_be_much_wider_than_the_others() -> None:
    columns = [0, *np.linspace(0.4, 1, 11)]
    grid = find(ruled(np.linspace(0, 1, 16).tolist(), columns, width=3), 15, 11)
    np.testing.assert_allclose(grid.columns, columns, atol=0.015)


def test_the_edge_of_the_paper_on_a_dark_desk_is_no_line() -> None:
    lines = np.linspace(0, 1, 7)
    desk = Image.new("L", (1100, 1500), 60)
    desk.paste(ruled(lines.tolist(), lines.tolist(), width=3), (150, 150))
    grid = find(desk.rotate(2, Image.Resampling.BICUBIC, fillcolor=60), 6, 6)
    np.testing.assert_allclose(grid.rows, lines, atol=0.015)
    np.testing.assert_allclose(grid.columns, lines, atol=0.015)
    with pytest.raises(NoTableError, match="does not seem to have 5 rows"):
        find(desk, 5, 6)


@pytest.mark.parametrize("seed", range(6))
def test_digits_below_each_other_are_no_line_between_columns(seed: int) -> None:
    rng = np.random.default_rng(seed)
    image = ruled(np.linspace(0, 1, 9).tolist(), [0, 1], width=3)
    draw = ImageDraw.Draw(image)
    for y in 50 + 137.5 * (np.arange(8) + 0.5):
        for x in 50 + 233 * (np.arange(3) + 0.5) + rng.normal(0, 5, 3):
            draw.line([(x, y - 34), (x + 4, y + 34)], fill=40, width=8)
    with pytest.raises(NoTableError, match="3 columns"):
        find(image, 8, 3)


def test_a_line_that_is_not_quite_whole_counts_too() -> None:
    lines = np.linspace(0, 1, 10)
    image = ruled(lines.tolist(), lines.tolist(), width=3)
    draw = ImageDraw.Draw(image)
    x, y = 50 + 700 * lines[4], 50 + 1100 * lines[4]
    draw.rectangle((x - 4, 70, x + 4, 160), fill=245)
    draw.rectangle((70, y - 4, 110, y + 4), fill=245)
    np.testing.assert_allclose(find(image, 9, 9).rows, lines, atol=0.015)
    for rows, columns in ((8, 9), (9, 8)):
        with pytest.raises(NoTableError, match="does not seem to have 8"):
            find(image, rows, columns)


def test_points_find_their_cells() -> None:
    middles = [(0.1, 0.1), (0.7, 0.3), (0.99, 0.99), (0.5, 0.5)]
    assert TRUE.cells(TRUE.points(np.array(middles))).tolist() == [[0, 0], [1, 2], [3, 3], [2, 1]]
    assert TRUE.cells(np.array([(10.0, 10.0), (630.0, 300.0), (300.0, 590.0)])).tolist() == [[-1, -1]] * 3
    assert TRUE.cells(np.zeros((0, 2))).shape == (0, 2)


@pytest.mark.parametrize(
    ("image", "rows", "message"),
    [
        (Image.new("L", (300, 300), 255), 3, "No table with printed lines"),
        (Image.fromarray(255 - pen("123")), 3, "No table with printed lines|does not seem"),
        (printed(), 9, "does not seem to have 9"),
        (ImageOps.expand(Image.new("L", (300, 300), 250), 3, 0), 2, "does not seem to have 2"),
        (printed(), 5, "does not seem to have 5"),
        (printed(), 3, "does not seem to have 3"),
        (Image.new("L", (1, 1)), 1, "No table"),
    ],
    ids=["blank", "no lines", "far too many rows", "a frame alone", "a row too many", "a row too few", "one pixel"],
)
def test_without_such_a_table_it_says_so(image: Image.Image, rows: int, message: str) -> None:
    with pytest.raises(NoTableError, match=message):
        find(image, rows, 4)


def test_it_says_whether_the_rows_or_the_columns_are_others() -> None:
    with pytest.raises(NoTableError, match="have 3 rows"):
        find(printed(), 3, 4)
    with pytest.raises(NoTableError, match="have 3 columns"):
        find(printed(), 4, 3)


def test_whatever_is_drawn_is_a_table_or_none() -> None:
    rng = np.random.default_rng(0)
    found = 0
    for number in range(120):
        size = (int(rng.integers(1, 300)), int(rng.integers(1, 300)))
        image = Image.new("L", size, 250)
        if number % 3 == 0:
            image = Image.fromarray((rng.random(size[::-1]) * 255).astype(np.uint8))
        else:
            corners = [(float(x), float(y)) for x, y in rng.random((2 + number % 5, 2)) * size]
            ImageDraw.Draw(image).line(corners, fill=0, width=1 + number % 4)
        try:
            places = find(image, 1, 2).cells(np.array([(1.0, 1.0)]))
            found += 1
        except NoTableError:
            continue
        assert places.shape == (1, 2)
    assert found < 60


def test_marks_are_put_into_their_cells() -> None:
    def at(said: str, x: float, y: float, confidence: float = 0.99) -> Mark:
        left, top = TRUE.points(np.array([(x, y)]))[0]
        return mark(said, (round(left) - 8, round(top) - 12, 16, 24), confidence)

    marks = [at("4", 0.1, 0.1), at("2", 0.17, 0.1), at("7", 0.5, 0.3, 0.6), at("?", 0.9, 0.9), at("9", 1.2, 0.5)]
    marks.append(replace(at("5", 0.5, 0.9), page=1))
    reading = Reading("", tuple(marks), (640, 600), pages=2)
    cells = read_table(Scripted(reading), printed(), 4, 4).cells
    found = {(r, c): cell for r, row in enumerate(cells) for c, cell in enumerate(row) if cell.text}
    assert found == {(0, 0): Cell("42", False), (1, 1): Cell("7", True), (3, 3): Cell("?", True)}
    assert [cell.marked for cell in found.values()] == ["42", "7?", "?"]


def filled() -> Image.Image:
    """Return a straight table of 3 x 3 with numbers in some cells."""
    image = Image.new("L", (620, 620), 250)
    draw = ImageDraw.Draw(image)
    for at in (10, 210, 410, 610):
        draw.line([(10, at), (610, at)], fill=60, width=3)
        draw.line([(at, 10), (at, 610)], fill=60, width=3)
    for text, column, row in (("12", 0, 0), ("7", 2, 0), ("305", 1, 1), ("4", 0, 2)):
        ink = Image.fromarray(255 - pen(text))
        ink.thumbnail((150, 110))
        image.paste(ink.point([min(value, 250) for value in range(256)]), (30 + 200 * column, 50 + 200 * row))
    return image


def run(*arguments: str, stdin: bytes = b"") -> tuple[int, str, str]:
    command = [sys.executable, "-m", "digits", "sheet", *arguments]
    done = subprocess.run(command, input=stdin, capture_output=True, cwd=ROOT)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_the_command_prints_csv_and_saves_the_picture(tmp_path: Path) -> None:
    out = io.BytesIO()
    filled().save(out, "PNG")
    saved = tmp_path / "checked.png"
    code, printed_out, _ = run("-", "--rows", "3", "--columns", "3", "--save", str(saved), stdin=out.getvalue())
    assert code == 0
    assert list(csv.reader(io.StringIO(printed_out))) == [["12", "", "7"], ["", "305", ""], ["4", "", ""]]
    with Image.open(saved) as image:
        colours = np.asarray(image.convert("RGB")).reshape(-1, 3).astype(int)
        assert image.size == (620, 620)
        assert (colours[:, 2] - colours[:, 0] > 80).sum() > 500, "blue lines and letters"


def test_a_pipe_is_read_once() -> None:
    out = io.BytesIO()
    filled().save(out, "PNG")
    done = run("/dev/stdin", "--rows", "3", "--columns", "3", stdin=out.getvalue())
    assert done == (0, "12,,7\r\n,305,\r\n4,,\r\n", "")


@pytest.mark.parametrize("kind", ["TIFF", "GIF"])
def test_what_was_left_out_is_said(kind: str) -> None:
    out = io.BytesIO()
    filled().save(out, kind, save_all=True, append_images=[Image.new("L", (620, 620), 255)])
    code, said, problem = run("-", "--rows", "3", "--columns", "3", stdin=out.getvalue())
    assert (code, said) == (0, "12,,7\r\n,305,\r\n4,,\r\n")
    assert problem == "-: the file has more pages or frames; only the first was read.\n"


def test_a_table_on_its_side_is_read_upright() -> None:
    wide = Image.new("L", (900, 620), 250)
    wide.paste(filled(), (180, 0))
    turned = wide.transpose(Image.Transpose.ROTATE_90)
    table = read_table(Recognizer(), turned, 3, 3)
    assert [[cell.text for cell in row] for row in table.cells] == [["12", "", "7"], ["", "305", ""], ["4", "", ""]]


def test_what_cannot_be_done_is_said(tmp_path: Path) -> None:
    path = tmp_path / "blank.png"
    Image.new("L", (200, 200), 255).save(path)
    size = ("--rows", "3", "--columns", "3")
    code, out, err = run(str(path), *size)
    assert (code, out) == (1, "")
    assert err.startswith(f"{path}: No table with printed lines was found.")
    assert run("none.png", *size)[2] == "none.png: The file cannot be opened: No such file or directory.\n"
    filled().save(path)
    # What was read is printed all the same.
    cells, hint = "12,,7\r\n,305,\r\n4,,\r\n", "give a name that ends in .png or .jpg"
    for name, why in (("none/x.png", "No such file or directory"), ("x.unknown", hint), ("x.psd", hint)):
        save = tmp_path / name
        assert run(str(path), *size, "--save", str(save)) == (1, cells, f"{save} cannot be written: {why}.\n")
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-m", "digits", "sheet", str(path), *size]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, cwd=ROOT, text=True)
    assert (done.returncode, done.stderr) == (1, "error: the output cannot be written: No space left on device.\n")
    for count in ("0", "x"):
        code, _, err = run(str(path), "--rows", count, "--columns", "3")
        assert code == 2
        assert f"argument --rows: {count} is not a whole number from 1 to 99" in err
    assert "PHOTO is empty; is a variable of the shell not set?" in run("", *size)[2]
    assert run(str(path), *size, "--model", "none.onnx")[0] == 2


def test_the_photo_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "table.png"
    filled().save(path)
    before = path.read_bytes()
    other = tmp_path / "other.png"
    other.symlink_to(path)
    for save in (path, other):
        code, _, err = run(str(path), "--rows", "3", "--columns", "3", "--save", str(save))
        assert code == 2
        assert f"--save {save} would overwrite the photo" in err
    with path.open("rb") as file:
        command = [sys.executable, "-m", "digits", "sheet", "-", "--rows=3", "--columns=3", f"--save={path}"]
        assert subprocess.run(command, stdin=file, capture_output=True, cwd=ROOT).returncode == 2
    assert path.read_bytes() == before


def test_ctrl_c_ends_quietly(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("inference.tables.__main__.read_table", interrupted)
    assert main(["a.png", "--rows", "3", "--columns", "3"]) == 130
    assert capsys.readouterr() == ("", "")
