"""`python -m batch` on a real Ray of this machine."""

import signal
from pathlib import Path
from typing import Any

import pytest

from inference import Recognizer
from tests.batch.folders import BROKEN, TIMEOUT_SECONDS, batch, parts, planned, start, wait_for_parts


def rows(target: Path) -> list[dict[str, Any]]:
    """Read a target as anybody would: the folder as one Parquet dataset."""
    import pyarrow.parquet

    table: list[dict[str, Any]] = pyarrow.parquet.read_table(target).to_pylist()
    return table


def check_complete(target: Path, images: Path) -> None:
    """Check that there is exactly one row for each image, and what it says."""
    found = rows(target)
    paths = sorted(row["path"] for row in found)
    assert paths == sorted(str(path) for path in images.rglob("*.png"))
    wrong = [row for row in found if row["error"]]
    assert [Path(row["path"]).name for row in wrong] == [BROKEN]
    assert wrong[0]["text"] is None
    right = sum(row["text"] == Path(row["path"]).stem[-1] for row in found)
    assert right > 0.7 * len(found)


def test_each_image_becomes_a_row_as_the_recognizer_reads_it(images: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    said = batch(images, target, "--workers", "2")
    assert f"401 images are read in {target}; 1 of them cannot be, see the column error." in said
    check_complete(target, images)
    recognizer = Recognizer()
    for row in rows(target)[:20]:
        reading = recognizer.read(Path(row["path"]))
        assert row["text"] == reading.text
        assert row["digits"] == [digit.digit for digit in reading.digits]
        assert row["signs"] == [digit.sign for digit in reading.digits]
        assert row["confidences"] == pytest.approx([digit.confidence for digit in reading.digits])
        assert row["boxes"] == [list(digit.box) for digit in reading.digits]
        assert row["turned"] == reading.turned
        assert row["model_version"] == recognizer.info.version
    before = parts(target)
    again = batch(images, target)
    assert "Going on: 401 of 401" in again
    assert "; 1 of them cannot be, see the column error." in again
    assert parts(target) == before


def test_a_killed_run_goes_on_and_redoes_only_what_was_unfinished(many_images: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    running = start(many_images, target, "--workers", "2")
    wait_for_parts(running, target, 3)
    running.send_signal(signal.SIGKILL)
    running.communicate(timeout=TIMEOUT_SECONDS)
    before = parts(target)
    assert len(before) < planned(target)
    said = batch(many_images, target, "--workers", "1")
    assert "Going on" in said
    after = parts(target)
    assert len(after) == planned(target)
    # Workers that outlive the killed driver for a moment may finish theirs; nothing finished is written again.
    assert {name: after[name] for name in before} == before
    check_complete(target, many_images)


def test_ctrl_c_says_that_the_same_command_goes_on(many_images: Path, tmp_path: Path) -> None:
    running = start(many_images, tmp_path / "target", "--workers", "2")
    wait_for_parts(running, tmp_path / "target", 1)
    running.send_signal(signal.SIGINT)
    printed, _ = running.communicate(timeout=TIMEOUT_SECONDS)
    assert running.returncode == 130
    assert "The same command goes on." in printed
    assert "Traceback" not in printed


def test_parquet_with_bytes_or_in_the_form_of_hugging_face(images: Path, tmp_path: Path) -> None:
    import pyarrow
    import pyarrow.parquet

    files = sorted(images.rglob("*.png"))
    plain: dict[str, list[Any]] = {"scan": [path.read_bytes() for path in files[:50]] + [None]}
    pyarrow.parquet.write_table(pyarrow.table(plain), tmp_path / "plain.parquet", row_group_size=7)
    batch(tmp_path / "plain.parquet", tmp_path / "one", "--column", "scan", "--workers", "1")
    one = {row["path"]: row for row in rows(tmp_path / "one")}
    assert len(one) == 51
    assert one[f"{tmp_path}/plain.parquet#3"]["text"] == Recognizer().read(files[3]).text
    assert one[f"{tmp_path}/plain.parquet#50"]["error"] == "There is no image."
    structs = [{"bytes": path.read_bytes(), "path": path.name} for path in files[:50]]
    (tmp_path / "shards").mkdir()
    for shard in (0, 1):
        table = pyarrow.table({"image": structs[shard::2]})
        pyarrow.parquet.write_table(table, tmp_path / "shards" / f"{shard}.parquet", row_group_size=10)
    batch(tmp_path / "shards", tmp_path / "two", "--workers", "1")
    assert sorted(row["path"] for row in rows(tmp_path / "two")) == sorted(path.name for path in files[:50])


def test_what_cannot_start_says_what_to_do(images: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("mine")
    one = images / "0" / "00000-7.png"
    assert "There is nothing at" in batch(tmp_path / "nowhere", tmp_path / "t", status=2)
    assert "No images" in batch(tmp_path / "empty", tmp_path / "t", status=2)
    assert "holds other files" in batch(images, tmp_path / "full", status=2)
    assert "make train export" in batch(images, tmp_path / "t", "--model", str(tmp_path / "none.onnx"), status=2)
    for address in ("127.0.0.1:9", "127.0.0.1:99999", "cluster", ":6379", "127.0.0.1:", "ray://127.0.0.1:9"):
        assert f"--address {address}" in batch(one, tmp_path / "t", "--address", address, status=2)
    for workers in ("0", "x", "1.5"):
        assert f"{workers} is not a whole number" in batch(one, tmp_path / "t", "--workers", workers, status=2)
    assert not (tmp_path / "t").exists()
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["letter.txt"]
