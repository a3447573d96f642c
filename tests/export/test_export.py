"""`python -m export` as a user starts it, on real small trainings, and what it says when something is wrong."""

import errno
import json
import logging
import shutil
from collections.abc import Callable
from pathlib import Path

import joblib
import numpy as np
import onnx
import pytest
import yaml
from sklearn.preprocessing import StandardScaler

from export.__main__ import PARTS, main
from export.artifacts import TrainedClassifier, load, load_metrics, load_rows
from export.document import CardPart, Document, read
from export.errors import ArtifactError, ParityError
from export.files import sha256
from export.quantize import Figures, measure, quantize
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
    info, thresholds = Classifier(exported_cnn / "model.onnx").info, metrics["thresholds"]
    assert thresholds["digit"] != thresholds["reject"]
    assert (info.threshold, info.reject_threshold) == (thresholds["digit"], thresholds["reject"])
    assert list(info.classes) == metrics["classes"]


def test_the_stamp_covers_all_that_is_read_and_written(exported_cnn: Path) -> None:
    stamp = json.loads((exported_cnn / ".exported.json").read_text())["classifier"]
    assert {"metrics.json", "report.json", "model.onnx", "model.int8.onnx", "card"} <= stamp.keys()


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
    # Seven bits, and a scale for each channel.
    weights = {each.name: onnx.numpy_helper.to_array(each) for each in onnx.load(small).graph.initializer}
    kernels = {name: each for name, each in weights.items() if each.dtype == np.int8 and each.ndim > 1}
    assert len(kernels) == 6
    for name, kernel in kernels.items():
        assert 32 < np.abs(kernel.astype(int)).max() <= 64, name
        assert weights[name.replace("_quantized", "_scale")].size > 1, name
    assert not logging.root.manager.disable


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
    assert Figures(0.9956, 0.9785, 0.0215).is_as_good_as(before)
    assert not Figures(0.9954, 0.98, 0.02).is_as_good_as(before)
    assert not Figures(0.996, 0.9775, 0.02).is_as_good_as(before)
    assert not Figures(0.996, 0.98, 0.0225).is_as_good_as(before)


def test_the_accuracy_is_that_of_the_best_digit_even_where_it_is_refused(trained_cnn: Path, tmp_path: Path) -> None:
    from export import fold, graph
    from export.steps import steps

    trained, path = load(trained_cnn, load_metrics(trained_cnn)), tmp_path / "model.onnx"
    scaler, images = trained.scaler, trained.images[:40]
    refuses_all = fold.fold_all(steps(trained.network), scaler.mean_, scaler.scale_, 1.0, shift=-1000.0)
    path.write_bytes(graph.build(refuses_all, {}).SerializeToString())
    said = Classifier(path)(images)
    assert (said.argmax(axis=1) == 10).all()
    labels = said[:, :10].argmax(axis=1).astype(np.uint8)
    found = measure(path, TrainedClassifier(None, None, {}, images, labels, images, labels))
    assert (found.accuracy, found.right_and_answered) == (1, 0)


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


def test_each_entry_that_is_used_must_be_there(artifacts: Path) -> None:
    metrics = json.loads((artifacts / "metrics.json").read_text())
    unused = set()
    for name in metrics:
        (artifacts / "metrics.json").write_text(json.dumps({key: metrics[key] for key in metrics if key != name}))
        try:
            load_metrics(artifacts)
        except ArtifactError:
            continue
        unused.add(name)
    assert unused == {"fingerprint", "history", "seconds", "validation"}


def test_the_mlp_is_exported_too(trained_mlp: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(trained_mlp, tmp_path / "mlp"))
    page = CardPart({"page_sha256": "12" * 32}, "# The page network's part\n")
    (folder / "MODEL_CARD.md").write_text(str(Document(page=page)))
    assert " 0 decisions changed" in trainings.finish(trainings.export_command(folder))
    assert read(folder).page == page
    assert read(folder).classifier.body.startswith("# digits-mlp")
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
        ("test.npz", truncate, "test.npz is not the file that metrics.json tells of"),
        ("validation.npz", truncate, "validation.npz is not the file that metrics.json tells of"),
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
    from export import verify

    trained = load(artifacts, load_metrics(artifacts))
    temperature, shift = trained.metrics["temperature"], trained.metrics["reject_shift"]
    assert shift > 0
    verify.measure(artifacts / "model.onnx", trained, temperature, shift).check()
    trained.scaler.mean_ = trained.scaler.mean_ + 1
    with pytest.raises(ParityError, match=r"probabilities by up to 0\.\d+ \(allowed 3e-05\)"):
        verify.measure(artifacts / "model.onnx", trained, temperature, shift).check()


def save_scaler(folder: Path, scaler: StandardScaler) -> None:
    """Put another scaler into the artifacts, as a training would: with its checksum."""
    joblib.dump(scaler, folder / "scaler.joblib")
    metrics = json.loads((folder / "metrics.json").read_text())
    metrics["files"]["scaler.joblib"] = sha256(folder / "scaler.joblib")
    (folder / "metrics.json").write_text(json.dumps(metrics))


def test_figures_on_pictures_go_with_the_classifier_that_read_them(artifacts: Path) -> None:
    card, before = artifacts / "MODEL_CARD.md", read(artifacts).classifier
    page, pictures = CardPart({"page_sha256": "0"}, "# Page\n"), "| forms | 95.70 % |\n"
    for sha256_then, kept in ((before.head["model_sha256"], True), ("0" * 64, False)):
        card.write_text(
            str(Document(CardPart(before.head | {"model_sha256": sha256_then}, before.body), page, pictures))
        )
        (artifacts / "model.onnx").unlink()
        assert main(["--only", "classifier", "--artifacts", str(artifacts)]) == 0
        found = read(artifacts)
        assert (found.page, found.pictures) == (page, pictures if kept else "")
        assert ("95.70 %" in card.read_text()) == kept


def test_a_full_disk_is_said_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(_: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setitem(PARTS, "classifier", full)
    assert main(["--artifacts", str(tmp_path)]) == 1
    assert capsys.readouterr().err.startswith("error: [Errno 28] No space left on device.")


def test_a_file_that_differs_is_never_put_in_place(artifacts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A scaler that has a mean but does not subtract it, as the graph does."""
    save_scaler(artifacts, StandardScaler(with_mean=False).fit(small_mnist()["x_train"].reshape(-1, 1)))
    before = {path.name: path.read_bytes() for path in artifacts.iterdir() if path.is_file()}
    assert main(["--only", "classifier", "--artifacts", str(artifacts)]) == 1
    assert "The exported graph differs from scaler and network" in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in artifacts.iterdir() if path.is_file()} == before


def test_a_scaler_of_other_features_is_refused(artifacts: Path) -> None:
    save_scaler(artifacts, StandardScaler().fit(small_mnist()["x_train"].reshape(-1, 28)))
    with pytest.raises(ArtifactError, match=r"scaler\.joblib is not a scaler of 1 or 784 features"):
        load(artifacts, load_metrics(artifacts))


def test_what_cannot_be_loaded_is_said_with_its_reason(artifacts: Path) -> None:
    metrics = load_metrics(artifacts)
    truncate(artifacts / "model.keras")
    with pytest.raises(ArtifactError, match=r"cannot be loaded \(.+\)\. Run `make train`"):
        load(artifacts, metrics)


def test_without_figures_of_other_networks_there_are_no_rows(exported_cnn: Path, tmp_path: Path) -> None:
    assert load_rows(exported_cnn).keys() == {"cnn"}
    assert load_rows(tmp_path) == {}
    (tmp_path / "report.json").write_text('{"cnn": ')
    assert load_rows(tmp_path) == {}


def test_noise_shows_what_no_digit_shows(trained_mlp: Path, tmp_path: Path) -> None:
    """The weights of a corner, where no test image has ink; then a scaler that changes what is read."""
    from export import fold, graph, verify
    from export.steps import steps

    trained = load(trained_mlp, load_metrics(trained_mlp))
    scaler, temperature, path = trained.scaler, trained.metrics["temperature"], tmp_path / "model.onnx"
    assert not trained.images[:, 0, 0].any()
    folded = fold.fold_all(steps(trained.network), scaler.mean_, scaler.scale_, temperature)
    path.write_bytes(graph.build(folded, {}).SerializeToString())
    verify.measure(path, trained, temperature).check()
    layer = trained.network.layers[2]
    kernel, bias = layer.get_weights()
    layer.set_weights([kernel + np.eye(784, 1) * 0.1, bias])
    found = verify.measure(path, trained, temperature)
    assert (found.decisions, found.probabilities < 3e-5) == (0, True)
    with pytest.raises(ParityError, match="logits on noise"):
        found.check()
    scaler.mean_ = scaler.mean_ + 200
    assert verify.measure(path, trained, temperature).decisions > 0


def test_parity_is_not_fooled_by_nothing() -> None:
    from export.verify import Parity

    Parity(probabilities=1e-6, decisions=0, noise=1e-6).check()
    for wrong in (Parity(np.nan, 0, 0.0), Parity(0.0, 1, 0.0), Parity(0.0, 0, 1e-3)):
        with pytest.raises(ParityError):
            wrong.check()
