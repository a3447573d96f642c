"""`python -m export` as a user starts it, on real small trainings, and what it says when something is wrong."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import joblib
import numpy as np
import onnx
import pytest
import yaml

from export.quantize import Figures, quantize
from inference.recognition.classifier import Classifier
from tests import trainings
from tests.samples import ROOT, small_mnist


@pytest.fixture
def artifacts(exported_cnn: Path, tmp_path: Path) -> Path:
    """A copy that a test may spoil."""
    return Path(shutil.copytree(exported_cnn, tmp_path / "artifacts"))


def test_the_file_stands_alone_and_says_what_it_is(exported_cnn: Path) -> None:
    model = onnx.load(exported_cnn / "model.onnx")
    onnx.checker.check_model(model, full_check=True)
    (image,), (probabilities,) = model.graph.input, model.graph.output
    assert (image.name, image.type.tensor_type.elem_type) == ("image", onnx.TensorProto.UINT8)
    assert image.type.tensor_type.shape.dim[0].dim_param == "N"
    assert probabilities.name == "probabilities"
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    metrics = json.loads((exported_cnn / "metrics.json").read_text())
    assert metadata["data_sha256"] == metrics["data"]["sha256"]
    assert float(metadata["test_accuracy"]) == metrics["test"]["accuracy"]
    assert {"name", "version", "classes", "commit", "license"} <= metadata.keys()


def test_the_exported_model_reads(exported_cnn: Path) -> None:
    data = small_mnist()
    classify = Classifier(exported_cnn / "model.onnx")
    said = classify(data["x_test"])[:, :10].argmax(axis=1)
    accuracy = float((said == data["y_test"]).mean())
    assert accuracy == classify.info.test_accuracy


def test_a_file_in_integers_is_smaller_and_reads_as_well(exported_cnn: Path, tmp_path: Path) -> None:
    full, small = exported_cnn / "model.onnx", tmp_path / "model.int8.onnx"
    data = small_mnist()
    quantize(full, small, data["x_train"])
    assert small.stat().st_size < 0.4 * full.stat().st_size
    one, other = (Classifier(path)(data["x_test"]) for path in (full, small))
    assert (one.argmax(axis=1) == other.argmax(axis=1)).mean() > 0.97
    assert Classifier(full).info.metadata.items() <= Classifier(small).info.metadata.items()


def test_the_tracked_file_in_integers_is_the_one_its_card_names() -> None:
    tracked = ROOT / "artifacts"
    head = yaml.safe_load((tracked / "MODEL_CARD.md").read_text().split("---")[1])
    assert head["model_int8_sha256"] == Classifier(tracked / "model.int8.onnx").info.sha256


def test_a_file_in_integers_that_loses_too_much_is_not_kept() -> None:
    before = Figures(accuracy=0.996, right_and_answered=0.98, let_through=0.02)
    assert before.is_as_good_as(before)
    assert not Figures(0.995, 0.98, 0.02).is_as_good_as(before)
    assert not Figures(0.996, 0.97, 0.02).is_as_good_as(before)
    assert not Figures(0.996, 0.98, 0.03).is_as_good_as(before)


def test_twice_gives_the_same_bytes_and_a_third_time_does_nothing(artifacts: Path) -> None:
    # The page network is another export's.
    written = [
        path for path in artifacts.iterdir() if path.name.lower().startswith("model") and path.suffix != ".keras"
    ]
    before = {path.name: path.read_bytes() for path in written}
    assert {"model.onnx", "MODEL_CARD.md"} <= before.keys()
    for name in before:
        (artifacts / name).unlink()
    assert "Equal: probabilities within" in trainings.finish(trainings.export_command(artifacts))
    assert before == {name: (artifacts / name).read_bytes() for name in before}
    assert "up to date" in trainings.finish(trainings.export_command(artifacts))


def test_metrics_of_another_version_are_refused(artifacts: Path) -> None:
    metrics = json.loads((artifacts / "metrics.json").read_text())
    del metrics["reject_share"]
    (artifacts / "metrics.json").write_text(json.dumps(metrics))
    done = trainings.run(trainings.export_command(artifacts))
    assert (done.returncode, "reject_share: another version of this program wrote it" in done.stdout) == (1, True)
    assert "Traceback" not in done.stdout


def test_the_mlp_is_exported_too(trained_mlp: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(trained_mlp, tmp_path / "mlp"))
    assert " 0 decisions changed" in trainings.finish(trainings.export_command(folder))
    assert Classifier(folder / "model.onnx").info.name == "digits-mlp"


def test_the_cards_numbers_are_those_of_the_metrics(exported_cnn: Path) -> None:
    text = (exported_cnn / "MODEL_CARD.md").read_text()
    _, head, body = text.split("---\n", 2)
    metadata = yaml.safe_load(head)
    metrics = json.loads((exported_cnn / "metrics.json").read_text())
    assert metadata["model-index"][0]["results"][0]["metrics"][0]["value"] == metrics["test"]["accuracy"]
    assert metadata["model_sha256"] == Classifier(exported_cnn / "model.onnx").info.sha256
    assert f"{100 * metrics['test']['accuracy']:.2f} %" in body
    for name in [part.split(")")[0] for part in body.split("](")[1:]]:
        assert (exported_cnn / name).is_file(), f"the card shows {name}"


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def swap_scaler(path: Path) -> None:
    scaler = joblib.load(path)
    scaler.mean_ = scaler.mean_ + 1
    joblib.dump(scaler, path)


def forget_versions(path: Path) -> None:
    metrics = json.loads(path.read_text())
    del metrics["versions"]
    path.write_text(json.dumps(metrics))


@pytest.mark.parametrize(
    ("name", "harm", "message"),
    [
        ("model.keras", Path.unlink, "model.keras is missing. Run `make train` first."),
        ("scaler.joblib", Path.unlink, "scaler.joblib is missing. Run `make train` first."),
        ("test.npz", Path.unlink, "test.npz is missing. Run `make train` first."),
        ("metrics.json", Path.unlink, "metrics.json is missing. Run `make train` first."),
        ("model.keras", truncate, "model.keras is not the file that metrics.json tells of"),
        ("scaler.joblib", truncate, "scaler.joblib is not the file that metrics.json tells of"),
        ("metrics.json", truncate, "metrics.json is damaged. Run `make train`"),
        ("metrics.json", forget_versions, "does not say versions: another version of this program wrote it"),
        ("scaler.joblib", swap_scaler, "comes from another training. Run `make train`"),
    ],
)
def test_harmed_artifacts_are_named_and_the_previous_file_stays(
    name: str, harm: Callable[[Path], None], message: str, artifacts: Path
) -> None:
    harm(artifacts / name)
    before = (artifacts / "model.onnx").read_bytes()
    done = trainings.run(trainings.export_command(artifacts))
    assert done.returncode == 1
    assert message in done.stdout
    assert done.stdout.count("\n") == 1
    assert (artifacts / "model.onnx").read_bytes() == before


def test_an_export_that_differs_is_refused_with_its_figures(artifacts: Path) -> None:
    """A scaler that is whole, but not the one that the graph was folded with, must fail the parity."""
    from export import artifacts as files
    from export import verify
    from export.errors import ParityError

    trained = files.load(artifacts, files.load_metrics(artifacts))
    temperature, shift = trained.metrics["temperature"], trained.metrics["reject_shift"]
    assert shift > 0
    verify.measure(artifacts / "model.onnx", trained, temperature, shift).check()
    trained.scaler.mean_ = trained.scaler.mean_ + 1
    with pytest.raises(ParityError, match=r"probabilities by up to 0\.\d+ \(allowed 1e-05\)"):
        verify.measure(artifacts / "model.onnx", trained, temperature, shift).check()


def test_parity_is_not_fooled_by_nothing() -> None:
    from export.errors import ParityError
    from export.verify import Parity

    Parity(probabilities=1e-6, decisions=0, noise=1e-6).check()
    for wrong in (Parity(np.nan, 0, 0.0), Parity(0.0, 1, 0.0), Parity(0.0, 0, 1e-3)):
        with pytest.raises(ParityError):
            wrong.check()
