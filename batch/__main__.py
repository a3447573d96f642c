"""`python -m batch SOURCE TARGET` reads millions of images, on this machine or on a Ray cluster."""

import argparse
import contextlib
import hashlib
import logging
import os
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# Ray sends usage statistics unless this is set before it starts.
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
# Ray's own messages name C++ files and lines; ours say what to do.
os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")

try:
    import ray
    from ray.data import ActorPoolStrategy, DataContext
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from batch.plan import BatchError, Location, Part, load_or_make_plan, unfinished
    from batch.worker import ATTEMPTS, Worker, count_errors, model_files
except ImportError as missing:
    print(f"error: {missing}. Run `pip install -r requirements/batch.txt`.", file=sys.stderr)
    sys.exit(2)

from inference.errors import RecognizerError
from inference.recognizer import DEFAULT_MODEL, Recognizer

STORE_HINT = (
    " The store and the credentials are read from AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID and "
    "AWS_SECRET_ACCESS_KEY."
)
# Folders of code that Ray copies to the other machines of a cluster.
PACKAGES = [str(Path(__file__).resolve().parents[1] / name) for name in ("batch", "inference")]


def main(arguments: list[str] | None = None) -> int:
    """Return the exit status: 0 when all is read, 2 if the batch cannot start or go on, 130 if it was interrupted."""
    options = _parser().parse_args(arguments)
    try:
        Recognizer(options.model)
        files = model_files(options.model)
        model = "+".join(hashlib.sha256(content).hexdigest() for content in files.values())
        if options.address:
            connect(options.address, None)
        cores = ray.cluster_resources().get("CPU", 1) if options.address else os.cpu_count()
        workers = options.workers or max(1, int(cores or 1))
        target = Location.at(options.target)
        source, parts = load_or_make_plan(target, options.source, options.column, model, workers)
        for name, content in files.items():
            target.file(name).write(content)
        # Not earlier, because a local Ray takes seconds to start, and a wrong path should be reported at once.
        if not options.address and any(unfinished(target, parts)):
            connect(None, workers)
        errors = run(source, target, options.column, parts, workers)
    except KeyboardInterrupt:
        print("Stopped. The same command goes on.", file=sys.stderr)
        return 130
    except (RecognizerError, ConnectionError, OSError) as error:
        print(f"error: {error}{STORE_HINT if 'AWS Error' in str(error) else ''}", file=sys.stderr)
        return 2
    finally:
        ray.shutdown()
    rows = sum(part.rows for part in parts)
    wrong = f"; {errors} of them cannot be, see the column error." if errors else "."
    print(f"{rows} images are read in {options.target}{wrong}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m batch",
        description="Read the handwritten digits in many images, on this machine or on a Ray cluster. The same "
        "command resumes a run that was stopped.",
    )
    parser.add_argument("source", metavar="SOURCE", help="a folder, a pattern (scans/**/*.png), or Parquet with images")
    parser.add_argument(
        "target", metavar="TARGET", help="a folder for the results, as Parquet; both may be s3:// or gs://"
    )
    parser.add_argument("--column", default="image", help="the column of images in Parquet (default: image)")
    parser.add_argument(
        "--model", type=Path, default=DEFAULT_MODEL, help="the classifier's file (default: the built-in)"
    )
    parser.add_argument("--workers", type=_positive, help="worker processes (default: one for each core)")
    parser.add_argument("--address", help="of a Ray cluster: auto, or as 10.0.0.1:6379 (default: only this machine)")
    return parser


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number from 1 on")
    return int(text)


def connect(address: str | None, workers: int | None) -> None:
    """Start a local Ray on this machine, or join the cluster at `address`.

    Raises:
        ConnectionError: it is no address, or no cluster answers there.
    """
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR"}
    if address:
        _check(address)
        # The libraries are already on the other machines (requirements/batch.txt).
        code = {"py_modules": PACKAGES, "env_vars": {"ORT_DISABLE_TELEMETRY": "1"}}
        ray.init(address=address, runtime_env=code, **options)
    else:
        ray.init(address="local", num_cpus=workers, include_dashboard=False, **options)
    DataContext.get_current().enable_progress_bars = False
    logging.getLogger("ray.data").setLevel(logging.ERROR)


def _check(address: str) -> None:
    """Check that something answers at an address, because Ray itself would try for minutes."""
    host, _, port = address.rpartition(":")
    if address == "auto":
        return
    if not host or not port.isdecimal():
        raise ConnectionError(f"--address {address} is not that of a Ray cluster: give auto, or host:port.")
    try:
        socket.create_connection((host, int(port)), 10).close()
    except (OSError, OverflowError) as error:
        raise ConnectionError(
            f"No Ray answers at --address {address} ({error}). Start one with `ray start --head`, or leave it out."
        ) from None


def run(source: Location, target: Location, column: str, parts: list[Part], workers: int) -> int:
    """Read all unfinished parts with a progress bar; return how many images of all parts have an error.

    Raises:
        BatchError: a finished part is damaged, a worker cannot go on, or dies repeatedly on the same part; finished
            parts stay.
    """
    waiting = list(unfinished(target, parts))
    numbers = {part.number for part in waiting}
    errors = count_errors(target, [part for part in parts if part.number not in numbers])
    total, left = sum(part.rows for part in parts), sum(part.rows for part in waiting)
    console = Console(stderr=True)
    if left < total:
        console.print(f"Going on: {total - left} of {total} images are read.")
    columns = (TextColumn("reading"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"))
    with Progress(*columns, TimeRemainingColumn(), console=console) as bar:
        task = bar.add_task("reading", total=total, completed=total - left, rate="")
        started, read = time.monotonic(), 0
        for rows, wrong in results(source, target, column, waiting, workers):
            read, errors = read + rows, errors + wrong
            bar.update(task, advance=rows, rate=f"{read / (time.monotonic() - started):.0f} images/s")
    return errors


def results(
    source: Location, target: Location, column: str, parts: list[Part], workers: int
) -> Iterator[tuple[int, int]]:
    """Yield the number of rows and of errors of each part as soon as it is written.

    Raises:
        BatchError: a worker cannot go on, or dies repeatedly on the same part; finished parts stay.
    """
    if not parts:
        return
    attempts = target.file(ATTEMPTS).path
    target.system.create_dir(attempts, recursive=True)
    target.system.delete_dir_contents(attempts, missing_dir_ok=True)
    items = [{"part": part.to_json()} for part in parts]
    most = min(workers, len(parts))
    work = ray.data.from_items(items, override_num_blocks=len(parts))
    done = work.map_batches(
        Worker,
        fn_constructor_args=(source, target, column),
        batch_size=1,
        num_cpus=1,
        # All workers start at once, because one by one takes seconds; if the cluster lacks cores, one is enough.
        compute=ActorPoolStrategy(min_size=1, initial_size=most, max_size=most),
    )
    try:
        for row in done.iter_rows():
            yield int(row["rows"]), int(row["errors"])
    except ray.exceptions.RayError as error:
        reason = str(getattr(error, "cause", None) or error).strip().splitlines()[-1]
        raise BatchError(f"The run ended early: {reason} What is read stays; the same command goes on.") from error
    finally:
        with contextlib.suppress(FileNotFoundError):
            target.system.delete_dir(attempts)


if __name__ == "__main__":
    sys.exit(main())
