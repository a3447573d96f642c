"""The Open Inference Protocol with KServe's own client, in an environment of its own.

Its pins and ours exclude each other, so uv makes the environment from requirements/kserve.txt: seconds, of which those
for the download only once. Where that cannot be done, on a machine without a network, the test skips.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from inference import Recognizer
from tests.samples import ROOT
from tests.servers import MODEL, Server

# Of making the environment; a network that is slower than that is as good as none.
SECONDS = 90
IMAGES = np.random.default_rng(8).integers(0, 256, (3, 28, 28), np.uint8)


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The Python of an environment that has KServe's client."""
    folder = tmp_path_factory.mktemp("kserve")
    uv = [sys.executable, "-m", "uv", "--quiet"]
    made = folder / "bin" / "python"
    install = ["pip", "install", "--python", str(made), "--require-hashes", "-r", "requirements/kserve.txt"]
    for command in ([*uv, "venv", "--python", sys.executable, "--allow-existing", str(folder)], [*uv, *install]):
        try:
            subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=SECONDS)
        except subprocess.CalledProcessError as error:
            pytest.skip(f"uv could not install KServe's client: {error.stderr.strip()[-300:]}")
        except subprocess.TimeoutExpired:
            pytest.skip(f"uv could not install KServe's client within {SECONDS} seconds")
    yield made
    shutil.rmtree(folder)  # 300 MB, of which pytest would keep three


def test_kserves_client_gets_what_the_model_says(python: Path, server: Server) -> None:
    script = Path(__file__).with_name("kserve_client.py")
    done = subprocess.run(
        [str(python), str(script), server.url],
        input=json.dumps(IMAGES.tolist()),
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    got = json.loads(done.stdout.splitlines()[-1])
    assert (got["live"], got["ready"], got["model ready"]) == (True, True, True)
    expected = Recognizer(MODEL).classify(IMAGES)
    for kind in ("binary", "json"):
        request_id, name, probabilities = got[kind]
        assert (request_id, name) == (kind, "digits")
        np.testing.assert_allclose(np.array(probabilities, np.float32), expected, rtol=1e-6)
