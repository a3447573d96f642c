"""Signs, refused marks and turned pictures in answers, metrics and the log: whatever the recognizer says of them."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from litestar.testing import TestClient
from prometheus_client.parser import text_string_to_metric_families

from inference import Reading
from inference.results import merge_pages
from tests.readings import Scripted, row
from tests.servers import MODEL
from tests.web.pictures import png, seven
from web.app import create_app
from web.http.service import Service
from web.settings import Settings


def serve(reading: Reading) -> TestClient[Service]:
    """The service in this process, with a recognizer that says this of every picture."""
    if not MODEL.exists():
        pytest.skip(f"no model at {MODEL}: run `make train export`")
    return TestClient(create_app(Settings(), Scripted(reading)))


@pytest.fixture
def client() -> Iterator[TestClient[Service]]:
    with serve(row("-3.1?", turned=90)) as running:
        yield running


def ask(client: TestClient[Service], query: str = "") -> dict[str, Any]:
    answer = client.post(f"/predict{query}", content=png(seven()), headers={"content-type": "image/png"})
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize("query", ["", "?inputs=1"])
def test_a_sign_is_an_entry_of_its_own(client: TestClient[Service], query: str) -> None:
    answer = ask(client, query)
    assert answer["text"] == "-3.1?"
    said = [(digit["digit"], digit.get("sign")) for digit in answer["digits"]]
    assert said == [(None, "-"), (3, None), (None, "."), (1, None), (None, None)]
    assert ["sign" in digit for digit in answer["digits"]] == [True, False, True, False, False]
    assert answer["digits"][2]["box"] == [220, 130, 12, 12]


def test_the_turn_is_said_where_there_is_one(client: TestClient[Service]) -> None:
    assert ask(client)["turned"] == 90
    with serve(row("7")) as upright:
        assert "turned" not in ask(upright)


def test_pages_are_said_where_there_are_several(client: TestClient[Service]) -> None:
    assert not {"pages", "more"} & set(ask(client))
    bound_together = replace(merge_pages([row("12"), row("7")]), more=True)
    with serve(bound_together) as several:
        answer = ask(several)
    assert (answer["text"], answer["pages"], answer["more"]) == ("12\n7", 2, True)
    assert [(digit["line"], digit.get("page")) for digit in answer["digits"]] == [(0, None), (0, None), (1, 1)]


def test_signs_are_counted_apart_from_what_is_refused(client: TestClient[Service]) -> None:
    ask(client)
    counted = {
        sample.name + "".join(sample.labels.values()): sample.value
        for family in text_string_to_metric_families(client.get("/metrics").text)
        for sample in family.samples
    }
    assert (counted["digits_signs_total-"], counted["digits_signs_total."]) == (1, 1)
    assert (counted["digits_read_total3"], counted["digits_read_total1"]) == (1, 1)
    assert counted["digits_refused_total"] == 1
    assert counted["digits_confidence_count"] == 2


def test_signs_are_no_refused_marks_in_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    # The log goes to the standard output as it is when the service is made.
    with serve(row("-3.1?")) as client:
        ask(client)
    [line] = [json.loads(each) for each in capsys.readouterr().out.splitlines() if '"POST"' in each]
    assert (line["marks"], line["refused"]) == (5, 1)


def test_the_description_tells_of_signs_and_turns(client: TestClient[Service]) -> None:
    description = client.get("/schema/openapi.json").json()
    schemas = description["components"]["schemas"]
    assert ". , : / - +" in schemas["DigitAnswer"]["properties"]["sign"]["description"]
    assert "clockwise" in schemas["ReadingAnswer"]["properties"]["turned"]["description"]
    assert "sign" not in schemas["DigitAnswer"]["required"]
    assert "turned" not in schemas["ReadingAnswer"]["required"]
    said = description["paths"]["/predict"]["post"]["description"]
    assert '`"digit": null` and a `sign`' in said
    assert "`turned`" in said
