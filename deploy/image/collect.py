"""Collects the files that the server needs, and no others, into a tree that becomes the image's root.

The Dockerfile runs this where everything is installed. Instead of a list, a running server decides what stays:

- The server starts, receives every request in `exercise.py`, and stops, while `spy.py` records what it loads and opens.
- Then import statements are followed, also those inside functions: the program's own to any module, a library's only
  within the library and to the standard library. So a library that only an unused part of another library needs is left
  out, and modules that are imported late stay.
- A folder with a needed module stays complete, because modules are also loaded by name; its tests do not stay.
- Of the compiled modules only the needed ones stay, with the shared libraries that the loader finds for them.

Python modules are stored as byte code. Afterwards the Dockerfile sends the same requests to the server in the collected
tree, so that the build fails if something is missing.

usage: collect.py APP PACKAGES TARGET: the folder that holds web/, inference/ and artifacts/; where pip installed to;
the tree to build, which gets the packages as well
"""

import contextlib
import importlib.metadata
import json
import os
import py_compile
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterable, Iterator
from modulefinder import ModuleFinder
from pathlib import Path
from typing import Any

import exercise

STDLIB = Path(sysconfig.get_path("stdlib")).resolve()
DYNLOAD = STDLIB / "lib-dynload"
# Modules, with all below them, that are left out although an import statement names them: numpy imports its own when a
# program asks for them, and this one does not; PyYAML works without its compiled half, the server without a terminal;
# Pillow names xml.etree for type checkers; the standard library imports its tests only in tests.
LEFT_OUT = frozenset(
    {"numpy.distutils", "numpy.f2py", "numpy.random", "numpy.testing", "yaml._yaml", "xml.etree"}
    | {"curses", "_curses", "pydoc_data", "readline", "test"}
)
# Suffixes of files that no running program reads; numpy's folders contain headers and static libraries.
NOT_AT_RUN_TIME = {".a", ".c", ".cpp", ".h", ".hpp", ".in", ".pxd", ".pyi", ".pyx", ".typed"}
# Modification time of all files, so that the same input gives the same image whenever it is built.
EPOCH = int(os.environ.get("SOURCE_DATE_EPOCH", "0"))


def main() -> None:
    """Read the arguments and build the tree."""
    app, packages, target = (Path(each).resolve() for each in sys.argv[1:])
    loaded, opened = trace(app, packages)
    needed = Imports(app, packages).of(loaded)
    taken = [*_python_files(needed, STDLIB), *_python_files(needed, packages)]
    taken += [path for path in opened if path.is_relative_to(packages) or _standard(path)]
    taken += _metadata(needed, packages)
    for path in sorted(set(taken)):
        copy_or_compile(path, target)
    interpreter = Path(sys.executable).resolve()
    compiled = [path for path in needed if path.suffix == ".so"] + [interpreter]
    for library in sorted(set(_libraries(compiled))):
        # Placed at the path that the loader asks for, even if that is a link.
        copy_or_compile(Path(os.path.normpath(library)), target)
    copy_or_compile(interpreter, target)
    link = target / "usr/local/bin/python3"
    link.parent.mkdir(parents=True, exist_ok=True)
    if not link.exists():
        link.symlink_to(interpreter)
    if Path("/etc/ld.so.cache").exists():
        copy_or_compile(Path("/etc/ld.so.cache"), target)
    (target / "tmp").mkdir(exist_ok=True)
    (target / "tmp").chmod(0o1777)
    set_times_and_modes(target)
    size = sum(path.lstat().st_size for path in target.rglob("*") if not path.is_dir())
    print(f"collected {len(needed)} needed modules, {size / 1e6:.1f} MB in all")


def trace(app: Path, packages: Path) -> tuple[set[str], set[Path]]:
    """Run the server and return the names of the modules that it loaded, and the files that it opened."""
    loaded: set[str] = set()
    opened: set[Path] = set()
    with tempfile.TemporaryDirectory() as folder:
        spy = Path(folder, "spy")
        notes = Path(folder, "notes")
        spy.mkdir()
        notes.mkdir()
        shutil.copy(Path(__file__).with_name("spy.py"), spy / "sitecustomize.py")
        for workers in (1, 2):
            environment = {"PYTHONPATH": f"{spy}:{packages}", "SPY_NOTES": str(notes), "WORKERS": str(workers)}
            exercise.run(app, os.environ | environment)
        for path in notes.iterdir():
            note = json.loads(path.read_text())
            loaded |= set(note["modules"])
            # Some libraries are opened by name at run time, so no loader can list them beforehand.
            opened |= {Path(name).resolve() for name in note["files"] + note["libraries"]}
    if len(loaded) < 100:
        raise SystemExit("error: the server told nothing of what it loaded")
    return loaded, {path for path in opened if path.is_file() and path.suffix not in {".py", ".pyc"}}


class Imports(ModuleFinder):
    """Follows import statements: the program's own to any module, a library's to itself and the standard library.

    Args:
        app: the folder of the program.
        packages: the folder of the libraries.
    """

    def __init__(self, app: Path, packages: Path) -> None:
        super().__init__([str(app), str(packages), str(STDLIB), str(DYNLOAD)], excludes=LEFT_OUT)
        self._program = {
            path.relative_to(app).with_suffix("").as_posix().removesuffix("/__init__").replace("/", ".")
            for path in app.rglob("*.py")
            if path.with_name("__init__.py").exists()
        }
        # To which library each of its outermost modules belongs.
        self._owner = {
            str(file).split("/")[0].split(".")[0]: distribution.name
            for distribution in importlib.metadata.distributions(path=[str(packages)])
            for file in distribution.files or ()
        }

    def import_hook(self, name: str, caller: Any = None, fromlist: list[str] | None = None, level: int = -1) -> object:
        """Follow an import statement of the module `caller`, if it is to be followed; None stands for the program."""
        top = name.split(".")[0]
        owner = self._owner.get(caller.__name__.split(".")[0]) if caller else None
        if level > 0 or owner in (None, self._owner.get(top)) or top in sys.stdlib_module_names:
            return super().import_hook(name, caller, fromlist, level)
        return None

    def of(self, loaded: set[str]) -> set[Path]:
        """Return the files of the loaded modules, of the program, and of all modules that these may import."""
        for name in sorted(loaded | self._program):
            with contextlib.suppress(ImportError):  # it is left out
                self.import_hook(name)
        return {Path(module.__file__).resolve() for module in self.modules.values() if module.__file__}


def _python_files(needed: set[Path], root: Path) -> Iterator[Path]:
    """Yield the files that stay in the folders of the needed modules below `root`."""
    for folder in {path.parent for path in needed if path.is_relative_to(root)}:
        for path in folder.iterdir():
            if not path.is_file() or path.suffix in NOT_AT_RUN_TIME:
                continue
            compiled = path.suffix == ".so" or ".so." in path.name
            if (
                path.resolve() in needed
                or (not compiled and folder != DYNLOAD and folder != root)
                or (folder == root == STDLIB and path.suffix == ".py")
            ):
                yield path


def _metadata(needed: set[Path], packages: Path) -> Iterator[Path]:
    """Yield the files with name, version and licence of each distribution that has a needed module."""
    tops = {path.relative_to(packages).parts[0] for path in needed if path.is_relative_to(packages)}
    for distribution in importlib.metadata.distributions(path=[str(packages)]):
        files = [Path(str(distribution.locate_file(file))) for file in distribution.files or ()]
        if tops.isdisjoint(path.relative_to(packages).parts[0] for path in files if path.is_relative_to(packages)):
            continue
        for path in files:
            if ".dist-info" in path.parent.as_posix() and path.name not in ("RECORD", "INSTALLER", "REQUESTED"):
                yield path


def _libraries(files: Iterable[Path]) -> Iterator[Path]:
    """Yield the shared libraries that the loader finds for programs and compiled modules."""
    for file in files:
        said = subprocess.run(["ldd", file], check=True, capture_output=True, text=True).stdout
        if "not found" in said:
            raise SystemExit(f"error: {file} lacks a library:\n{said}")
        yield from (Path(name) for name in re.findall(r"(/\S+) \(0x", said))


def copy_or_compile(path: Path, target: Path) -> None:
    """Copy a file to the same path below the target; compile a Python module to byte code."""
    if path.suffix == ".py":
        compiled = target / path.with_suffix(".pyc").relative_to("/")
        py_compile.compile(
            str(path),
            cfile=str(compiled),
            dfile=str(path),
            doraise=True,
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        )
        return
    copy = target / path.relative_to("/")
    copy.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(path, copy)


def set_times_and_modes(target: Path) -> None:
    """Give all files the same modification time, and permissions that let everybody read them."""
    for path in [target, *target.rglob("*")]:
        if not path.is_symlink() and path.name != "tmp":
            path.chmod(0o755 if path.is_dir() or (os.access(path, os.X_OK) and path.suffix != ".pyc") else 0o644)
        os.utime(path, (EPOCH, EPOCH), follow_symlinks=False)


def _standard(path: Path) -> bool:
    """Return whether a file belongs to the standard library, without its tests and the third-party folders."""
    others = {"dist-packages", "site-packages", "test"}
    return path.is_relative_to(STDLIB) and path.relative_to(STDLIB).parts[0] not in others


if __name__ == "__main__":
    main()
