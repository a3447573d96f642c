"""Metrics and logs."""

import json
import os
import re
import signal
import time
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.servers import MODEL, Server, serving
from tests.web.pictures import png, seven


def samples(text: str) -> dict[str, float]:
    """Parse Prometheus' text format into `name{label=value}: number`."""
    return {
        sample.name + "".join(f",{key}={value}" for key, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def exercise(server: Server) -> dict[str, float]:
    """Send a few requests of each kind over new connections; return what is counted then."""
    picture = png(seven())
    for _ in range(6):
        with server.client() as client:
            assert client.post("/predict", content=picture, headers={"content-type": "image/png"}).status_code == 200
            client.post("/predict", content=b"x", headers={"content-type": "image/png"})
            client.get("/secret-path-1")
            client.get("/v2/models/made-up")
    with server.client() as client:
        answer = client.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return samples(answer.text)


def test_one_worker_counts_what_it_did() -> None:
    with serving() as server:
        counted = exercise(server)
        assert counted["digits_requests_total,method=POST,route=/predict,status=200"] == 6
        assert counted["digits_requests_total,method=POST,route=/predict,status=400"] == 6
        assert counted["digits_requests_total,method=GET,route=unknown,status=404"] == 6
        assert counted["digits_request_seconds_count,route=/predict"] == 12
        assert counted["digits_request_seconds_bucket,le=30.0,route=/predict"] == 12
        assert counted["digits_read_total,digit=7"] == 6
        assert counted["digits_confidence_count"] == 6
        assert counted["digits_requests_in_flight"] == 1  # the one that asks
        assert sum(value for name, value in counted.items() if name.startswith("digits_model_info")) == 1
        assert not any("secret" in name or "made-up" in name for name in counted)


def test_several_workers_count_together_and_a_dead_ones_counts_stay() -> None:
    with serving(WORKERS=2) as server:
        assert exercise(server)["digits_requests_total,method=POST,route=/predict,status=200"] == 6
        victim = server.workers()[0]
        os.kill(victim, signal.SIGKILL)
        deadline = time.monotonic() + 60
        while victim in server.workers() or len(server.workers()) < 2:
            assert time.monotonic() < deadline, "the dead worker was not replaced"
            time.sleep(0.05)
        counted = exercise(server)
        assert counted["digits_requests_total,method=POST,route=/predict,status=200"] == 12
        assert counted["digits_requests_in_flight"] == 1


def test_the_log_has_one_line_a_request_with_its_id_and_nothing_of_the_picture() -> None:
    picture = png(seven())
    with serving() as server, server.client() as client:
        answer = client.post("/predict?secret=1", content=picture, headers={"content-type": "image/png"})
        missing = client.get("/nothing%E2%80%A8here%1B")
        server.stop()  # a line is written once its answer is sent: only now is the last one surely there
        lines = [json.loads(line) for line in server.log.split("\n")[1:-1]]
    by_id = {line["request_id"]: line for line in lines}
    line = by_id[answer.headers["x-request-id"]]
    assert (line["method"], line["route"], line["status"], line["marks"]) == ("POST", "/predict", 200, 1)
    assert line["seconds"] > 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"])
    assert "secret" not in json.dumps(line)
    assert by_id[missing.headers["x-request-id"]]["status"] == 404
    assert all("PNG" not in json.dumps(each) for each in lines)


@pytest.mark.parametrize("workers", [1, 2])
def test_what_is_logged_before_the_start_is_json_too(workers: int, tmp_path: Path) -> None:
    for name in ("model.onnx", "page.onnx"):
        (tmp_path / name).write_bytes(MODEL.with_name(name).read_bytes())
    with serving(MODEL_PATH=tmp_path / "model.onnx", WORKERS=workers, LOG_REQUESTS=0) as server:
        server.stop()
        lines = [json.loads(line) for line in server.log.splitlines() if not line.startswith("Serving on")]
    assert sum("has no card" in line["message"] for line in lines) >= 2
    assert {line["level"] for line in lines} == {"warning"}


def test_the_log_can_be_switched_off() -> None:
    with serving(LOG_REQUESTS=0) as server:
        assert len(server.log.splitlines()) == 1
