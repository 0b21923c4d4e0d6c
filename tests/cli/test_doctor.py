"""`pimflow doctor`: each thing that goes wrong in an installation is told in one line with its remedy."""

import hashlib
import os
import re
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pimflow.model import Status
from pimflow.processes import place
from pimflow.state import locks
from pimflow.state.database import open_database
from pimflow.state.locks import Owner

PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "ftp_proxy")
CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch):
    """What this machine asks for is no matter of a test."""
    for name in (*PROXIES, *CERTIFICATES):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def state(cli, pipeline, tmp_path):
    """The state of a project that ran once."""
    assert cli("run").code == 0
    return tmp_path / ".pimflow" / "state.sqlite"


def bad(answer):
    """Give what was found wrong, by what it is about."""
    return {one["what"]: f"{one['found']} | {one['remedy']}" for one in answer.json["findings"] if not one["ok"]}


def told(answer, what):
    return next(one["found"] for one in answer.json["findings"] if one["what"] == what)


def fingerprints(folder):
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def test_a_project_that_is_well_has_one_line_for_each_thing_and_exit_code_0(cli, state):
    answer = cli("doctor")
    assert (answer.code, answer.err) == (0, "")
    lines = answer.out.splitlines()
    assert lines[-1] == "All is well."
    assert all(line.startswith("ok    ") for line in lines[:-2])
    for expected in (
        "ok    pipelines/to_shop.yaml: valid; flows in order: products.",
        "ok    pimflow.yaml: valid.",
        "ok    state: has schema ",
        "ok    runs of to-shop: last went well ",
        "ok    logs: 1 in .pimflow/logs, ",
        "ok    Python: 3.",
        "ok    packages: pimflow ",
        " free on the disk of ",
    ):
        assert expected in answer.out
    assert "geheimes-wort" not in answer.out


def test_a_folder_without_anything_is_no_reason_to_worry(cli, tmp_path):
    answer = cli("doctor")
    assert answer.code == 0
    assert f"pipelines: none in {tmp_path}; `pimflow init` begins one." in answer.out
    assert "state: none yet" in answer.out
    assert list(tmp_path.iterdir()) == []


def test_an_examination_changes_nothing(cli, state, tmp_path):
    before = fingerprints(tmp_path)
    assert cli("doctor").code == 0
    assert fingerprints(tmp_path) == before


def test_what_a_killed_run_left_is_told_and_left_alone(cli, state, tmp_path):
    crashed = tmp_path / "crashed"
    crashed.mkdir()
    with sqlite3.connect(state) as connection:
        connection.execute("UPDATE runs SET log = 'moved'")
        connection.commit()
        for file in state.parent.glob("state.sqlite*"):
            (crashed / file.name).write_bytes(file.read_bytes())
    connection.close()
    before = {name: one for name, one in fingerprints(crashed).items() if not name.endswith("-shm")}
    assert any(name.endswith("-wal") for name in before)
    answer = cli("doctor", "--state", str(crashed / "state.sqlite"))
    assert "not yet taken in: a run goes on, or was broken off" in answer.out
    assert answer.code == 0
    assert {name: one for name, one in fingerprints(crashed).items() if not name.endswith("-shm")} == before


def test_every_mistake_in_the_files_is_told_with_its_line_and_the_good_pipelines_as_well(cli, pipeline, tmp_path):
    (tmp_path / "pimflow.yaml").write_text("version: 1\nconection: {}\n")
    (pipeline.parent / "broken.yaml").write_text("version: 1\nflows:\n\ta: 1\n")
    (pipeline.parent / "two.yaml").write_text("version: 1\nflow: {}\nflows: {}\n")
    (pipeline.parent / "old.yml").write_text("version: 1\n")
    answer = cli("doctor", "--json")
    found = bad(answer)
    assert answer.code == 1
    assert found["pimflow.yaml:2"].startswith("conection: unknown key; did you mean 'connections'?")
    assert "a tab stands where YAML wants blanks" in found["pipelines/broken.yaml:3"]
    assert "pipelines/two.yaml:2" in found
    assert found["pipelines/old.yml"] == (
        "is not seen: its name must end in .yaml | Rename it to old.yaml."
    )  # fmt: skip
    assert len(found) == len({line.partition(":")[0] for line in found} | set(found)) - 3


def test_only_the_pipelines_that_a_person_names_are_examined(cli, pipeline):
    (pipeline.parent / "broken.yaml").write_text("flows: [")
    assert cli("doctor", "to_shop").code == 0
    answer = cli("doctor", "to_shop", "nowhere", "--json")
    assert answer.code == 1
    assert list(bad(answer)) == ["nowhere"]


def test_variables_that_are_named_and_not_set_are_told_by_name_only(cli, pipeline, monkeypatch):
    pipeline.write_text(pipeline.read_text().replace("geheimes-wort", '"${env:SHOP_TOKEN}"'))
    monkeypatch.delenv("SHOP_TOKEN", raising=False)
    found = bad(cli("doctor", "--json"))
    assert list(found) == ["variable SHOP_TOKEN"]
    assert found["variable SHOP_TOKEN"].startswith("is not set; pipelines/to_shop.yaml:4 names it | Set it where")
    monkeypatch.setenv("SHOP_TOKEN", "")
    assert bad(cli("doctor", "--json"))["variable SHOP_TOKEN"].startswith("is empty; ")
    monkeypatch.setenv("SHOP_TOKEN", "token-of-the-day")
    answer = cli("doctor")
    assert answer.code == 0
    assert "variables: all 1 that the files name are set: SHOP_TOKEN." in answer.out
    assert "token-of-the-day" not in answer.out


def install(site, name, *, points="", requires=(), **modules):
    info = site / f"{name.replace('-', '_')}-0.5.dist-info"
    info.mkdir(parents=True)
    needs = "".join(f"Requires-Dist: {one}\n" for one in requires)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.5\n{needs}")
    (info / "entry_points.txt").write_text(points)
    for module, text in modules.items():
        (site / f"{module}.py").write_text(text)


def test_broken_plugins_and_what_they_lack_are_told(cli, tmp_path, monkeypatch):
    site = tmp_path / "site"
    install(site, "pimflow-broken", points="[pimflow]\nbroken = pimflow_broken\n", pimflow_broken="1 / 0")
    install(site, "pimflow-verb", points="[pimflow.commands]\nverb = no_such_module:verb\n")
    install(site, "pimflow-poor", requires=["no-such-library>=2", "click<2", "click>=1; extra == 'more'"])
    install(tmp_path / "other", "pimflow-poor")
    monkeypatch.syspath_prepend(tmp_path / "other")
    monkeypatch.syspath_prepend(site)
    answer = cli("doctor", "--json")
    assert answer.code == 1
    found = [f"{one['what']}: {one['found']}" for one in answer.json["findings"] if not one["ok"]]
    assert "plugin broken: pimflow-broken 0.5 cannot be used: ZeroDivisionError: division by zero" in found
    assert any(one.startswith("command verb: of pimflow-verb cannot be loaded: ModuleNotFoundError") for one in found)
    assert "pimflow-poor: needs no-such-library>=2, which is not installed" in found
    assert any(one.startswith("pimflow-poor: needs click<2; installed is ") for one in found)
    assert any(one.startswith("pimflow-poor: is installed 2 times: 0.5 in ") for one in found)


def damaged(state):
    content = bytearray(state.read_bytes())
    content[4096 * 3 : 4096 * 8] = b"\x5a" * 4096 * 5
    state.write_bytes(content)


def newer(state):
    with sqlite3.connect(state) as connection:
        connection.execute("UPDATE about SET schema_version = 99")
    connection.close()


def foreign(state):
    state.unlink()
    with sqlite3.connect(state) as connection:
        connection.execute("CREATE TABLE customers (name)")
    connection.close()


def a_folder(state):
    state.unlink()
    state.mkdir()


STATES = {
    "damaged": (damaged, "database disk image is malformed"),
    "cut off": (lambda state: state.write_bytes(state.read_bytes()[:9000]), "database disk image is malformed"),
    "no database": (lambda state: state.write_text("hello " * 2000), "file is not a database"),
    "empty": (
        lambda state: state.write_bytes(b""),
        "is empty, as a full disk or a copy that broke off leaves a file | Put a backup in its place",
    ),
    "newer": (newer, "was written by a newer pimflow (schema 99; this one knows "),
    "foreign": (foreign, "is no state of pimflow, but a database of something else"),
    "a folder": (a_folder, "is a folder, and should be the file of a state"),
}


@pytest.mark.parametrize(("spoil", "expected"), STATES.values(), ids=STATES)
def test_a_state_that_cannot_be_used_is_told_and_left_alone(cli, state, spoil, expected):
    spoil(state)
    before = fingerprints(state.parent)
    answer = cli("doctor", "--json")
    assert answer.code == 1
    assert expected in bad(answer)["state"]
    assert fingerprints(state.parent) == before


def test_a_log_without_its_state_is_told(cli, state):
    state.rename(state.with_name("moved.sqlite"))
    state.with_name("state.sqlite-wal").write_bytes(b"x" * 100)
    assert "is not there, but its companion state.sqlite-wal is" in bad(cli("doctor", "--json"))["state"]


def test_a_state_of_an_earlier_version_is_well(cli, state):
    with sqlite3.connect(state) as connection:
        connection.execute("UPDATE about SET schema_version = 1")
        connection.execute("DROP TABLE locks")
    connection.close()
    answer = cli("doctor")
    assert answer.code == 0
    assert "has schema 1; the next run brings it to " in answer.out


def test_a_folder_that_may_not_be_written_is_told_with_its_owner(cli, state, monkeypatch):
    monkeypatch.setattr("pimflow.doctor.condition.os.access", lambda *_: False)
    found = bad(cli("doctor", "--json"))
    for what in ("state folder", "state", "logs"):
        assert f"It belongs to {Path(state).owner()}: run pimflow always as the same user" in found[what]


def test_a_file_in_place_of_the_folder_is_told(cli, tmp_path):
    (tmp_path / "pimflow.yaml").write_text("version: 1\n")
    (tmp_path / ".pimflow").write_text("")
    answer = cli("doctor", "--json")
    assert answer.code == 1
    assert list(bad(answer)) == ["state folder"]


def test_a_disk_that_is_nearly_full_is_told(cli, state, monkeypatch):
    usage = type("usage", (), {"free": 5 << 20})
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage)
    found = bad(cli("doctor", "--json"))
    assert found["disk"].startswith("only 5.0 MB free on the disk of ")
    assert found["temporary files"].startswith("only 5.0 MB free in ")


@pytest.mark.parametrize(
    ("pid", "where", "silent", "ok", "expected"),
    [
        (2**22 + 1, "here", 0, True, "which is dead; the next run takes it"),
        pytest.param(os.getpid(), "here", 0, True, "which goes on", id="this process"),
        (1, "another machine", 5, True, "which goes on"),
        (1, "another machine", 7200, False, "not heard of for 2.0 h"),
        (1, "another machine", -7200, False, "whose clock is ahead of this one"),
    ],
)
def test_who_holds_a_lock_is_told(cli, state, pid, where, silent, ok, expected):
    owner = Owner("run-x", "far", place() if where == "here" else where, pid, "")
    database = open_database(state)
    locks.take(database, "to-shop", owner, datetime.now(UTC) - timedelta(seconds=silent))
    database.close()
    answer = cli("doctor", "--json")
    assert expected in told(answer, "lock of to-shop")
    assert ("lock of to-shop" not in bad(answer)) is ok


def test_how_the_last_run_ended_is_told_and_when_the_last_one_went_well(cli, state, shop):
    shop.tables["products"] = [*shop.tables["products"], ("D", "Dynamo")]
    shop.scripts["D"] = [Status.FAILED]
    assert cli("run").code == 1
    found = bad(cli("doctor", "--json"))
    assert re.match(r"last went well (under 1|\d+) s ago; the last one, ", found["runs of to-shop"])
    assert "ended with exit code 1 | `pimflow runs " in found["runs of to-shop"]


def test_a_run_that_was_killed_is_told(cli, state):
    with sqlite3.connect(state) as connection:
        connection.execute("UPDATE runs SET exit_code = NULL, report = NULL, finished = NULL")
    connection.close()
    assert "never went well yet; the last one, " in bad(cli("doctor", "--json"))["runs of to-shop"]
    assert "was broken off | Its process was killed." in bad(cli("doctor", "--json"))["runs of to-shop"]


def test_a_clock_that_was_set_back_is_told(cli, state):
    with sqlite3.connect(state) as connection:
        connection.execute("UPDATE runs SET started = ?", [(datetime.now(UTC) + timedelta(days=2)).isoformat()])
    connection.close()
    assert "which is yet to come: the clock was set back" in bad(cli("doctor", "--json"))["clock"]


def test_proxies_are_told_without_passwords(cli, monkeypatch):
    monkeypatch.setenv("https_proxy", "http://me:geheim-5@proxy.example.com:3128")
    monkeypatch.setenv("all_proxy", "socks5://proxy.example.com:1080")
    monkeypatch.setenv("no_proxy", "intranet.example.com")
    monkeypatch.setattr("pimflow.doctor.surroundings.find_spec", lambda _: None)
    answer = cli("doctor")
    assert "https: http://********@proxy.example.com:3128" in answer.out
    assert "geheim-5" not in answer.out
    assert "is a SOCKS proxy, which needs a library. Run `pip install httpx[socks]`." in answer.out
    assert "no proxy: for intranet.example.com" in answer.out


def test_certificates_that_cannot_be_read_are_told(cli, monkeypatch, tmp_path):
    (tmp_path / "empty.pem").write_text("nothing")
    for given, expected in ((tmp_path / "empty.pem", "cannot be used"), ("/nowhere.pem", "No such file")):
        monkeypatch.setenv("SSL_CERT_FILE", str(given))
        assert expected in bad(cli("doctor", "--json"))["certificates"]
    monkeypatch.setenv("SSL_CERT_FILE", "")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/company.pem")
    assert "REQUESTS_CA_BUNDLE is set; pimflow does not look at it" in cli("doctor").out


def test_a_terminal_that_cannot_show_product_names_is_told(environment, pipeline, tmp_path):
    environment |= {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = subprocess.run(
        [sys.executable, "-m", "pimflow", "doctor", "--json"],
        capture_output=True, env=environment, cwd=tmp_path, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert b"is written in ascii, which has no signs for" in done.stdout
    assert b"Set PYTHONUTF8=1" in done.stdout


def test_a_look_that_fails_does_not_spoil_the_others(cli, pipeline, monkeypatch):
    def fail():
        raise ZeroDivisionError("oh")

    monkeypatch.setattr("pimflow.doctor.examining.of_python", fail)
    answer = cli("doctor", "--json")
    assert answer.code == 1
    assert "could not be examined: ZeroDivisionError: oh (" in bad(answer)["Python"]
    assert told(answer, "pipelines/to_shop.yaml") == "valid; flows in order: products"


def test_a_user_who_is_called_like_the_program_does_not_mask_its_name(cli, tmp_path, monkeypatch):
    monkeypatch.setenv("WHO", "pimflow")
    monkeypatch.setenv("WHERE", "temporary")
    source = "{type: files.csv, path: ../a.csv}"
    sink = '{type: files.csv, path: "${env:WHO}/${env:WHERE}.csv"}'
    (tmp_path / "a.csv").write_text("sku\nA-1\n")
    (tmp_path / "pipelines").mkdir(exist_ok=True)
    (tmp_path / "pipelines" / "who.yaml").write_text(
        f"version: 1\nflows:\n  goods:\n    source: {source}\n    sink: {sink}\n"
    )
    told = cli("doctor").out
    assert "packages: pimflow 0." in told
    assert "******** files: " in told
