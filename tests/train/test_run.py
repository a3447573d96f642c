"""Real trainings, started, stopped and resumed as a person would."""

import errno
import json
import re
import signal
import sys
from dataclasses import fields
from pathlib import Path

import joblib
import keras
import numpy as np
import pytest
from PIL import Image

from tests import trainings
from tests.samples import small_mnist
from train import files
from train.__main__ import main
from train.config import Config, parse
from train.errors import run_command


@pytest.mark.parametrize(("model", "how"), [("cnn", signal.SIGKILL), ("mlp", signal.SIGINT)])
def test_a_stopped_training_resumes_and_ends_with_the_same_weights(
    model: str, how: signal.Signals, small_npz: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    uninterrupted: Path = request.getfixturevalue(f"trained_{model}")
    command = trainings.train_command(small_npz, tmp_path, model)
    epochs = trainings.EPOCHS[model]
    status, output = trainings.stop_after(command, f"epoch  1/{epochs}", how)
    if how == signal.SIGINT:
        assert status == 130, output
        assert "The same command goes on" in output
        assert "Traceback" not in output
    else:
        assert status == -signal.SIGKILL
    assert not (tmp_path / "metrics.json").exists()

    output = trainings.finish(command)
    assert "Resuming after epoch" in output
    assert f"epoch  1/{epochs}" not in output
    assert f"epoch {epochs:2}/{epochs}" in output

    expected = keras.saving.load_model(uninterrupted / "model.keras").get_weights()
    for one, other in zip(keras.saving.load_model(tmp_path / "model.keras").get_weights(), expected, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_finished_training_does_no_work_again(small_npz: Path, trained_cnn: Path) -> None:
    before = (trained_cnn / "model.keras").stat().st_mtime_ns
    assert "trained already" in trainings.finish(trainings.train_command(small_npz, trained_cnn, "cnn"))
    assert (trained_cnn / "model.keras").stat().st_mtime_ns == before


def test_the_scaler_fits_its_network(trained_cnn: Path, trained_mlp: Path) -> None:
    assert joblib.load(trained_cnn / "scaler.joblib").n_features_in_ == 1
    per_pixel = joblib.load(trained_mlp / "scaler.joblib")
    assert per_pixel.n_features_in_ == 784
    assert np.isin(per_pixel.scale_[per_pixel.var_ == 0], 1).all()


@pytest.mark.parametrize("model", ["cnn", "mlp"])
def test_metrics_agree_with_the_network(model: str, request: pytest.FixtureRequest) -> None:
    folder: Path = request.getfixturevalue(f"trained_{model}")
    metrics = json.loads((folder / "metrics.json").read_text())
    network = keras.saving.load_model(folder / "model.keras")
    scaler = joblib.load(folder / "scaler.joblib")
    data = small_mnist()
    columns = data["x_test"].reshape(-1, scaler.n_features_in_)
    logits = network.predict(scaler.transform(columns).reshape(-1, 28, 28, 1), verbose=0)
    said = logits[:, :10].argmax(axis=1)
    assert metrics["test"]["accuracy"] == pytest.approx(float((said == data["y_test"]).mean()))
    matrix = np.array(metrics["test"]["confusion_matrix"])
    assert matrix.sum() == len(said)
    assert metrics["test"]["per_class"]["3"]["recall"] == pytest.approx(matrix[3, 3] / matrix[3].sum())
    assert metrics["test"]["accuracy"] > 0.5, "it has learned something"
    assert metrics["parameters"] == network.count_params()
    assert metrics["data"]["name"] == "other images"
    assert len(metrics["history"]) == trainings.EPOCHS[model]
    assert {"loss", "accuracy", "val_loss", "val_accuracy", "seconds"} <= set(metrics["history"][0])


def test_figures_are_pictures(trained_cnn: Path) -> None:
    for name in ("history", "confusion", "reliability", "mistakes", "robustness"):
        with Image.open(trained_cnn / "figures" / f"{name}.png") as figure:
            assert min(figure.size) > 200
            assert len(figure.convert("L").getcolors() or []) > 10, "something is drawn"


def test_data_errors_reach_the_terminal_as_one_line(tmp_path: Path) -> None:
    done = trainings.run(trainings.train_command(tmp_path / "nowhere.npz", tmp_path, "cnn"))
    assert done.returncode == 1
    assert done.stdout.startswith("error: There is no file")
    assert done.stdout.count("\n") == 1


def test_without_network_and_data_it_says_how_to_get_them(tmp_path: Path) -> None:
    command = [*trainings.train_command(tmp_path, tmp_path, "cnn")]
    at = command.index("--data")
    del command[at : at + 3]
    # A proxy that nobody listens on: the download fails at once, whatever the machine's network.
    closed = "http://127.0.0.1:9"
    done = trainings.run(command, KERAS_HOME=str(tmp_path), https_proxy=closed, HTTPS_PROXY=closed)
    assert done.returncode == 1
    assert "MNIST could not be downloaded" in done.stdout
    assert "MNIST_NPZ=" in done.stdout
    assert "Traceback" not in done.stdout


def test_help_tells_every_default() -> None:
    done = trainings.run([sys.executable, "-m", "train", "--help"], COLUMNS="1000", STROKES="")
    assert done.returncode == 0
    options = re.split("^  --", done.stdout, flags=re.MULTILINE)[1:]
    told = {option.split()[0]: option.partition("(default: ")[2].partition(")")[0] for option in options}
    assert set(told) == {field.name.replace("_", "-") for field in fields(Config)}
    defaults = {name: str(getattr(parse([]), name.replace("-", "_"))) for name in told}
    for name in ("only", "model", "rounds", "batches", "seed", "any-data", "artifacts", "fresh", "drawn"):
        assert told[name] == defaults[name]
    assert told["epochs"] == "14 for cnn, 20 for mlp"
    assert [parse(["--model", model]).epochs for model in ("cnn", "mlp")] == [14, 20]
    assert told["real"].startswith("the files in the environment's REAL")
    assert told["fonts"].startswith("the environment's FONTS")
    assert told["measure"] == "the files in the environment's STROKES"


def test_a_broken_file_to_measure_on_is_found_before_the_training(small_npz: Path, tmp_path: Path) -> None:
    broken = tmp_path / "strokes.jsonl"
    broken.write_text('{"label": "1"}\n')
    out = tmp_path / "artifacts"
    done = trainings.run([*trainings.train_command(small_npz, out, "mlp"), "--measure", str(broken)])
    assert done.returncode == 1
    assert "strokes.jsonl, line 1" in done.stdout
    assert "epoch" not in done.stdout


def test_another_file_to_measure_on_goes_on_from_the_same_checkpoints(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("a")
    (tmp_path / "b.jsonl").write_text("b")
    one, other = (parse(["--measure", str(tmp_path / name)]) for name in ("a.jsonl", "b.jsonl"))
    assert one.training_fingerprint("data") == other.training_fingerprint("data")
    assert one.fingerprint("data") != other.fingerprint("data")


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--seed", "-1", "-1 is not between 0 and 4294967295"),
        ("--seed", str(2**32), "is not between 0 and"),
        ("--seed", "x", "'x' is no whole number"),
        ("--epochs", "1.5", "'1.5' is no whole number"),
        ("--epochs", "0", "0 is less than 1"),
    ],
)
def test_numbers_that_cannot_be_are_refused(
    option: str, value: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        parse([f"{option}={value}"])
    assert message in capsys.readouterr().err


def test_a_folder_that_is_a_file_is_refused_before_the_work(small_npz: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        done = trainings.run(trainings.train_command(small_npz, folder, "cnn"))
        assert done.returncode == 1
        assert done.stdout.startswith(f"error: {folder} cannot be written: ")
        assert done.stdout.count("\n") == 1


def test_a_second_training_in_the_same_folder_is_refused(small_npz: Path, tmp_path: Path) -> None:
    with files.locked(tmp_path):
        done = trainings.run(trainings.train_command(small_npz, tmp_path, "cnn"))
    assert done.returncode == 1
    assert done.stdout.startswith(f"error: Another training is writing to {tmp_path}.")
    with files.locked(tmp_path):
        pass


def test_a_full_disk_is_said_in_one_line_and_leaves_no_half_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    assert run_command(lambda: files.replace(tmp_path / "file", full), "Try again.") == 1
    assert capsys.readouterr().err == "error: [Errno 28] No space left on device. Try again.\n"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("options", "said"), [([], "The same command goes"), (["--fresh"], "without --fresh goes")])
def test_after_ctrl_c_it_says_which_command_goes_on(
    options: list[str], said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped(_: Config) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("train.__main__.run", stopped)
    assert main(options) == 130
    assert said in capsys.readouterr().err
