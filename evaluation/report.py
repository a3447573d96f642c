"""The evaluation's results: a table, a JSON file, and a picture of errors for each set."""

import json
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from rich.table import Table

from evaluation.measure import Result
from evaluation.sets import Sample
from inference import ModelInfo, Reading
from inference.draw import annotate

TILE = 300
COLUMNS = 6
CAPTION = 40


def table(results: list[Result], info: ModelInfo) -> Table:
    """Return the figures as a table for the terminal."""
    out = Table(title=f"{info.name} {info.version}", title_justify="left")
    for name in ("set", "what", "pictures", "figures", "ms each"):
        out.add_column(name, justify="right" if name in ("pictures", "ms each") else "left")
    for result in results:
        shares = [f"{name} {100 * value:.2f} %" for name, value in result.figures.items() if name != "milliseconds"]
        out.add_row(
            result.name, result.about, str(result.count), "\n".join(shares), f"{result.figures['milliseconds']:.2f}"
        )
    return out


def save(results: list[Result], info: ModelInfo, seed: int, folder: Path) -> None:
    """Write `evaluation.json` and `errors-SET.png` into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    content = {
        "model": {"name": info.name, "version": info.version, "sha256": info.sha256},
        "seed": seed,
        "sets": {each.name: {"about": each.about, "count": each.count, **each.figures} for each in results},
    }
    (folder / "evaluation.json").write_text(json.dumps(content, indent=2) + "\n")
    for result in results:
        path = folder / f"errors-{result.name.replace(' ', '-')}.png"
        if result.errors:
            errors_sheet(result.errors).save(path)
        else:
            path.unlink(missing_ok=True)


def errors_sheet(errors: list[tuple[Sample, Reading]]) -> Image.Image:
    """Return pictures read wrong side by side, with boxes, the truth and what was read."""
    rows = -(-len(errors) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * TILE, rows * (TILE + CAPTION)), "white")
    pen = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(14)
    for at, (sample, reading) in enumerate(errors):
        left, top = at % COLUMNS * TILE, at // COLUMNS * (TILE + CAPTION)
        picture = annotate(sample.picture, reading)
        picture.thumbnail((TILE - 8, TILE - 8))
        sheet.paste(picture, (left + 4, top + CAPTION))
        pen.text((left + 4, top + 2), f"true {_short(sample.truth)}", fill="black", font=font)
        pen.text((left + 4, top + 19), f"read {_short(reading.text)}", fill="black", font=font)
    return sheet


def _short(text: str) -> str:
    line = text.replace("\n", "/") or "nothing"
    return line if len(line) <= 30 else line[:29] + "…"
