"""Strokes to draw: the shared ones of real people where they are, and a few of our own."""

import gzip
import json
import math
from dataclasses import dataclass
from pathlib import Path

from tests.servers import ROOT

Point = tuple[float, float]
Strokes = list[list[Point]]
SHARED = ROOT.parent / "shared" / "data"


@dataclass(frozen=True, slots=True)
class Drawn:
    """What one person drew: its label, and strokes in a unit box, y down."""

    label: str
    strokes: Strokes


OWN = (
    Drawn("1", [[(0.1, 0.25), (0.3, 0.0), (0.3, 0.5), (0.28, 1.0)]]),
    Drawn(
        "4",
        [[(0.45, 0.0), (0.25, 0.35), (0.0, 0.65), (0.4, 0.66), (0.75, 0.64)], [(0.55, 0.38), (0.52, 0.7), (0.5, 1.0)]],
    ),
    Drawn("7", [[(0.0, 0.05), (0.35, 0.04), (0.7, 0.0), (0.5, 0.45), (0.3, 1.0)]]),
    Drawn(
        "3",
        [
            [
                *((0.1, 0.1), (0.3, 0.0), (0.55, 0.08), (0.58, 0.28), (0.4, 0.43), (0.25, 0.47)),
                *((0.48, 0.53), (0.65, 0.72), (0.52, 0.93), (0.25, 1.0), (0.0, 0.88)),
            ]
        ],
    ),
)
LETTER = Drawn("F", [[(0.05, 0.0), (0.03, 0.5), (0.0, 1.0)], [(0.05, 0.0), (0.6, 0.0)], [(0.03, 0.45), (0.45, 0.45)]])


def shared(count: int, file: str = "strokes-digits.jsonl.gz", *, thin: bool = True) -> list[Drawn]:
    """Return `count` drawings, evenly spread over the shared file; our own where there is none."""
    path = SHARED / file
    if not Path(path).exists():
        return list(OWN)[:count]
    with gzip.open(path, "rt") as lines:
        every = [json.loads(line) for line in lines]
    chosen = every[:: max(1, len(every) // count)][:count]
    return [Drawn(each["label"], [_thinned(stroke, thin) for stroke in each["strokes"]]) for each in chosen]


def _thinned(stroke: list[list[float]], thin: bool) -> list[Point]:
    """Leave out points closer than a twentieth of the box: a quick hand on a slow device; each costs the tests time."""
    kept = [(stroke[0][0], stroke[0][1])]
    for x, y in stroke[1:]:
        if not thin or math.dist((x, y), kept[-1]) > 1 / 20:
            kept.append((x, y))
    return kept


def placed(drawn: Drawn, x: float, y: float, size: float) -> Strokes:
    """Scale the strokes so that the unit box has side `size` and its corner at x, y."""
    return [[(x + px * size, y + py * size) for px, py in stroke] for stroke in drawn.strokes]
