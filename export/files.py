"""File helpers for both exports: checksums, common metadata, temporary files and the stamp of the last export."""

import hashlib
import json
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inference import __version__

ROOT = Path(__file__).resolve().parent.parent
STAMP = ".exported.json"


def sha256(path: Path) -> str:
    """Return the checksum of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def metadata(kind: str, metrics: dict[str, Any], weights_sha256: str) -> dict[str, str]:
    """Return the metadata that every exported file contains.

    The model's name ends with the kind of network, its version with the first 8 characters of its weights' checksum.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return {
        "name": f"{project['name']}-{kind}",
        "version": f"{__version__}+{weights_sha256[:8]}",
        "data": metrics["data"]["name"],
        "data_sha256": metrics["data"]["sha256"],
        "commit": metrics["commit"],
        "license": project["license"],
    }


@dataclass(frozen=True, slots=True)
class File:
    """The checksum of a written file, and its size in bytes."""

    sha256: str
    size: int


def describe(path: Path) -> File:
    """Return a file's checksum and size."""
    return File(sha256(path), path.stat().st_size)


@contextmanager
def temporary_files(folder: Path, *names: str) -> Iterator[list[Path]]:
    """Yield a temporary path beside each file to write; delete the temporary files that are left at the end."""
    paths = [folder / f".unfinished-{name}" for name in names]
    try:
        yield paths
    finally:
        for path in paths:
            path.unlink(missing_ok=True)


def replace_file(temporary: Path, path: Path, wanted: bool = True) -> None:
    """Move a temporary file to its final path, or delete the previous file there if the new one is not wanted."""
    if wanted:
        temporary.replace(path)
    else:
        path.unlink(missing_ok=True)


def up_to_date(folder: Path, part: str, files: Iterable[Path], card: object) -> bool:
    """Say whether `part`, `classifier` or `page`, is up to date: all is as the stamp in `folder` says.

    That is the code, all files that its export reads and writes, and its part of the model card.
    """
    return bool(_stamps(folder).get(part) == _stamp(files, card))


def save_stamp(folder: Path, part: str, files: Iterable[Path], card: object) -> None:
    """Write the stamp that `up_to_date` compares."""
    (folder / STAMP).write_text(json.dumps(_stamps(folder) | {part: _stamp(files, card)}))


def _stamps(folder: Path) -> dict[str, Any]:
    try:
        stamps = json.loads((folder / STAMP).read_text())
    except (OSError, ValueError):
        return {}
    return stamps if isinstance(stamps, dict) else {}


def _stamp(files: Iterable[Path], card: object) -> dict[str, str | None]:
    sources = [*sorted((ROOT / "export").rglob("*.py")), ROOT / "pyproject.toml", ROOT / "inference" / "__init__.py"]
    sums = {str(path.relative_to(ROOT)): sha256(path) for path in sources}
    found = {path.name: sha256(path) if path.is_file() else None for path in files}
    return sums | found | {"card": hashlib.sha256(str(card).encode()).hexdigest()}
