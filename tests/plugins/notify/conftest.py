"""A mail server, a monitor and a project whose runs are told to both; all real, on this machine."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from loguru import logger

from pimflow.cli import main

from .notify_servers import Mailbox, Monitor, served, watching


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A mail server that asks for nothing."""
    with served(Mailbox()) as mailbox:
        yield mailbox


@pytest.fixture
def guarded_mailbox(tmp_path: Path) -> Iterator[Mailbox]:
    """A mail server that wants STARTTLS, and a login after it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*_certificate(tmp_path))
    mailbox = Mailbox()
    options = {"require_starttls": True, "auth_required": True, "authenticator": mailbox.login}
    with served(mailbox, tls_context=context, **options) as ready:
        yield ready


def _certificate(folder: Path) -> tuple[Path, Path]:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    words = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    command = [openssl, *words.split(), "-out", str(certificate), "-keyout", str(key)]
    subprocess.run(command, check=True, capture_output=True)
    return certificate, key


@pytest.fixture
def monitor() -> Iterator[Monitor]:
    """A monitor that answers."""
    with watching(Monitor()) as monitor:
        yield monitor


@dataclass(frozen=True)
class Printed:
    """What a command left behind."""

    code: int
    out: str
    err: str


PIPELINE = """\
version: 1
name: shop
flows:
  products:
    source: {type: files.csv, path: products.csv}
    transforms:
      - convert: {price: number}
    sink: {type: files.jsonl, path: out.jsonl}
    guards: {min_rows: 1}
"""


@dataclass(frozen=True)
class Project:
    """A project with one pipeline, from a file into a file, told as `pimflow.yaml` says."""

    folder: Path

    def notify(self, *entries: str) -> None:
        lines = ["version: 1", "notify:", *(f"  - {entry}" for entry in entries)]
        (self.folder / "pimflow.yaml").write_text("\n".join(lines) + "\n", "utf-8")

    def logs(self) -> str:
        return "".join(file.read_text("utf-8") for file in (self.folder / ".pimflow" / "logs").glob("*.jsonl"))

    def state(self) -> bytes:
        return b"".join(file.read_bytes() for file in (self.folder / ".pimflow").glob("state.sqlite*"))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    (folder / "shop.yaml").write_text(PIPELINE, "utf-8")
    (folder / "products.csv").write_text("sku;price\n", "utf-8")
    return Project(folder)


@pytest.fixture
def pimflow(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[..., Printed]]:
    """Run `pimflow` with these words, and see what it prints and with which code it ends."""

    def run(*words: str) -> Printed:
        monkeypatch.setattr(sys, "argv", ["pimflow", *words])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        return Printed(int(ended.value.code or 0), *capsys.readouterr())

    yield run
    logger.remove()


@pytest.fixture
def run(project: Project, pimflow: Callable[..., Printed]) -> Callable[..., Printed]:
    """Run the pipeline with these rows in its file."""

    def run(rows: list[str], *options: str) -> Printed:
        (project.folder / "products.csv").write_text("\n".join(["sku;price", *rows]) + "\n", "utf-8")
        return pimflow("run", "shop.yaml", *options)

    return run
