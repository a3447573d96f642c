"""Measures the trained page network, and writes all files of its training to `artifacts/`."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from synthesis.hands import Copybook
from synthesis.kinds import KINDS
from train import files
from train.checkpoint import History
from train.config import Config
from train.data import Mnist, Split
from train.page import figures
from train.page.batches import LAST, Batch, batch, page_count
from train.page.fit import validation_pages
from train.page.network import UNIT_PX
from train.progress import console

# Test pages copy MNIST's test digits. No choice depends on them: they are made once, at the end, for the figures.
TEST_PAGES, TEST_SEED = 256, 2_000_003
Outputs = dict[str, NDArray[np.float32]]


def write(config: Config, fingerprint: str, mnist: Mnist, parts: Split, model: keras.Model, history: History) -> None:
    """Measure the network on test pages, and write all files."""
    test = batch(Copybook.of(mnist.x_test, mnist.y_test), config.seed + TEST_SEED, 0, LAST._replace(pages=TEST_PAGES))
    found = outputs(model, test["picture"])
    validation = validation_pages(parts, config.seed)

    out = config.artifacts
    files.replace(out / files.PAGE_MODEL, model.save)
    pictures, writing, kind = validation["picture"], validation["writing"], validation["kind"].astype(np.int64)
    files.replace(
        out / files.PAGES,
        lambda path: np.savez_compressed(path, pictures=pictures, writing=writing, kind=kind),
    )
    metrics: dict[str, Any] = {
        "fingerprint": fingerprint,
        "seed": config.seed,
        "steps": config.rounds * config.batches,
        "commit": files.commit(),
        "versions": {"keras": keras.__version__, "tensorflow": tf.__version__, "numpy": np.__version__},
        "data": mnist.described() | {"pages": page_count(config.rounds * config.batches)},
        "kinds": list(KINDS),
        "scale": UNIT_PX,
        "parameters": int(model.count_params()),
        "seconds": round(sum(each.get("seconds", 0.0) for each in history), 1),
        "figures": measure(test, found),
        "history": history,
    }
    figures.draw(out / "figures", history, test, found)
    files.save_metrics(out / files.PAGE_METRICS, metrics, (files.PAGE_MODEL, files.PAGES))
    for name, value in metrics["figures"].items():
        console.print(f"{name}: {value:.4f}")
    console.print(f"Written to {out}: {files.PAGE_MODEL}, {files.PAGE_METRICS}, figures. Next: make export")


def outputs(model: keras.Model, pictures: NDArray[np.uint8]) -> Outputs:
    """Run the network on uint8 [N, H, W], and return its outputs in the units of `Page`; `kind` as logits."""
    scaled = pictures[..., None].astype(np.float32) / 255
    parts = [model.predict_on_batch(scaled[at : at + 16]) for at in range(0, len(scaled), 16)]
    raw = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return {
        "writing": np.asarray(tf.nn.depth_to_space(tf.sigmoid(raw["writing"]), 2))[..., 0],
        "offset": raw["offset"] * UNIT_PX,
        "height": UNIT_PX * np.exp2(raw["height"][..., 0]),
        "kind": raw["kind"],
    }


def measure(truth: Batch, found: Outputs) -> dict[str, float]:
    """Return the network's metrics on pages; all but that of writing are means over the cells that show a mark."""
    ink, predicted = truth["writing"] > 127, found["writing"] > 0.5
    marked = np.isfinite(truth["offset"])
    asked = truth["kind"] >= 0
    high = truth["height"].astype(np.float32)
    known = high > 0
    factor = np.abs(np.log2(found["height"][known] / high[known]))
    return {
        "writing, intersection over union": float((ink & predicted).sum() / max((ink | predicted).sum(), 1)),
        "offset, mean error in pixels": float(np.abs(found["offset"] - truth["offset"])[marked].mean()),
        "height, mean error as a factor": float(np.exp2(factor.mean())),
        "kind, accuracy by cell": float((found["kind"].argmax(axis=-1) == truth["kind"])[asked].mean()),
    }
