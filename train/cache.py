"""Caches drawn samples in files: drawing takes a minute or two, reading them back a second."""

import hashlib
import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from synthesis.handwriting.dataset import Kind, Samples, generate
from synthesis.handwriting.faces import Faces
from train import files
from train.config import code_sha256


def cached(
    folder: Path, count: int, seed: int, kind: Kind, processes: int | None = None, faces: Faces | None = None
) -> Samples:
    """Return `generate(count, seed, kind, faces=faces)`, read from a file in `folder` if the same code drew it before.

    Raises:
        OSError: the folder cannot be written.
    """
    file = folder / f"{kind}-{count}-{seed}-{fingerprint(faces)}.npz"
    if (kept := _read(file, count)) is not None:
        return kept
    with Progress(
        TextColumn("drawing {task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    ) as progress:
        task = progress.add_task(kind, total=count)
        images, labels = generate(count, seed, kind, processes, lambda drawn: progress.advance(task, drawn), faces)
    folder.mkdir(parents=True, exist_ok=True)
    files.replace(file, lambda path: np.savez_compressed(path, images=images, labels=labels))
    return images, labels


def fingerprint(faces: Faces | None = None) -> str:
    """Return the first 12 hex digits of a hash over the code that draws and normalises, and the fonts."""
    text = code_sha256("synthesis/handwriting/*.py") + (files.sha256(faces.path) if faces else "")
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _read(file: Path, count: int) -> Samples | None:
    try:
        # Parsed from memory, because NumPy leaves a truncated file open.
        with np.load(io.BytesIO(file.read_bytes())) as kept:
            images: NDArray[np.uint8] = kept["images"]
            labels: NDArray[np.int64] = kept["labels"]
    except Exception:  # a damaged .npz raises many kinds, zlib.error among them; it is drawn anew
        return None
    return (images, labels) if images.shape == (count, 28, 28) and labels.shape == (count,) else None
