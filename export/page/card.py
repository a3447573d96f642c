"""Writes the page network's part of the model card, with figures from `page.json`, the export and `make evaluate`."""

from typing import Any

from export.document import CardPart, table
from export.files import File
from export.page.quantize import TIMED_SIZE_PX, Trial
from export.page.verify import PageParity

FIGURES = {
    "page-history": "Loss against rounds",
    "page-examples": "Made pages, and below each the ink that is seen in it, coloured by the way to the middle of its mark",
}
# Entries of a row of `evaluation.json` that are not shown as figures; the time depends on the machine, not the file.
NON_FIGURE_KEYS = ("about", "count", "milliseconds")


def card(
    metrics: dict[str, Any],
    metadata: dict[str, str],
    parity: PageParity,
    float32: File,
    int8: File | None,
    trial: Trial,
    pages: int,
) -> CardPart:
    """Return the page network's part of `MODEL_CARD.md`.

    `metrics` is the content of `page.json`, `metadata` what was written into the `metadata_props` of `float32`, `int8`
    None if there is no such file, and `pages` the number of pages on which the parity was measured.
    """
    head = {"page_sha256": float32.sha256} | ({"page_int8_sha256": int8.sha256} if int8 else {})
    data, scale, kinds = metrics["data"], metrics["scale"], metrics["kinds"]
    figures = "\n\n".join(f"![{title}](figures/{name}.png)" for name, title in FIGURES.items())
    body = f"""# {metadata["name"]} {metadata["version"]}

Looks at a whole picture and says of every pixel whether it is writing, which mark it belongs to, how high the writing
is, and of what kind the mark is. The marks are then read by the classifier. A U-Net of {metrics["parameters"]:,}
parameters whose pixels vote for the middle of their mark (Panoptic-DeepLab, arXiv 1911.10194): `page.onnx`,
{float32.size / 1000:.0f} kB, for any onnxruntime, with nothing beside it.

| | |
|---|---|
| input | `picture`, uint8 `[1, H, W]`, grey, 0 = black, 255 = white, dark on light or light on dark; H and W are multiples of 16 |
| output `writing` | float32 `[1, H, W]`, 0 to 1: the share of a pixel that a mark's ink covers; printed lines, paper and shadows are none, and where a line crosses a mark the mark is whole |
| output `offset` | float32 `[1, H/2, W/2, 2]`: x and y in pixels, from the middle of a cell of 2 x 2 pixels to the middle of its mark |
| output `height` | float32 `[1, H/4, W/4]`: the height of the digits of that line, in pixels; digits of {scale} pixels are read best |
| output `kind` | float32 `[1, H/4, W/4, {len(kinds)}]`, rows sum to 1: {", ".join(f"`{kind}`" for kind in kinds)} |
| parity with Keras | {parity}, on {pages} pages and on noise of another size |
| speed | {trial.float32.milliseconds:.0f} ms for {TIMED_SIZE_PX[1]} x {TIMED_SIZE_PX[0]} pixels, in one thread of the machine that exported it |

{_int8(int8, trial)}
## How it was trained

- {data["pages"]:,} pages made by code with the truth of every pixel, in the handwriting of {data["name"]} (content SHA-256 `{data["sha256"][:16]}...`) and of `synthesis/handwriting`
- {metrics["steps"]:,} steps in {metrics["seconds"] / 60:.0f} minutes, seed {metrics["seed"]}, Keras {metrics["versions"]["keras"]}; code at {metrics["commit"]}

No real picture was trained on. `make train export` makes the file anew.

## On made pages that were kept aside

{table("figure", "value", rows=((name, f"{value:.4g}") for name, value in metrics["figures"].items()))}
{figures}

## Limits

- It knows what the code that makes the pages can draw: paper, pens, forms and ways of writing that are not among them may be misread.
- It finds digits that are about {scale} pixels high; others must be scaled first, as `inference` does with the `height` of a first pass.
- `kind` is an opinion beside the classifier's, not a calibrated probability.
- All letters, words, drawings and crossed-out digits are one kind, `{kinds[-1]}`; it does not tell them apart.
- A cell of 2 x 2 pixels votes for one mark: where marks overlap, the ink that they share goes to one of them.
"""
    return CardPart(head, body)


def _int8(int8: File | None, trial: Trial) -> str:
    one, other = trial.float32, trial.int8
    if int8 is None:
        return f"""There is no file in 8-bit integers: on the machine that exported it was not clearly faster and as good ({other};
votes moved by {trial.moved:.2f} pixels; in float32: {one}).
"""
    return f"""`page.int8.onnx` is the same network in 8-bit integers, {int8.size / 1000:.0f} kB. It is what reads: on the machine that
exported it, it was faster and as good. It is fastest on processors with VNNI instructions, and right on all, for its
weights keep 7 bits. Without it `page.onnx` reads. On kept pages that did not calibrate:

| | `page.onnx` | `page.int8.onnx` |
|---|---|---|
| writing, intersection over union | {one.writing:.4f} | {other.writing:.4f} |
| cells with writing, kind right | {100 * one.kind:.2f} % | {100 * other.kind:.2f} % |
| votes moved, on average | | {trial.moved:.2f} pixels |
| time, here | 1 | {other.milliseconds / one.milliseconds:.2f} |
"""


def pictures(rows: dict[str, dict[str, Any]]) -> str:
    """Return the card's section of figures on pictures.

    `rows` are the figures of `make evaluate` for each data set, measured with the files that are served.
    """
    title = "## On pictures, read by both networks\n\n"
    if not rows:
        return (
            f"{title}Not measured with these files yet: `make evaluate`, then `make export` once more, puts the figures "
            "here.\n"
        )
    lines = []
    for name, row in rows.items():
        figures = [
            f"{key} {value}" if isinstance(value, int) else f"{key} {100 * value:.2f} %"
            for key, value in row.items()
            if key not in NON_FIGURE_KEYS and isinstance(value, int | float)
        ]
        lines.append((name, row["about"], row["count"], ", ".join(figures)))
    return title + table("set", "what", "pictures", "figures", rows=lines)
