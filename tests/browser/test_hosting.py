"""The page below a path of a real proxy, as docs/operation.md configures it, behind a token."""

import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.browser.conftest import Open
from tests.browser.strokes import OWN
from tests.samples import ROOT
from tests.servers import TIMEOUT_SECONDS, Server, free_port, serving

ONE, FOUR, SEVEN, THREE = OWN
# Where the proxy's requests come from; those of the tests themselves come from 127.0.0.1.
PROXY = "127.0.0.2"
TOKEN = "correct-horse-battery"  # noqa: S105  # the test's own


@pytest.fixture(scope="module")
def locked() -> Iterator[Server]:
    with serving(ACCESS_TOKEN=TOKEN, TRUSTED_PROXIES=PROXY) as server:
        yield server


@pytest.fixture(scope="module")
def proxy(locked: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of HAProxy, which leads to the server below /digits/."""
    program = shutil.which("haproxy", path="/usr/sbin:/usr/bin")
    if program is None:
        pytest.skip("no proxy: install Debian's haproxy")
    block = re.search(r"```\n(frontend .*?)```", (ROOT / "docs" / "operation.md").read_text(), re.DOTALL)
    assert block
    port = free_port()
    documented = (
        block[1].replace(":80\n", f"127.0.0.1:{port}\n").replace("127.0.0.1:8000", locked.url[len("http://") :])
    )
    config = Path(tmp_path_factory.mktemp("proxy")) / "haproxy.cfg"
    times = "timeout connect 5s\n  timeout client 60s\n  timeout server 60s"
    config.write_text(f"defaults\n  mode http\n  {times}\n{documented}")
    process = subprocess.Popen([program, "-f", str(config), "-db"], stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + TIMEOUT_SECONDS
    try:
        while time.monotonic() < deadline:
            try:
                httpx.get(f"{url}/digits/health/ready").raise_for_status()
                break
            except httpx.HTTPError:
                assert process.poll() is None, "the proxy has ended"
                time.sleep(0.05)
        yield url
    finally:
        process.kill()
        process.wait()


def test_the_page_and_its_documentation_work_below_a_path(visit: Open, proxy: str) -> None:
    surface = visit(url=f"{proxy}/digits", http_credentials={"username": "anyone", "password": TOKEN})
    surface.mouse(surface.place(SEVEN))
    surface.reads("7")
    surface.page.goto(f"{proxy}/digits/docs")
    assert "predict" in surface.page.inner_text("body")
    fonts = surface.page.evaluate("getComputedStyle(document.body).fontFamily")
    assert "system-ui" in fonts or "sans" in fonts, "its style has come too"


def test_without_a_slash_it_leads_to_the_page(proxy: str) -> None:
    answer = httpx.get(f"{proxy}/digits", auth=("", TOKEN), follow_redirects=True)
    assert (answer.status_code, answer.url.path) == (200, "/digits/")
    assert "<canvas" in answer.text


def test_the_token_is_asked_for_and_the_sender_is_known(proxy: str, locked: Server) -> None:
    assert httpx.get(f"{proxy}/digits/").status_code == 401
    # HAProxy writes its own header behind that of the sender, who cannot pass for another so.
    httpx.get(f"{proxy}/digits/docs", auth=("", TOKEN), headers={"x-forwarded-for": "10.9.9.9"})
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while '"path":"/docs"' not in locked.log and time.monotonic() < deadline:
        time.sleep(0.05)
    assert '"client":"127.0.0.1"' in [line for line in locked.log.splitlines() if '"path":"/docs"' in line][-1]
