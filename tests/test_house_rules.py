"""The project's own promises: the Makefile against the README, the requirements against pyproject.toml, file names."""

import re
import subprocess
import tomllib

import pytest

from tests.samples import ROOT

README = (ROOT / "README.md").read_text()


def make_targets() -> dict[str, str]:
    """Return what `make` alone lists."""
    listing = subprocess.run(["make"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return dict(re.findall(r"^  make (\S+) +(.+)$", listing, re.MULTILINE))


def test_make_alone_lists_every_target_with_a_word_on_it() -> None:
    targets = make_targets()
    phony = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony
    assert set(targets) == set(phony[1].split())
    assert {"serve", "train", "export", "test"} <= set(targets)


def test_the_readme_names_no_target_that_is_not_there() -> None:
    commands = re.findall(r"(?:^|`)(?:[A-Z_]+=\S+ )*make ((?:[a-z-]+ ?)+)", README, re.MULTILINE)
    named = {target for command in commands for target in command.split()}
    assert {"serve", "test", "train", "export"} <= named
    assert named <= set(make_targets())


def test_the_readmes_pictures_and_links_are_there() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        if not target.startswith("http"):
            assert (ROOT / target).exists(), f"the README links to {target}"


def test_the_page_gives_the_readmes_commands() -> None:
    commands = re.findall("<code>(.+?)</code>", (ROOT / "web" / "static" / "index.html").read_text())
    assert len(commands) == 2
    assert all(f"`{command}`" in README for command in commands)


@pytest.mark.parametrize("group", ["runtime", "train", "batch", "dev"])
def test_requirements_are_locked_with_hashes_and_hold_what_pyproject_asks_for(group: str) -> None:
    lines = (ROOT / "requirements" / f"{group}.txt").read_text()
    locked = dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", lines, re.MULTILINE))
    for name in locked:
        assert re.search(rf"^{re.escape(name)}==[^\n]*\\\n    --hash=sha256:", lines, re.MULTILINE), (
            f"{name} has no hash"
        )
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = list(project["project"]["dependencies"])
    if group != "runtime":
        wanted += [each for each in project["dependency-groups"][group] if isinstance(each, str)]
    names = {re.split(r"[<>=;\[ ]", each)[0].lower() for each in wanted}
    assert names <= set(locked)
    assert "://" not in lines


def test_what_serves_installs_no_tensorflow() -> None:
    text = (ROOT / "requirements" / "runtime.txt").read_text()
    assert not re.search(r"^(tensorflow|keras|scikit-learn|joblib|matplotlib)", text, re.MULTILINE)


def test_every_dependency_has_its_reason() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    for line in re.findall(r'^    "[a-z].*$', text.split("[tool.")[0], re.MULTILINE):
        assert re.search(r'",\s+# \w', line), line
