"""Data sets of other people's real pages, forms and cheques, and of pictures from bug reports: for measuring only."""

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
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

    def pictures(*kinds: str) -> Samples:
        def samples(count: int, _: np.random.Generator) -> Iterator[Sample]:
            entries = sorted(json.loads(labels.read_text()).items())
            for name, each in [entry for entry in entries if _kind(entry[1]) in kinds][:count]:
                yield Sample((labels.parent / name).read_bytes(), "\n".join(each["lines"]), name)

        return samples

    def changed(kind: str) -> Samples:
        def samples(count: int, rng: np.random.Generator) -> Iterator[Sample]:
            each_way = ((sample, way) for sample in pictures(kind)(sys.maxsize, rng) for way in WAYS)
            for sample, way in islice(each_way, count):
                content = (labels.parent / sample.name).read_bytes()
                yield replace(sample, picture=altered(content, way, rng), name=f"{sample.name} {way}")

        return samples

    def tables(count: int, rng: np.random.Generator) -> Iterator[Sample]:
        # Keep the sudokus: as many lines as columns, and one digit in each cell.
        lines = ((sample, sample.truth.split("\n")) for sample in pictures("form")(sys.maxsize, rng))
        return islice((sample for sample, rows in lines if {len(row) for row in rows} == {len(rows)}), count)

    def cases(count: int, _: np.random.Generator) -> Iterator[Sample]:
        for name, each in sorted(json.loads(expected.read_text()).items())[:count]:
            first, *others = each["accept"]
            yield Sample((expected.parent / name).read_bytes(), first, name, tuple(others))

    sets = []
    if labels.is_file():
        sets += [
            Dataset("real photos", "real photos of pages, lines and single digits", "real", pictures("photo")),
            Dataset("forms", "real forms: sudokus, tables", "real", pictures("form")),
            Dataset("tables", "the sudokus among them, as tables of a digit in each cell", "cells", tables),
            Dataset("cheques", "amounts of real cheques", "amounts", pictures("cheque")),
            Dataset("refuse", "real pictures without digits", "refuse", pictures("refuse")),
            Dataset("real pictures", "these four together", "refuse", pictures("photo", "form", "cheque", "refuse")),
        ]
        way = f"each altered in {len(WAYS)} ways: turned, resized, faded, ..."
        sets += [
            Dataset("altered photos", f"the real photos, {way}", "real", changed("photo")),
            Dataset("altered forms", f"the real forms, {way}", "real", changed("form")),
            Dataset("altered cheques", f"the real cheques, {way}", "amounts", changed("cheque")),
            Dataset("altered refuse", f"the real pictures without digits, {way}", "refuse", changed("refuse")),
        ]
    if expected.is_file():
        sets.append(Dataset("cases", "made pictures from bug reports", "cases", cases))
    return sets


def _kind(entry: dict[str, Any]) -> str:
    """Return the set to which an entry of labels.json belongs: photo, form, cheque or refuse."""
    if entry["source"] == CHEQUES:
        return "cheque"
    if entry["kind"] == "refuse":
        return "refuse"
    return "photo" if entry["kind"] in PHOTOS else "form"
