"""A state that cannot be used costs the run, is told with a way out, and not one byte of it is changed."""

import re
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass

import pytest

from pimflow.errors import StateError
from pimflow.state.database import open_database

from .conftest import NUMBER
from .faults_told import CODES

PAGE = 4096


def companion(state):
    return state.with_name(f"{state.name}-wal")


def foreign(path):
    """Make a database of another program, and give the log of what was written to it last."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        with connection:
            connection.execute("CREATE TABLE invoices (id INTEGER, text TEXT)")
            connection.executemany("INSERT INTO invoices VALUES (?, ?)", ((n, "x" * 500) for n in range(400)))
        return companion(path).read_bytes()


def of_another_program(state):
    foreign(state.with_name("other.sqlite"))
    state.with_name("other.sqlite").replace(state)


def in_plain_mode(state):
    """What most programs make: a database whose mode SQLite would change when pimflow opened it."""
    state.unlink()
    with closing(sqlite3.connect(state)) as connection, connection:
        connection.execute("CREATE TABLE invoices (id INTEGER)")


def with_a_strange_log(state):
    companion(state).write_bytes(foreign(state.with_name("other.sqlite")))


def gone_but_for_its_log(state):
    state.unlink()
    companion(state).write_bytes(foreign(state.with_name("other.sqlite")))


def replaced_by_a_folder(state):
    state.unlink()
    state.mkdir()


def of_a_newer_pimflow(state):
    with closing(sqlite3.connect(state)) as connection, connection:
        connection.execute("UPDATE about SET schema_version = 99")


def smash(state, page):
    content = bytearray(state.read_bytes())
    content[page * PAGE : (page + 1) * PAGE] = b"\xff" * PAGE
    state.write_bytes(content)


@dataclass(frozen=True)
class Case:
    name: str
    damage: object
    words: str

    def __str__(self) -> str:
        return self.damage.__name__


def begin_lost(state):
    state.write_bytes(b"\0" * 100 + state.read_bytes()[100:])


def middle_lost(state):
    smash(state, state.stat().st_size // PAGE // 2)


def end_lost(state):
    state.write_bytes(state.read_bytes()[: state.stat().st_size // 2])


def emptied(state):
    state.write_bytes(b"")


CASES = [
    Case("state damaged", begin_lost, "file is not a database"),
    Case("state damaged", middle_lost, "database disk image is malformed"),
    Case("state damaged", end_lost, "database disk image is malformed"),
    Case("state empty", emptied, "is empty, as a full disk or a copy that broke off leaves a file"),
    Case("database of another program", of_another_program, "is no state of pimflow, but a database of something else"),
    Case("database of another program", in_plain_mode, "is no state of pimflow, but a database of something else"),
    Case("-wal of another state", with_a_strange_log, "is no state of pimflow, but a database of something else"),
    Case("state gone, its -wal left", gone_but_for_its_log, "is not there, but its companion state.sqlite-wal is"),
    Case("a folder in its place", replaced_by_a_folder, "is a folder, and should be the file of a state"),
    Case("state of a newer pimflow", of_a_newer_pimflow, "was written by a newer pimflow (schema 99; this one knows"),
]


def everything(folder):
    """Give all bytes of the state, but for what SQLite makes to look at it: an empty log, and an index of it."""
    found = {one.name: one.read_bytes() for one in folder.glob("state.sqlite*") if one.is_file()}
    return {
        name: content for name, content in found.items() if name == "state.sqlite" or (content and "shm" not in name)
    }


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_state_that_cannot_be_used_is_told_and_left_as_it_is(project, healed, case):
    assert project.run().code == 0
    backup = project.state.read_bytes()
    case.damage(project.state)
    before, writes = everything(project.state.parent), project.writes()
    run = project.run()
    assert run.code == CODES[case.name], run.out + run.err
    assert run.err.startswith("error: ")
    assert case.words in run.err
    assert str(project.state) in run.err
    assert re.search(r"Put|Name another|Install|Give", run.err), "it ends with what to do now"
    assert "Traceback" not in run.err
    assert everything(project.state.parent) == before
    assert project.writes() == writes
    for rest in project.state.parent.glob("state.sqlite*"):
        rest.rmdir() if rest.is_dir() else rest.unlink()
    project.state.write_bytes(backup)
    assert f"{NUMBER} already up to date." in healed().out


def test_any_page_that_is_lost_is_noticed_before_anything_is_written(project):
    assert project.run().code == 0
    whole = project.state.read_bytes()
    noticed = 0
    for page in range(len(whole) // PAGE):
        smash(project.state, page)
        spoilt = project.state.read_bytes()
        try:
            with closing(open_database(project.state)) as database:
                database.examine()
        except StateError:
            noticed += 1
        assert project.state.read_bytes() == spoilt
        project.state.write_bytes(whole)
    assert noticed == len(whole) // PAGE > 20


def test_a_copy_without_its_log_sends_again_what_it_does_not_know(project, undisturbed, healed):
    assert project.run("--limit", "20").code == 0
    with closing(sqlite3.connect(project.state)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM about").fetchall()
        assert project.run().code == 0
        assert companion(project.state).stat().st_size
        shutil.copy(project.state, project.folder / "copy")
    for one in project.state.parent.glob("state.sqlite*"):
        one.unlink()
    shutil.copy(project.folder / "copy", project.state)
    run = project.run()
    assert run.code == CODES["state without its -wal"]
    assert f"{NUMBER} products read; 0 new, {NUMBER - 20} updated, 20 already up to date." in run.out
    assert project.contents() == undisturbed
    healed()


@pytest.mark.parametrize("locked", ["file", "folder", "project"])
def test_a_state_that_may_not_be_written_is_told_with_whom_to_ask(project, healed, obedient, locked):
    name = "state read-only" if locked == "file" else "folder of the state read-only"
    if locked != "project":
        assert project.run().code == 0
    place = {"file": project.state, "folder": project.state.parent, "project": project.folder}[locked]
    before, mode = everything(project.state.parent), place.stat().st_mode
    place.chmod(0o444 if locked == "file" else 0o555)
    try:
        run = project.child("run", preexec_fn=obedient)
    finally:
        place.chmod(mode)
    assert run.code == CODES[name], run.out + run.err
    assert "Give the user who runs pimflow the right to write" in run.err
    assert "Traceback" not in run.err
    assert everything(project.state.parent) == before
    healed()
