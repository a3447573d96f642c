"""`python -m export`: load what was trained, fold it, prove it, write the file and its card."""

import argparse
import hashlib
import json
import sys
import tomllib
from pathlib import Path
from typing import Any

import inference  # noqa: F401 - turns onnxruntime's telemetry off before anything imports it
from export import artifacts
from export.errors import ExportError
from train.quiet import import_tensorflow

ROOT = Path(__file__).resolve().parent.parent
MODEL, INT8, CARD, STAMP = "model.onnx", "model.int8.onnx", "MODEL_CARD.md", ".exported.json"


def main(arguments: list[str] | None = None) -> int:
    """Return 0, or 1 with a message where something is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m export",
        description="Fold scaler, network and calibration into artifacts/model.onnx, prove that it answers as they do, "
        "and write its card. When nothing has changed since, it says so.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument(
        "--artifacts", type=Path, default=ROOT / "artifacts", metavar="DIR", help="what `python -m train` wrote"
    )
    folder: Path = parser.parse_args(arguments).artifacts
    try:
        run(folder)
    except ExportError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The previous model.onnx is left as it was.", file=sys.stderr)
        return 130
    return 0


def run(folder: Path) -> None:
    """Export; do nothing where the file was made from these very artifacts by this very code."""
    metrics = artifacts.load_metrics(folder)
    if _stamp(folder) == _read_stamp(folder):
        print(f"{folder / MODEL} is up to date.")
        return

    # Slow to import, and not needed to say that nothing is to be done.
    import_tensorflow()
    from export import fold, graph, quantize, verify
    from export.card import Float32, Int8, card
    from export.steps import steps

    print("Folding scaler, network and calibration into one graph ...", flush=True)
    trained = artifacts.load(folder, metrics)
    scaler, temperature, shift = trained.scaler, metrics["temperature"], metrics["reject_shift"]
    folded = fold.everything(steps(trained.network), scaler.mean_, scaler.scale_, temperature, shift)
    metadata = _metadata(metrics, fold.sha256(folded))
    content = graph.build(folded, metadata).SerializeToString(deterministic=True)
    model, small, text = (folder / f".unfinished-{name}" for name in (MODEL, INT8, CARD))
    model.write_bytes(content)
    try:
        count = len(trained.images)
        print(f"Comparing it with scikit-learn and Keras on {count:,} test images and on noise ...", flush=True)
        parity = verify.measure(model, trained, temperature, shift)
        parity.check()
        print("Trying it in 8-bit integers ...", flush=True)
        quantize.quantize(model, small, trained.validation_images)
        full, small_one = (quantize.measure(path, trained) for path in (model, small))
        kept = Int8(_sha256(small), small.stat().st_size, small_one, full) if small_one.keep(full) else None
        rows = artifacts.load_rows(folder)
        text.write_text(card(metrics, metadata, parity, Float32(_sha256(model), len(content)), kept, rows))
        model.replace(folder / MODEL)
        if kept:
            small.replace(folder / INT8)
        else:
            (folder / INT8).unlink(missing_ok=True)
        text.replace(folder / CARD)
    finally:
        for unfinished in (model, small, text):
            unfinished.unlink(missing_ok=True)
    (folder / STAMP).write_text(json.dumps(_stamp(folder)))
    print(
        f"Equal: probabilities within {parity.probabilities:.1e}, {parity.decisions} decisions changed, "
        f"logits on noise within {parity.noise:.1e} of the largest.\n"
        + (
            f"In 8-bit integers it keeps its figures: {INT8} ({kept.size / 1000:.0f} kB).\n"
            if kept
            else f"In 8-bit integers it loses too much: no {INT8}. {small_one}; before, {full}.\n"
        )
        + f"Written: {folder / MODEL} ({len(content) / 1000:.0f} kB), {folder / CARD}. Next: make serve"
    )


def _metadata(metrics: dict[str, Any], weights_sha256: str) -> dict[str, str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return {
        "name": f"{project['name']}-{metrics['model']}",
        "version": f"{project['version']}+{weights_sha256[:8]}",
        "classes": json.dumps(metrics["classes"]),
        "threshold": str(metrics["thresholds"]["digit"]),
        "reject_threshold": str(metrics["thresholds"]["reject"]),
        "test_accuracy": str(metrics["test"]["accuracy"]),
        "data": metrics["data"]["name"],
        "data_sha256": metrics["data"]["sha256"],
        "commit": metrics["commit"],
        "license": project["license"],
    }


def _stamp(folder: Path) -> dict[str, str] | None:
    """Return the checksums of all that the export reads and writes; None where a file is missing."""
    sources = [*sorted((ROOT / "export").glob("*.py")), ROOT / "pyproject.toml"]
    try:
        return {
            str(path.name): _sha256(path)
            for path in [*sources, folder / artifacts.METRICS, folder / MODEL, folder / CARD]
        }
    except OSError:
        return None


def _read_stamp(folder: Path) -> Any:
    try:
        return json.loads((folder / STAMP).read_text())
    except (OSError, ValueError):
        return "none"


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
