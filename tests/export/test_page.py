"""`python -m export --only page`: what it writes, and what it says when something is wrong."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
import yaml

from export import document
from export.errors import ArtifactError
from export.files import sha256
from export.page import artifacts
from inference.recognizer import page_beside
from synthesis.kinds import KINDS
from tests.export.pages import SCALE, export, save_metrics, save_pages

# Keras saves its weights in a way that NumPy 2 will not allow for ever.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")


def test_the_file_stands_alone_and_says_what_it_is(exported: Path) -> None:
    model = onnx.load(exported / "page.onnx")
    onnx.checker.check_model(model, full_check=True)
    assert (model.opset_import[0].version, model.ir_version) == (17, 8)
    (picture,) = model.graph.input
    assert (picture.name, picture.type.tensor_type.elem_type) == ("picture", onnx.TensorProto.UINT8)
    shapes = {
        each.name: [dim.dim_param or dim.dim_value for dim in each.type.tensor_type.shape.dim]
        for each in (picture, *model.graph.output)
    }
    assert shapes == {
        "picture": [1, "H", "W"],
        "writing": [1, "H", "W"],
        "offset": [1, "H/2", "W/2", 2],
        "height": [1, "H/4", "W/4"],
        "kind": [1, "H/4", "W/4", len(KINDS)],
    }
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    assert metadata["name"] == "digits-page"
    assert json.loads(metadata["kinds"]) == list(KINDS)
    assert float(metadata["scale"]) == SCALE
    assert metadata["data_sha256"] == "ab" * 32
    assert {"version", "commit", "license"} <= metadata.keys()


def test_the_stamp_covers_all_that_is_read_and_written(exported: Path) -> None:
    stamp = json.loads((exported / ".exported.json").read_text())["page"]
    assert {"page.json", "evaluation.json", "model.onnx", "page.onnx", "page.int8.onnx", "card"} <= stamp.keys()


def test_another_process_gives_the_same_bytes_and_a_third_export_does_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (folder / "page.onnx").read_bytes()
    (folder / "page.onnx").unlink()
    assert export(folder) == 0
    assert "Equal: writing by up to" in capsys.readouterr().out
    assert (folder / "page.onnx").read_bytes() == before
    assert export(folder) == 0
    assert "page.onnx is up to date" in capsys.readouterr().out


def test_the_card_names_the_files_and_keeps_the_classifiers_part(folder: Path) -> None:
    classifier = document.CardPart({"license": "mit", "model_sha256": "12" * 32}, "# digits-cnn\n\n| | |\n|---|---|\n")
    (folder / "MODEL_CARD.md").write_text(str(document.Document(classifier=classifier)))
    assert export(folder) == 0
    found = document.read(folder)
    assert found.classifier == classifier
    head = yaml.safe_load((folder / "MODEL_CARD.md").read_text().split("---\n")[1])
    assert head == classifier.head | found.page.head
    assert head["page_sha256"] == sha256(folder / "page.onnx")
    assert ("page_int8_sha256" in head) == (folder / "page.int8.onnx").exists()
    for part in ("# digits-page", "intersection over union | 0.9123 |", "5,000 pages made by code"):
        assert part in found.page.body
    assert "Not measured" in found.pictures


def test_a_card_is_read_as_it_was_written(tmp_path: Path) -> None:
    one, other = document.CardPart({"license": "mit"}, "# One\n"), document.CardPart({"page_sha256": "0"}, "# Two\n")
    whole = document.Document(one, other, "Figures\n")
    for card in (whole, document.Document(one, other), document.Document(one), document.Document(page=other)):
        (tmp_path / "MODEL_CARD.md").write_text(str(card))
        assert document.read(tmp_path) == card
    (tmp_path / "MODEL_CARD.md").write_text("no card")
    assert document.read(tmp_path) == document.Document()


def test_the_card_shows_what_was_measured_on_pictures_with_these_very_files(folder: Path) -> None:
    (folder / "model.onnx").write_bytes(b"a classifier")
    sums = {
        "page": {"sha256": sha256(page_beside(folder / "model.onnx"))},
        "model": {"sha256": sha256(folder / "model.onnx")},
    }
    row = {"about": "photographed forms", "count": 30, "right": 0.957, "lost": 3, "milliseconds": 80.0, "wrong": ["a"]}
    (folder / "evaluation.json").write_text(json.dumps(sums | {"sets": {"forms": row}}))
    assert export(folder) == 0
    card = document.read(folder)
    assert "| forms | photographed forms | 30 | right 95.70 %, lost 3 |" in card.pictures
    # As the export of another classifier leaves it.
    (folder / "MODEL_CARD.md").write_text(str(replace(card, pictures="")))
    assert export(folder) == 0
    assert document.read(folder).pictures
    assert artifacts.load_rows(folder, "0" * 64) == {}
    (folder / "model.onnx").write_bytes(b"another classifier")
    assert artifacts.load_rows(folder, sha256(page_beside(folder / "model.onnx"))) == {}


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def of_another_version(path: Path) -> None:
    metrics = json.loads(path.read_text())
    del metrics["scale"]
    path.write_text(json.dumps(metrics))


def test_each_entry_must_be_there(folder: Path) -> None:
    metrics = json.loads((folder / "page.json").read_text())
    for name in metrics:
        (folder / "page.json").write_text(json.dumps({key: metrics[key] for key in metrics if key != name}))
        with pytest.raises(ArtifactError, match=r"page\.json"):
            artifacts.load_metrics(folder)


def of_shape(*shape: int) -> Callable[[Path], None]:
    def harm(path: Path) -> None:
        save_pages(path.parent, np.zeros(shape, np.uint8))
        save_metrics(path.parent)

    return harm


@pytest.mark.parametrize(
    ("name", "harm", "message"),
    [
        ("page.keras", Path.unlink, "page.keras is missing. Run `make train` first."),
        ("page.npz", Path.unlink, "page.npz is missing. Run `make train` first."),
        ("page.json", Path.unlink, "page.json is missing. Run `make train` first."),
        ("page.keras", truncate, "page.keras is not the file that page.json tells of"),
        ("page.npz", truncate, "page.npz is not the file that page.json tells of"),
        ("page.json", truncate, "page.json is damaged. Run `make train`"),
        ("page.json", of_another_version, "scale: another version of this program wrote it"),
        ("page.npz", of_shape(2, 40, 64), "multiples of 16 pixels, not 2 of 40 x 64"),
        ("page.npz", of_shape(2, 64, 40), "multiples of 16 pixels, not 2 of 64 x 40"),
        ("page.npz", of_shape(1, 64, 64), "must have two pages or more"),
    ],
)
def test_harmed_artifacts_are_named_and_the_previous_file_stays(
    name: str, harm: Callable[[Path], None], message: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    harm(folder / name)
    before = (folder / "page.onnx").read_bytes()
    assert export(folder) == 1
    assert message in capsys.readouterr().err
    assert (folder / "page.onnx").read_bytes() == before
    assert not list(folder.glob(".unfinished-*"))
