"""Finding the images of a source, and cutting them into parts; without Ray."""

import os
from pathlib import Path

import pytest

pytest.importorskip("pyarrow", reason="`make batch-test` installs pyarrow")
from batch.plan import BatchError, Location, Part, divide, find, load_or_make_plan, unfinished
from batch.worker import ATTEMPTS, FETCHED_IMAGES, MAX_ATTEMPTS, Worker, count_errors, model_files
from inference.recognizer import DEFAULT_MODEL
from tests.web.pictures import png, seven


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    for name in ("b.png", "a.JPG", "notes.txt", "deep/er/c.png", "deep/d.tiff"):
        path = tmp_path / "scans" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    return tmp_path / "scans"


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("", ["a.JPG", "b.png", "deep/d.tiff", "deep/er/c.png"]),
        ("/*.png", ["b.png"]),
        ("/**/*.png", ["b.png", "deep/er/c.png"]),
        ("/deep/?.tiff", ["deep/d.tiff"]),
        ("/*/*", ["deep/d.tiff"]),
        ("/b.png", ["b.png"]),
    ],
)
def test_folders_patterns_and_files_are_found(scans: Path, pattern: str, names: list[str]) -> None:
    _, found = find(f"{scans}{pattern}")
    assert found == [f"{scans}/{name}" for name in names]


def test_relative_sources_and_addresses_are_the_same_files(scans: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(scans.parent)
    expected = [f"{scans}/b.png", f"{scans}/deep/er/c.png"]
    for at, source in enumerate(("scans/**/*.png", "./scans/**/*.png", f"file://{scans}/**/?.png")):
        assert find(source)[1] == expected, source
        target = Location.at(str(scans.parent / f"target-{at}"))
        first = load_or_make_plan(target, source, "image", "abc", 1)
        assert load_or_make_plan(target, source, "image", "abc", 1) == first
    monkeypatch.chdir(scans)
    assert find("**/*.png")[1] == expected
    assert find("*.png")[1] == expected[:1]


def test_names_with_the_characters_of_patterns_are_found(scans: Path) -> None:
    odd = scans / "a[1]*"
    odd.mkdir()
    (odd / "x[2]?.png").write_bytes(b"")
    expected = [f"{odd}/x[2]?.png"]
    for source in (f"{odd}", *expected, f"{scans}/a[1]*/*.png", f"{scans}/a[1]*/x[2]*"):
        assert find(source)[1] == expected, source


def test_a_name_that_is_not_utf_8_is_told(scans: Path) -> None:
    wrong = os.fsencode(scans) + b"/\xe9.png"
    Path(os.fsdecode(wrong)).write_bytes(b"")
    with pytest.raises(BatchError, match=r"udce9.png'. Rename it"):
        find(str(scans))
    with pytest.raises(BatchError, match="cannot be opened"):
        find(os.fsdecode(wrong))
    assert find(f"{scans}/**/?.tiff")[1] == [f"{scans}/deep/d.tiff"]


def test_nothing_or_both_kinds_is_told(scans: Path) -> None:
    with pytest.raises(BatchError, match="No images"):
        find(f"{scans}/*.webp")
    (scans / "t.parquet").write_bytes(b"")
    with pytest.raises(BatchError, match="name one kind"):
        find(str(scans))
    with pytest.raises(BatchError, match="not a complete Parquet file"):
        divide(*find(f"{scans}/*.parquet"), "image", 1)
    with pytest.raises(BatchError, match="cannot be opened"):
        find("nowhere://bucket/x")


def test_the_last_parts_are_smaller_than_the_first() -> None:
    rows = [part.rows for part in divide(Location.at("."), ["a.png"] * 8000, "image", 2)]
    assert rows == [*[500] * 13, 375, 282, 211, 158, 125, 125, 125, 99]


@pytest.mark.parametrize(("count", "workers"), [(1, 1), (16, 4), (1000, 1), (1000, 4), (100_000, 2)])
def test_parts_hold_every_file_once(count: int, workers: int) -> None:
    files = [f"{number}.png" for number in range(count)]
    parts = divide(Location.at("."), files, "image", workers)
    assert [name for part in parts for name in part.files] == files
    assert [part.number for part in parts] == list(range(len(parts)))
    assert sum(part.rows for part in parts) == count
    assert max(part.rows for part in parts) <= 2000
    assert [Part.from_json(part.to_json()) for part in parts] == parts


def test_a_plan_is_kept_whatever_comes_to_the_source(scans: Path, tmp_path: Path) -> None:
    target = Location.at(str(tmp_path / "target"))
    _, first = load_or_make_plan(target, str(scans), "image", "abc", 1)
    (scans / "new.png").write_bytes(b"")
    _, second = load_or_make_plan(target, str(scans), "image", "abc", 4)
    assert second == first
    assert list(unfinished(target, first)) == first
    target.file(first[0].name).write(b"done")
    assert list(unfinished(target, first)) == first[1:]
    with pytest.raises(BatchError, match="model 'abc', not 'def'"):
        load_or_make_plan(target, str(scans), "image", "def", 1)
    with pytest.raises(BatchError, match="source"):
        load_or_make_plan(target, str(scans / "deep"), "image", "abc", 1)


def test_the_same_relative_source_in_another_folder_is_another_run(
    scans: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = Location.at(str(tmp_path / "target"))
    monkeypatch.chdir(tmp_path)
    load_or_make_plan(target, "scans", "image", "abc", 1)
    load_or_make_plan(target, f"{scans}", "image", "abc", 1)
    monkeypatch.chdir(scans)
    (scans / "scans").mkdir()
    (scans / "scans" / "e.png").write_bytes(b"")
    with pytest.raises(BatchError, match="source"):
        load_or_make_plan(target, "scans", "image", "abc", 1)


def test_damaged_files_of_a_target_are_told(scans: Path, tmp_path: Path) -> None:
    target = Location.at(str(tmp_path / "target"))
    _, [part] = load_or_make_plan(target, str(scans), "image", "abc", 1)
    target.file(part.name).write(b"PAR1")
    with pytest.raises(BatchError, match=f"{part.name} is damaged .* Delete it"):
        count_errors(target, [part])
    plan = tmp_path / "target" / "_plan.json"
    whole = plan.read_bytes()
    for content in (whole[:40], b"", b"[]", b"{}", b"\xff"):
        plan.write_bytes(content)
        with pytest.raises(BatchError, match=r"_plan\.json is damaged"):
            load_or_make_plan(target, str(scans), "image", "abc", 1)


def test_a_file_is_written_as_a_whole(tmp_path: Path) -> None:
    location = Location.at(str(tmp_path / "x"))
    location.write(b"one")
    location.write(b"two")
    assert (tmp_path / "x").read_bytes() == b"two"
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_a_worker_reads_from_a_store_and_writes_to_it(tmp_path: Path) -> None:
    import fsspec
    import pyarrow.fs
    import pyarrow.parquet

    store = pyarrow.fs.PyFileSystem(pyarrow.fs.FSSpecHandler(fsspec.filesystem("memory")))
    source, target = Location(store, "/archive/scans"), Location(store, "/archive/readings")
    names = []
    for at in range(3 * FETCHED_IMAGES + 1):
        names.append(f"{source.path}/{at}.png")
        Location(store, names[-1]).write(png(seven()))
    names.insert(1, f"{source.path}/gone.png")
    for name, content in model_files(DEFAULT_MODEL).items():
        target.file(name).write(content)
    part = Part(0, tuple(names), len(names))
    assert Worker(source, target, "image").do(part) == {"rows": len(names), "errors": 1}
    assert list(unfinished(target, [part])) == []
    assert count_errors(target, [part]) == 1
    with store.open_input_file(target.file(part.name).path) as stream:
        rows = pyarrow.parquet.read_table(stream).to_pylist()
    assert [row["path"] for row in rows] == names
    assert {row["text"] for row in rows if row["path"] != names[1]} == {"7"}
    assert rows[1]["error"].startswith("The file cannot be opened")


def test_a_part_that_kills_its_workers_ends_the_run(tmp_path: Path) -> None:
    target = Location.at(str(tmp_path))
    for name, content in model_files(DEFAULT_MODEL).items():
        target.file(name).write(content)
    worker = Worker(Location.at("."), target, "image")
    part = Part(7, ("a.png", "b.png"), 2)
    (tmp_path / ATTEMPTS).mkdir()
    for attempt in range(MAX_ATTEMPTS):
        assert worker.do(part) == {"rows": 2, "errors": 2}
        (tmp_path / part.name).unlink()
        assert (tmp_path / ATTEMPTS / f"{part.name}.{attempt}").exists()
    with pytest.raises(BatchError, match=r"Part 7 \(a.png to b.png\) killed its worker"):
        worker.do(part)


def test_the_page_network_goes_along_with_the_model(tmp_path: Path) -> None:
    model = tmp_path / "model.int8.onnx"
    model.write_bytes(b"model")
    (tmp_path / "page.onnx").write_bytes(b"page")
    assert model_files(model) == {"_model.onnx": b"model", "_page.onnx": b"page"}
