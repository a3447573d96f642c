"""Names, writes and checks the files of a finished training; `metrics.json` and `page.json` hold their checksums."""

import fcntl
import hashlib
import json
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from train.config import ROOT
from train.errors import TrainError

MODEL, SCALER, METRICS = "model.keras", "scaler.joblib", "metrics.json"
TEST, VALIDATION = "test.npz", "validation.npz"
PAGE_MODEL, PAGE_METRICS, PAGES = "page.keras", "page.json", "page.npz"
LOCK = ".training.lock"


def replace(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file atomically: `write` makes it under another name in the same folder, then it is renamed."""
    aside = path.with_name(f".unfinished-{path.name}")
    try:
        write(aside)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def check_writable(folder: Path) -> None:
    """Make a folder, and try whether files can be written there, before hours are spent.

    Raises:
        OSError: they cannot.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tempfile.TemporaryFile(dir=folder).close()


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep a folder for the files of this training alone; two trainings in one folder would mix theirs.

    Raises:
        TrainError: another training is using the folder, or it cannot be written.
    """
    try:
        check_writable(folder)
        lock = (folder / LOCK).open("ab")
    except OSError as error:
        reason = "it is a file" if isinstance(error, FileExistsError) else error.strerror or error
        raise TrainError(f"{folder} cannot be written: {reason}. Name another folder with --artifacts.") from error
    # The system frees the lock when the process ends, however it ends; the file stays.
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise TrainError(
                f"Another training is writing to {folder}. Wait for its end, or name another folder with --artifacts."
            ) from None
        yield


def sha256(path: Path) -> str:
    """Return the checksum of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def save_metrics(path: Path, metrics: dict[str, Any], others: tuple[str, ...]) -> None:
    """Write the metrics of a training, with the checksums of the other files beside them.

    They are written last: as long as the checksums do not match, the training does not count as finished.
    """
    sums = {name: sha256(path.parent / name) for name in others}
    replace(path, lambda aside: aside.write_text(json.dumps(metrics | {"files": sums}, indent=1) + "\n"))


def finished(metrics_file: Path, fingerprint: str) -> bool:
    """Return whether a file of metrics belongs to the run of this fingerprint, and all the run's files are intact."""
    try:
        metrics: dict[str, Any] = json.loads(metrics_file.read_text())
        return bool(metrics["fingerprint"] == fingerprint) and all(
            sha256(metrics_file.parent / name) == expected for name, expected in metrics["files"].items()
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def commit() -> str:
    """Return the code's git commit, marked if the code has local changes; "unknown" outside git."""
    try:
        name = _git("rev-parse", "HEAD")
        changed = _git(
            "status", "--porcelain", "--", "synthesis", "train", "inference", "pyproject.toml", "requirements"
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return f"{name}, with local changes" if changed else name


def _git(*arguments: str) -> str:
    return subprocess.run(
        ["git", "-C", str(ROOT), *arguments], check=True, capture_output=True, text=True
    ).stdout.strip()
