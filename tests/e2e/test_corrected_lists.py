"""What needs attention goes into a list; a person corrects it, and the corrected rows are sent."""

import json
import os
import re
import sys
from pathlib import Path

import pytest

from pimflow.sheets import COLUMNS, read_csv, write_csv
from pimflow.workbooks import read_workbook, write_workbook

from .conftest import ATTRIBUTE, Project

GOOD = "GOOD;mugs;cups;Good mug;red;0.5"
ROWS = (
    GOOD,
    "MUG-1;mugs;cups;Mug;red;heavy",
    "=MUG-2;mugs;cups;-Mug;BORD;heavy",
    "CAP-1;caps;cups;Cap;red;1",
    "foo,;mugs;cups;Comma;red;1",
    ";mugs;cups;No SKU;red;1",
)
IO = {".csv": (read_csv, write_csv), ".xlsx": (read_workbook, write_workbook)}


@pytest.fixture(params=[".csv", ".xlsx"])
def kind(request) -> str:
    return request.param


@pytest.fixture
def open_project(project: Project) -> Project:
    project.write(*ROWS)
    project.run()
    return project


def command(project: Project, name: str, *words: str):
    return project.command(name, str(project.folder / "pipeline.yaml"), *words)


def exported(project: Project, kind: str = ".csv") -> tuple[Path, list[dict[str, str]]]:
    """Export what is open, and give the lines."""
    file = project.folder / f"list{kind}"
    assert command(project, "problems", "--export", str(file)).code == 0
    (_, header), *lines = IO[kind][0](file)
    return file, [dict(zip(header, line, strict=True)) for _, line in lines]


def write(file: Path, lines: list[dict[str, str]]) -> Path:
    new = file.with_stem("corrected")
    IO[file.suffix][1](new, [list(lines[0]), *(list(line.values()) for line in lines)])
    return new


def by_key(lines: list[dict[str, str]], key: str, field: str = "") -> dict[str, str]:
    return next(line for line in lines if line["key"].startswith(key) and field in line["field"])


def edit(project: Project, file: Path, *words: str):
    return command(project, "retry", "--edit", str(file), *words)


def open_keys(project: Project) -> set[str]:
    found = json.loads(command(project, "problems", "--json").out)
    return {key for one in found for key in one["keys"]}


def test_the_list_has_a_line_for_each_record_and_problem(open_project: Project, kind: str) -> None:
    _, lines = exported(open_project, kind)
    assert len(lines) == 6
    assert tuple(lines[0]) == (*COLUMNS, "sku", "family", "category", "name", "colour", "weight")
    twice = [line for line in lines if line["key"] == "=MUG-2"]
    assert {line["field"] for line in twice} == {"colour", "weight"}
    mug = by_key(lines, "MUG-1")
    assert (mug["value"], mug["class"], mug["who"], mug["row"]) == ("heavy", "value", "ERP team", "2")
    assert (mug["sku"], mug["name"], mug["weight"]) == ("MUG-1", "Mug", "heavy")
    caps = command(open_project, "problems", "--kind", "reference", "--export", str(open_project.folder / "x.csv"))
    assert "2 lines written" in caps.out


def test_corrected_rows_are_sent_and_their_items_close(open_project: Project, kind: str) -> None:
    project = open_project
    file, lines = exported(project, kind)
    by_key(lines, "MUG-1")["weight"] = "0.7"
    by_key(lines, "=MUG-2", "weight")["weight"] = "0.8"
    by_key(lines, "=MUG-2", "colour")["colour"] = "blue"
    by_key(lines, "CAP-1").update(family="mugs", weight="")
    by_key(lines, "foo,")["sku"] = "foo"
    by_key(lines, "row 6")["sku"] = "NEW-1"
    corrected = write(file, lines)
    project.write("the source is not read")
    sent = edit(project, corrected)
    assert sent.code == 0
    assert re.search(rf"corrected{kind} -> PIM, \d\d:\d\d, corrected rows, ", sent.out)
    assert "5 products read; 3 new, 2 updated, 0 already up to date." in sent.out
    assert "Correct these values at the source too, or what it gives next takes their place again." in sent.out
    assert open_keys(project) == set()
    assert project.product("MUG-1")["values"]["weight"][0]["data"]["amount"] == "0.7000"
    mended = project.product("=MUG-2")["values"]
    assert (mended["weight"][0]["data"]["amount"], mended["colour"][0]["data"]) == ("0.8000", "blue")
    assert mended["name"][0]["data"] == "-Mug"
    assert project.product("CAP-1")["family"] == "mugs"
    assert "weight" not in project.product("CAP-1")["values"]
    assert {"foo", "NEW-1"} <= {one["identifier"] for one in project.products()}

    writes = project.writes()
    again = edit(project, corrected)
    assert (again.code, "nothing in it is open any more" in again.err) == (2, True)
    project.write(
        GOOD,
        "MUG-1;mugs;cups;Mug;red;0.7",
        "=MUG-2;mugs;cups;-Mug;blue;0.8",
        "CAP-1;mugs;cups;Cap;red;",
        "foo;mugs;cups;Comma;red;1",
        "NEW-1;mugs;cups;No SKU;red;1",
    )
    assert "6 already up to date." in project.run().out
    assert project.writes() == writes


def test_what_is_still_wrong_stays_open_with_the_corrected_row(open_project: Project) -> None:
    project = open_project
    file, lines = exported(project)
    by_key(lines, "MUG-1")["weight"] = "7 stone"
    sent = edit(project, write(file, [by_key(lines, "MUG-1")]))
    assert "weight: corrected.csv says '7 stone KILOGRAM', the PIM needs a unit with it" in sent.out
    assert len(open_keys(project)) == 5
    assert by_key(exported(project)[1], "MUG-1")["weight"] == "7 stone"


def test_it_is_a_run_like_any_other(open_project: Project) -> None:
    project = open_project
    file, lines = exported(project)
    by_key(lines, "MUG-1")["weight"] = "0.7"
    report = json.loads(edit(project, write(file, [by_key(lines, "MUG-1")]), "--json").out)
    (flow,) = report["flows"]
    assert (flow["source"], flow["read"], flow["counts"], flow["full"]) == ("corrected.csv", 1, {"updated": 1}, False)
    place = os.environ.get("PIMFLOW_STATE") or str(project.folder / ".pimflow" / "state.sqlite")
    (latest, *_) = json.loads(project.command("runs", "--json", "--state", place).out)
    assert (latest["id"], latest["exit_code"]) == (report["run"]["id"], 0)
    assert "1 updated" in project.run().out  # the source still says `heavy`, which leaves the weight as it is
    assert project.product("MUG-1")["values"]["weight"][0]["data"]["amount"] == "0.7000"


def test_a_settled_record_does_not_get_another_key(open_project: Project) -> None:
    project = open_project
    file, lines = exported(project)
    by_key(lines, "MUG-1")["sku"] = "MUG-9"
    sent = edit(project, write(file, [by_key(lines, "MUG-1")]))
    assert "says 'MUG-9', and the record has arrived as 'MUG-1': this would make a second one." in sent.out
    assert project.product("MUG-9") is None
    assert "MUG-1" in open_keys(project)


def test_the_second_row_of_a_key_goes_only_under_another_one(project: Project) -> None:
    project.write(GOOD, "GOOD;mugs;cups;Twice;red;1")
    project.run()
    file, lines = exported(project)
    assert "says 'GOOD', which another row has too" in edit(project, write(file, lines)).out
    assert project.product("GOOD")["values"]["name"][0]["data"] == "Good mug"
    lines[0]["sku"] = "OTHER"
    assert "1 new" in edit(project, write(file, lines)).out
    assert project.product("OTHER")["values"]["name"][0]["data"] == "Twice"
    assert open_keys(project) == set()


def test_rows_without_an_open_item_are_left_out_and_told(open_project: Project) -> None:
    project = open_project
    file, lines = exported(project)
    one = by_key(lines, "MUG-1") | {"weight": "0.7"}
    sent = edit(project, write(file, [one | {"comment": "mine"}, one | {"key": "GOOD", "comment": ""}]))
    assert "1 products read" not in sent.out
    assert "1 updated" in sent.out
    assert "corrected.csv: nothing is open under the key GOOD; this was left out." in sent.out
    assert "corrected.csv: no source has a column comment; it was left aside." in sent.out


def test_mistakes_in_the_list_are_told_together_and_nothing_is_sent(open_project: Project) -> None:
    project = open_project
    file, lines = exported(project)
    one = by_key(lines, "MUG-1")
    writes = project.writes()
    wrong = edit(project, write(file, [one | {"weight": "1"}, one | {"weight": "2"}, one | {"flow": "product"}]))
    assert wrong.code == 2
    assert "corrected.csv:3: 'weight' of MUG-1 is '2' here and '1' on line 2; give it one value" in wrong.err
    assert "corrected.csv:4: no flow is called 'product'; did you mean 'products'?" in wrong.err
    short = file.with_stem("short")
    short.write_text("flow;key;weight\nproducts;MUG-1\n", "utf-8")
    assert "short.csv:2: has 2 cells, and the first line 3" in edit(project, short).err
    no_list = edit(project, write(file, [{"sku": "X"}]))
    assert "corrected.csv:1: has no column flow and no column key" in no_list.err
    assert "give no KEYS with it" in edit(project, file, "MUG-1").err
    other = project.folder / "list.ods"
    other.touch()
    assert "a name that ends with .csv or .xlsx was expected" in edit(project, other).err
    assert project.writes() == writes


def test_a_flow_that_needs_all_rows_takes_no_single_one(open_project: Project) -> None:
    project = open_project
    file, lines = exported(project)
    pipeline = project.folder / "pipeline.yaml"
    text = pipeline.read_text("utf-8")
    pipeline.write_text(text.replace("type: akeneo.products, connection: pim", "type: files.jsonl, path: out.jsonl"))
    wrong = edit(project, write(file, lines))
    assert wrong.code == 2
    assert "corrected.csv:2: flow products needs all rows of its source at once" in wrong.err


def test_excel_without_its_library_says_what_to_install(open_project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "pimflow.workbooks", raising=False)
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    file = open_project.folder / "list.xlsx"
    refused = command(open_project, "problems", "--export", str(file))
    assert refused.code == 2
    assert "an Excel file needs openpyxl, which is not installed; `pip install openpyxl` brings it" in refused.err
    assert not file.exists()


def test_columns_of_the_source_that_are_called_like_ours(project: Project) -> None:
    project.pim.seed({"attributes": [ATTRIBUTE | {"code": "status", "type": "pim_catalog_number"}]})
    (project.folder / "products.csv").write_text("sku;key;status\nA;1;much\n", "utf-8")
    pipeline = project.folder / "pipeline.yaml"
    head, _, tail = pipeline.read_text("utf-8").partition("          identifier: sku")
    tail = tail.partition("    sink:")[2]
    pipeline.write_text(f"{head}          identifier: sku\n          status: status\n    sink:{tail}", "utf-8")
    project.run()
    file, (line,) = exported(project)
    assert (line["status"], line["status (source)"], line["key"], line["key (source)"]) == ("created", "much", "A", "1")
    assert "1 updated" in edit(project, write(file, [line | {"status (source)": "12"}])).out
    assert open_keys(project) == set()


def test_records_of_one_key_and_two_resources_are_kept_apart(project: Project) -> None:
    project.pim.seed({"attributes": [ATTRIBUTE | {"code": "size", "type": "pim_catalog_simpleselect"}]})
    (project.folder / "options.csv").write_text("attribute;code;sort_order\ncolour;one;x\nsize;one;y\n", "utf-8")
    pipeline = project.folder / "pipeline.yaml"
    head, _, _ = pipeline.read_text("utf-8").partition("  products:")
    flow = "    source: {type: files.csv, path: options.csv}\n"
    sink = "    sink: {type: akeneo.attribute_options, connection: pim}\n"
    pipeline.write_text(f"{head}  options:\n{flow}{sink}")
    project.run()
    file, lines = exported(project)
    assert [(line["key"], line["resource"]) for line in lines] == [
        ("one", "attributes/colour/options"),
        ("one", "attributes/size/options"),
    ]
    lines[0]["sort_order"], lines[1]["sort_order"] = "5", "6"
    sent = json.loads(edit(project, write(file, lines), "--json").out)["flows"][0]
    assert (sent["read"], sent["counts"], sent["attention"]) == (2, {"updated": 2}, 0)
    assert open_keys(project) == set()


@pytest.mark.parametrize("typed", ["2,1", "2.1"])
def test_a_number_is_corrected_with_the_decimal_sign_of_its_file_or_as_the_list_has_it(
    project: Project, typed: str
) -> None:
    file = project.folder / "pipeline.yaml"
    file.write_text(
        re.sub(r"path: (\S*products\.csv)", r"path: \1, numbers: [weight], decimal: comma", file.read_text())
    )
    project.write("MUG-1;mugs;cups;Mug;red;ca. 2", "MUG-2;mugs;cups;Mug;BORD;0,5")
    project.run()
    file, lines = exported(project)
    by_key(lines, "MUG-1")["weight"] = typed
    assert "1 updated" in command(project, "retry", "--edit", str(write(file, lines))).out
    assert project.product("MUG-1")["values"]["weight"][0]["data"]["amount"] == "2.1000"
