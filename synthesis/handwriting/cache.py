"""Caches drawn samples in files: drawing takes a minute or two, reading them back a second."""

import hashlib
import io
import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from inference.recognition import normalise as normalise_module
from synthesis.handwriting.dataset import Kind, Samples, generate
from synthesis.handwriting.faces import Faces


def cached(
    folder: Path, count: int, seed: int, kind: Kind, processes: int | None = None, faces: Faces | None = None
) -> Samples:
    """Return `generate(count, seed, kind, faces=faces)`, read from `folder` if the same code drew it before.

    Args:
        folder: folder of the .npz files; created if it is missing.
        count: number of samples.
        seed: as in `generate`.
        kind: as in `generate`.
        processes: as in `generate`.
        faces: as in `generate`.

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
    # Written under another name, then renamed: an interrupted write leaves no half file.
    aside = file.with_name(f".{os.getpid()}-{file.name}")
    try:
        np.savez_compressed(aside, images=images, labels=labels)
        aside.replace(file)
    finally:
        aside.unlink(missing_ok=True)
    return images, labels


def fingerprint(faces: Faces | None = None) -> str:
    """Return the first 12 hex digits of a hash over the code that draws and normalises, and the fonts."""
    digest = hashlib.sha256()
    for source in [*sorted(Path(__file__).parent.glob("*.py")), Path(normalise_module.__file__)]:
        digest.update(source.read_bytes())
    if faces is not None:
        digest.update(faces.path.read_bytes())
    return digest.hexdigest()[:12]


def _read(file: Path, count: int) -> Samples | None:
    try:
        # Parsed from memory, because NumPy leaves a truncated file open.
        with np.load(io.BytesIO(file.read_bytes())) as kept:
            images: NDArray[np.uint8] = kept["images"]
            labels: NDArray[np.int64] = kept["labels"]
    except Exception:  # a damaged .npz raises many kinds, zlib.error among them; it is drawn anew
        return None
    return (images, labels) if images.shape == (count, 28, 28) and labels.shape == (count,) else None
