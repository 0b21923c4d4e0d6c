"""`pimflow match` and the first import into a PIM that people use: pairs found, decided, written where they belong."""

import copy
import csv
import json

import pytest
from openpyxl import load_workbook

from pimflow_akeneo_sandbox.serve import serve

from .conftest import ATTRIBUTE, CATALOG

FIRST = "sku;family;category;name;colour;weight;ean"
CASE = [f"case-{n:03}" for n in range(40)]
BLANKS = [f"BL ANK{n:03}" for n in range(30)]
SEPARATORS = [f"SEP.{n:03}/X" for n in range(30)]
ZEROS = [f"000{n}" for n in range(7000, 7030)]
SEVERAL = [f"0mix {n:03}" for n in range(10)]
GTIN = [f"OWN{n:03}" for n in range(20)]
BOTH = [f"SAME-{n:03}" for n in range(60)]
NEW = [f"NEW-{n:03}" for n in range(50)]
ONLY_PIM = [f"HERS-{n:03}" for n in range(45)]


def ean(n):
    return f"40063813{n:05}"


THERE = {
    **{key: key.upper() for key in CASE},
    **{key: key.replace(" ", "") for key in BLANKS},
    **{key: key.replace(".", "-").replace("/", "_") for key in SEPARATORS},
    **{key: key.lstrip("0") for key in ZEROS},
    **{key: key.lstrip("0").replace(" ", "-").upper() for key in SEVERAL},
    **{key: f"HERS-{key[-1]}{key[:-1]}" for key in GTIN},
    **{key: key for key in BOTH},
}
"""The ERP's key -> the PIM's."""


@pytest.fixture(scope="module")
def served():
    made = copy.deepcopy(CATALOG)
    made["attributes"].append(ATTRIBUTE | {"code": "ean", "type": "pim_catalog_text"})
    made["families"][0]["attributes"].append("ean")
    with serve(made) as sandbox:
        yield sandbox


def product(identifier, code=None):
    values = {"ean": [{"locale": None, "scope": None, "data": code}]} if code else {}
    name = [{"locale": "en_US", "scope": None, "data": f"Hers {identifier}"}]
    data = {"identifier": identifier, "family": "mugs", "values": {"name": name, **values}}
    return {"resource": "products", "data": data}


@pytest.fixture
def used(project, monkeypatch):
    """A PIM with 265 products, of which 220 are the ERP's, most under another spelling; the ERP has 270."""
    of_code = {THERE[key]: "0" + ean(n) for n, key in enumerate(GTIN)}
    products = [product(key, of_code.get(key)) for key in [*THERE.values(), *ONLY_PIM]]
    for start in range(0, len(products), 100):
        project.pim.seed(products[start : start + 100])
    pipeline = (project.folder / "pipeline.yaml").read_text("utf-8")
    (project.folder / "pipelines").mkdir()
    (project.folder / "pipeline.yaml").rename(project.folder / "pipelines" / "shop.yaml")
    pipeline = pipeline.replace("colour: colour\n", "colour: colour\n          ean: ean\n")
    pipeline = pipeline.replace("products.csv", "../products.csv")
    (project.folder / "pipelines" / "shop.yaml").write_text(pipeline, "utf-8")
    codes = {key: ean(n) for n, key in enumerate(GTIN)}
    erp(project, [row(key, codes.get(key, "")) for key in [*THERE, *NEW]])
    monkeypatch.chdir(project.folder)
    return project


def row(key, code="", name="Mug"):
    return f"{key};mugs;cups;{name} {key};red;0.5;{code}"


def erp(project, rows):
    (project.folder / "products.csv").write_text("\n".join([FIRST, *rows]) + "\n", "utf-8")


def match(project, *options):
    return project.command("match", *options)


def data(project, *options):
    return json.loads(match(project, *options, "--json").out)["flows"][0]


def kinds(found):
    return {" ".join(one["why"]): one["count"] for one in found["nearly_equal"]}


def decide(file, decision):
    """Fill the last column of an exported file: `decision` takes source key, target key and why."""
    lines = list(csv.reader(file.read_text("utf-8-sig").splitlines(), delimiter=";"))
    for line in lines[1:]:
        line[-1] = decision(*line[2:5]) or ""
    with file.open("w", encoding="utf-8-sig", newline="") as opened:
        csv.writer(opened, delimiter=";").writerows(lines)
    return lines[1:]


def keys(project):
    return {one["identifier"] for one in project.products()}


def test_match_counts_each_kind_and_writes_nothing(used):
    writes = used.writes()
    found = data(used)
    assert found["counts"] == {
        "source": 270,
        "target": 265,
        "both": 60,
        "only_source": 50,
        "only_target": 45,
        "twice": 0,
        "pairs": 160,
        "crowds": 0,
    }
    assert kinds(found) == {
        "case": 40,
        "blanks": 30,
        "separators": 30,
        "zeros": 30,
        "code": 20,
        "case blanks separators zeros": 10,
    }
    assert used.writes() == writes
    told = match(used, "--show", "2").out
    assert "products: products.csv has 270 products, the PIM 265." in told
    assert "60 in both" in told
    assert "50 only in products.csv: NEW-000, NEW-001\n" in told
    assert "000 7000" not in told
    assert "40     letter case: case-000 -> CASE-000, case-001 -> CASE-001\n" in told
    assert "20     other key, same GTIN or code: OWN000 -> HERS-0OWN00, OWN001 -> HERS-1OWN00\n" in told
    assert "160 pairs are to be decided" in told


def test_keys_that_are_there_twice_for_the_pim_are_named(used):
    erp(used, [row("Twin-1"), row("TWIN-1"), row("SAME-001"), row("SAME-001")])
    found = data(used)
    assert found["counts"]["twice"] == 2
    assert found["twice"] == [["SAME-001", "SAME-001"], ["TWIN-1", "Twin-1"]]
    assert found["counts"]["only_source"] == 2


def test_the_first_run_stops_until_the_pairs_are_decided_and_then_writes_to_the_pims_own_keys(used):
    before = keys(used)
    writes = used.writes()
    stopped = used.command("run")
    assert stopped.code == 3
    assert "which has 265 products of others: what comes names 100 of them, and would create 170" in stopped.out
    assert "`pimflow match`" in stopped.out
    assert used.writes() == writes
    pairs = used.folder / "pairs.csv"
    match(used, "--export", str(pairs))
    lines = decide(pairs, lambda *_: "same")
    assert len(lines) == 160
    approved = match(used, "--approve", str(pairs))
    assert (approved.code, used.writes()) == (0, writes)
    assert "160 decisions kept" in approved.out
    assert "nothing is left to decide; its first import may run" in approved.out
    done = json.loads(used.command("run", "--json").out)["flows"][0]
    assert done["counts"] == {"created": 50, "updated": 220}
    assert keys(used) == before | set(NEW)
    assert used.product("HERS-3OWN00")["values"]["colour"][0]["data"] == "red"
    again = json.loads(used.command("run", "--json").out)["flows"][0]
    assert again["counts"] == {"unchanged": 270}


def test_one_kind_can_be_taken_and_the_rest_left(used):
    taken = match(used, "--approve-all", "case", "--approve-all", "zeros")
    assert "70 decisions kept" in taken.out
    assert "90 pairs are to be decided" in taken.out
    assert used.command("run").code == 3
    assert data(used)["counts"]["both"] == 130
    left = match(used, "--leave-rest")
    assert left.code == 0
    assert used.command("run").code == 0
    assert {"BL ANK000", "BLANK000", "CASE-000", "7000"} <= keys(used)
    assert "0007000" not in keys(used)


def test_a_decision_can_be_taken_back_and_pairs_of_ones_own_can_be_added(used):
    match(used, "--approve-all", "case")
    pairs = used.folder / "pairs.csv"
    match(used, "--export", str(pairs))
    decide(pairs, lambda ours, _theirs, why: "different" if why == "decided" and ours == "case-001" else "")
    with pairs.open("a", encoding="utf-8") as opened:
        opened.write("products;products;NEW-007;HERS-007;by hand;;;;;;yes\n")
    match(used, "--approve", str(pairs), "--leave-rest")
    assert used.command("run").code == 0
    assert used.product("HERS-007")["values"]["colour"][0]["data"] == "red"
    assert "NEW-007" not in keys(used)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("products;NEW-001;HERS-001;;;;;;;perhaps", "pairs.csv:2: the decision is 'perhaps'"),
        ("product;NEW-001;HERS-001;;;;;;;same", "no flow that was matched is called 'product'; did you mean"),
        ("products;7001;7001;;;;;;;same", "products.csv has no product '7001'; did a spreadsheet change it"),
        ("products;NEW-001;NOWHERE;;;;;;;same", "the PIM has no product 'NOWHERE'"),
        ("products;SAME-001;HERS-001;;;;;;;same", "the PIM has SAME-001 under this very key"),
        ("products;NEW-001;SAME-001;;;;;;;same", "SAME-001 is SAME-001 of products.csv already"),
    ],
)
def test_a_decision_that_cannot_be_right_is_told_and_nothing_is_kept(used, line, told):
    good = "products;case-000;CASE-000;;;;;;;same"
    header = "flow;source_key;target_key;why;source_name;target_name;source_code;target_code;target_id;decision"
    (used.folder / "pairs.csv").write_text(f"{header}\n{line}\n{good}\n", "utf-8")
    refused = match(used, "--approve", "pairs.csv")
    assert refused.code == 2
    assert told in refused.err
    assert data(used)["counts"]["both"] == 60


def test_one_record_cannot_be_two_others(used):
    header = "flow;source_key;target_key;decision"
    lines = ["products;NEW-001;HERS-001;same", "products;NEW-001;HERS-002;same", "products;NEW-002;HERS-001;same"]
    (used.folder / "pairs.csv").write_text("\n".join([header, *lines]) + "\n", "utf-8")
    refused = match(used, "--approve", "pairs.csv")
    assert refused.code == 2
    assert "NEW-001 cannot be the same as HERS-001 and HERS-002; choose one" in refused.err
    assert "HERS-001 cannot be the same as NEW-001 and NEW-002; choose one" in refused.err


def test_what_may_be_several_is_left_to_a_person_and_so_are_two_with_different_codes(used):
    erp(used, [row("HERS 000"), row("HERS.000"), row("hers-001"), row("HERS003", ean(99))])
    used.pim.seed([product("HERS-003", ean(98))])
    found = data(used)
    assert kinds(found) == {"blanks separators": 1, "separators": 2, "case": 1}
    taken = match(used, "--approve-all", "separators", "--approve-all", "blanks", "--approve-all", "case")
    assert "1 decision kept" in taken.out


def test_a_first_import_may_run_once_when_a_person_allows_it_and_never_asks_again(used):
    assert used.command("run", "--allow", "first_import").code == 0
    erp(used, [row("LATER-1")])
    assert used.command("run").code == 0
    assert "LATER-1" in keys(used)


def test_nothing_is_asked_where_it_is_switched_off(used):
    file = used.folder / "pipelines" / "shop.yaml"
    file.write_text(file.read_text("utf-8") + "    guards: {first_import: allow}\n", "utf-8")
    assert used.command("run").code == 0


def test_nothing_is_asked_where_nothing_would_be_created(used):
    erp(used, [row(key) for key in BOTH])
    assert used.command("run").code == 0


def test_nothing_is_asked_where_the_pim_has_what_the_flow_names_and_nothing_else(used):
    erp(used, [row(key) for key in [*THERE.values(), *ONLY_PIM, "ONE-MORE"]])
    assert used.command("run").code == 0


def test_what_another_flow_of_the_project_sent_is_no_stranger(used):
    used.pim.reset()
    assert used.command("run").code == 0
    other = (used.folder / "pipelines" / "shop.yaml").read_text("utf-8").replace("products.csv", "others.csv")
    (used.folder / "pipelines" / "others.yaml").write_text(other, "utf-8")
    (used.folder / "others.csv").write_text(f"{FIRST}\n{row('OTHER-1')}\n", "utf-8")
    assert used.command("run", "others").code == 0


def test_a_plan_shows_everything_and_says_that_a_run_would_stop(used):
    planned = used.command("plan", "--show", "1")
    assert planned.code == 3
    assert "170 new" in planned.out
    assert "`pimflow match`" in planned.out
    assert used.command("plan", "--allow", "first_import").code == 0


def test_linked_records_are_retried_chosen_and_kept_open_under_the_pims_key(used):
    match(used, "--approve-all", "blanks", "--leave-rest")
    bad = row("BL ANK000").replace(";red;", ";mauve;")
    erp(used, [bad, row("BL ANK001")])
    assert used.command("run").code == 0
    chosen = json.loads(used.command("run", "--only", "BL ANK001", "--json").out)["flows"][0]
    assert chosen["counts"] == {"unchanged": 1}
    used.pim.seed({"attribute_options": [{"attribute": "colour", "code": "mauve", "sort_order": 9, "labels": {}}]})
    again = used.command("retry")
    assert "1 updated" in again.out
    assert used.product("BLANK000")["values"]["colour"][0]["data"] == "mauve"
    assert "BL ANK000" not in keys(used)


def test_linked_records_are_held_against_the_pim_explained_and_undone_under_its_key(used):
    file = used.folder / "pipelines" / "shop.yaml"
    file.write_text(file.read_text("utf-8") + "    diff: target\n", "utf-8")
    match(used, "--approve-all", "blanks", "--leave-rest")
    erp(used, [row("BL ANK000"), row("BL ANK001")])
    first = json.loads(used.command("run", "--json").out)
    assert first["flows"][0]["counts"] == {"updated": 2}
    colour = [{"locale": None, "scope": None, "data": "blue"}]
    used.pim.seed([{"resource": "products", "data": {"identifier": "BLANK000", "values": {"colour": colour}}}])
    assert json.loads(used.command("run", "--json").out)["flows"][0]["counts"] == {"updated": 1, "unchanged": 1}
    assert "BL ANK000" in used.command("explain", "BLANK000").out
    assert used.command("undo", first["run"]["id"], "--yes").code == 0
    assert used.product("BLANK001")["values"]["name"][0]["data"] == "Hers BLANK001"
    assert "colour" not in used.product("BLANK001")["values"]


def test_an_excel_file_keeps_zeros_and_takes_decisions(used):
    assert match(used, "--export", "pairs.xlsx").code == 0
    book = load_workbook("pairs.xlsx")
    for line in book.active.iter_rows(min_row=2):
        line[-1].value = "same" if line[4].value == "zeros" else None
    book.save("pairs.xlsx")
    assert "30 decisions kept" in match(used, "--approve", "pairs.xlsx").out
    assert data(used)["counts"]["both"] == 90


def test_a_pim_that_cannot_be_read_decides_nothing(used):
    file = used.folder / "pipelines" / "shop.yaml"
    good = file.read_text("utf-8")
    file.write_text(good.replace("secret: sandbox", "secret: wrong"), "utf-8")
    refused = match(used, "--approve-all", "case")
    assert refused.code == 3
    assert "stopped: products:" in refused.err
    file.write_text(good, "utf-8")
    assert data(used)["counts"]["both"] == 60
