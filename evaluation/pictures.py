"""Data sets of other people's real pages, forms and cheques, and of pictures from bug reports: for measuring only."""

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from evaluation.alter import WAYS, altered
from evaluation.sets import Dataset, Sample, Samples

# The `source` of the cheques in labels.json (their `kind` is "line"), and the kinds of the photos.
CHEQUES = "Fzkuji/Labeled_ORAND-CAR-A"
PHOTOS = frozenset({"page", "line", "single"})


def available(shared: Path) -> list[Dataset]:
    """Return the data sets of the subfolders `pictures` and `cases`, as far as they exist."""
    labels, expected = shared / "pictures" / "labels.json", shared / "cases" / "expected.json"

    def found(*kinds: str) -> Samples:
        return lambda count, _: (Sample(*each) for each in islice(_labelled(labels, *kinds), count))

    def changed(kind: str) -> Samples:
        return lambda count, rng: islice(_altered(labels, kind, rng), count)

    def sudokus(count: int, _: np.random.Generator) -> Iterator[Sample]:
        forms = _labelled(labels, "form")
        return islice((Sample(*form) for form in forms if _is_sudoku(form[1])), count)

    def cases(count: int, _: np.random.Generator) -> Iterator[Sample]:
        for name, entry in sorted(json.loads(expected.read_text()).items())[:count]:
            first, *others = entry["accept"]
            yield Sample((expected.parent / name).read_bytes(), first, name, tuple(others))

    sets = []
    if labels.is_file():
        way = f"each altered in {len(WAYS)} ways: turned, resized, faded, ..."
        sets += [
            Dataset("real photos", "real photos of pages, lines and single digits", "real", found("photo")),
            Dataset("forms", "real forms: sudokus, tables", "real", found("form")),
            Dataset("tables", "the sudokus among them, as tables of a digit in each cell", "cells", sudokus),
            Dataset("cheques", "amounts of real cheques", "amounts", found("cheque")),
            Dataset("refuse", "real pictures without digits", "refuse", found("refuse")),
            Dataset("real pictures", "these four together", "refuse", found("photo", "form", "cheque", "refuse")),
            Dataset("altered photos", f"the real photos, {way}", "real", changed("photo")),
            Dataset("altered forms", f"the real forms, {way}", "real", changed("form")),
            Dataset("altered cheques", f"the real cheques, {way}", "amounts", changed("cheque")),
            Dataset("altered refuse", f"the real pictures without digits, {way}", "refuse", changed("refuse")),
        ]
    if expected.is_file():
        sets.append(Dataset("cases", "made pictures from bug reports", "cases", cases))
    return sets


def _labelled(labels: Path, *kinds: str) -> Iterator[tuple[bytes, str, str]]:
    """Yield the content, the truth and the name of each picture of these kinds."""
    for name, entry in sorted(json.loads(labels.read_text()).items()):
        if _kind(entry) in kinds:
            yield (labels.parent / name).read_bytes(), "\n".join(entry["lines"]), name


def _altered(labels: Path, kind: str, rng: np.random.Generator) -> Iterator[Sample]:
    for content, truth, name in _labelled(labels, kind):
        for way in WAYS:
            yield Sample(altered(content, way, rng), truth, f"{name} {way}")


def _is_sudoku(truth: str) -> bool:
    """Say whether a form has as many lines as columns, and one digit in each cell."""
    rows = truth.split("\n")
    return {len(row) for row in rows} == {len(rows)}


def _kind(entry: dict[str, Any]) -> str:
    """Return the set to which an entry of labels.json belongs: photo, form, cheque or refuse."""
    if entry["source"] == CHEQUES:
        return "cheque"
    if entry["kind"] == "refuse":
        return "refuse"
    return "photo" if entry["kind"] in PHOTOS else "form"
