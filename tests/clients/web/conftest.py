"""A real server with a world, and a real browser, once a session; every test gets a page of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

from tests.clients.web.web_files import ROOT

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
_PATIENCE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Site:
    """The server: its address, a token for a role, and the positions that its world names."""

    address: str
    tokens: dict[str, str]
    places: dict[str, int]


@dataclass
class Watched:
    """A page of the browser and everything that went wrong on it or left the origin."""

    page: Page
    address: str
    trouble: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Listen from the first moment."""
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.trouble.append(f"error: {error}"))
        self.page.on("request", self._request)

    def open(self, path: str, *, language: str = "en", token: str | None = None) -> Page:
        """Show a page in a language, signed in with a token if one is given."""
        address = f"{self.address}{path}{'&' if '?' in path else '?'}lang={language}"
        if token is not None:
            self.page.add_init_script(f"sessionStorage.setItem('mingzhang.token', {json.dumps(token)})")
        self.page.goto(address)
        self.page.wait_for_selector("main h1")
        self.page.wait_for_function("() => !document.querySelector('.spinner')")
        return self.page

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.trouble.append(f"console: {message.text[:300]}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.address, "blob:")):
            self.trouble.append(f"left the origin: {request.url[:100]}")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The server, stopped as an operator would stop it."""
    data = tmp_path_factory.mktemp("site")
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    with (data / "log").open("w+", encoding="utf-8") as log:
        command = [sys.executable, "-m", "tests.clients.web.web_site", str(data / "data")]
        with subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=log, text=True
        ) as server:
            try:
                assert server.stdout is not None
                line = server.stdout.readline()
                assert line, (data / "log").read_text("utf-8")[-2000:]
                told = json.loads(line)
                made = Site(told["address"].rstrip("/"), told["tokens"], told["places"])
                _wait_for_checkpoint(made)
                yield made
            finally:
                server.send_signal(signal.SIGINT)


def _wait_for_checkpoint(site: Site) -> None:
    """Until the whole world is covered by a signed checkpoint."""
    question = json.dumps({"query": "{ head { size } checkpoint { size } }"}).encode()
    until = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < until:
        request = urllib.request.Request(f"{site.address}/graphql", question, {"Content-Type": "application/json"})  # noqa: S310 - our own server, over http
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - as above
            data = json.load(answer)["data"]
        if data["checkpoint"] and data["checkpoint"]["size"] == data["head"]["size"]:
            return
        time.sleep(0.1)
    pytest.fail("no checkpoint covered the world")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's chromium; for one module, since Playwright's loop runs in this thread and no other may beside it."""
    if not CHROMIUM.exists():
        pytest.skip("chromium is not installed (Debian: chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def watched(browser: Browser, site: Site) -> Iterator[Watched]:
    """A fresh page, 1200 pixels wide; what went wrong on it fails the test."""
    context = browser.new_context(viewport={"width": 1200, "height": 900}, accept_downloads=True)
    made = Watched(context.new_page(), site.address)
    made.page.set_default_timeout(8000)
    yield made
    context.close()
    assert not made.trouble
