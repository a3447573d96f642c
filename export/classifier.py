"""Exports the classifier: folds scaler, network and calibration into `model.onnx`, verifies it and writes its card."""

import json
from pathlib import Path

from export import artifacts, document, files
from train.quiet import import_tensorflow

MODEL, INT8 = "model.onnx", "model.int8.onnx"


def run(folder: Path) -> None:
    """Export the classifier; do nothing if the same code has already exported the same artifacts."""
    metrics = artifacts.load_metrics(folder)
    written = [folder / name for name in (artifacts.METRICS, artifacts.ROWS, MODEL, INT8)]
    if files.up_to_date(folder, "classifier", written, document.read(folder).classifier):
        print(f"{folder / MODEL} is up to date.")
        return

    # These are slow to import, and not needed if the file is up to date.
    import_tensorflow()
    from export import fold, graph, quantize, verify
    from export.card import Int8, card
    from export.steps import steps

    print("Folding scaler, network and calibration into one graph ...", flush=True)
    trained = artifacts.load(folder, metrics)
    scaler, temperature, shift = trained.scaler, metrics["temperature"], metrics["reject_shift"]
    folded = fold.fold_all(steps(trained.network), scaler.mean_, scaler.scale_, temperature, shift)
    metadata = files.metadata(metrics["model"], metrics, fold.sha256(folded)) | {
        "classes": json.dumps(metrics["classes"]),
        "threshold": str(metrics["thresholds"]["digit"]),
        "reject_threshold": str(metrics["thresholds"]["reject"]),
        "test_accuracy": str(metrics["test"]["accuracy"]),
    }
    content = graph.build(folded, metadata).SerializeToString(deterministic=True)
    with files.temporary_files(folder, MODEL, INT8, document.CARD) as (model, small, text):
        model.write_bytes(content)
        count = len(trained.images)
        print(f"Comparing it with scikit-learn and Keras on {count:,} test images and on noise ...", flush=True)
        parity = verify.measure(model, trained, temperature, shift)
        parity.check()
        print("Trying it in 8-bit integers ...", flush=True)
        quantize.quantize(model, small, trained.validation_images)
        full, small_one = (quantize.measure(path, trained) for path in (model, small))
        kept = Int8(files.describe(small), small_one, full) if small_one.is_as_good_as(full) else None
        rows = artifacts.load_rows(folder)
        part = card(metrics, metadata, parity, files.describe(model), kept, rows)
        before = document.read(folder)
        # Figures on pictures that another classifier read are left out, until the page network's export renews them.
        same = before.classifier.head.get("model_sha256") == part.head["model_sha256"]
        text.write_text(str(document.Document(part, before.page, before.pictures if same else "")))
        files.replace_file(model, folder / MODEL)
        files.replace_file(small, folder / INT8, wanted=kept is not None)
        files.replace_file(text, folder / document.CARD)
    files.save_stamp(folder, "classifier", written, part)
    print(
        f"Equal: probabilities within {parity.probabilities:.1e}, {parity.decisions} decisions changed, "
        f"logits on noise within {parity.noise:.1e} of the largest.\n"
        + (
            f"In 8-bit integers it keeps its figures: {INT8} ({kept.file.size / 1000:.0f} kB).\n"
            if kept
            else f"In 8-bit integers it loses too much: no {INT8}. {small_one}; before, {full}.\n"
        )
        + f"Written: {folder / MODEL} ({len(content) / 1000:.0f} kB), {folder / document.CARD}. Next: make serve"
    )
