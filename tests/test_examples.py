"""The example of the documentation runs as it stands there."""

import subprocess
import sys
from pathlib import Path

from PIL import Image

from tests.samples import ROOT


def test_what_cannot_be_shown_is_said_in_one_line(tmp_path: Path) -> None:
    one = tmp_path / "one.png"
    Image.new("L", (40, 40), 255).save(one)
    for picture, out in ((tmp_path / "none.png", one), (one, tmp_path / "none" / "out.png"), (one, tmp_path / "out.x")):
        command = [sys.executable, str(ROOT / "examples" / "stages.py"), str(picture), str(out)]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 1
        assert done.stderr.startswith("error: ")
        assert done.stderr.count("\n") == 1


def test_the_stages_of_a_picture_are_shown(tmp_path: Path) -> None:
    out = tmp_path / "stages.png"
    command = [sys.executable, str(ROOT / "examples" / "stages.py"), str(ROOT / "examples" / "photo.jpg"), str(out)]
    # From another folder, as a reader of the documentation may.
    done = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True)
    # On some processors 8-bit integers are less sure of the first slash, which leans hardly more than the 1s.
    assert done.stdout.split() in (["3.14", "12/05/24", "-42"], ["3.14", "12?05/24", "-42"])
    with Image.open(out) as stages:
        assert stages.width == 560
        assert stages.height > 1000
        # Marks are coloured, apart from each other.
        hues = stages.convert("HSV").getchannel("S").point(lambda saturation: saturation > 120 and 255).getbbox()
        assert hues
