"""A real browser before a real server: both are processes of their own, as they are for people."""

import os
import shutil
import socket
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest

from pimflow.running.run import state_file
from pimflow.state import people
from pimflow.state.database import open_database
from pimflow.state.people import PersonRow
from pimflow_akeneo_sandbox.serve import Served, serve
from pimflow_serve.access.passwords import hashed

from ....e2e.conftest import CATALOG, HEADER, PIPELINE  # noqa: TID252 - tests are no package

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = "axe-core@4.14.1"
PASSWORD = "plum tree and pear tree"
LABELS = {"sku": "SKU", "name": "Name", "colour": "Colour", "weight": "Weight"}
PEOPLE = {"Julia": "operator", "Peter": "administrator", "Vera": "viewer"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--screenshots", type=Path, help="folder into which each page of pimflow serve is drawn")


@dataclass(frozen=True)
class Site:
    """A project that a server serves at `url`."""

    folder: Path
    url: str
    pim: Served

    def write(self, *rows: str) -> None:
        """Let `products.csv` have these rows."""
        (self.folder / "products.csv").write_text("\n".join([HEADER, *rows]) + "\n", "utf-8")

    def pimflow(self, *arguments: str) -> str:
        """Use the command line in the project."""
        done = subprocess.run(
            [sys.executable, "-m", "pimflow", *arguments],
            cwd=self.folder,
            env=_environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode < 2, done.stderr
        return done.stdout


@contextmanager
def served_site(folder: Path, pim: Served, files: dict[str, str], prepare: Callable[[Site], None]) -> Iterator[Site]:
    """Serve a project with these files while the block runs; `prepare` does what came before."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    port = _free_port()
    site = Site(folder, f"http://127.0.0.1:{port}", pim)
    _let_in(folder)
    prepare(site)
    with (folder / "server.log").open("wb") as log:
        command = [sys.executable, "-m", "pimflow", "serve", "--port", str(port)]
        server = subprocess.Popen(command, cwd=folder, env=_environment(), stdout=log, stderr=log)
        try:
            _wait_for(site.url, server, folder / "server.log")
            yield site
        finally:
            server.terminate()
            server.wait(60)


def _let_in(folder: Path) -> None:
    """Let people sign in, in one go; `pimflow serve add-person` has tests of its own."""
    now, password = datetime.now(UTC), hashed(PASSWORD)
    with closing(open_database(state_file(folder))) as database:
        for name, role in PEOPLE.items():
            people.add(database, PersonRow(name, role, password, "", active=True, created=now))


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "PIMFLOW_STATE"} | {"NO_COLOR": "1"}


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    with httpx.Client(trust_env=False) as client:
        end = time.monotonic() + 180
        while time.monotonic() < end:
            assert server.poll() is None, log.read_text("utf-8")
            try:
                if client.get(f"{url}/healthz").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
    raise AssertionError(log.read_text("utf-8"))


def pipeline_text(url: str, *, schedule: str = "", file: str = "products.csv") -> str:
    """Give a pipeline from a file beside the project file into the PIM."""
    text = PIPELINE.format(url=url).replace("products.csv", f"../{file}")
    return text.replace("version: 1\n", f"version: 1\n{schedule}")


@pytest.fixture(scope="session")
def catalog() -> dict[str, Any]:
    """The small PIM, with the names by which people know what is in it."""
    named = deepcopy(CATALOG)
    for attribute in named["attributes"]:
        attribute["labels"] = {"en_US": LABELS[attribute["code"]]}
    named["families"][0] |= {"attribute_as_label": "name", "labels": {"en_US": "Mugs"}}
    return named


@pytest.fixture(scope="module")
def pim(catalog: dict[str, Any]) -> Iterator[Served]:
    with serve(catalog) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Chromium of this machine, driven by Playwright; tests are skipped where either is missing."""
    playwright = pytest.importorskip("playwright.sync_api", reason="pip install playwright: it drives the browser")
    path = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("no Chromium here: `apt-get install chromium` brings it")
    playwright.expect.set_options(timeout=40_000)
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def tab(chromium: Any) -> Iterator[Callable[..., Any]]:
    """Open tabs of a fresh browser; whatever a page complains of in its console fails the test."""
    contexts, complaints = [], []

    def open_tab(**options: Any) -> Any:
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}, "locale": "en-GB"} | options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(40_000)
        page.on("console", lambda told: complaints.append(told.text) if _is_complaint(told) else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_tab
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture(scope="session")
def draw(pytestconfig: pytest.Config) -> Callable[[Any, str], None]:
    """Draw a page into the folder of `--screenshots`, where that is given."""
    folder: Path | None = pytestconfig.getoption("screenshots", default=None)

    def draw_page(page: Any, name: str) -> None:
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            page.wait_for_timeout(500)  # names, pictures and labels come from the PIM
            size = page.evaluate("[innerWidth, Math.min(document.documentElement.scrollHeight, 1100)]")
            clip = {"x": 0, "y": 0, "width": size[0], "height": size[1]}
            _keep(page.screenshot(full_page=True, clip=clip), folder / f"{name}.png")

    return draw_page


def _keep(picture: bytes, file: Path) -> None:
    """Keep a picture in 256 colours: half of the bytes, and nobody sees it."""
    from PIL import Image

    Image.open(BytesIO(picture)).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(file, optimize=True)


def _is_complaint(told: Any) -> bool:
    """Tell whether a page itself complains; one that is not there is told by its status."""
    return told.type == "error" and "Failed to load resource" not in told.text


def sign_in(page: Any, site: Site, name: str) -> None:
    """Sign somebody in by the form."""
    page.goto(site.url)
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


@pytest.fixture(scope="session")
def axe(request: pytest.FixtureRequest) -> str:
    """The script of axe-core, which looks for what people with disabilities stumble over; fetched once from npm."""
    cache: Path = request.config.cache.mkdir("axe-core")
    script = cache / f"{AXE}.js"
    if not script.exists():
        npm = shutil.which("npm")
        if npm is None:
            pytest.skip("no npm here: it brings axe-core")
        command = [npm, "pack", AXE, "--silent", "--fetch-retries=1", "--fetch-timeout=30000"]
        told = subprocess.run(command, cwd=cache, capture_output=True, text=True, check=False)
        if told.returncode:
            pytest.skip(f"axe-core cannot be fetched from npm: {told.stderr.strip()[-200:]}")
        with tarfile.open(cache / told.stdout.split()[-1]) as package:
            member = package.extractfile("package/axe.min.js")
            assert member is not None
            script.write_bytes(member.read())
    return script.read_text("utf-8")
