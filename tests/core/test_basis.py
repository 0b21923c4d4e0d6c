# ruff: noqa: ARG005, E501 - tables of cases
"""What makes an incremental source read everything again, and what does not."""

import shutil
from dataclasses import replace

import orjson
import pytest

from pimflow.running.basis import basis_of
from pimflow.running.run import RunOptions

STAMPED = '''
from pydantic import Field, SecretStr
from pimflow import DataPath, InputPath, OutputPath, Source, Transform, Window, hookimpl

class Reading(Transform):
    """A transform with tables."""
    type = "stamped.reading"
    tables: InputPath | None = Field(None, description="Folder of tables.")
    reader: object = Field(None, description="Something that only lives while the process does.")
    def compile(self, header, knows):
        return header, lambda row: row

class Rows(Source):
    """A source with a cursor that reads a file."""
    type = "stamped.rows"
    path: DataPath = Field(description="The records.")
    media: OutputPath | None = Field(None, description="Where pictures are put.")
    query: InputPath | None = Field(None, description="How to read.")
    language: str = Field("en", description="Language of the names.")
    token: SecretStr | None = Field(None, description="Secret.")
    def window(self, session, cursor):
        return Window(since=cursor, cursor="9")
    def extract(self, session, window):
        return [("sku", "name"), *(line.split(";") for line in self.path.read_text().splitlines())]

@hookimpl
def pimflow_components():
    return [Rows, Reading]
'''


@pytest.fixture
def stamped(bench, distribution, monkeypatch):
    """A flow whose source has a cursor, with a file, a folder and values from the environment."""
    distribution("pimflow-stamped", {"stamped": "stamped"}, stamped=STAMPED)
    (bench.folder / "data.csv").write_text("A;Anvil\n")
    (bench.folder / "query.sql").write_text("select 1")
    (bench.folder / "tables").mkdir()
    (bench.folder / "tables" / "colours.csv").write_text("red;rot\n")
    (bench.folder / "media").mkdir()
    monkeypatch.setenv("LANGUAGE_OF_NAMES", "en")
    monkeypatch.setenv("TOKEN", "first-token")
    return bench


FLOW = {
    "source": {
        "type": "stamped.rows",
        "path": "data.csv",
        "media": "media",
        "query": "query.sql",
        "language": "${env:LANGUAGE_OF_NAMES}",
        "token": "${env:TOKEN}",
    },
    "transforms": [{"stamped.reading": {"tables": "tables"}}],
}


def basis(bench, **flow):
    return basis_of(bench.assembly(**{**FLOW, **flow}).flows[0])


def colours(bench):
    return bench.folder / "tables" / "colours.csv"


CHANGES = {
    "the environment": lambda bench, env: env.setenv("LANGUAGE_OF_NAMES", "de"),
    "the query": lambda bench, env: (bench.folder / "query.sql").write_text("select 2"),
    "a table in the folder grew": lambda bench, env: colours(bench).write_text("red;rouge\n"),
    "a table in the folder has another name": lambda bench, env: colours(bench).rename(bench.folder / "tables" / "x.csv"),
    "a table in a folder inside": lambda bench, env: (
        (bench.folder / "tables" / "de").mkdir(),
        (bench.folder / "tables" / "de" / "x.csv").write_text("x"),
    ),
}  # fmt: skip
IGNORED = {
    "a new token": lambda bench, env: env.setenv("TOKEN", "second-token"),
    "the records": lambda bench, env: (bench.folder / "data.csv").write_text("A;Amboss\nB;Bucket\n"),
    "a picture that was put there": lambda bench, env: (bench.folder / "media" / "a.jpg").write_text("x"),
    "a folder that is empty": lambda bench, env: (bench.folder / "tables" / "empty").mkdir(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_says_how_rows_are_made_counts(stamped, monkeypatch, change):
    before = basis(stamped)
    change(stamped, monkeypatch)
    assert basis(stamped) != before


@pytest.mark.parametrize("change", IGNORED.values(), ids=IGNORED)
def test_records_secrets_and_what_is_written_do_not_count(stamped, monkeypatch, change):
    before = basis(stamped)
    change(stamped, monkeypatch)
    assert basis(stamped) == before


def test_a_secret_in_the_file_does_not_count_either(stamped):
    first = basis(stamped, source={**FLOW["source"], "token": "one-secret"})
    assert basis(stamped, source={**FLOW["source"], "token": "another-one"}) == first


def test_a_project_that_moves_to_another_folder_reads_nothing_again(stamped, tmp_path_factory):
    before = basis(stamped)
    there = shutil.copytree(stamped.folder, tmp_path_factory.mktemp("moved") / "project")
    stamped.folder = there
    assert basis(stamped) == before


def test_an_option_that_lives_in_the_process_only_counts_by_its_kind(stamped):
    def held(reader):
        flow = stamped.assembly(**FLOW).flows[0]
        (placed,) = flow.transforms
        changed = placed.transform.model_copy(update={"reader": reader})
        return basis_of(replace(flow, transforms=(replace(placed, transform=changed),)))

    assert held(object()) == held(object())
    assert held(object()) != held(lambda row: row)


def test_a_table_that_cannot_be_read_is_told_by_who_needs_it(stamped, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError

    flow = stamped.assembly(**FLOW).flows[0]
    monkeypatch.setattr("pathlib.Path.open", refuse)
    assert basis_of(flow)


def test_the_order_of_options_does_not_count(stamped):
    turned = dict(reversed(FLOW["source"].items()))
    assert orjson.dumps(turned) != orjson.dumps(FLOW["source"])
    assert basis(stamped, source=turned) == basis(stamped)


def test_an_environment_that_changed_makes_the_next_run_full_once(stamped, monkeypatch):
    stamped.run(**FLOW)
    assert stamped.run(**FLOW).full is False
    monkeypatch.setenv("LANGUAGE_OF_NAMES", "de")
    report = stamped.run(**FLOW)
    assert (report.full, len(report.notes)) == (True, 1)
    monkeypatch.setenv("TOKEN", "second-token")
    (stamped.folder / "data.csv").write_text("A;Amboss\nB;Bucket\n")
    assert stamped.run(RunOptions(), **FLOW).full is False


def test_a_file_of_records_is_not_read_for_it(stamped, monkeypatch):
    """Also one of a source that knows no cursor: it may have a gigabyte."""
    flow = stamped.assembly(source={"type": "files.csv", "path": "data.csv"}).flows[0]
    opened = []
    monkeypatch.setattr("pathlib.Path.open", lambda path, *_: opened.append(path))
    assert basis_of(flow)
    assert opened == []
