"""The server keeps what its own description promises."""

import json
import subprocess
import sys
from pathlib import Path

import httpx

from tests.servers import Server

CONFIG = Path(__file__).with_name("schemathesis.toml")


def test_schemathesis_finds_no_failure_with_all_checks(server: Server, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG), "run", "--checks", "all"]
    command += ["--max-examples", "10", "--generation-deterministic", "--no-color", f"{server.url}/schema/openapi.json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert "failures" not in done.stdout.splitlines()[-1]


def test_the_description_names_every_route_and_error(client: httpx.Client) -> None:
    paths = client.get("/schema/openapi.json").json()["paths"]
    assert {
        "/predict",
        "/health/live",
        "/health/ready",
        "/metrics",
        "/model",
        "/v2",
        "/v2/models/{model}/infer",
    } <= set(paths)
    predict = paths["/predict"]["post"]
    assert set(predict["requestBody"]["content"]) == {"multipart/form-data", "image/*", "application/json"}
    assert {parameter["name"] for parameter in predict["parameters"]} == {"inputs", "explain", "table"}
    assert "the first page" in predict["parameters"][-1]["description"]
    assert "[1-9]" in json.dumps(predict["parameters"][-1]["schema"])
    assert set(predict["responses"]) == {"200", "400", "408", "413", "415", "422", "429", "503"}
    assert "429" in paths["/v2/models/{model}/infer"]["post"]["responses"]
    assert "application/problem+json" in predict["responses"]["413"]["content"]
    # Generated clients name their functions so.
    metrics = paths["/metrics"]["get"]
    named = [(each["operationId"], each["summary"]) for each in (predict, metrics)]
    assert named == [("Predict", "Predict"), ("Metrics", "Metrics")]
    for operations in paths.values():
        for operation in operations.values():
            assert len(operation["description"]) > 10
