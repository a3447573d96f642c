"""Writes the classifier's part of the model card, with figures from `metrics.json`, `report.json` and the export."""

from dataclasses import dataclass
from typing import Any

from export.document import CardPart, table
from export.files import File
from export.quantize import Figures
from export.verify import Parity

FIGURES = {
    "history": "Loss and accuracy against epochs",
    "confusion": "Confusion matrix of the test images",
    "reliability": "Reliability diagram",
    "mistakes": "The surest mistakes",
    "robustness": "Accuracy as the test images get worse",
}


@dataclass(frozen=True, slots=True)
class Int8:
    """`model.int8.onnx`, its figures and those of `model.onnx` on the same images."""

    file: File
    figures: Figures
    float32: Figures


def card(
    metrics: dict[str, Any],
    metadata: dict[str, str],
    parity: Parity,
    float32: File,
    int8: Int8 | None,
    rows: dict[str, dict[str, Any]],
) -> CardPart:
    """Return the classifier's part of `MODEL_CARD.md`, with Hugging Face's metadata.

    `metrics` is the content of `metrics.json`, `metadata` what was written into the `metadata_props` of `float32`,
    `int8` None if there is no such file, and `rows` the metrics of each kind of network last trained here.
    """
    test, data = metrics["test"], metrics["data"]
    result = {
        "task": {"type": "image-classification"},
        "dataset": {"name": data["name"], "type": "mnist", "split": "test"},
        "metrics": [{"type": "accuracy", "value": test["accuracy"]}],
    }
    head = {
        "license": metadata["license"].lower(),
        "library_name": "onnx",
        "pipeline_tag": "image-classification",
        "tags": ["handwriting", "digits", "onnx"],
        "datasets": ["mnist"] if data["name"] == "MNIST" else [],
        "metrics": ["accuracy"],
        "model_sha256": float32.sha256,
        "model-index": [{"name": metadata["name"], "results": [result]}],
    }
    figures = "\n\n".join(f"![{title}](figures/{name}.png)" for name, title in FIGURES.items())
    if int8:
        head["model_int8_sha256"] = int8.file.sha256
    classes = "the digits 0 to 9" + (', then "not a digit"' if len(metrics["classes"]) == 11 else "")
    seed = f"seed {metrics['seed']}, {metrics['epochs']} epochs, Keras {metrics['versions']['keras']}"
    body = f"""# {metadata["name"]} {metadata["version"]}

Reads one handwritten digit. A {metrics["model"].upper()} of {metrics["parameters"]:,} parameters with its scaling and
calibration folded in: one file of {float32.size / 1000:.0f} kB, for any onnxruntime, with nothing beside it.

| | |
|---|---|
| input | `image`, uint8 `[N, 28, 28]`, 0 = paper, 255 = ink, normalised as MNIST is |
| output | `probabilities`, float32 `[N, {len(metrics["classes"])}]`: {classes}; rows sum to 1 |
| test accuracy | {_percent(test["accuracy"])} of {test["images"]:,} images, the best digit of each |
| test loss | {test["loss"]:.4f} |
| calibration error | {_percent(test["calibration_error"])} on the test images, after calibration on the validation images |
| parity with scikit-learn and Keras | probabilities within {parity.probabilities:.1e} on the test images, {parity.decisions} decisions changed; logits on noise within {parity.noise:.1e} of the largest |
{_thresholds(metrics)}{_int8(int8)}
Pictures must be normalised first: tight box, longest side to 20 pixels by area averaging, centre of mass to pixel 14.
`inference/recognition/normalise.py` does it; without it drawings are misread.

## How it was trained

{_training(data)}
Chosen by {data["validation"]:,} other images of the training set; {seed}; code at {metrics["commit"]}. The test images
decided nothing in the training; `make train export` makes the file anew.

{_comparison(rows)}## Each digit, on the test images

{_digits(test)}
{_drawings(metrics["drawings"])}## How accuracy falls as test images get worse

{_robustness(metrics["robustness"])}
{figures}

## Limits

{_limits(metrics)}
"""
    return CardPart(head, body)


def _percent(share: float) -> str:
    return f"{100 * share:.2f} %"


def _thresholds(metrics: dict[str, Any]) -> str:
    if len(metrics["classes"]) == 10:
        return ""
    thresholds = metrics["thresholds"]
    return f"""
The probabilities are calibrated for pages on which one mark in {1 / metrics["reject_share"]:.0f} is no digit; when that share was set, the
calibration error on the test images was in sight. A digit is said where "not a digit"
has at most {thresholds["reject"]:g} (`reject_threshold` in the file's metadata) and the digit at least {thresholds["digit"]:g} (`threshold`);
else the mark is refused. Both were chosen on validation images and on marks drawn by code. With them {_percent(metrics["test"]["right_and_answered"])} of the test images are right and answered.
"""


def _int8(int8: Int8 | None) -> str:
    if int8 is None:
        return ""
    rows = "\n".join(
        f"| {name} | {_percent(getattr(int8.float32, key))} | {_percent(getattr(int8.figures, key))} |"
        for name, key in (
            ("test accuracy", "accuracy"),
            ("digits kept to choose by, right and answered", "right_and_answered"),
            ("other marks kept to choose by, answered as a digit", "let_through"),
        )
    )
    return f"""
`model.int8.onnx` is the same network in 8-bit integers, {int8.file.size / 1000:.0f} kB; `MODEL_PATH` picks it. `model.onnx` is the
default: it answers exactly as the trained network does, on every processor.

| | `model.onnx` | `model.int8.onnx` |
|---|---|---|
{rows}
"""


def _training(data: dict[str, Any]) -> str:
    lines = [f"- {data['training']:,} images of {data['name']} (content SHA-256 `{data['sha256'][:16]}...`)"]
    if data["drawn"]:
        lines.append(
            f"- {data['drawn']:,} digits and as many marks that are none (letters, signs, scribbles, words, pieces of "
            "digits, two digits at once), drawn as strokes by code: `synthesis/handwriting`"
        )
    if data.get("real"):
        named = ", ".join(f"`{each['file']}` (SHA-256 `{each['sha256'][:16]}...`)" for each in data["real"])
        lines.append(
            f"- {data['real_digits']:,} digits that people wrote: {named}; UCI's pen digits and optical digits, CC BY 4.0, "
            "which `python -m train.uci` downloads"
        )
    if data.get("fonts"):
        lines.append(
            f"- handwriting fonts, from which some of those digits and letters are copied: `{data['fonts']['file']}` "
            f"(SHA-256 `{data['fonts']['sha256'][:16]}...`), which `python -m train.fonts` makes of Google Fonts' files "
            "(SIL Open Font License, Apache License 2.0, MIT License)"
        )
    if data["extra"]:
        lines.append(f"- {data['extra']:,} extra examples given with `--extra`")
    return "\n".join([*lines, ""])


def _comparison(rows: dict[str, dict[str, Any]]) -> str:
    """Return a table that compares the networks; empty unless more than one has been trained."""
    if len(rows) < 2:
        return ""
    heads = ("network", "parameters", "test accuracy", "calibration error", "digits drawn by people, best digit")
    lines = []
    for name, row in sorted(rows.items()):
        drawn = row.get("drawings", {}).get("drawn by people", {}).get("accuracy")
        figures = _percent(row["accuracy"]), _percent(row["calibration_error"])
        lines.append((name, f"{row['parameters']:,}", *figures, "not measured" if drawn is None else _percent(drawn)))
    return f"## Against the other networks trained here\n\n{table(*heads, rows=lines)}\n"


def _digits(test: dict[str, Any]) -> str:
    rows = [
        (digit, _percent(row["precision"]), _percent(row["recall"]), _percent(row["f1"]), row["images"])
        for digit, row in test["per_class"].items()
    ]
    return table("digit", "precision", "recall", "F1", "images", rows=rows)


def _drawings(drawings: dict[str, dict[str, Any]]) -> str:
    """Return a section for each set of drawings, drawn by code or, given with --measure, by people."""
    text = ""
    for name, found in drawings.items():
        text += f"## Marks {name}, none of them trained on\n\n"
        if "accuracy" in found:
            text += (
                f"{found['digits']:,} digits: {_percent(found['accuracy'])} best digit right, "
                f"{_percent(found['right_and_answered'])} right and answered, calibration error "
                f"{_percent(found['calibration_error'])}. "
            )
        if "others_answered" in found:
            text += (
                f"{found['others']:,} marks that are no digit: {_percent(found['others_answered'])} answered as one. "
            )
        if "auroc" in found:
            text += f"AUROC of the best digit's probability, digits against the others: {found['auroc']:.4f}."
        text = text.rstrip() + "\n\n"
        if "per_digit" in found:
            rows = [
                (digit, _percent(row["accuracy"]), _percent(row["right_and_answered"]), row["digits"])
                for digit, row in found["per_digit"].items()
            ]
            text += table("digit", "right", "right and answered", "drawings", rows=rows) + "\n"
        kinds = found.get("others_answered_by_kind", {})
        if len(kinds) > 1:
            others = ((kind, _percent(row["answered"]), row["marks"]) for kind, row in kinds.items())
            text += table("no digit", "answered as one", "drawings", rows=others) + "\n"
    return text


def _robustness(curves: dict[str, dict[str, list[float]]]) -> str:
    rows = []
    for name, curve in curves.items():
        points = (f"{s:g}: {100 * a:.1f} %" for s, a in zip(curve["strength"], curve["accuracy"], strict=True))
        rows.append((name, ", ".join(points)))
    return table("what is done to them", "accuracy at each strength", rows=rows)


def _limits(metrics: dict[str, Any]) -> str:
    lines = []
    if metrics["data"]["drawn"]:
        lines = [
            "MNIST's handwriting is American, of the 1990s; other ways of writing (slashed zeros, barred sevens, ones with a "
            "flag and foot) it knows from drawings made by code, not by people.",
            "Letters that look like digits (O, l, I, S, Z, B, b, q, g) are read as digits: without context nobody can tell.",
            "Which ways of writing are drawn was chosen while looking at the pen strokes of 130 writers (UNIPEN, CC BY 4.0), "
            "closely at half of them, so the figures for marks drawn by people are no longer those of unseen writers; none "
            "of their strokes was trained on.",
            "A one with a long flat flag and a narrow seven are the same shape; so are an open four and a y.",
        ]
    else:
        lines = [
            "It knows MNIST's handwriting: American, of the 1990s. Slashed zeros, barred sevens and ones with a flag and "
            "foot are rare there."
        ]
    if len(metrics["classes"]) == 10:
        lines.append("It has no class for marks that are no digit: it answers a letter with some digit, often surely.")
    return "\n".join(f"- {line}" for line in lines)
