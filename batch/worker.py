"""Runs one worker of a batch, which reads the images of each part and writes their rows."""

import io
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pyarrow.fs
import pyarrow.parquet
from numpy.typing import NDArray

from batch.plan import BatchError, Location, Part
from inference.errors import RecognizerError
from inference.recognizer import Recognizer, page_beside

SCHEMA = pyarrow.schema(
    {
        "path": pyarrow.string(),
        "text": pyarrow.string(),
        "digits": pyarrow.list_(pyarrow.int8()),
        "signs": pyarrow.list_(pyarrow.string()),
        "confidences": pyarrow.list_(pyarrow.float32()),
        "boxes": pyarrow.list_(pyarrow.list_(pyarrow.int32(), 4)),
        "turned": pyarrow.int16(),
        "pages": pyarrow.list_(pyarrow.int16()),
        "more": pyarrow.bool_(),
        "model_version": pyarrow.string(),
        "error": pyarrow.string(),
    }
)
# Names of the model files in the target: readers of a folder of Parquet files ignore names that begin with _.
MODEL = "_model.onnx"
PAGE = "_page.onnx"
ATTEMPTS = "_attempts"
# How often a part is started: machines come and go, but an image that kills its worker must not do so forever.
MAX_ATTEMPTS = 10
# Number of images to fetch while the previous ones are read: 32 responses of 30 ms each keep a core busy.
FETCHED_IMAGES = 32


def model_files(model: Path) -> dict[str, bytes]:
    """Return the contents of a model file and of the page network beside it, by their names in the target."""
    return {MODEL: model.read_bytes(), PAGE: page_beside(model).read_bytes()}


def written(file: Location) -> dict[str, int]:
    """Return the rows and errors of a finished part's file.

    Raises:
        BatchError: the file is damaged.
    """
    try:
        with file.system.open_input_file(file.path) as stream:
            errors = pyarrow.parquet.read_table(stream, columns=["error"]).column("error")
    except (pyarrow.ArrowException, KeyError) as error:
        raise BatchError(f"{file.path} is damaged ({error}). Delete it; the same command goes on.") from error
    return {"rows": len(errors), "errors": len(errors) - errors.null_count}


def count_errors(target: Location, parts: list[Part]) -> int:
    """Return how many images of finished parts have an error.

    Raises:
        BatchError: a part's file is damaged.
    """
    # Several threads hide the latency of an object store.
    with ThreadPoolExecutor(FETCHED_IMAGES) as threads:
        return sum(each["errors"] for each in threads.map(written, [target.file(part.name) for part in parts]))


class Worker:
    """Reads parts; Ray keeps one in each worker process.

    Args:
        source: the location of the images.
        target: the folder of the results and of the model files; every machine of a cluster can open it.
        column: the column of images in Parquet.
    """

    def __init__(self, source: Location, target: Location, column: str) -> None:
        with tempfile.TemporaryDirectory() as folder:
            for name in (MODEL, PAGE):
                kept = target.file(name)
                with kept.system.open_input_stream(kept.path) as stream:
                    Path(folder, name).write_bytes(stream.read())
            self._recognizer = Recognizer(Path(folder, MODEL), page_path=Path(folder, PAGE))
        self._source = source
        self._target = target
        self._column = column

    def __call__(self, batch: dict[str, NDArray[Any]]) -> dict[str, NDArray[np.int64]]:
        """Process the parts in a batch of Ray Data; return the rows and errors of each part."""
        done = [self.do(Part.from_json(part)) for part in batch["part"]]
        return {name: np.array([each[name] for each in done], np.int64) for name in ("rows", "errors")}

    def do(self, part: Part) -> dict[str, int]:
        """Read a part and write its file, unless the file already exists.

        Ray repeats a part whose worker or node died. The same part always gives the same file, complete or not at all,
        so that no row is lost or duplicated.
        """
        file = self._target.file(part.name)
        if file.exists():
            return written(file)
        self._attempt(part)
        rows = [self._row(path, image) for path, image in self._images(part)]
        buffer = io.BytesIO()
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows, SCHEMA), buffer, compression="zstd")
        file.write(buffer.getvalue())
        return {"rows": len(rows), "errors": sum("error" in row for row in rows)}

    def _attempt(self, part: Part) -> None:
        for attempt in range(MAX_ATTEMPTS):
            note = self._target.file(f"{ATTEMPTS}/{part.name}.{attempt}")
            if not note.exists():
                note.write(b"begun")
                return
        raise BatchError(
            f"Part {part.number} ({part.files[0]} to {part.files[-1]}) killed its worker {MAX_ATTEMPTS} times: "
            "find the image with smaller sources, or give the workers more memory."
        )

    def _row(self, path: str, image: bytes | str) -> dict[str, Any]:
        """Read one image and return its row, without what is null; a str instead of an image is an error message."""
        row = {"path": path, "model_version": self._recognizer.info.version}
        if isinstance(image, str):
            return row | {"error": image}
        try:
            reading = self._recognizer.read(image)
        except RecognizerError as error:
            return row | {"error": str(error)}
        return row | {
            "text": reading.text,
            "digits": [digit.digit for digit in reading.digits],
            "signs": [digit.sign for digit in reading.digits],
            "confidences": [digit.confidence for digit in reading.digits],
            "boxes": [digit.box for digit in reading.digits],
            "turned": reading.turned,
            "pages": [digit.page for digit in reading.digits],
            "more": reading.more,
        }

    def _images(self, part: Part) -> Iterator[tuple[str, bytes | str]]:
        if part.start is not None:
            yield from self._of_table(part.files[0], part.start, part.rows)
            return
        # Several threads hide the latency of an object store; on a disk they would only take turns with the reading.
        local = isinstance(self._source.system, pyarrow.fs.LocalFileSystem)
        with ThreadPoolExecutor(1 if local else FETCHED_IMAGES) as threads:
            groups = [part.files[start : start + FETCHED_IMAGES] for start in range(0, part.rows, FETCHED_IMAGES)]
            coming = threads.map(self._content, groups[0])
            for names, following in pairwise([*groups, ()]):
                now, coming = coming, threads.map(self._content, following)
                yield from zip(names, now, strict=True)

    def _content(self, name: str) -> bytes | str:
        try:
            with self._source.system.open_input_stream(name) as stream:
                content: bytes = stream.read()
                return content
        except OSError as error:
            return f"The file cannot be opened: {error}"

    def _of_table(self, name: str, start: int, count: int) -> Iterator[tuple[str, bytes | str]]:
        """Yield path and image, or error message, of `count` rows of a Parquet file, fetching a few rows at a time."""
        with self._source.system.open_input_file(name) as stream:
            file = pyarrow.parquet.ParquetFile(stream)
            columns = [each for each in (self._column, "path") if each in file.schema_arrow.names]
            groups, at = _groups(file, start, count)
            for batch in file.iter_batches(FETCHED_IMAGES, row_groups=groups, columns=columns):
                for row in batch.to_pylist():
                    if start <= at < start + count:
                        image = row[self._column]
                        # Hugging Face's format: {"bytes": ..., "path": ...}
                        content = image.get("bytes") if isinstance(image, dict) else image
                        known = row.get("path") or (image.get("path") if isinstance(image, dict) else None)
                        yield known or f"{name}#{at}", content if isinstance(content, bytes) else "There is no image."
                    at += 1


def _groups(file: pyarrow.parquet.ParquetFile, start: int, count: int) -> tuple[list[int], int]:
    """Return the row groups that contain the given rows, and the index of the first row in these groups."""
    lengths = [file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)]
    edges = [0, *accumulate(lengths)]
    groups = [group for group, (first, end) in enumerate(pairwise(edges)) if first < start + count and end > start]
    return groups, edges[groups[0]] if groups else 0
