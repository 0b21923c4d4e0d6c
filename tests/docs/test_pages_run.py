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
import json
import os
import re
import shutil
import site
import socket
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import pytest

from pimflow.assemble import assemble
from pimflow.configuration.document import parse_document
from pimflow.configuration.forms import FlowConfig, PipelineConfig
from pimflow.configuration.loading import load_pipeline
from pimflow.errors import ConfigError
from pimflow.plugins import create_registry

ROOT = Path(__file__).parents[2]
PORT, OTHER_PORT = "8090", "8070"
"""Ports of the sandbox, and of servers that a page brings itself; each page gets free ones in their place."""
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
FILE_OPTION = re.compile(r'"(?:path|table|ca_file)": "([^"$]+)"')
CONNECTION = {"type": "akeneo", "url": "http://127.0.0.1:1", "client_id": "a", "secret": "b", "username": "c"}


def _environment(folder):
    """Make a virtual environment in which everything is installed that is installed here."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    found = [path for path in site.getsitepackages() if path.startswith(sys.prefix)]
    own = next(folder.glob("lib/python*/site-packages"))
    (own / "outer.pth").write_text("".join(f"import site; site.addsitedir({path!r})\n" for path in found))
    python = f"{folder}/bin/python"
    for name in ("pip", "pimflow", "pytest"):
        (folder / "bin" / name).write_text(f'#!/bin/sh\nexec "{python}" -m {name} "$@"\n')
        (folder / "bin" / name).chmod(0o755)
    (folder / "bin" / "watched_pimflow").write_text(
        f'#!/bin/sh\nPYTHONPATH="$PIMFLOW_TEST_PATH" exec "{python}" -m openapi_requests.child "$@"\n'
    )
    (folder / "bin" / "watched_pimflow").chmod(0o755)
    return folder / "bin"


@pytest.fixture(scope="session")
def shared_environment(tmp_path_factory):
    return _environment(tmp_path_factory.mktemp("environment"))


@pytest.fixture
def place(tmp_path, blocks, shared_environment, watched_sandbox):
    """A reader's machine: a folder with the samples, and pimflow; of its own where the page installs something."""
    installs = any("pip install" in block.body and block.mark != "not run" for block in blocks)
    folder = tmp_path / "page"
    folder.mkdir()
    (folder / "sample_pipelines").symlink_to(ROOT / "sample_pipelines")
    return Reader(folder, _environment(tmp_path / "venv") if installs else shared_environment, watched_sandbox)


class Reader:
    """Does what a page says."""

    def __init__(self, folder, bin_folder, watched):
        self.folder = folder
        self.watched = watched
        self.output = ""
        self.ran = 0.0
        self.servers = []
        self.ports = {PORT: str(_free_port()), OTHER_PORT: str(_free_port())}
        self.memory = folder.parent / "environment.sh"
        outer = {name: value for name, value in os.environ.items() if name in {"HOME", "LANG", "TMPDIR"}}
        self.environment = {
            **outer,
            "PATH": f"{bin_folder}:{os.environ['PATH']}",
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
        command = f"exec watched_{body}" if self.watched and is_sandbox else f"exec {body}"
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


def test_page_does_what_it_says(page, blocks, place, pages, request):
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
                _compare_or_write(page, block, place, write=request.config.getoption("--write-expected"))
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


def test_data_on_the_page_can_be_read(page, blocks):
    for block in blocks:
        if block.language == "json":
            json.loads(block.body)
        elif block.language == "toml":
            tomllib.loads(block.body)
        elif block.language == "python":
            code = compile(block.body, f"{page}:{block.line}", "exec")
            if page.is_relative_to(ROOT / "docs") and not block.title and block.mark != "not run":
                exec(code, {"__name__": "page"})


def test_yaml_on_the_page_passes_the_real_loader(page, blocks, tmp_path, monkeypatch):
    for block in blocks:
        if block.language != "yaml" or block.title or block.mark == "not run":
            continue
        monkeypatch.setenv("AKENEO_URL", "http://127.0.0.1:1")
        folder = tmp_path / str(block.line)
        folder.mkdir()
        if block.mark == "wrong":
            with pytest.raises(ConfigError):
                _assemble(block, folder, monkeypatch)
        else:
            _assemble(block, folder, monkeypatch)


def _assemble(block, folder, monkeypatch):
    data = parse_document(block.body, f"line {block.line}").data
    text = json.dumps(_completed(data))
    for name in re.findall(r"\$\{env:(\w+)\}", text):
        monkeypatch.setenv(name, _value(name))
    for scheme, name in re.findall(r"\$\{(file):([^}]+)\}", text):
        assert scheme == "file"
        text = text.replace(f"${{file:{name}}}", f"${{file:{_made(folder / Path(name).name)}}}")
    for name in FILE_OPTION.findall(text):
        if "{" not in name:  # that is a path of a REST API
            _made(folder / name)
    pipeline = folder / "pipeline.yaml"
    pipeline.write_text(text, "utf-8")
    assemble(load_pipeline(pipeline), create_registry())


def _value(name):
    """Give a variable of the environment a value of its kind: the page does not say it."""
    if name.startswith("TELL_"):
        return "mailto://127.0.0.1:1?from=a@shop.example&to=b@shop.example"
    return "http://127.0.0.1:1" if name.endswith("URL") else "value"


def _made(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("found;becomes\na;b\n", "utf-8")
    return path


SINKS = {"rest": {"type": "rest.records", "key": "sku", "upsert": {"path": "{key}"}}}
"""Sinks for connections whose type has none for products."""


def _completed(data):
    """Make a whole pipeline of a part: a list of transforms, keys of a flow, or keys of the file."""
    flow = {"source": {"type": "files.jsonl", "path": "in.jsonl"}, "sink": {"type": "files.jsonl", "path": "out.jsonl"}}
    whole = {"version": 1}
    if isinstance(data, list):
        flow["transforms"] = data
    elif data.keys() <= PipelineConfig.model_fields.keys():
        whole |= data
    else:
        assert data.keys() <= FlowConfig.model_fields.keys(), f"neither a pipeline nor a part of one: {list(data)}"
        flow |= data
    whole.setdefault("flows", {"products": flow})
    if "connections" in whole and "flows" not in data:
        uses = [
            {"connection": name, **SINKS.get(one["type"], {"type": f"{one['type']}.products"})}
            for name, one in whole["connections"].items()
        ]
        whole["flows"] = {f"flow{n}": {**flow, "sink": use} for n, use in enumerate(uses)}
    if '"connection": "pim"' in json.dumps(whole):
        whole.setdefault("connections", {}).setdefault("pim", {**CONNECTION, "password": "d"})
    if '"connection": "shelf"' in json.dumps(whole):
        whole.setdefault("connections", {}).setdefault("shelf", {"type": "rest", "url": "http://127.0.0.1:1"})
    return whole


def test_few_blocks_are_left_out(pages):
    left_out = [(page, block) for page, found in pages.items() for block in found if block.mark == "not run"]
    run = [block for found in pages.values() for block in found if block.language == "sh" and block.mark != "not run"]
    assert len(left_out) <= 12
    assert len(run) > 2 * len(left_out)


def test_every_fence_is_understood(pages):
    for page, found in pages.items():
        fences = len(re.findall(r"^```", page.read_text("utf-8"), re.MULTILINE))
        assert fences == 2 * len(found), f"{page} has a block that these tests do not see"


def test_bash_is_there():
    assert shutil.which("bash")
