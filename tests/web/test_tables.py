"""Tables over HTTP: with their size, an answer has cells."""

import io

import httpx
import pytest
from PIL import Image

from tests.inference.tables.test_tables import filled
from tests.servers import Server


def ask(server: Server, query: str, image: Image.Image) -> httpx.Response:
    out = io.BytesIO()
    image.save(out, "PNG")
    with server.client() as client:
        return client.post(f"/predict?{query}", content=out.getvalue(), headers={"content-type": "image/png"})


def test_the_cells_of_a_table_are_answered(server: Server) -> None:
    answer = ask(server, "table=3x3", filled()).json()
    assert answer["cells"] == [["12", "", "7"], ["", "305", ""], ["4", "", ""]]
    cells = [mark["cell"] for mark in answer["digits"]]
    assert cells == [[0, 0], [0, 0], [0, 2], [1, 1], [1, 1], [1, 1], [2, 0]]
    assert "cells" not in ask(server, "inputs=1", filled()).json()
    on_its_side = filled().transpose(Image.Transpose.ROTATE_90)
    answer = ask(server, "table=3x3", on_its_side).json()
    assert (answer["turned"], answer["cells"][0]) == (90, ["12", "", "7"])


@pytest.mark.parametrize("table", ["3", "0x3", "3x100", "axb", "3x3x3", "-1x2", ""])
def test_another_size_is_refused(table: str, server: Server) -> None:
    answer = ask(server, f"table={table}", filled())
    detail = "table: give rows x columns, each from 1 to 99, such as table=15x10."
    assert (answer.status_code, answer.json()["detail"]) == (400, detail)


def test_another_table_is_a_clear_error(server: Server) -> None:
    answer = ask(server, "table=5x3", filled())
    assert answer.status_code == 400
    assert "does not seem to have 5 rows" in answer.json()["detail"]


def test_a_picture_without_a_table_says_so(server: Server) -> None:
    assert "No table with printed lines" in ask(server, "table=3x3", Image.new("L", (300, 300), 255)).text
