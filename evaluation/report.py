"""Writes the results of the evaluation: a table, a JSON file, and a sheet of errors for each set."""

import json
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from rich.table import Table

from evaluation.measure import Result
from evaluation.sets import Sample
from inference import ImageError, ModelInfo, Reading, Recognizer
from inference.annotate import annotate

# The sheet of errors: its width, the pictures in a row (fewer for sets of pages), the height of a three-line caption.
SHEET_WIDTH_PX = 1800
COLUMNS = 6
COLUMNS_OF_PAGES = 3
CAPTION_HEIGHT_PX = 57
# Largest width of a letter of a caption.
MAX_LETTER_WIDTH_PX = 10


def table(results: list[Result], info: ModelInfo) -> Table:
    """Return the figures as a table for the terminal."""
    out = Table(title=f"{info.name} {info.version}", title_justify="left")
    for name in ("set", "what", "pictures", "figures", "ms each"):
        out.add_column(name, justify="right" if name in ("pictures", "ms each") else "left")
    for result in results:
        figures = [
            f"{name} {value}" if isinstance(value, int) else f"{name} {100 * value:.2f} %"
            for name, value in result.figures.items()
            if name != "milliseconds"
        ]
        out.add_row(
            result.name, result.about, str(result.count), "\n".join(figures), f"{result.figures['milliseconds']:.2f}"
        )
    return out


def save(results: list[Result], recognizer: Recognizer, seed: int, folder: Path) -> None:
    """Write `evaluation.json` and `errors-SET.png` into a folder."""
    info, page = recognizer.info, recognizer.page_info
    content = {
        "model": {"name": info.name, "version": info.version, "sha256": info.sha256},
        "page": {"name": page.name, "version": page.version, "sha256": page.sha256},
        "seed": seed,
        "sets": {
            each.name: {"about": each.about, "count": each.count, **each.figures}
            | ({"wrong": each.wrong} if each.wrong else {})
            for each in results
        },
    }
    (folder / "evaluation.json").write_text(json.dumps(content, indent=2) + "\n")
    for result in results:
        path = folder / f"errors-{result.name.replace(' ', '-')}.png"
        if result.errors:
            errors_sheet(result.errors).save(path)
        else:
            path.unlink(missing_ok=True)


def errors_sheet(errors: list[tuple[Sample, Reading]]) -> Image.Image:
    """Return a sheet of misread pictures with their boxes, ground truth, reading and name."""
    columns = COLUMNS_OF_PAGES if any("\n" in sample.truth for sample, _ in errors) else COLUMNS
    tile = SHEET_WIDTH_PX // columns
    rows = -(-len(errors) // columns)
    sheet = Image.new("RGB", (SHEET_WIDTH_PX, rows * (tile + CAPTION_HEIGHT_PX)), "white")
    pen = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(14)
    for at, (sample, reading) in enumerate(errors):
        left, top = at % columns * tile + 4, at // columns * (tile + CAPTION_HEIGHT_PX)
        said = f"read {reading.text or 'nothing'}"
        try:
            picture = annotate(sample.picture, reading)
        except ImageError as error:
            said = str(error)
        else:
            picture.thumbnail((tile - 8, tile - 8))
            sheet.paste(picture, (left, top + CAPTION_HEIGHT_PX))
        most = tile // MAX_LETTER_WIDTH_PX
        # Show the end of the name: names from one source differ there.
        captions = _short(f"true {sample.truth or 'nothing'}", most), _short(said, most), sample.name[-most:]
        for line, text in enumerate(captions):
            pen.text((left, top + 2 + 17 * line), text, fill="black", font=font)
    return sheet


def _short(text: str, most: int) -> str:
    line = text.replace("\n", "/")
    return line if len(line) <= most else line[: most - 1] + "…"
