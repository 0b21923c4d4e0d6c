"""Files on other machines: fsspec's own memory, and real servers for FTP and SFTP."""

import importlib.util
import json
import os
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import fsspec
import pytest
from pydantic import ValidationError

from pimflow import LoginError, RemoteError, UnreachableError, Window
from pimflow.cli import main
from pimflow_files.connection import FilesConnection
from pimflow_files.sources import CsvSource, ExcelSource

PASSWORD = "s3cret-of-nobody"


@pytest.fixture
def files(tmp_path):
    """The server's folder: two files below `in`, one hidden."""
    inbox = tmp_path / "served" / "in"
    inbox.mkdir(parents=True)
    for name in ("a.csv", "b.csv", ".c.csv"):
        (inbox / name).write_text(f"sku;name\n{name[0]};Cup\n")
        os.utime(inbox / name, (1_770_000_000,) * 2)
    return tmp_path / "served"


@pytest.fixture
def ftp(files):
    if importlib.util.find_spec("pyftpdlib") is None:
        pytest.skip("needs pyftpdlib")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-W", "ignore", "-m", "pyftpdlib", "-i", "127.0.0.1", "-p", str(port), "-w"]
    command += ["-d", str(files), "-u", "erp", "-P", PASSWORD]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as serving:
        for _ in range(100):
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield {"url": f"ftp://127.0.0.1:{port}", "username": "erp", "password": PASSWORD}
        serving.kill()


@pytest.fixture
def sftp(files):
    for name in ("asyncssh", "paramiko"):
        if importlib.util.find_spec(name) is None:
            pytest.skip(f"needs {name}")
    command = [sys.executable, str(Path(__file__).with_name("sftp_server.py")), str(files), "erp", PASSWORD]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as serving:
        port, fingerprint = serving.stdout.readline().split()
        yield {"url": f"sftp://127.0.0.1:{port}", "username": "erp", "password": PASSWORD, "host_key": fingerprint}
        serving.kill()


@pytest.fixture(params=["ftp", "sftp"])
def server(request):
    return request.getfixturevalue(request.param)


def rows(options, **source):
    with FilesConnection(**options).open() as session:
        made = CsvSource(connection="erp", **source)
        return [tuple(row) for row in made.extract(session, made.window(session, None))]


def test_files_of_a_server_are_read_by_pattern_and_by_name(server):
    assert rows(server, path="in/*.csv") == [("sku", "name"), ("a", "Cup"), ("b", "Cup")]
    assert rows(server, path="in/b.csv") == [("sku", "name"), ("b", "Cup")]
    with pytest.raises(RemoteError, match=r"no file fits in/\*.xml"):
        rows(server, path="in/*.xml")


def test_check_says_who_answered(server):
    connection = FilesConnection(**server)
    with connection.open() as session:
        assert connection.check(session) == "127.0.0.1 answered, 0 files in /"
        (first, _) = session.found("in/*.csv")
    assert (first.path, first.size, first.modified) == ("in/a.csv", 15, datetime.fromtimestamp(1_770_000_000, UTC))


def test_a_wrong_password_is_told_without_it(server):
    with pytest.raises(LoginError, match=r"refused the user, the password or the key") as caught:
        rows(server | {"password": "wr0ng"}, path="in/a.csv")
    assert "wr0ng" not in f"{caught.value} {caught.value.detail}"


def test_a_server_that_does_not_answer_is_told(server):
    url = server["url"].rpartition(":")[0] + ":9"
    with pytest.raises(UnreachableError, match=r"127.0.0.1 does not answer"):
        rows(server | {"url": url}, path="in/a.csv")


def test_a_file_that_is_not_there_is_told(server):
    with pytest.raises(RemoteError):
        rows(server, path="in/z.csv")


def test_a_server_with_another_key_gets_no_password(sftp, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    for options in ({"host_key": "SHA256:" + "A" * 43}, {"host_key": None}):
        with pytest.raises(LoginError, match=r"shows a key that is not known here: SHA256:.*No password was sent"):
            rows(sftp | options, path="in/a.csv")


def test_a_drop_folder_of_a_server_is_emptied_through_the_terminal(server, files, tmp_path, monkeypatch, capsys):
    given = ", ".join(f"{name}: {json.dumps(value)}" for name, value in server.items() if name != "password")
    monkeypatch.setenv("FILES_PASSWORD", PASSWORD)
    drop = "{seconds: 0, archive: done, key: sku, delta: '*'}"
    (tmp_path / "pipeline.yaml").write_text(
        f'version: 1\nconnections:\n  erp: {{type: files, {given}, password: "${{env:FILES_PASSWORD}}"}}\n'
        "flows:\n  products:\n"
        f"    source: {{type: files.csv, connection: erp, path: in/*.csv, drop: {drop}}}\n"
        "    sink: {type: files.jsonl, path: out.jsonl}\n"
    )
    monkeypatch.setattr("sys.argv", ["pimflow", "run", str(tmp_path / "pipeline.yaml"), "--json"])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr()
    assert not ended.value.code, said.out + said.err
    assert json.loads(said.out)["flows"][0]["read"] == 2
    assert sorted(path.name for path in (files / "in" / "done").iterdir()) == ["a.csv", "b.csv"]
    assert PASSWORD not in said.out + said.err
    kept = [path.read_bytes() for path in (tmp_path / ".pimflow").rglob("*") if path.is_file()]
    assert not any(PASSWORD.encode() in content for content in kept)


def test_any_filesystem_of_fsspec_can_be_read(tmp_path):
    from xlsxwriter import Workbook

    with Workbook(tmp_path / "a.xlsx") as book:
        book.add_worksheet().write_row(0, 0, ["sku"])
    memory = fsspec.filesystem("memory")
    memory.pipe("/shop/in/a.xlsx", (tmp_path / "a.xlsx").read_bytes())
    with FilesConnection(url="memory://shop").open() as session:
        table = ExcelSource(connection="erp", path="in/a.xlsx").extract(session, Window())
        assert list(table) == [("sku",)]


@pytest.mark.parametrize("url", ["files.example.com", "sftp://erp:x@host/in", "nothing://host", "sftp://", "ftp:/host"])
def test_what_is_no_address_is_a_mistake(url):
    with pytest.raises(ValidationError, match="expected an address such as"):
        FilesConnection(url=url)


def test_a_proxy_is_a_mistake():
    with pytest.raises(ValidationError, match="`proxy` is not known for files"):
        FilesConnection(url="ftp://host", proxy="http://proxy")
