"""The project of tests/e2e with shorter pauses, and what its PIM holds after a sync that nothing disturbs."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from pimflow_akeneo_sandbox.serve import Served, serve
from pimflow_http import RetryPolicy

from ..e2e.conftest import CATALOG, PIPELINE, Printed, Project, command  # noqa: TID252 - tests are no package

__all__ = ["command"]

NUMBER = 50
"""Three calls of twenty products at most."""
ROWS = [f"MUG-{n:03};mugs;cups;Mug {n};{('red', 'blue')[n % 2]};0.{n:03}" for n in range(1, NUMBER + 1)]
_OF_THE_PIM = frozenset({"uuid", "created", "updated", "_links"})
PIMFLOW = (sys.executable, "-m", "pimflow")

READING = """\
version: 1
connections:
  pim: {{type: akeneo, url: "{url}", client_id: sandbox, secret: sandbox, username: sandbox, password: sandbox}}
flows:
  products:
    source: {{type: akeneo.products, connection: pim, attributes: []}}
    sink: {{{sink}}}
"""
INTO_A_FILE, INTO_THE_PIM = "type: files.jsonl, path: out.jsonl", "type: akeneo.products, connection: pim"


@dataclass(frozen=True)
class Disturbed(Project):
    """A project whose PIM can be looked at as a whole."""

    @property
    def state(self) -> Path:
        return self.folder / ".pimflow" / "state.sqlite"

    def contents(self) -> dict[str, Any]:
        """Give what the PIM has, by identifier, without what it makes up by itself."""
        return {one["identifier"]: {k: v for k, v in one.items() if k not in _OF_THE_PIM} for one in self.products()}

    def uuids(self) -> dict[str, str]:
        return {one["identifier"]: one["uuid"] for one in self.products()}

    def options(self, **values: Any) -> None:
        """Give the connection these options."""
        file = self.folder / "pipeline.yaml"
        told = "".join(f"{name}: {value}, " for name, value in values.items())
        file.write_text(file.read_text("utf-8").replace("{type: akeneo, ", f"{{type: akeneo, {told}"), "utf-8")

    def read_back(self, sink: str = INTO_A_FILE) -> None:
        """Let the pipeline read products of the PIM, instead of writing them."""
        (self.folder / "pipeline.yaml").write_text(READING.format(url=self.pim.url, sink=sink), "utf-8")

    def cursor(self) -> str | None:
        """Give how far the pipeline has read."""
        shown = json.loads(self.command("state", "show", str(self.folder / "pipeline.yaml"), "--json").out)
        return next((one["cursor"] for one in shown["cursors"]), None)

    def child(self, *words: str, wrapped: tuple[str, ...] = (), **options: Any) -> Printed:
        """Run a command of pimflow in a process of its own."""
        told = [*wrapped, *PIMFLOW, words[0], str(self.folder / "pipeline.yaml"), *words[1:]]
        ended = subprocess.run(told, capture_output=True, text=True, check=False, cwd=self.folder, **options)
        return Printed(ended.returncode, ended.stdout, ended.stderr)


@pytest.fixture(autouse=True)
def _short_pauses_and_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pimflow_http.client.RetryPolicy", partial(RetryPolicy, tries=4, first=0.005, longest=0.02))
    monkeypatch.setattr("pimflow_akeneo.session._REST", 0.01)
    monkeypatch.setattr("pimflow_akeneo.sinks.AkeneoProductsSink.batch_size", 20)


@pytest.fixture(scope="session")
def served() -> Iterator[Served]:
    with serve(CATALOG) as sandbox:
        yield sandbox


@pytest.fixture
def project(tmp_path: Path, served: Served, command: Callable[..., Printed]) -> Iterator[Disturbed]:
    served.reset()
    (tmp_path / "pipeline.yaml").write_text(PIPELINE.format(url=served.url), "utf-8")
    one = Disturbed(tmp_path, served, command)
    one.write(*ROWS)
    yield one
    served.reset()


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the PIM has after a sync that nothing disturbs."""
    folder = tmp_path_factory.mktemp("undisturbed")
    with serve(CATALOG) as pim:
        (folder / "pipeline.yaml").write_text(PIPELINE.format(url=pim.url), "utf-8")
        one = Disturbed(folder, pim, lambda *_: Printed(0, "", ""))
        one.write(*ROWS)
        assert one.child("run").code == 0
        found = one.contents()
    assert len(found) == NUMBER
    return found


@pytest.fixture
def settled(project: Disturbed, undisturbed: dict[str, Any]) -> Callable[[], None]:
    """See that all is as if there had been no fault, and that a further run sends nothing."""

    def look() -> None:
        project.pim.sandbox.change_faults(vars(project.pim.sandbox.settings.faults))
        assert project.contents() == undisturbed
        writes = project.writes()
        assert f"{NUMBER} already up to date." in project.run().out
        assert project.writes() == writes

    return look


@pytest.fixture
def healed(project: Disturbed, settled: Callable[[], None]) -> Callable[..., Printed]:
    """Run once more without faults: then all is settled, and what was there is still the same."""

    def run() -> Printed:
        project.pim.sandbox.change_faults(vars(project.pim.sandbox.settings.faults))
        before = project.uuids()
        again = project.run()
        assert again.code == 0, again.out + again.err
        assert "your attention" not in again.out
        settled()
        assert before.items() <= project.uuids().items()
        return again

    return run


@pytest.fixture(scope="session")
def may_mount() -> None:
    """Tests with small disks need Linux, and the right to mount in a name space of their own."""
    tried = ["unshare", "--mount", "sh", "-c", "mount -t tmpfs -o size=64k none /mnt"]
    try:
        done = subprocess.run(tried, capture_output=True, check=False).returncode == 0
    except OSError:
        done = False
    if not done:
        pytest.skip("this machine lets nobody mount a small disk")


@pytest.fixture
def obedient() -> Callable[[], None]:
    """What a child does first so that it may write only what its rights say, also where it belongs to root."""
    if sys.platform != "linux":
        pytest.skip("rights of files are tested on Linux")
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    drop, override = 24, 1

    def obey() -> None:
        if os.geteuid() == 0:
            libc.prctl(drop, override, 0, 0, 0)

    return obey
