"""Whole pipelines whose state is in PostgreSQL, from YAML through the command line."""

import json
import shutil
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest

from pimflow.running.holding import Pace, held
from pimflow.state.database import open_database
from pimflow.state.place import state_place

from .conftest import Project

ROWS = [f"MUG-{n:03};mugs;cups;Mug number {n};red;0.{n:03}" for n in range(1, 121)]
PROJECT = 'version: 1\nstate: "${env:STATE_OF_MUGS}"\n'
STATE_IN_FILES = True  # but for those that ask for a server
PASSWORD = "p@ss/wört: 1"


@pytest.fixture
def shared(project: Project, postgres_state: str, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project with its state in PostgreSQL."""
    monkeypatch.setenv("STATE_OF_MUGS", postgres_state)
    (project.folder / "pimflow.yaml").write_text(PROJECT, "utf-8")
    monkeypatch.chdir(project.folder)
    return project


def test_a_catalogue_arrives_changes_rests_and_is_put_back(shared: Project) -> None:
    shared.write(*ROWS)
    assert "120 products read; 120 new, 0 updated, 0 already up to date." in shared.run().out
    assert "0 new, 0 updated, 120 already up to date." in shared.run().out
    shared.write(*ROWS[:99], ROWS[99].replace("red", "blue"), *ROWS[100:])
    plan = shared.command("plan", "pipeline.yaml")
    assert "colour: red -> blue" in plan.out
    assert "0 new, 1 updated, 119 already up to date." in shared.run().out
    assert "blue" in shared.command("explain", "MUG-100").out
    run = json.loads(shared.command("runs", "--json").out)[0]["id"]
    assert shared.command("undo", run, "--yes").code == 0
    assert shared.product("MUG-100")["values"]["colour"][0]["data"] == "red"
    assert not list(shared.folder.rglob("*.sqlite"))


def test_what_was_refused_stays_open_until_it_can_go(shared: Project) -> None:
    shared.write(*ROWS[:3], "MUG,BAD;mugs;cups;Bad;red;1", "\0;mugs;cups;Nothing;red;1")
    assert "need your attention" in shared.run().out
    assert "MUG,BAD" in shared.command("problems", "pipeline.yaml").out
    shared.write(*ROWS[:3])
    assert shared.command("retry", "pipeline.yaml").code == 0
    assert shared.run("--full").code == 0
    assert "MUG,BAD" not in shared.command("problems", "pipeline.yaml").out


def test_another_machine_goes_on_where_the_first_one_was(
    shared: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    shared.write(*ROWS[:20])
    assert shared.run().code == 0
    other = Project(tmp_path_factory.mktemp("other"), shared.pim, shared.command)
    for name in ("pimflow.yaml", "pipeline.yaml", "products.csv"):
        shutil.copy(shared.folder / name, other.folder / name)
    assert "0 new, 0 updated, 20 already up to date." in other.run().out
    assert len(json.loads(other.command("runs", "--json").out)) == 2


def test_two_machines_do_not_run_one_pipeline_at_once(shared: Project, postgres_state: str) -> None:
    from datetime import UTC, datetime

    shared.write(*ROWS[:3])
    database = open_database(state_place(postgres_state))
    with held(database, "pipeline", "run-elsewhere", lambda: datetime.now(UTC), Pace()):
        busy = shared.run()
    database.close()
    assert (busy.code, shared.products()) == (4, [])
    assert "run run-elsewhere" in busy.err


def test_the_state_of_the_command_line_goes_first_and_no_password_is_shown(
    shared: Project, postgres_state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared.write(*ROWS[:3])
    monkeypatch.setenv("STATE_OF_MUGS", "postgresql://nobody:oth3r@127.0.0.1:1/x")
    away = shared.run()
    assert away.code == 3
    assert "PostgreSQL 127.0.0.1:1/x does not answer" in away.err
    monkeypatch.setenv("PIMFLOW_STATE", postgres_state)
    ran = shared.run("--by", "family")
    assert ran.code == 0
    monkeypatch.delenv("STATE_OF_MUGS")
    examined = shared.command("doctor", "--bundle", "bundle.zip")
    assert "has schema" in examined.out
    files = [one for one in shared.folder.rglob("*") if one.is_file()]
    for secret in (PASSWORD, quote(PASSWORD, safe=""), quote(PASSWORD, safe=" "), "oth3r"):
        assert all(secret not in text for one in (away, ran, examined) for text in (one.out, one.err))
        assert all(secret.encode() not in file.read_bytes() for file in files)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            'state: "mysql://root:s3cret@host/x"\n',
            "pimflow.yaml:2: state: a state is a file, or a database",
        ),
        ('state: "${env:NOT_SET_HERE}"\n', "pimflow.yaml:2: state: ${env:NOT_SET_HERE}"),
        (
            "state: a.sqlite\nenvironments: {test: {}}\n",
            "pimflow.yaml:2: state: each environment has a state of",
        ),
        (
            "environments: {test: {state: a.sqlite}, live: {state: a.sqlite}}\ndefault_environment: test\n",
            "'test' has the same state; each environment needs a state of its own",
        ),
    ],
)
def test_a_mistake_in_the_place_is_told_with_its_line(project: Project, text: str, told: str) -> None:
    (project.folder / "pimflow.yaml").write_text(f"version: 1\n{text}", "utf-8")
    project.write(*ROWS[:1])
    answer = project.run()
    assert answer.code == 2
    assert told in answer.err
    assert "s3cret" not in answer.err


def test_doctor_tells_of_a_state_whose_address_is_not_known_here(
    shared: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared.write(*ROWS[:1])
    assert shared.run().code == 0
    assert "state: PostgreSQL" in shared.command("doctor").out
    monkeypatch.delenv("STATE_OF_MUGS")
    examined = shared.command("doctor")
    assert examined.code == 1
    assert "pimflow.yaml:2: state: ${env:STATE_OF_MUGS}" in examined.out


def test_each_environment_has_the_state_that_it_names(project: Project) -> None:
    (project.folder / "pimflow.yaml").write_text(
        "version: 1\nenvironments: {test: {state: mine/test.sqlite}, live: {}}\n", "utf-8"
    )
    project.write(*ROWS[:1])
    for name in ("test", "live"):
        assert project.run("-e", name).code == 0
    assert (project.folder / "mine/test.sqlite").is_file()
    assert Path(project.folder, ".pimflow/live/state.sqlite").is_file()


@pytest.mark.parametrize("way", ["into PostgreSQL", "into a file"])
def test_a_state_moves_to_another_place_and_goes_on_there(
    project: Project, postgres_state: str, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.chdir(project.folder)
    places = [str(project.folder / "here.sqlite"), postgres_state]
    old, new = places if way == "into PostgreSQL" else places[::-1]
    monkeypatch.setenv("PIMFLOW_STATE", old)
    project.write(*ROWS)
    project.run()
    done = project.command("state", "copy", "--to", new)
    assert (done.code, "rows copied from" in done.out, PASSWORD in done.out) == (0, True, False), done.err
    before = project.command("state", "show", "pipeline.yaml").out
    monkeypatch.setenv("PIMFLOW_STATE", new)
    assert project.command("state", "show", "pipeline.yaml").out == before
    project.write(*ROWS[:-1], ROWS[-1].replace("red", "blue"), "MUG-999;mugs;cups;New;red;1")
    assert "1 new, 1 updated, 119 already up to date." in project.run().out
    run = json.loads(project.command("runs", "--json").out)[0]["id"]
    assert project.command("undo", run, "--yes").code == 0
    again = project.command("state", "copy", "--to", old)
    assert (again.code, "there is a state in that place already" in again.err) == (3, True)


def test_a_state_that_a_run_uses_is_not_copied(
    project: Project, postgres_state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project.folder)
    project.write(*ROWS[:2])
    project.run()
    place = project.folder / ".pimflow" / "state.sqlite"
    with (
        closing(open_database(place)) as database,
        held(database, "mugs", "here", lambda: datetime.now(UTC), Pace(0.2, 600, 600)),
    ):
        refused = project.command("state", "copy", "--to", postgres_state)
    assert (refused.code, "is running" in refused.err) == (3, True), refused.err
    assert project.command("state", "copy", "--to", postgres_state).code == 0
