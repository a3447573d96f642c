"""Exports the page network: folds it into `page.onnx`, verifies it and writes its part of the model card."""

import json
from pathlib import Path

from export import classifier, document, files
from export.page import artifacts
from inference.recognizer import PAGE_MODEL_FILES
from train.quiet import import_tensorflow

INT8, MODEL = PAGE_MODEL_FILES


def run(folder: Path) -> None:
    """Export the page network; do nothing if the same code has already exported the same artifacts."""
    metrics = artifacts.load_metrics(folder)
    used = [folder / name for name in (artifacts.METRICS, artifacts.EVALUATION, classifier.MODEL, MODEL, INT8)]
    before = document.read(folder)
    if files.up_to_date(folder, "page", used, f"{before.page}{before.pictures}"):
        print(f"{folder / MODEL} is up to date.")
        return

    # These are slow to import, and not needed if the file is up to date.
    import_tensorflow()
    from export import fold
    from export.page import quantize, verify
    from export.page.card import card, pictures
    from export.page.network import build, fold_network

    print("Folding the page network into one graph ...", flush=True)
    network, pages = artifacts.load(folder)
    folded = fold_network(network, metrics["scale"])
    metadata = files.metadata("page", metrics, fold.sha256(folded.convolutions())) | {
        "kinds": json.dumps(metrics["kinds"]),
        "scale": str(metrics["scale"]),
    }
    content = build(folded, metadata).SerializeToString(deterministic=True)
    with files.temporary_files(folder, MODEL, INT8, document.CARD) as (model, small, text):
        model.write_bytes(content)
        print(f"Comparing it with Keras on {len(pages)} pages and on noise ...", flush=True)
        parity = verify.measure(model, network, pages.pictures, metrics["scale"])
        parity.check()
        print("Trying it in 8-bit integers ...", flush=True)
        quantize.quantize(model, small, pages.every_second(0).pictures)
        trial = quantize.measure(model, small, pages.every_second(1))
        float32, int8 = (files.describe(path) for path in (model, small))
        rows = artifacts.load_rows(folder, (int8 if trial.keep else float32).sha256)
        part = card(metrics, metadata, parity, float32, int8 if trial.keep else None, trial, len(pages))
        figures = pictures(rows)
        text.write_text(str(document.Document(before.classifier, part, figures)))
        files.replace_file(model, folder / MODEL)
        files.replace_file(small, folder / INT8, wanted=trial.keep)
        files.replace_file(text, folder / document.CARD)
    files.save_stamp(folder, "page", used, f"{part}{figures}")
    print(
        f"Equal: {parity}.\n"
        + (f"In 8-bit integers: {INT8}" if trial.keep else f"Not faster and as good in 8-bit integers: no {INT8}")
        + f" ({trial.int8}; votes moved by {trial.moved:.2f} pixels). In float32: {trial.float32}.\n"
        f"Written: {folder / MODEL} ({float32.size / 1000:.0f} kB), {folder / document.CARD}. Next: make serve"
    )
