"""Which Python the Makefile takes, and what it says where there is none that will do."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.samples import ROOT


def fake(folder: Path, name: str, version: tuple[int, int]) -> Path:
    """Write a Python of another version, whose `-m venv FOLDER` leaves a broken environment and fails."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        "#!/bin/sh\n"
        f'if [ "$1" = -c ]; then exec {sys.executable} -c "import sys; sys.version_info = {(*version, 0)}; '
        'exec(sys.argv[1])" "$2"; fi\n'
        f'/bin/mkdir "$3" && echo "$0 was asked for an environment" >&2\nexit 1\n'
    )
    path.chmod(0o755)
    return path


def make(target: str, *variables: str, path: Path, cwd: Path = ROOT) -> list[str]:
    """Run a target that must fail, with only `rm` and what `path` holds at hand; return the messages but make's own."""
    environment = {"PATH": str(path)}
    path.mkdir(exist_ok=True)
    if not (path / "rm").exists():
        (path / "rm").symlink_to(shutil.which("rm") or "/bin/rm")
    command = [shutil.which("make") or "make", "--no-print-directory", target, *variables]
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stdout == ""
    return [line for line in done.stderr.splitlines() if not line.startswith("make: ***")]


@pytest.mark.parametrize(
    ("target", "name", "version", "newest"),
    [
        ("serve", "python3.10", (3, 10), 14), ("serve", "python2", (2, 7), 14), ("serve", "python3.15", (3, 15), 14),
        ("test", "python3.14", (3, 14), 13), ("train", "python3.10", (3, 10), 13),
    ],
)  # fmt: skip
def test_another_python_is_refused_before_anything_is_made(
    target: str, name: str, version: tuple[int, int], newest: int, tmp_path: Path
) -> None:
    python = fake(tmp_path / "bin", name, version)
    for given in (name, str(python)):
        [message] = make(target, f"PYTHON={given}", f"VENV={tmp_path / 'venv'}", path=tmp_path / "bin")
        assert message == (
            f"error: Python 3.11 to 3.{newest} is needed, and {given} is {version[0]}.{version[1]}. "
            f"Install one, and say make {target} PYTHON=/path/to/python3.12"
        )
    assert not (tmp_path / "venv").exists()


def test_one_that_is_not_there_is_named(tmp_path: Path) -> None:
    [message] = make("serve", "PYTHON=python3.10", f"VENV={tmp_path / 'venv'}", path=tmp_path / "bin")
    assert message.startswith("error: Python 3.11 to 3.14 is needed, and python3.10 does not run. ")
    assert not (tmp_path / "venv").exists()


def test_none_on_the_path_is_said(tmp_path: Path) -> None:
    fake(tmp_path / "bin", "python3", (3, 10))
    [message] = make("serve", f"VENV={tmp_path / 'venv'}", path=tmp_path / "bin")
    assert message.startswith("error: Python 3.11 to 3.14 is needed, and none is on PATH. ")
    assert not (tmp_path / "venv").exists()


@pytest.mark.parametrize(
    ("target", "versions", "taken"),
    [
        ("serve", {"python3": (3, 14)}, "python3"),
        ("serve", {"python3": (3, 12), "python3.14": (3, 14)}, "python3"),
        ("serve", {"python3": (3, 14), "python3.13": (3, 13)}, "python3.13"),  # then `make test` will do as well
        ("test", {"python3": (3, 14), "python3.11": (3, 11)}, "python3.11"),
    ],
)
def test_what_it_takes_of_several_and_that_a_broken_environment_is_taken_away(
    target: str, versions: dict[str, tuple[int, int]], taken: str, tmp_path: Path
) -> None:
    for name, version in versions.items():
        fake(tmp_path / "bin", name, version)
    [message] = make(target, f"VENV={tmp_path / 'venv'}", path=tmp_path / "bin")
    assert message == f"{tmp_path / 'bin' / taken} was asked for an environment"
    assert not (tmp_path / "venv").exists()


def test_an_environment_of_the_server_alone_is_not_filled_with_what_cannot_run_there(tmp_path: Path) -> None:
    fake(tmp_path / "venv" / "bin", "python", (3, 14))
    (tmp_path / "venv" / "pyvenv.cfg").touch()
    [message] = make("train", f"VENV={tmp_path / 'venv'}", path=tmp_path / "bin")
    assert message == (
        f"error: Python 3.11 to 3.13 is needed, and {tmp_path / 'venv' / 'bin' / 'python'} is 3.14. "
        "Install one, and say make clean; make train PYTHON=/path/to/python3.12"
    )
    assert not (tmp_path / "venv" / ".train").exists()
