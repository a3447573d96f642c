"""The examples of /docs do what they say, and the page shows the whole API under our own policy."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Error, sync_playwright

from tests.samples import ROOT
from tests.servers import Server
from tests.web.pictures import png, seven

EXAMPLES = ROOT / "web" / "static" / "docs" / "examples"
RUNS = {".sh": ["bash"], ".py": [sys.executable], ".mjs": ["node"]}


@pytest.mark.parametrize("name", ["predict.sh", "predict.py", "predict.mjs", "infer.sh", "infer.py", "infer.mjs"])
def test_each_example_runs_as_it_is_shown(server: Server, client: httpx.Client, tmp_path: Path, name: str) -> None:
    shown = client.get(f"/static/docs/examples/{name}")
    assert shown.text == (EXAMPLES / name).read_text()
    command = RUNS[Path(name).suffix]
    if not shutil.which(command[0]):
        pytest.skip(f"no {command[0]} here")
    (tmp_path / "photo.png").write_bytes(png(seven()))
    # The page puts in the address that it came from in the same way.
    (tmp_path / name).write_text(shown.text.replace("localhost:8000", server.url.removeprefix("http://")))
    done = subprocess.run([*command, name], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    answers = {"predict.sh": '"text":"7"', "predict.py": "\n7 ", "predict.mjs": "\n7 ", "infer.py": "(64, "}
    assert answers.get(name, "probabilities" if name.endswith("sh") else "my-1 [ 1, ") in "\n" + done.stdout


@pytest.mark.parametrize("address", ["/docs", "/docs/"])
def test_style_and_script_are_where_the_page_looks_for_them(client: httpx.Client, address: str) -> None:
    page = client.get(address, follow_redirects=True)
    assert page.status_code == 200
    wanted = re.findall(r'<(?:link|script)[^>]+(?:href|src)="([^"]+)"', page.text)
    assert {Path(each).suffix for each in wanted} == {".svg", ".css", ".js"}
    for each in wanted:
        assert client.get(str(page.url.join(each))).status_code == 200


def test_the_page_shows_every_operation_and_asks_nobody_else(server: Server, client: httpx.Client) -> None:
    browser_path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    paths = client.get("/schema/openapi.json").json()["paths"]
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        except Error as error:
            pytest.skip(f"no browser: install Debian's chromium ({str(error).splitlines()[0]})")
        page = browser.new_page()
        said: list[str] = []
        asked: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{server.url}/docs")
        page.locator("#status", has_text="Version").wait_for()
        assert page.locator("summary").count() == sum(len(operations) for operations in paths.values())
        assert f"curl -s {server.url}/predict" in page.locator("pre").first.inner_text()
        page.get_by_role("tab", name="curl").first.press("ArrowRight")
        assert f'Request("{server.url}/predict"' in page.locator("pre").first.inner_text()
        examples = page.locator("section").first.inner_text()
        assert all(word in examples for word in ("/predict?table=15x10", "cells", "cell:"))
        page.locator("summary", has_text="/predict").click()
        assert "the 28x28 picture that the model saw" in page.locator("details").first.inner_text()
        browser.close()
    assert said == []
    assert all(url.startswith(server.url) for url in asked)
