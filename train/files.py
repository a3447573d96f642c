"""The files of a finished training: written aside, then renamed, with a checksum of each."""

import hashlib
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from train.config import ROOT

MODEL, SCALER, METRICS = "model.keras", "scaler.joblib", "metrics.json"
TEST, VALIDATION = "test.npz", "validation.npz"
PAGE_MODEL, PAGE_METRICS, PAGES = "page.keras", "page.json", "page.npz"


def replace(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` make the file beside its place, then put it there in one step."""
    aside = path.with_name(f".unfinished-{path.name}")
    write(aside)
    aside.replace(path)


def sha256(path: Path) -> str:
    """Return the checksum of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def finished(metrics_file: Path, fingerprint: str) -> bool:
    """Say whether the very run that a file of metrics tells of has been finished, and all its files are whole."""
    try:
        metrics: dict[str, Any] = json.loads(metrics_file.read_text())
        return bool(metrics["fingerprint"] == fingerprint) and all(
            sha256(metrics_file.parent / name) == expected for name, expected in metrics["files"].items()
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def commit() -> str:
    """Return the commit that the code was at, marked where the code had been changed since; "unknown" outside git."""
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
