"""`pimflow serve` as it is started in a terminal."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing, contextmanager

import httpx
import pytest

from pimflow.cli import pimflow
from pimflow.errors import ConfigError

PASSWORD = "a long enough word"
PLAIN = """\
version: 1
flows:
  goods:
    source: {type: files.csv, path: goods.csv}
    sink: {type: files.csv, path: out.csv}
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.delenv("PIMFLOW_STATE", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pimflow.yaml").write_text(f"version: 1\nserve: {{port: {free_port()}}}\n", "utf-8")
    return tmp_path


@pytest.fixture
def command(project, capsys, monkeypatch):
    def run(*words, typed=""):
        from io import StringIO

        monkeypatch.setattr(sys, "stdin", StringIO(typed))
        capsys.readouterr()
        try:
            pimflow(["serve", *words], prog_name="pimflow")
        except SystemExit as end:
            return end.code or 0, capsys.readouterr().out
        return 0, capsys.readouterr().out

    return run


def free_port():
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@contextmanager
def started(folder, *words):
    """Run the server in a process of its own until the block ends."""
    line = [sys.executable, "-m", "pimflow", "serve", *words]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with (folder / "told.txt").open("w") as told:
        process = subprocess.Popen(line, cwd=folder, env=environment, stdout=told, stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def told(folder, process, pattern, seconds=180):
    """Wait until the server has said this."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        found = re.search(pattern, (folder / "told.txt").read_text())
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError((folder / "told.txt").read_text())


def guessed(browser, number):
    given = {"name": "Peter", "password": f"guess {number}"}
    return browser.post("/login", data=given, headers={"X-Forwarded-For": f"10.0.0.{number}"}).status_code


def test_a_first_start_tells_how_to_come_in_and_ends_when_told(project):
    with started(project) as process:
        url, code = told(project, process, r"(http://127\.0\.0\.1:\d+)/welcome\?code=([\w-]+)").groups()
        with httpx.Client(base_url=url, headers={"Origin": url}, trust_env=False, timeout=30) as browser:
            while browser.get("/readyz").status_code != 200:
                time.sleep(0.1)
            given = {"code": code, "name": "Peter", "password": PASSWORD, "again": PASSWORD}
            assert browser.post("/welcome", data=given).status_code == 303
            assert browser.get("/api/v1/me").json()["role"] == "administrator"
            assert "server" not in browser.get("/").headers
            codes = [guessed(browser, number) for number in range(6)]
            assert codes == [401] * 5 + [429]  # whatever somebody says for whom they ask
        process.send_signal(signal.SIGTERM)
        assert process.wait(120) == 0
    assert (project / "told.txt").read_text().endswith("stopped\n")
    assert code not in "".join(path.read_text() for path in (project / ".pimflow").rglob("*.log*"))


def test_check_tells_what_is_wrong_and_starts_nothing(command, project):
    (project / "pipelines").mkdir()
    (project / "pipelines" / "broken.yaml").write_text("version: 1\nflow: {}\n", "utf-8")
    code, out = command("--check", "--json")
    found = {one["name"].rpartition("/")[2]: one for one in json.loads(out)}
    assert code == 2
    assert {name: one["well"] for name, one in found.items()} == {
        "configuration": True,
        "port": True,
        "state": True,
        "broken.yaml": False,
    }
    assert "did you mean 'flows'?" in found["broken.yaml"]["text"]
    assert not (project / ".pimflow").exists(), "it would belong to whoever looked"


def test_check_finds_a_port_that_is_taken(command):
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        code, out = command("--check", "--port", port)
    assert code == 2
    assert f"pimflow cannot listen on 127.0.0.1:{port}" in out


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("prt: 8700", "pimflow.yaml:3: serve.prt: unknown key; did you mean 'port'?"),
        ("port: 99999", "65535 or less was expected"),
        ("public_url: pimflow.example.com", "an address such as https://pimflow.example.com was expected"),
        ("trusted_proxies: [proxy]", "an address or a network such as 10.0.0.0/8 was expected; found 'proxy'"),
        ("session_hours: 0", "serve.session_hours: 1 or more was expected"),
    ],
)
def test_mistakes_under_serve_are_told_with_their_line_also_by_validate(command, project, line, told):
    (project / "pimflow.yaml").write_text(f"version: 1\nserve:\n  {line}\n", "utf-8")
    code, out = command("--check")
    assert code == 2
    assert told in out
    (project / "goods.csv").write_text("sku\n", "utf-8")
    (project / "p.yaml").write_text(PLAIN, "utf-8")
    with pytest.raises(ConfigError, match=re.escape(told)):
        pimflow(["validate", "p.yaml"])


def test_an_environment_lays_its_own_options_over_those_of_the_project(project):
    from pimflow_serve.configuring import settings_of

    text = "version: 1\nserve: {port: 8701, session_hours: 2}\nenvironments:\n  live: {serve: {port: 8702}}\n"
    (project / "pimflow.yaml").write_text(text, "utf-8")
    settings = settings_of(project, "live")
    assert (settings.port, settings.session_hours) == (8702, 2)
    assert settings_of(project, "live", port=9000, host="0.0.0.0").url == "http://localhost:9000"


def test_people_are_looked_after_in_a_terminal(command):
    assert "Nobody yet" in command("people")[1]
    assert command("add-person", "Peter", "--role", "administrator", typed=f"{PASSWORD}\n")[0] == 0
    assert command("add-person", "Julia", "--role", "operator", typed=f"{PASSWORD}\n")[0] == 0
    assert command("set-password", "Julia", typed="another long word\n")[0] == 0
    assert [one["name"] for one in json.loads(command("people", "--json")[1])] == ["Julia", "Peter"]
    assert command("remove-person", "Julia")[0] == 0
    assert command("people")[1] == "Peter  administrator\n"
    made = json.loads(command("add-token", "shop", "--days", "30", "--json")[1])
    assert made["token"].startswith("pimflow_")
    assert command("remove-token", "shop")[0] == 0


def test_a_name_that_is_taken_or_a_bad_password_adds_nobody(command):
    from pimflow.state.people import PeopleError

    command("add-person", "Peter", "--role", "administrator", typed=f"{PASSWORD}\n")
    for words, typed in (
        (("add-person", "Peter"), PASSWORD),
        (("add-person", "Eve"), "short"),
        (("add-person", "<b>"), PASSWORD),
    ):
        with pytest.raises(PeopleError):
            command(*words, typed=f"{typed}\n")
    with pytest.raises(PeopleError, match="only administrator left"):
        command("remove-person", "Peter")
    assert command("people")[1] == "Peter  administrator\n"
