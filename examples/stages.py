"""Show what happens to a picture on its way to a reading: `python examples/stages.py photo.jpg stages.png`."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from inference import Recognizer, RecognizerError
from inference.annotate import annotate
from inference.detection.network import PageNetwork
from inference.detection.page import find
from inference.detection.scale import resized
from inference.detection.tiles import tiled
from inference.detection.turns import turned
from inference.imaging.decode import decode
from inference.imaging.grey import grey
from inference.recognition.normalise import normalise
from inference.recognizer import DEFAULT_MODEL, MAX_MARKS, page_beside

WIDTH_PX, HEADING_PX, FONT_PX, CELL_PX = 560, 30, 18, 56
PER_ROW = WIDTH_PX // CELL_PX
# Colours of the marks, in turn; the colour-blind can tell them apart too (Okabe and Ito, 2008).
COLOURS = ((0, 114, 178), (213, 94, 0), (0, 158, 115), (204, 121, 167), (230, 159, 0), (86, 180, 233))


def main() -> None:
    """Read the picture step by step, and write one picture with a panel for each step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("picture", type=Path, help="a photo, a scan or a drawing")
    parser.add_argument("out", type=Path, help="the PNG file to write")
    options = parser.parse_args()

    sent = decode(options.picture).image
    looked_at = grey(sent)
    network = PageNetwork(page_beside(DEFAULT_MODEL))
    degrees, sightings = find(network, looked_at, MAX_MARKS)
    upright = turned(looked_at, degrees)
    # Most pictures are read at one scale factor; if there are several, the most common one is shown.
    factors = [sighting.factor for sighting in sightings] or [1.0]
    scaled = resized(upright, max(set(factors), key=factors.count))
    writing = tiled(network, scaled).writing

    marks = Image.new("RGB", upright.size, "white")
    inputs = Image.new("L", (WIDTH_PX, CELL_PX * max(-(-len(sightings) // PER_ROW), 1)), 255)
    for at, sighting in enumerate(sightings):
        left, top, right, bottom = (round(side) for side in sighting.box)
        size = (max(right - left, 1), max(bottom - top, 1))
        ink = Image.fromarray(sighting.mark.ink).resize(size, Image.Resampling.BILINEAR)
        marks.paste(COLOURS[at % len(COLOURS)], (left, top), ink)
        seen = Image.fromarray(normalise(sighting.mark.ink)).resize((CELL_PX - 4, CELL_PX - 4))
        inputs.paste(seen, (at % PER_ROW * CELL_PX, at // PER_ROW * CELL_PX))

    reading = Recognizer().read(options.picture)
    panels = {
        "1. as sent": sent,
        f"2. grey, turned by {degrees} degrees, {scaled.shape[1]} x {scaled.shape[0]} pixels": Image.fromarray(scaled),
        "3. what the page network takes for writing": Image.fromarray(np.rint(255 * (1 - writing)).astype(np.uint8)),
        "4. which mark each pixel voted for": marks,
        "5. each mark as the classifier sees it, 28 x 28": inputs,
        f"6. the reading: {' / '.join(reading.text.splitlines())}": annotate(options.picture, reading),
    }
    # 128 colours make the file a quarter of the size; this method keeps the colours of the marks.
    _stacked(panels).quantize(128, Image.Quantize.FASTOCTREE).save(options.out)
    print(reading.text)


def _stacked(panels: dict[str, Image.Image]) -> Image.Image:
    """Stack panels vertically, each scaled to the same width and below its heading."""
    scaled = {
        heading: panel.convert("RGB").resize((WIDTH_PX, max(1, round(panel.height * WIDTH_PX / panel.width))))
        for heading, panel in panels.items()
    }
    sheet = Image.new("RGB", (WIDTH_PX, sum(panel.height + HEADING_PX for panel in scaled.values())), "white")
    pen, top = ImageDraw.Draw(sheet), 0
    for heading, panel in scaled.items():
        pen.text((4, top + 4), heading, fill="black", font=ImageFont.load_default(FONT_PX))
        sheet.paste(panel, (0, top + HEADING_PX))
        top += HEADING_PX + panel.height
    return sheet


if __name__ == "__main__":
    try:
        main()
    # ValueError: Pillow's, for a name whose end it does not know.
    except (RecognizerError, OSError, ValueError) as error:
        sys.exit(f"error: {error}")
