"""SKUs that products pass on to each other: chains and circles, each right after one run, killed or not."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pimflow_akeneo_sandbox.entities import NO_SCOPE

from ..started import run as started  # noqa: TID252 - tests are no package

CHILD = Path(__file__).parent.parent / "crash" / "child.py"
PIPELINE = """\
version: 1
connections:
  pim: {{type: akeneo, url: "{url}", client_id: sandbox, secret: sandbox, username: sandbox, password: sandbox}}
flows:
  products:
    entity: product
    identity: id
    {more}
    source: {{type: files.csv, path: products.csv}}
    transforms: [{{map: {{identifier: sku, family: family, name-en_US: name, colour: colour}}}}]
    sink: {{type: akeneo.products, connection: pim}}
"""


class Shop:
    """A project whose products are known by an id: `run(A=1, B=2)` gives SKU A to product 1."""

    def __init__(self, project):
        self.project = project
        self.declare()

    def declare(self, more=""):
        text = PIPELINE.format(url=self.project.pim.url, more=more)
        (self.project.folder / "pipeline.yaml").write_text(text, "utf-8")

    def give(self, skus, colour="red"):
        rows = [f"{number};{sku};mugs;Mug {number};{colour}" for sku, number in skus.items()]
        text = "\n".join(["id;sku;family;name;colour", *rows]) + "\n"
        (self.project.folder / "products.csv").write_text(text, "utf-8")

    def run(self, skus, *words, colour="red"):
        self.give(skus, colour)
        return json.loads(self.project.command("run", "pipeline.yaml", "--json", *words).out)

    @property
    def uuids(self):
        return {int(one["values"]["name"][0]["data"][4:]): one["uuid"] for one in self.project.products()}

    @property
    def skus(self):
        found = {one["identifier"]: int(one["values"]["name"][0]["data"][4:]) for one in self.project.products()}
        assert len(found) == len(self.project.products())
        return found

    def rename(self, old, new):
        """Let the product manager give a product another SKU."""
        product = self.project.pim.store.product(old)
        values = {**product.values, "sku": {NO_SCOPE: new}}
        self.project.pim.store.put_product(replace(product, identifier=new, values=values))


@pytest.fixture
def shop(project, monkeypatch):
    monkeypatch.chdir(project.folder)
    return Shop(project)


def counts(report):
    return {status: number for status, number in report["flows"][0]["counts"].items() if number}


def shifted(number):
    """Give SKUs before and after a column of them was shifted by one row."""
    return ({f"S-{n:03}": n for n in range(number)}, {f"S-{n + 1:03}": n for n in range(number)})


def rotated(number):
    before, after = shifted(number)
    return before, {**{sku: n for sku, n in after.items() if n < number - 1}, "S-000": number - 1}


@pytest.mark.parametrize(("number", "writes"), [(2, 2), (5, 2), (250, 4)])
@pytest.mark.parametrize("backwards", [False, True])
def test_a_column_of_skus_shifted_by_one_row_is_right_after_one_run(shop, number, writes, backwards):
    before, after = shifted(number)
    shop.run(before)
    uuids, calls = shop.uuids, shop.project.writes()
    after = dict(reversed(after.items())) if backwards else after
    done = shop.run(after)
    assert (shop.skus, shop.uuids) == (after, uuids)
    assert (counts(done), shop.project.writes() - calls) == ({"updated": number}, writes)
    again = shop.run(after)
    assert (counts(again), again["flows"][0]["notes"]) == ({"unchanged": number}, [])


@pytest.mark.parametrize("number", [2, 3, 250])
def test_products_that_swap_their_skus_are_right_after_one_run(shop, number):
    before, after = rotated(number)
    shop.run(before)
    uuids = shop.uuids
    done = shop.run(after, colour="blue")
    assert (shop.skus, shop.uuids, counts(done)) == (after, uuids, {"updated": number})
    assert {one["values"]["colour"][0]["data"] for one in shop.project.products()} == {"blue"}
    again = shop.run(after, colour="blue")
    assert (counts(again), again["flows"][0]["notes"]) == ({"unchanged": number}, [])


def test_several_chains_and_circles_in_one_run(shop):
    shop.run({"A": 1, "B": 2, "C": 3, "D": 4, "E": 5, "F": 6, "G": 7, "H": 8})
    uuids, calls = shop.uuids, shop.project.writes()
    after = {"B": 1, "A": 2, "D": 3, "C": 4, "F": 5, "G": 6, "X": 7, "H": 8, "E": 9}
    assert counts(shop.run(after)) == {"updated": 7, "unchanged": 1, "created": 1}
    assert (shop.skus, {**shop.uuids, 9: None}) == (after, {**uuids, 9: None})
    assert shop.project.writes() - calls == 4


@pytest.mark.parametrize("more", ["guards: {max_changed: 500}", "diff: target", "mode: update"])
@pytest.mark.parametrize("make", [shifted, rotated])
def test_what_else_a_flow_asks_for_changes_nothing(shop, more, make):
    before, after = make(5)
    shop.run(before)
    uuids = shop.uuids
    shop.declare(more)
    assert counts(shop.run(after)) == {"updated": 5}
    assert (shop.skus, shop.uuids) == (after, uuids)


@pytest.mark.parametrize("make", [shifted, rotated])
def test_the_plan_shows_each_rename_and_can_be_carried_out(shop, make):
    before, after = make(3)
    shop.run(before)
    uuids = shop.uuids
    shop.give(after)
    shown = shop.project.command("plan", "pipeline.yaml", "--save", "plan.sqlite")
    for sku, number in after.items():
        assert f"identifier: S-{number:03} -> {sku}" in shown.out
    assert ("(was" in shown.out, shop.skus) == (False, before)
    done = shop.project.command("apply", "plan.sqlite")
    assert (done.code, shop.skus, shop.uuids) == (0, after, uuids), done.err


@pytest.mark.parametrize("make", [shifted, rotated])
def test_the_history_tells_of_the_renames_and_undo_takes_them_back(shop, make):
    before, after = make(4)
    shop.run(before)
    uuids = shop.uuids
    run = shop.run(after, colour="blue")
    told = shop.project.command("explain", "S-001", "name").out
    assert ("Mug 0: created" in told, "renamed from S-000" in told, "to S-001 on" in told) == (True, True, True), told
    preview = json.loads(shop.project.command("undo", run["run"]["id"], "--dry", "--json").out)
    planned = {one["key"]: one["values"] for one in preview["changes"]}
    assert set(planned) >= set(before)
    assert sum(one["column"] == "colour" for values in planned.values() for one in values) == 4
    assert preview["report"]["flows"][0]["causes"] == []
    undone = json.loads(shop.project.command("undo", run["run"]["id"], "--yes", "--json").out)
    assert (shop.skus, shop.uuids, undone["flows"][0]["causes"]) == (before, uuids, [])
    assert (undone["flows"][0]["read"], counts(undone)) == (4, {"updated": 4})
    assert counts(shop.run(after, colour="blue")) == {"unchanged": 4}


def test_a_circle_that_the_pim_refuses_leaves_all_as_they_were(shop):
    before, after = rotated(3)
    shop.run(before)
    uuids = shop.uuids
    sku = shop.project.pim.store.get("attributes", "sku")
    rule = {**sku, "validation_rule": "regexp", "validation_regexp": "/^S-[0-9]+$/"}
    shop.project.pim.seed([{"resource": "attributes", "data": rule}])
    done = shop.run(after)
    assert (shop.skus, shop.uuids, set(counts(done))) == (before, uuids, {"refused"})
    assert "S-001 (was S-000)" in json.dumps(done["flows"][0]["causes"])


def test_a_product_that_was_put_aside_in_vain_gets_its_sku_back(shop):
    before, after = rotated(3)
    shop.declare("on_bad_value: refuse")
    shop.run(before)
    uuids = shop.uuids
    shop.give(after)
    file = shop.project.folder / "products.csv"
    file.write_text(file.read_text("utf-8").replace("Mug 2;red", "Mug 2;green"), "utf-8")
    done = json.loads(shop.project.command("run", "pipeline.yaml", "--json").out)
    assert (shop.skus, shop.uuids, counts(done)) == (before, uuids, {"refused": 3})
    calls = shop.project.writes()
    shop.project.command("run", "pipeline.yaml")
    assert (shop.skus, shop.project.writes() - calls) == (before, 1)  # it is not put aside in each run
    file.write_text(file.read_text("utf-8").replace("green", "red"), "utf-8")
    done = json.loads(shop.project.command("retry", "pipeline.yaml", "--json").out)
    assert (shop.skus, shop.uuids, counts(done)) == (after, uuids, {"updated": 3})


def test_a_chain_whose_last_sku_another_product_has_is_refused_and_told(shop):
    before, after = shifted(3)
    shop.run({**before, "T-3": 9})
    shop.rename("T-3", "S-003")
    done = shop.run(after)
    assert (shop.skus, counts(done)) == ({**before, "S-003": 9}, {"refused": 3})
    shop.rename("S-003", "T-3")
    done = shop.run(after)
    assert counts(done) == {"updated": 3}
    assert shop.skus == {**after, "T-3": 9}


@pytest.mark.parametrize("kept", ["sqlite", "postgresql"])
def test_ids_of_any_length_tell_records_apart(shop, kept, request, monkeypatch):
    if kept == "postgresql":
        monkeypatch.setenv("PIMFLOW_STATE", request.getfixturevalue("postgres_state"))
    file = shop.project.folder / "products.csv"
    for skus in ("ABC", "BCA"):
        shop.give({sku: n for n, sku in enumerate(skus)})
        rows = file.read_text("utf-8").splitlines()
        file.write_text("\n".join([rows[0], *("é" * 5000 + row for row in rows[1:])]) + "\n", "utf-8")
        done = json.loads(shop.project.command("run", "pipeline.yaml", "--json").out)
        assert counts(done) == {"created" if skus == "ABC" else "updated": 3}
    assert shop.skus == {"B": 0, "C": 1, "A": 2}
    assert "é" * 500 not in shop.project.command("problems", "pipeline.yaml").out


def killed(shop, point):
    """Run in a process that is killed at a point, and tell whether it came so far."""
    counted = shop.project.folder / "counted"
    counted.unlink(missing_ok=True)
    words = [CHILD, point, 0, counted, "run", "pipeline.yaml", "--json"]
    return started(words, shop.project.folder).returncode < 0


@pytest.mark.slow
@pytest.mark.parametrize(("make", "point"), [(shifted, 1), (rotated, 7)])
def test_killed_at_any_moment_the_next_run_finishes_it(shop, make, point):
    before, after = make(4)
    shop.run(before)
    uuids = shop.uuids
    shop.give(after, "blue")
    while killed(shop, point):
        killed(shop, point + 9)  # the one that comes after is killed as well
        shop.run(after, colour="blue")
        assert (shop.skus, shop.uuids) == (after, uuids), point
        assert counts(shop.run(after, colour="blue")) == {"unchanged": 4}, point
        shop.run(before)
        assert (shop.skus, shop.uuids) == (before, uuids), point
        shop.give(after, "blue")
        point += 12
    assert point > 20
