"""A person corrects one cell of one record: it stands until the source has another value there."""

import json
import os
from contextlib import closing
from datetime import UTC, datetime

import pytest

from pimflow.state import attention, open_items
from pimflow.state.database import open_database
from pimflow.state.place import state_place

from .conftest import Project

GOOD = "GOOD;mugs;cups;Good mug;red;0.5"
HEAVY = "MUG-1;mugs;cups;Mug;red;heavy"


def state_of(project: Project) -> str:
    return os.environ.get("PIMFLOW_STATE", str(project.folder / ".pimflow" / "state.sqlite"))


def corrections(project: Project, *words: str):
    file = str(project.folder / "pipeline.yaml")
    return project.command("corrections", *words, "--pipeline", file, "--state", state_of(project))


def correct(project: Project, key: str, column: str, value: str):
    return corrections(project, "set", key, column, value)


def kept(project: Project) -> list[dict]:
    printed = project.command("corrections", "--json", "--state", state_of(project))
    return json.loads(printed.out)


def weight(project: Project, key: str = "MUG-1"):
    values = project.product(key)["values"].get("weight")
    return values[0]["data"]["amount"] if values else None


@pytest.fixture
def heavy(project: Project) -> Project:
    """A mug whose weight is no number."""
    project.write(GOOD, HEAVY)
    project.run()
    assert weight(project) is None
    return project


def test_a_corrected_cell_goes_in_place_of_the_sources_and_closes_the_problem(heavy):
    assert correct(heavy, "MUG-1", "weight", "0.7").code == 0
    ran = heavy.run()
    assert float(weight(heavy)) == 0.7
    assert "1 value was corrected here, in place of what products.csv says (MUG-1 weight)" in ran.out
    assert "need" not in ran.out.replace("needed", "")
    assert heavy.command("problems", str(heavy.folder / "pipeline.yaml")).out == "Nothing needs attention.\n"


def test_it_stands_at_each_run_while_the_source_says_the_same(heavy):
    correct(heavy, "MUG-1", "weight", "0.7")
    heavy.run()
    heavy.write(GOOD, "MUG-1;mugs;cups;Another name;red;heavy")
    heavy.run("--full")
    assert float(weight(heavy)) == 0.7
    assert heavy.product("MUG-1")["values"]["name"][0]["data"] == "Another name"
    assert [one["becomes"] for one in kept(heavy)] == ["0.7"]


def test_once_the_source_says_something_else_that_counts_and_the_correction_is_gone(heavy):
    correct(heavy, "MUG-1", "weight", "0.7")
    heavy.run()
    heavy.write(GOOD, "MUG-1;mugs;cups;Mug;red;0.9")
    ran = heavy.run()
    assert float(weight(heavy)) == 0.9
    assert "products.csv has '0.9' now, in place of 'heavy', as weight of MUG-1" in ran.out
    assert kept(heavy) == []


def test_a_preview_shows_the_corrected_value_and_forgets_nothing(heavy):
    correct(heavy, "MUG-1", "weight", "0.7")
    heavy.write(GOOD, "MUG-1;mugs;cups;Mug;red;0.9")
    heavy.command("plan", str(heavy.folder / "pipeline.yaml"))
    assert len(kept(heavy)) == 1


def test_a_key_that_the_pim_does_not_take_is_corrected_too(project):
    project.write(GOOD, "foo,;mugs;cups;Comma;red;1")
    project.run()
    assert correct(project, "foo,", "sku", "foo").code == 0
    project.run()
    assert project.product("foo") is not None
    assert project.command("problems", str(project.folder / "pipeline.yaml")).out == "Nothing needs attention.\n"


def test_the_second_of_two_rows_with_one_key_cannot_be_corrected_here(project):
    project.write(GOOD, GOOD.replace("red", "blue"))
    project.run()
    open_key = json.loads(project.command("problems", str(project.folder / "pipeline.yaml"), "--json").out)[0]["keys"][
        0
    ]
    assert open_key == "GOOD"
    printed = correct(project, "GOOD (row 2)", "sku", "GOOD-2")
    assert printed.code == 2
    assert "another row of products.csv has the same key" in printed.err


def test_what_was_corrected_is_listed_with_who_did_it_and_can_be_taken_back(heavy):
    correct(heavy, "MUG-1", "weight", "0.7")
    heavy.run()
    (one,) = kept(heavy)
    assert (one["key"], one["column"], one["found"], one["becomes"]) == ("MUG-1", "weight", "heavy", "0.7")
    assert one["made_by"]
    assert corrections(heavy, "remove", "MUG-1").code == 0
    heavy.run()
    assert kept(heavy) == []
    assert "heavy" in heavy.command("problems", str(heavy.folder / "pipeline.yaml")).out


def test_a_column_that_the_source_does_not_have_is_told_with_the_nearest(heavy):
    printed = correct(heavy, "MUG-1", "weigth", "0.7")
    assert printed.code == 2
    assert "did you mean 'weight'?" in printed.err


def test_a_list_of_corrected_rows_goes_as_it_is(heavy):
    correct(heavy, "MUG-1", "weight", "0.7")
    listed = heavy.folder / "list.csv"
    pipeline = str(heavy.folder / "pipeline.yaml")
    heavy.command("problems", pipeline, "--export", str(listed))
    listed.write_text(listed.read_text("utf-8-sig").replace("red;heavy", "red;0.8"), "utf-8-sig")
    heavy.command("retry", pipeline, "--edit", str(listed))
    assert float(weight(heavy)) == 0.8
    assert len(kept(heavy)) == 1


def test_explain_tells_who_corrected_a_value(heavy):
    correct(heavy, "MUG-1", "weight", "0.7")
    heavy.run()
    state = ("--state", state_of(heavy))
    printed = heavy.command("explain", "MUG-1", "weight", *state)
    assert "corrected here by" in printed.out
    assert "weight is '0.7' in place of 'heavy'" in printed.out


def test_what_was_dismissed_is_counted_and_shown_no_longer(heavy):
    with closing(open_database(state_place(state_of(heavy)))) as database:
        (scope,) = open_items.scopes_of(database, "pipeline").values()
        attention.dismiss(database, scope, [("products", "MUG-1")], "Julia", datetime.now(UTC))
    printed = heavy.command("problems", str(heavy.folder / "pipeline.yaml"))
    assert printed.out == "1 dismissed record is not shown.\nNothing needs attention.\n"
