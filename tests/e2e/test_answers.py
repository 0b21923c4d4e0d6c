"""What a person decides about a value once holds for every record that has it, open or new."""

import json
from pathlib import Path

import pytest

from .conftest import ATTRIBUTE, Project

GOOD = "GOOD;mugs;cups;Good mug;red;0.5"
MANY = 214


def table(project: Project) -> Path:
    return project.folder / "answers" / "pipeline.csv"


def command(project: Project, name: str, *words: str):
    return project.command(name, str(project.folder / "pipeline.yaml"), *words)


def answer(project: Project, *words: str):
    return project.command("answer", *words, "--pipeline", str(project.folder / "pipeline.yaml"))


def causes(project: Project, *words: str) -> dict[str, dict]:
    """Give the open causes by value."""
    found = json.loads(command(project, "problems", "--json", *words).out)
    return {one["value"]: one for one in found}


@pytest.fixture
def open_project(project: Project) -> Project:
    """Many products with a colour that the PIM does not have, and a few other troubles."""
    rows = [f"MUG-{n:03};mugs;cups;Mug {n};BORD;0.5" for n in range(MANY)]
    project.write(GOOD, *rows, "FOO;mugs?;cups;No family;red;1", ";mugs;cups;No SKU;red;1")
    project.run()
    return project


def test_one_cause_for_all_of_them_is_answered_once(open_project: Project) -> None:
    project = open_project
    found = causes(project)["BORD"]
    assert (found["count"], found["kind"], found["field"], found["who"]) == (
        MANY,
        "reference",
        "colour",
        "product manager",
    )
    told = command(project, "problems").out
    assert f"{found['id']}  colour: products.csv says 'BORD', the PIM has no such option. {MANY} products" in told
    assert "Product manager: Choose an option or create 'BORD'; you decide once." in told
    assert f"`pimflow answer CAUSE --use VALUE --pipeline {project.folder / 'pipeline.yaml'}`" in told

    given = answer(project, found["id"], "--use", "red")
    assert given.code == 0
    assert f"'BORD' becomes 'red', for all records now and to come. {MANY} records wait for it" in given.out
    assert "Answered: use 'red'. The next run sends what waits for it." in command(project, "problems").out

    run = project.run()
    assert f"{MANY} updated" in run.out
    assert "BORD" not in run.out
    assert {one["values"]["colour"][0]["data"] for one in project.products()} == {"red"}
    assert "BORD" not in causes(project)

    rows = [f"NEW-{n};mugs;cups;New;BORD;0.5" for n in range(3)]
    file = project.folder / "products.csv"
    file.write_text(file.read_text("utf-8") + "\n".join(rows) + "\n", "utf-8")
    assert "3 new" in (new := project.run().out)
    assert "BORD" not in new
    assert project.product("NEW-2")["values"]["colour"][0]["data"] == "red"
    writes = project.writes()
    project.run()
    assert project.writes() == writes


def test_an_ignored_value_is_left_out_and_told_no_longer(open_project: Project) -> None:
    project = open_project
    answer(project, causes(project)["BORD"]["id"], "--ignore")
    writes = project.writes()
    assert "BORD" not in (run := project.run().out)
    assert "2 need your attention (2 causes)" in run
    assert project.writes() == writes
    assert "colour" not in project.product("MUG-001")["values"]


def test_what_was_answered_can_be_listed_changed_and_taken_back(open_project: Project) -> None:
    project = open_project
    cause = causes(project)["BORD"]["id"]
    answer(project, cause, "--use", "red")
    project.run()
    assert f"{cause}  products, colour: 'BORD' becomes 'red' (given 20" in answer(project, "--list").out
    answer(project, cause, "--use", "blue")
    (listed,) = json.loads(answer(project, "--list", "--json").out)
    assert (listed["id"], listed["value"], listed["becomes"]) == (cause, "BORD", "blue")
    assert f"{MANY} updated" in project.run().out
    assert project.product("MUG-000")["values"]["colour"][0]["data"] == "blue"
    assert "Forgotten: colour: 'BORD' becomes 'blue'" in answer(project, cause, "--forget").out
    assert f"{MANY} products arrived without a colour" in project.run().out
    assert "Nothing was answered yet" in answer(project, "--list").out


def test_what_no_answer_can_mend_says_so(open_project: Project) -> None:
    project = open_project
    without_sku = next(one for one in causes(project).values() if one["kind"] == "missing")
    assert without_sku["unanswerable"] == "it is not about a value that could become another one"
    refused = answer(project, without_sku["id"], "--use", "SKU-1")
    assert refused.code == 2
    assert "no answer mends this: it is not about a value" in refused.err
    assert not table(project).exists()
    unknown = answer(project, "nope", "--ignore")
    assert (unknown.code, "no cause is called 'nope'; `pimflow problems` lists them" in unknown.err) == (2, True)
    for words in (["abc"], ["--use", "x"], ["abc", "--use", "x", "--ignore"], ["abc", "--list"], ["abc", "--use", " "]):
        assert answer(project, *words).code == 2
        assert not table(project).exists()


def test_two_rows_with_one_key_are_no_matter_for_an_answer(project: Project) -> None:
    project.write(GOOD, "GOOD;mugs;cups;Twice;red;1", "foo,;mugs;cups;Comma;red;1")
    project.run()
    found = causes(project)
    twice = answer(project, found["GOOD"]["id"], "--use", "OTHER")
    assert "two records have this key, and one of them has to change at the source" in twice.err
    key = answer(project, found["foo,"]["id"], "--ignore")
    assert "identifier is the key of the record, which cannot do without one; give --use VALUE" in key.err
    assert answer(project, found["foo,"]["id"], "--use", "foo").code == 0
    assert "1 new" in command(project, "retry").out
    assert project.product("foo")["family"] == "mugs"
    project.run()
    assert set(causes(project)) == {"GOOD"}


def test_one_category_of_several_is_answered_alone(project: Project) -> None:
    project.write("CAP-1;mugs;hats,cups;Cap;red;1", "CAP-2;mugs;hats;Cap;red;1")
    project.run()
    assert project.product("CAP-1")["categories"] == ["cups"]
    answer(project, causes(project)["hats"]["id"], "--use", "master")
    assert "2 updated" in project.run().out
    assert project.product("CAP-1")["categories"] == ["cups", "master"]
    assert project.product("CAP-2")["categories"] == ["master"]


def test_one_option_of_several_is_answered_alone(project: Project) -> None:
    attribute = ATTRIBUTE | {"code": "colours", "type": "pim_catalog_multiselect"}
    options = [{"attribute": "colours", "code": code, "sort_order": 1, "labels": {}} for code in ("red", "blue")]
    project.pim.seed({"attributes": [attribute]})
    project.pim.seed({"attribute_options": options})
    file = project.folder / "pipeline.yaml"
    file.write_text(file.read_text("utf-8").replace("colour: colour", "colours: colour"), "utf-8")
    project.write('MUG-1;mugs;cups;Mug;"blue,BORD";1', 'MUG-2;mugs;cups;Mug;"GREY,blue";1')
    project.run()
    found = causes(project)
    answer(project, found["BORD"]["id"], "--use", "red")
    answer(project, found["GREY"]["id"], "--ignore")
    project.run()
    assert project.product("MUG-1")["values"]["colours"][0]["data"] == ["blue", "red"]
    assert project.product("MUG-2")["values"]["colours"][0]["data"] == ["blue"]
    assert causes(project) == {}


def test_a_unit_is_answered_without_its_amount(project: Project) -> None:
    file = project.folder / "pipeline.yaml"
    file.write_text(file.read_text("utf-8").replace("{from: weight, unit: KILOGRAM}", "weight"), "utf-8")
    project.write("MUG-1;mugs;cups;Mug;red;350 GRM", "MUG-2;mugs;cups;Mug;red;12 STONE")
    project.run()
    found = causes(project)
    answer(project, found["GRM"]["id"], "--use", "GRAM")
    answer(project, found["STONE"]["id"], "--ignore")
    project.run()
    assert project.product("MUG-1")["values"]["weight"][0]["data"] == {"amount": "350.0000", "unit": "GRAM"}
    assert "weight" not in project.product("MUG-2")["values"]
    assert causes(project) == {}


def test_an_answer_that_does_not_reach_the_value_is_told(project: Project) -> None:
    project.write("MUG-1;mugs;cups;Mug;BORD;1")
    file = project.folder / "pipeline.yaml"
    refusing = "    transforms:\n      - value_map: {field: colour, map: {rot: red}, unknown: refuse}\n"
    file.write_text(file.read_text("utf-8").replace("    transforms:\n", refusing), "utf-8")
    project.run()
    answer(project, causes(project)["BORD"]["id"], "--use", "red")
    table(project).write_text(table(project).read_text("utf-8-sig").replace(";20", ";19"), "utf-8")
    assert "1 needs your attention" in project.run().out
    assert "Answered: use 'red'; a run since then still met it." in command(project, "problems").out


def test_mistakes_in_the_table_are_told_before_anything_is_contacted(open_project: Project) -> None:
    project = open_project
    answer(project, causes(project)["BORD"]["id"], "--use", "red")
    with table(project).open("a", encoding="utf-8") as file:
        file.write("product;colour;X;use;red;\nproducts;colour;X;maybe;red;\n")
    calls = project.pim.stats()["routes"]
    run = project.run()
    assert run.code == 2
    assert f"{table(project)}:3: no flow is called 'product'; did you mean 'products'?" in run.err
    assert f"{table(project)}:4: `answer` is use or ignore; found 'maybe'" in run.err
    assert project.pim.stats()["routes"] == calls


def test_problems_of_a_flow_a_class_and_a_cause(open_project: Project) -> None:
    project = open_project
    assert set(causes(project, "--kind", "reference")) == {"BORD", "mugs?"}
    assert set(causes(project, "--kind", "duplicate")) == set()
    assert len(causes(project, "--flow", "products")) == 3
    wrong = command(project, "problems", "--flow", "product")
    assert (wrong.code, "did you mean 'products'?" in wrong.err) == (2, True)
    cause = causes(project)["mugs?"]["id"]
    told = command(project, "problems", "--cause", cause).out
    assert "Family: products.csv says 'mugs?', the PIM has no such family." in told
    assert "  FOO  row 216  refused  since 20" in told
    (record,) = json.loads(command(project, "problems", "--cause", cause, "--json").out)
    assert (record["key"], record["source_row"]["name"]) == ("FOO", "No family")
    assert len(json.loads(command(project, "problems", "--cause", causes(project)["BORD"]["id"], "--json").out)) == MANY
    assert command(project, "problems", "--cause", "nope").code == 2


def test_nothing_to_do_is_said(project: Project) -> None:
    project.write(GOOD)
    assert "Nothing needs attention." in command(project, "problems").out
    project.run()
    assert "Nothing needs attention." in command(project, "problems").out
    assert json.loads(command(project, "problems", "--json").out) == []
