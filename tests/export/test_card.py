"""The model card from the metrics of a real small training, and what is kept of the last export."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from export import document, files
from export.card import Int8, card
from export.document import CardPart, Document
from export.files import File
from export.page.card import card as page_card
from export.page.quantize import PageFigures, Trial
from export.page.verify import PageParity
from export.quantize import Figures
from export.verify import Parity
from synthesis.kinds import KINDS

METADATA = {"name": "digits-cnn", "version": "1.0+c0ffee", "license": "MIT"}
FILE, SMALL = File("ab" * 32, 711_000), File("cd" * 32, 182_000)


@pytest.fixture
def metrics(trained_cnn: Path) -> dict[str, Any]:
    """What a small training says of itself; a test may change it."""
    found: dict[str, Any] = json.loads((trained_cnn / "metrics.json").read_text())
    return found


def written(
    metrics: dict[str, Any], int8: Int8 | None = None, rows: dict[str, dict[str, Any]] | None = None
) -> CardPart:
    return card(metrics, METADATA, Parity(1e-7, 0, 2e-7), FILE, int8, rows or {})


def percent(share: float) -> str:
    return f"{100 * share:.2f} %"


def test_every_table_says_what_its_head_says(metrics: dict[str, Any]) -> None:
    body = written(metrics).body
    test = metrics["test"]
    assert f"| test loss | {test['loss']:.4f} |" in body
    uneven = {"precision": 0.91, "recall": 0.82, "f1": 0.86, "images": 33}
    test["per_class"]["7"] = uneven
    assert "| 7 | 91.00 % | 82.00 % | 86.00 % | 33 |" in written(metrics).body
    name, curve = next(iter(metrics["robustness"].items()))
    first = f"{curve['strength'][0]:g}: {100 * curve['accuracy'][0]:.1f} %, {curve['strength'][1]:g}: "
    assert f"| {name} | {first}" in body
    drawn = metrics["drawings"]["drawn by code"]
    assert f"AUROC of the best digit's probability, digits against the others: {drawn['auroc']:.4f}." in body
    assert f"{drawn['others']:,} marks that are no digit: {percent(drawn['others_answered'])} answered as one." in body
    assert "| no digit | answered as one | drawings |" not in body
    drawn["others_answered_by_kind"] = {"a": {"answered": 0.25, "marks": 4}, "O": {"answered": 0.75, "marks": 8}}
    assert "| no digit | answered as one | drawings |\n|---|---|---|\n| a | 25.00 % | 4 |\n| O | 75.00 % | 8 |" in (
        written(metrics).body
    )


def test_the_card_says_where_a_mark_is_refused(metrics: dict[str, Any]) -> None:
    metrics |= {"reject_share": 0.01, "thresholds": {"digit": 0.3, "reject": 0.085}}
    body = written(metrics).body
    assert "one mark in 100 is no digit" in body
    assert "at most 0.085 (`reject_threshold` in the file's metadata) and the digit at least 0.3 (`threshold`)" in body
    assert '`[N, 11]`: the digits 0 to 9, then "not a digit"; rows sum to 1' in body
    assert "no class for marks that are no digit" not in body


def test_the_card_of_ten_classes_says_that_it_refuses_nothing(metrics: dict[str, Any]) -> None:
    body = written(metrics | {"classes": metrics["classes"][:10]}).body
    assert "`[N, 10]`: the digits 0 to 9; rows sum to 1" in body
    assert "reject_threshold" not in body
    assert "It has no class for marks that are no digit" in body


def test_only_mnist_is_called_mnist(metrics: dict[str, Any]) -> None:
    assert metrics["data"]["name"] == "other images"
    assert written(metrics).head["datasets"] == []
    metrics["data"]["name"] = "MNIST"
    assert written(metrics).head["datasets"] == ["mnist"]


def test_the_card_names_all_that_was_trained_on_and_nothing_else(metrics: dict[str, Any]) -> None:
    data = metrics["data"]
    data |= {"drawn": 800, "real": [], "real_digits": 0, "fonts": None, "extra": 0}
    drawn, real, fonts, extra = (
        "800 digits and as many marks that are none",
        "people wrote",
        "handwriting fonts",
        "extra",
    )
    body = written(metrics).body
    assert drawn in body
    assert "it knows from drawings made by code" in body
    assert not any(each in body for each in (real, fonts, extra))

    other = {"file": "uci.npz", "sha256": "12" * 32}
    data |= {"drawn": 0, "real": [other], "real_digits": 9_000, "fonts": other | {"file": "fonts.npz"}, "extra": 7}
    body = written(metrics).body
    assert "digits and as many marks" not in body
    assert "Slashed zeros, barred sevens and ones with a flag and foot are rare there." in body
    assert "- 9,000 digits that people wrote: `uci.npz` (SHA-256 `1212121212121212...`)" in body
    assert "`fonts.npz` (SHA-256 `1212121212121212...`)" in body
    assert "- 7 extra examples given with `--extra`" in body


def test_the_networks_are_compared_where_there_are_two(metrics: dict[str, Any], trained_cnn: Path) -> None:
    row = json.loads((trained_cnn / "report.json").read_text())["cnn"]
    assert "Against the other networks" not in written(metrics, rows={"cnn": row}).body
    mlp = copy.deepcopy(row) | {"parameters": 535_818, "accuracy": 0.89, "calibration_error": 0.03}
    mlp["drawings"] = {"drawn by people": {"accuracy": 0.8}}
    body = written(metrics, rows={"mlp": mlp, "cnn": row}).body
    same = f"{percent(row['accuracy'])} | {percent(row['calibration_error'])}"
    assert (
        f"| cnn | {row['parameters']:,} | {same} | not measured |\n| mlp | 535,818 | 89.00 % | 3.00 % | 80.00 % |"
        in body
    )


def test_the_card_compares_the_file_in_integers_with_the_other(metrics: dict[str, Any]) -> None:
    part = written(metrics, Int8(SMALL, Figures(0.95, 0.93, 0.07), Figures(0.96, 0.94, 0.06)))
    assert (part.head["model_sha256"], part.head["model_int8_sha256"]) == (FILE.sha256, SMALL.sha256)
    assert "8-bit integers, 182 kB" in part.body
    assert "| | `model.onnx` | `model.int8.onnx` |\n|---|---|---|\n| test accuracy | 96.00 % | 95.00 % |" in part.body
    assert "right and answered | 94.00 % | 93.00 % |" in part.body
    assert "answered as a digit | 6.00 % | 7.00 % |" in part.body
    assert "model_int8_sha256" not in written(metrics).head


def of_page(int8: File | None) -> CardPart:
    metrics = {
        "seed": 1,
        "steps": 1200,
        "seconds": 600,
        "commit": "c0ffee",
        "versions": {"keras": "3"},
        "data": {"name": "MNIST", "sha256": "ab" * 32, "pages": 5000},
        "kinds": KINDS,
        "scale": 32,
        "parameters": 123456,
        "figures": {},
    }
    trial = Trial(PageFigures(0.91, 0.97, 40), PageFigures(0.90, 0.96, 10), moved=0.12)
    return page_card(metrics, METADATA, PageParity(0, 0, 0, 0), FILE, int8, trial, 4)


def test_the_pages_card_compares_the_file_in_integers_with_the_other() -> None:
    part = of_page(SMALL)
    assert part.head == {"page_sha256": FILE.sha256, "page_int8_sha256": SMALL.sha256}
    assert "1,200 steps in 10 minutes" in part.body
    assert "| | `page.onnx` | `page.int8.onnx` |" in part.body
    assert "intersection over union | 0.9100 | 0.9000 |" in part.body
    assert "kind right | 97.00 % | 96.00 % |" in part.body
    assert "| votes moved, on average | | 0.12 pixels |" in part.body
    assert "| time, here | 1 | 0.25 |" in part.body


def test_the_pages_card_says_why_there_is_no_file_in_integers() -> None:
    part = of_page(None)
    assert part.head == {"page_sha256": FILE.sha256}
    assert "There is no file in 8-bit integers" in part.body
    assert "(writing 0.9000, kind 96.00%, 10 ms;" in part.body
    assert "in float32: writing 0.9100, kind 97.00%, 40 ms)" in part.body


@pytest.mark.parametrize("head", ["a: [", "only a line", "- a\n- list"])
def test_a_card_with_another_head_counts_as_none(head: str, tmp_path: Path) -> None:
    (tmp_path / "MODEL_CARD.md").write_text(f"---\n{head}\n---\n\n# A card\n")
    assert document.read(tmp_path) == Document()


def test_a_line_of_dashes_in_a_card_stays(tmp_path: Path) -> None:
    whole = Document(
        CardPart({"license": "mit"}, "# One\n\n---\n\nMore\n"), CardPart({"page_sha256": "0"}, "# Two\n---\n")
    )
    (tmp_path / "MODEL_CARD.md").write_text(str(whole))
    assert document.read(tmp_path) == whole


def test_each_part_has_a_stamp_of_its_own(tmp_path: Path) -> None:
    model = tmp_path / "model.onnx"
    model.write_bytes(b"one")
    files.save_stamp(tmp_path, "classifier", [model], "a card")
    files.save_stamp(tmp_path, "page", [], "another card")
    assert files.up_to_date(tmp_path, "classifier", [model], "a card")
    assert files.up_to_date(tmp_path, "page", [], "another card")
    assert not files.up_to_date(tmp_path, "classifier", [model], "another card")
    model.write_bytes(b"other")
    assert not files.up_to_date(tmp_path, "classifier", [model], "a card")


def test_what_other_code_exported_is_not_up_to_date(tmp_path: Path) -> None:
    files.save_stamp(tmp_path, "page", [], "a card")
    saved = json.loads((tmp_path / files.STAMP).read_text())
    for source in ("export/fold.py", "export/page/network.py", "inference/__init__.py", "pyproject.toml"):
        assert source in saved["page"]
        older = {"page": saved["page"] | {source: "0" * 64}}
        (tmp_path / files.STAMP).write_text(json.dumps(older))
        assert not files.up_to_date(tmp_path, "page", [], "a card"), source


@pytest.mark.parametrize("stamp", ["", "[]", "null", '{"page": 1}'])
def test_a_harmed_stamp_is_none(stamp: str, tmp_path: Path) -> None:
    (tmp_path / files.STAMP).write_text(stamp)
    assert not files.up_to_date(tmp_path, "page", [], "a card")
    files.save_stamp(tmp_path, "page", [], "a card")
    assert files.up_to_date(tmp_path, "page", [], "a card")


def test_a_file_that_is_not_wanted_any_more_is_deleted(tmp_path: Path) -> None:
    final = tmp_path / "model.int8.onnx"
    final.write_bytes(b"of the last export")
    with files.temporary_files(tmp_path, final.name) as (temporary,):
        temporary.write_bytes(b"not good enough")
        files.replace_file(temporary, final, wanted=False)
    assert list(tmp_path.iterdir()) == []


def test_nothing_unfinished_is_left_after_an_error(tmp_path: Path) -> None:
    def stopped() -> None:
        with files.temporary_files(tmp_path, "a", "b") as paths:
            for path in paths:
                path.write_bytes(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert list(tmp_path.iterdir()) == []


def test_the_metadata_is_that_of_the_training(metrics: dict[str, Any]) -> None:
    found = files.metadata("cnn", metrics, "0123456789" * 6)
    assert found["name"] == "digits-cnn"
    assert found["version"].endswith("+01234567")
    assert (found["data"], found["data_sha256"]) == ("other images", metrics["data"]["sha256"])
    assert found["commit"] == metrics["commit"]
