"""Finds the images of a batch, and divides them into parts."""

import hashlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow
import pyarrow.fs
import pyarrow.parquet

from inference.errors import RecognizerError
from inference.imaging.files import SUFFIXES

PLAN = "_plan.json"
# A part is repeated if its worker dies, so it must not be large; it costs a file and milliseconds of the scheduler.
MIN_PART_IMAGES, MAX_PART_IMAGES = 16, 2000
PARTS_FOR_EACH_WORKER = 8
# Parts shrink at the end, so that all workers finish together: at most 1 / LEFT_DIVISOR of the images left per worker,
# but at least 1 / USUAL_DIVISOR of the usual number, because the scheduler hands out parts only ten times a second.
LEFT_DIVISOR = 2
USUAL_DIVISOR = 4


class BatchError(RecognizerError):
    """The batch cannot run; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Part:
    """The unit of work, whose rows become one file of the target.

    Attributes:
        number: from 0.
        files: paths on the source's file system: image files, or one Parquet file.
        rows: the number of its images.
        start: its first row in the Parquet file; None for image files.
    """

    number: int
    files: tuple[str, ...]
    rows: int
    start: int | None = None

    @property
    def name(self) -> str:
        """The name of its file in the target."""
        return f"part-{self.number:06d}.parquet"

    def to_json(self) -> str:
        """Return the part as JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Part":
        """Return the part that `to_json` wrote."""
        kept = json.loads(text)
        return cls(kept["number"], tuple(kept["files"]), kept["rows"], kept["start"])


@dataclass(frozen=True, slots=True)
class Location:
    """A path on a file system that pyarrow opens: local, s3://, gs://, abfs://, hdfs://.

    Attributes:
        system: the file system.
        path: the path on it.
    """

    system: pyarrow.fs.FileSystem
    path: str

    @classmethod
    def at(cls, address: str) -> "Location":
        """Return the location at an address: a path or a URL.

        Raises:
            BatchError: no file system can open the address.
        """
        try:
            address.encode()
            if "://" in address:
                return cls(*pyarrow.fs.FileSystem.from_uri(address))
        except (pyarrow.ArrowException, OSError, ValueError) as error:
            raise BatchError(f"{address} cannot be opened: {error}. Give a path, or s3://, gs://, abfs://.") from error
        return cls(pyarrow.fs.LocalFileSystem(), str(Path(address).absolute()))

    def file(self, name: str) -> "Location":
        """Return the location of a file in this folder."""
        return Location(self.system, f"{self.path.rstrip('/')}/{name}")

    def exists(self) -> bool:
        """Return whether a file or folder exists here."""
        return bool(self.system.get_file_info(self.path).type != pyarrow.fs.FileType.NotFound)

    def write(self, content: bytes) -> None:
        """Write the file atomically: it is complete or does not exist."""
        if not isinstance(self.system, pyarrow.fs.LocalFileSystem):
            # Object stores show an object only once it is complete.
            with self.system.open_output_stream(self.path) as stream:
                stream.write(content)
            return
        path = Path(self.path)
        aside = path.with_name(f".{path.name}.{hashlib.sha256(content).hexdigest()[:12]}")
        aside.write_bytes(content)
        aside.replace(path)


def find(source: str) -> tuple[Location, list[str]]:
    """Return the location of a source, and its files in order: either all images or all Parquet.

    Args:
        source: a folder, a file, or a pattern with `*`, `?` and `**`.

    Raises:
        BatchError: the source has no such files, both kinds, or one whose name is not UTF-8.
    """
    base, pattern = _split(source)
    location = Location.at(base)
    info = location.system.get_file_info(location.path)
    if info.type == pyarrow.fs.FileType.NotFound:
        raise BatchError(f"There is nothing at {base}.")
    if info.type == pyarrow.fs.FileType.File:
        names = [location.path]
    else:
        selector = pyarrow.fs.FileSelector(location.path, recursive=True)
        names = [_path(each) for each in location.system.get_file_info(selector) if each.is_file]
    if pattern:
        wanted = re.compile(re.escape(location.path.rstrip("/")) + "/" + _translate(pattern))
        names = [name for name in names if wanted.fullmatch(name)]
    found = sorted(name for name in names if name.lower().endswith((*SUFFIXES, ".parquet")))
    tables = [name for name in found if name.lower().endswith(".parquet")]
    if not found:
        raise BatchError(f"No images ({', '.join(SUFFIXES)}) and no Parquet files at {source}.")
    if tables and len(tables) < len(found):
        raise BatchError(f"{source} holds images and Parquet files: name one kind, as {source.rstrip('/')}/**/*.png.")
    # In Python's names, bytes that are not UTF-8 are surrogates, which cannot be encoded.
    if unnamed := [name for name in found if name.encode(errors="replace").decode() != name]:
        raise BatchError(f"pyarrow opens only names in UTF-8, unlike {unnamed[0]!r}. Rename it.")
    return location, found


def _path(info: pyarrow.fs.FileInfo) -> str:
    """Return the path of a file, as Python names one that is not UTF-8."""
    try:
        return str(info.path)
    except UnicodeDecodeError as error:
        return os.fsdecode(error.object)


def _split(source: str) -> tuple[str, str]:
    """Split a source into the address of a folder or file, and the pattern below it, which may be empty.

    In a URL a `?` before `name=value` begins the file system's options; any other `?` is part of the pattern.
    """
    # The name of a file may have * or ? in it.
    if "://" not in source and Path(source).exists():
        return source, ""
    found = re.fullmatch(r"(\w+://.*?)(\?\w+=[^?*]*)", source)
    path, options = (found[1], found[2]) if found else (source, "")
    at = re.search(r"[*?]", path)
    if not at:
        return path + options, ""
    folder, slash, _ = path[: at.start()].rpartition("/")
    return (folder or slash or ".") + options, path[len(folder + slash) :]


def _translate(pattern: str) -> str:
    """Turn a pattern into a regular expression; `**/` matches any number of folders."""
    return re.sub(
        r"\\\*\\\*/|\\\*\\\*|\\\*|\\\?",
        lambda match: {r"\*\*/": "(?:.*/)?", r"\*\*": ".*", r"\*": "[^/]*", r"\?": "[^/]"}[match[0]],
        re.escape(pattern),
    )


def divide(location: Location, files: list[str], column: str, workers: int) -> list[Part]:
    """Divide the images into parts, several for each worker, so that all workers end at about the same time.

    Raises:
        BatchError: a Parquet file is broken or has no such column.
    """
    if not files[0].lower().endswith(".parquet"):
        spans = list(_spans(len(files), part_sizes(len(files), workers)))
        return [Part(number, tuple(files[start:end]), end - start) for number, (start, end) in enumerate(spans)]
    counts = {name: _count(location, name, column) for name in files}
    left = part_sizes(sum(counts.values()), workers)
    rows = [(name, *span) for name in files for span in _spans(counts[name], left)]
    return [Part(number, (name,), end - start, start) for number, (name, start, end) in enumerate(rows)]


def part_sizes(rows: int, workers: int) -> Iterator[int]:
    """Yield the number of images for each part: the usual number, then fewer and fewer towards the end."""
    usual = max(MIN_PART_IMAGES, min(MAX_PART_IMAGES, -(-rows // (PARTS_FOR_EACH_WORKER * workers))))
    least = max(MIN_PART_IMAGES, usual // USUAL_DIVISOR)
    while True:
        size = max(least, min(usual, -(-rows // (LEFT_DIVISOR * workers))))
        yield size
        rows = max(0, rows - size)


def _spans(rows: int, wanted: Iterator[int]) -> Iterator[tuple[int, int]]:
    """Yield the start and end of each part in the rows of a file, or in the list of files."""
    start = 0
    while start < rows:
        end = min(rows, start + next(wanted))
        yield start, end
        start = end


def _count(location: Location, name: str, column: str) -> int:
    try:
        with location.system.open_input_file(name) as stream:
            table = pyarrow.parquet.ParquetFile(stream)
            if column not in table.schema_arrow.names:
                there = ", ".join(table.schema_arrow.names)
                raise BatchError(f"{name} has no column {column!r}, but {there}: name it with --column.")
            return int(table.metadata.num_rows)
    except pyarrow.ArrowException as error:
        raise BatchError(f"{name} is not a complete Parquet file: {error}") from error


def load_or_make_plan(
    target: Location, source: str, column: str, model: str, workers: int
) -> tuple[Location, list[Part]]:
    """Return the source and the parts of a run: those that an earlier run of the same command planned, else new ones.

    The plan is stored in the target, so that a resumed run has the same parts as the run before, even if the source has
    new files or the number of workers is different.

    Raises:
        BatchError: the target is a file, or holds another run, a damaged plan or other files.
    """
    # The same relative path names something else in another folder.
    source = source if "://" in source else str(Path(source).absolute())
    plan = target.file(PLAN)
    asked = {"source": source, "column": column, "model": model}
    if plan.exists():
        with plan.system.open_input_stream(plan.path) as stream:
            content = stream.read()
        try:
            kept = json.loads(content)
            parts = [Part.from_json(part) for part in kept["parts"]]
            wrong = [f"{name} {kept[name]!r}, not {value!r}" for name, value in asked.items() if kept[name] != value]
        except (ValueError, KeyError, TypeError) as error:
            raise BatchError(f"{plan.path} is damaged ({error}). Give another TARGET.") from error
        if wrong:
            raise BatchError(f"{target.path} holds a run with {'; '.join(wrong)}. Give another TARGET.")
        return Location.at(_split(source)[0]), parts
    if target.exists():
        if target.system.get_file_info(target.path).type == pyarrow.fs.FileType.File:
            raise BatchError(f"{target.path} is a file. Give a folder as TARGET.")
        if target.system.get_file_info(pyarrow.fs.FileSelector(target.path)):
            raise BatchError(f"{target.path} holds other files. Give an empty or new folder as TARGET.")
    location, files = find(source)
    parts = divide(location, files, column, workers)
    target.system.create_dir(target.path, recursive=True)
    plan.write(json.dumps({**asked, "parts": [part.to_json() for part in parts]}).encode())
    return location, parts


def unfinished(target: Location, parts: list[Part]) -> Iterator[Part]:
    """Return the parts that the target does not hold yet."""
    there = {each.path.rsplit("/", 1)[-1] for each in target.system.get_file_info(pyarrow.fs.FileSelector(target.path))}
    return (part for part in parts if part.name not in there)
