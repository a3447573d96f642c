"""Evaluates the trained classifier, and writes all files of a finished training to `artifacts/`."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import joblib
import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from rich.table import Table
from sklearn.preprocessing import StandardScaler

from synthesis.handwriting import NOT_A_DIGIT
from train import calibrate, extra, figures, files, refusal, report, robustness, scale
from train.checkpoint import History
from train.config import Config
from train.data import Mnist
from train.mix import Mix
from train.progress import console

REPORT = "report.json"


def write(
    config: Config,
    fingerprint: str,
    mnist: Mnist,
    mix: Mix,
    measured: list[extra.Example],
    scaler: StandardScaler,
    model: keras.Model,
    history: History,
) -> None:
    """Calibrate and choose thresholds on the validation data, evaluate on test images and drawings, write all files."""
    share = mix.negatives_share()
    shift = calibrate.prior_shift(share, refusal.EXPECTED_NEGATIVES_SHARE) if share else 0.0

    def logits(images: NDArray[np.uint8]) -> NDArray[np.float32]:
        pixels = scale.apply(scaler, images)
        # TensorFlow would log an error for each call of `predict`, since its operations are made deterministic.
        found = np.concatenate([model.predict_on_batch(pixels[at : at + 500]) for at in range(0, len(pixels), 500)])
        found[:, NOT_A_DIGIT:] -= np.float32(shift)
        return found

    parts = mix.mnist
    validation_logits = logits(parts.validation_images)
    temperature = calibrate.temperature(validation_logits, parts.validation_labels)

    def predict(images: NDArray[np.uint8]) -> NDArray[np.float64]:
        return calibrate.probabilities(logits(images), temperature)

    validation, test = calibrate.probabilities(validation_logits, temperature), predict(mnist.x_test)
    thresholds, drawings = _refusal(mix, measured, validation, predict)

    out = config.artifacts
    files.replace(out / files.MODEL, model.save)
    files.replace(out / files.SCALER, lambda path: joblib.dump(scaler, path))
    files.replace(out / files.TEST, lambda path: np.savez_compressed(path, images=mnist.x_test, labels=mnist.y_test))
    images, labels = mix.validation_data()
    files.replace(out / files.VALIDATION, lambda path: np.savez_compressed(path, images=images, labels=labels))
    metrics: dict[str, Any] = {
        "model": config.model,
        "fingerprint": fingerprint,
        "seed": config.seed,
        "epochs": config.epochs,
        "commit": files.commit(),
        "versions": {"keras": keras.__version__, "tensorflow": tf.__version__, "numpy": np.__version__},
        "data": mnist.described()
        | {
            "training": len(parts.images),
            "validation": len(parts.validation_images),
            "test": len(mnist.x_test),
            "drawn": 0 if mix.drawn_training is None else config.drawn,
            "fonts": {"file": config.fonts.name, "sha256": files.sha256(config.fonts)}
            if config.fonts and mix.drawn_training
            else None,
            "real": [{"file": path.name, "sha256": files.sha256(path)} for path in config.real] if mix.real else [],
            "real_digits": len(mix.real),
            "extra": len(mix.extra),
        },
        "classes": report.DIGITS if mix.drawn_training is None else [*report.DIGITS, "not a digit"],
        "parameters": int(model.count_params()),
        "seconds": round(sum(epoch["seconds"] for epoch in history), 1),
        "temperature": temperature,
        "reject_share": refusal.EXPECTED_NEGATIVES_SHARE,
        "reject_shift": shift,
        "thresholds": asdict(thresholds),
        "validation": report.evaluate(validation, parts.validation_labels),
        "test": report.evaluate(test, mnist.y_test)
        | {"right_and_answered": refusal.measure(test, mnist.y_test, thresholds, [])["right_and_answered"]},
        "drawings": drawings,
        "robustness": robustness.accuracy_curves(predict, mnist.x_test, mnist.y_test),
        "history": history,
    }
    figures.draw(out / "figures", metrics, test, mnist.x_test, mnist.y_test)
    rows = _add_row(out / REPORT, metrics)
    files.save_metrics(out / files.METRICS, metrics, (files.MODEL, files.SCALER, files.TEST, files.VALIDATION))

    console.print(report.as_text(test, mnist.y_test))
    console.print(_table(rows))
    for name, found in drawings.items():
        console.print(f"{name}: {_sentence(found)}")
    console.print(f"Written to {out}: {files.MODEL}, {files.SCALER}, {files.METRICS}, figures. Next: make export")


def _refusal(
    mix: Mix,
    measured: list[extra.Example],
    validation: NDArray[np.float64],
    predict: Callable[[NDArray[np.uint8]], NDArray[np.float64]],
) -> tuple[refusal.Thresholds, dict[str, Any]]:
    """Return the thresholds, chosen on the validation data, and the metrics with them on each set of drawings."""
    thresholds, drawings = refusal.NEVER_REFUSE, {}
    if mix.drawn_validation is not None:
        drawn = mix.drawn_validation
        digits, negatives = predict(drawn.digits), predict(drawn.negatives)
        thresholds = refusal.choose(np.concatenate([validation, digits]), negatives)
        labels = np.concatenate([drawn.digit_labels, drawn.negative_labels])
        both = np.concatenate([digits, negatives])
        drawings["drawn by code"] = refusal.measure(both, labels, thresholds, ["not a digit"] * len(labels))
    if measured:
        images, labels = extra.draw(measured, seed=0)
        names = [example.name for example in measured]
        drawings["drawn by people"] = refusal.measure(predict(images), labels, thresholds, names)
    return thresholds, drawings


def _sentence(found: dict[str, Any]) -> str:
    parts = []
    if "accuracy" in found:
        parts.append(
            f"{found['digits']:,} digits, {100 * found['accuracy']:.2f} % right, "
            f"{100 * found['right_and_answered']:.2f} % right and answered"
        )
    if "others_answered" in found:
        parts.append(
            f"{found['others']:,} marks that are none, {100 * found['others_answered']:.2f} % of them answered"
        )
    if "auroc" in found:
        parts.append(f"AUROC {found['auroc']:.4f}")
    return "; ".join(parts)


def _add_row(path: Path, metrics: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Store the network's row in the report, one row for each kind of network, and return all rows."""
    try:
        rows: dict[str, dict[str, Any]] = json.loads(path.read_text())
    except (OSError, ValueError):
        rows = {}
    # A network trained on extra examples has its own row beside the one without.
    name = metrics["model"] + (" with extra examples" if metrics["data"]["extra"] else "")
    rows[name] = {
        **{key: metrics[key] for key in ("parameters", "epochs", "seconds")},
        **{key: metrics["test"][key] for key in ("accuracy", "loss", "calibration_error")},
        "drawings": {
            name: {
                key: found[key]
                for key in ("accuracy", "right_and_answered", "others_answered", "auroc")
                if key in found
            }
            for name, found in metrics["drawings"].items()
        },
    }
    files.replace(path, lambda aside: aside.write_text(json.dumps(rows, indent=1, sort_keys=True) + "\n"))
    return rows


def _table(rows: dict[str, dict[str, Any]]) -> Table:
    table = Table("network", title="On the test images, each network's last training here")
    for heading in ("parameters", "epochs", "seconds", "accuracy", "loss", "calibration error"):
        table.add_column(heading, justify="right")
    for name, row in sorted(rows.items()):
        table.add_row(
            name,
            f"{row['parameters']:,}",
            str(row["epochs"]),
            f"{row['seconds']:.0f}",
            f"{100 * row['accuracy']:.2f} %",
            f"{row['loss']:.4f}",
            f"{100 * row['calibration_error']:.2f} %",
        )
    return table
