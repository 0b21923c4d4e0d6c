"""Every page is done as a reader would do it: files written, commands run, outputs compared.

- A block with a title is a file that the reader writes.
- A `sh` block is run in the page's own folder, in an environment with everything installed; servers stay in the
  background. It must end with exit code 0, or the one in `<!-- exit: N -->` above it.
- A `text` block right behind it is its output: each line must be there, in this order; `…` stands for anything.
- A `yaml` block without a title is a pipeline, or a part of one, and must pass the real loader and assembler;
  `<!-- wrong: WHY -->` above it means that it must not.
- A `python` block without a title is executed, for the pages of the site.
- `<!-- not run: WHY -->` leaves a block out.
- `<!-- continues: PAGE -->` takes over the files, the sandbox and the environment of another page.

`pytest tests/docs --write-expected` writes outputs that have changed anew; look at the difference before you keep it.
"""

import importlib.util
import os
import re
import site
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import pytest

from ..started import Door  # noqa: TID252 - tests are no package

ROOT = Path(__file__).parents[2]
STARTED = ROOT / "tests" / "started.py"
PORT, OTHER_PORT, SERVE_PORT = "8090", "8070", "8700"
"""Ports of the sandbox, of servers that a page brings itself, of `pimflow serve`; each page gets free ones instead."""
SERVERS = ("pimflow sandbox", "python depot.py")
"""What stays in the background."""
CHANGING = [
    (r"\d{8}-\d{6}-[0-9a-f]{4,8}", "RUN"),
    (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d[\d:.+]*", "DAY"),
    (r'"seconds": [\d.e-]+', "SECONDS"),
    (r"\b\d\d:\d\d(:\d\d)?\b", "TIME"),
    (r"under 1 s|\b[\d.]+ s\b", "DURATION"),
    (r" +", " "),
]
CONTINUES = re.compile(r"^<!-- continues: (\S+) -->$", re.MULTILINE)


def _environment(folder):
    """Make a virtual environment in which everything is installed that is installed here."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    found = [path for path in site.getsitepackages() if path.startswith(sys.prefix)]
    own = next(folder.glob("lib/python*/site-packages"))
    (own / "outer.pth").write_text("".join(f"import site; site.addsitedir({path!r})\n" for path in found))
    python = f"{folder}/bin/python"
    for name in ("pip", "pimflow", "pytest"):
        _script(folder / "bin" / name, f'exec "{python}" -m {name} "$@"')
    _script(folder / "bin" / "own_pimflow", f'exec "{python}" -m pimflow "$@"')
    watched = f'PYTHONPATH="$PIMFLOW_TEST_PATH" exec "{python}" -m openapi_requests.child "$@"'
    _script(folder / "bin" / "watched_pimflow", watched)
    return folder / "bin"


def _script(file, text):
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)


@pytest.fixture(scope="session")
def shared_environment(tmp_path_factory):
    """The environment of pages that install nothing; its commands are forked, and its servers are not."""
    found = _environment(tmp_path_factory.mktemp("environment"))
    door = Door(found / "python")
    _script(found / "pimflow", f'exec "{found}/python" -IS "{STARTED}" "{door.address}" -m pimflow "$@"')
    yield found
    door.close()


@pytest.fixture
def place(tmp_path, blocks, request, watched_sandbox):
    """A reader's machine: a folder with the samples, and pimflow; of its own where the page installs something."""
    installs = any("pip install" in block.body and block.mark != "not run" for block in blocks)
    folder = tmp_path / "page"
    folder.mkdir()
    (folder / "sample_pipelines").symlink_to(ROOT / "sample_pipelines")
    found = _environment(tmp_path / "venv") if installs else request.getfixturevalue("shared_environment")
    return Reader(folder, found, watched_sandbox)


class Reader:
    """Does what a page says."""

    def __init__(self, folder, bin_folder, watched):
        self.folder = folder
        self.watched = watched
        self.output = ""
        self.ran = 0.0
        self.servers = []
        self.ports = {port: str(_free_port()) for port in (PORT, OTHER_PORT, SERVE_PORT)}
        self.memory = folder.parent / "environment.sh"
        outer = {name: value for name, value in os.environ.items() if name in {"HOME", "LANG", "TMPDIR"}}
        self.environment = {
            **outer,
            "PATH": f"{bin_folder}:{os.environ['PATH']}",
            "LOGNAME": "julia",
            "PIP_NO_BUILD_ISOLATION": "0",
            "PIP_NO_INDEX": "1",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def write(self, block):
        path = self.folder / block.title
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self._moved(block.body), "utf-8")

    def run(self, block):
        body = self._moved(block.body)
        if body.startswith(SERVERS):
            return self._serve(body)
        if "pimflow run" in body:  # a reader is not so fast; runs of one second are not told apart by their names
            time.sleep(max(0.0, self.ran + 1 - time.monotonic()))
        before = f'. "{self.memory}"\n' if self.memory.exists() else ""
        after = f'\n{{ export -p; printf \'cd "%s"\\n\' "$PWD"; }} > "{self.memory}"\n'
        script = f"{before}set -e\n{body}\nset +e{after}"
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        self.ran = time.monotonic()
        self.output = done.stdout.replace(str(self.folder), "")
        for port, own in self.ports.items():
            self.output = self.output.replace(own, port)
        expected = int(block.reason) if block.mark == "exit" else 0
        assert done.returncode == expected, f"line {block.line} ended with {done.returncode}:\n{body}\n{done.stdout}"
        return None

    def _moved(self, text):
        for port, own in self.ports.items():
            text = text.replace(port, own)
        return text

    def compare(self, block):
        lines = [_same(line) for line in self.output.splitlines()]
        for wanted in block.body.splitlines():
            if wanted.strip() in {"", "…"}:
                continue
            pattern = re.compile(".*".join(map(re.escape, _same(wanted).split("…"))))
            found = next((number for number, line in enumerate(lines) if pattern.fullmatch(line)), None)
            assert found is not None, f"line {block.line} shows {wanted!r}, and the output is:\n{self.output}"
            del lines[: found + 1]

    def _serve(self, body):
        log = (self.folder.parent / "sandbox.log").open("wb")
        is_sandbox = body.startswith("pimflow")
        kind = "watched_" if self.watched else "own_"
        command = f"exec {kind if is_sandbox else ''}{body}"
        port = self.ports[PORT if is_sandbox else OTHER_PORT]
        environment = {**self.environment, **self.watched}
        server = subprocess.Popen(["bash", "-c", command], cwd=self.folder, env=environment, stdout=log, stderr=log)
        log.close()
        self.servers.append(server)
        for _ in range(300):
            try:
                with urlopen(f"http://127.0.0.1:{port}/_sandbox/stats"):
                    return
            except HTTPError:  # it is there, and knows no such page
                return
            except (URLError, ConnectionError):
                assert server.poll() is None, f"it did not start: {body}"
                time.sleep(0.1)
        pytest.fail(f"it does not answer: {body}")

    def stop(self):
        for server in self.servers:
            server.terminate()
            server.wait(10)


def _same(line):
    for pattern, mask in CHANGING:
        line = re.sub(pattern, mask, line)
    return line.strip()


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _sets_up(block):
    begins_server = block.language == "sh" and block.body.startswith((*SERVERS, "export "))
    return block.mark != "not run" and (block.title is not None or begins_server)


def do(page, blocks, place, pages, *, write):
    """Do what a page says, as a reader would."""
    if any("pip install" in block.body and block.mark != "not run" for block in blocks):
        for needed in ("hatchling", "editables"):
            if importlib.util.find_spec(needed) is None:
                pytest.skip(f"installing a plugin without a network needs {needed} beside pimflow")
    earlier = [(page.parent / name).resolve() for name in CONTINUES.findall(page.read_text("utf-8"))]
    ran = False
    try:
        for block in [*(one for other in earlier for one in pages[other] if _sets_up(one)), *blocks]:
            if block.mark == "not run":
                ran = False
            elif block.title:
                place.write(block)
            elif block.language == "sh":
                place.run(block)
                ran = True
            elif block.language == "text" and ran:
                _compare_or_write(page, block, place, write=write)
    finally:
        place.stop()


def _compare_or_write(page, block, place, *, write):
    try:
        place.compare(block)
    except AssertionError:
        if not write or any(line.startswith("…") for line in block.body.splitlines()):
            raise
        text = page.read_text("utf-8")
        page.write_text(text.replace(f"```text\n{block.body}```", f"```text\n{place.output.rstrip()}\n```", 1), "utf-8")
