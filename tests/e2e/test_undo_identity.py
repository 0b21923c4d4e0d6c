"""SKUs that a run changed, given back by `pimflow undo`; and what the runs after that do."""

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
    source: {{type: files.csv, path: products.csv}}
    transforms: [{{map: {{identifier: sku, family: family, name-en_US: name, colour: colour}}}}]
    sink: {{type: akeneo.products, connection: pim}}
"""
PLAIN = PIPELINE.replace("    entity: product\n    identity: id\n", "    diff: target\n")
MUG, BOWL = "1;{};mugs;Mug;red", "2;{};mugs;Bowl;red"


class Shop:
    """A project whose products are known by an id."""

    def __init__(self, project):
        self.project = project
        self.pim = project.pim
        self.declare(PIPELINE)

    def declare(self, text):
        (self.project.folder / "pipeline.yaml").write_text(text.format(url=self.pim.url), "utf-8")

    def run(self, *rows):
        """Run with these rows, and give the report."""
        lines = ["id;sku;family;name;colour", *rows]
        (self.project.folder / "products.csv").write_text("\n".join(lines) + "\n", "utf-8")
        return json.loads(self.project.command("run", "pipeline.yaml", "--json").out)

    def undo(self, report):
        return json.loads(self.project.command("undo", report["run"]["id"], "--yes", "--json").out)

    @property
    def names(self):
        """Name and uuid by SKU."""
        found = {one["identifier"]: (one["values"]["name"][0]["data"], one["uuid"]) for one in self.project.products()}
        assert len({uuid for _, uuid in found.values()}) == len(found)
        return found

    @property
    def skus(self):
        return {name: sku for sku, (name, _) in self.names.items()}

    def rename(self, old, new):
        """Let the product manager give a product another SKU."""
        product = self.pim.store.product(old)
        self.pim.store.put_product(replace(product, identifier=new, values={**product.values, "sku": {NO_SCOPE: new}}))


@pytest.fixture
def shop(project, monkeypatch):
    monkeypatch.chdir(project.folder)
    return Shop(project)


def counts(report):
    return {status: number for status, number in report["flows"][0]["counts"].items() if number}


def causes(report):
    return [cause["problem"]["reason"] for flow in report["flows"] for cause in flow["causes"]]


def test_a_product_gets_the_sku_back_that_it_had(shop):
    shop.run(MUG.format("OLD-1"), BOWL.format("B-1"))
    before = shop.names
    run = shop.run(MUG.format("NEW-1"), BOWL.format("B-1"))
    done = shop.undo(run)
    assert (shop.names, counts(done), causes(done)) == (before, {"updated": 1}, [])


def test_values_and_sku_come_back_together(shop):
    shop.run(MUG.format("OLD-1"))
    before = shop.names
    run = shop.run(MUG.format("NEW-1").replace("Mug", "Beaker").replace("red", "blue"))
    shop.undo(run)
    assert shop.names == before
    assert shop.project.product("OLD-1")["values"]["colour"][0]["data"] == "red"


def test_the_sku_is_not_changed_again_until_the_source_changes_it(shop):
    shop.run(MUG.format("OLD-1"), BOWL.format("B-1"))
    uuid = shop.names["OLD-1"][1]
    shop.undo(shop.run(MUG.format("NEW-1"), BOWL.format("B-1")))
    writes = shop.project.writes()
    again = shop.run(MUG.format("NEW-1"), BOWL.format("B-1"))
    assert (counts(again), shop.project.writes(), again["flows"][0]["notes"]) == ({"unchanged": 2}, writes, [])
    assert counts(shop.run(MUG.format("NEW-1").replace("red", "blue"), BOWL.format("B-1")))["updated"] == 1
    assert shop.names["OLD-1"] == ("Mug", uuid)
    shop.run(MUG.format("NEWER-1"), BOWL.format("B-1"))
    assert shop.names["NEWER-1"] == ("Mug", uuid)
    assert sorted(shop.names) == ["B-1", "NEWER-1"]


def test_once_the_source_is_corrected_the_wrong_sku_is_free_for_a_new_product(shop):
    shop.run(MUG.format("OLD-1"))
    shop.undo(shop.run(MUG.format("NEW-1")))
    assert counts(shop.run(MUG.format("OLD-1"))) == {"unchanged": 1}
    assert counts(shop.run(MUG.format("OLD-1"), BOWL.format("NEW-1"))) == {"created": 1, "unchanged": 1}
    assert shop.skus == {"Mug": "OLD-1", "Bowl": "NEW-1"}


def test_an_undo_of_the_undo_gives_the_new_sku_again(shop):
    shop.run(MUG.format("OLD-1"))
    undone = shop.undo(shop.run(MUG.format("NEW-1")))
    uuid = shop.names["OLD-1"][1]
    assert counts(shop.undo(undone)) == {"updated": 1}
    assert shop.names == {"NEW-1": ("Mug", uuid)}
    assert counts(shop.run(MUG.format("NEW-1"))) == {"unchanged": 1}


def test_a_second_undo_finds_everything_done(shop):
    shop.run(MUG.format("OLD-1"))
    run = shop.run(MUG.format("NEW-1"))
    shop.undo(run)
    writes = shop.project.writes()
    assert (counts(shop.undo(run)), shop.project.writes()) == ({"unchanged": 1}, writes)


def test_a_preview_shows_the_sku_and_changes_nothing(shop):
    shop.run(MUG.format("OLD-1"))
    run = shop.run(MUG.format("NEW-1"))
    done = shop.project.command("undo", run["run"]["id"], "--dry")
    assert "identifier: NEW-1 -> OLD-1" in done.out
    assert list(shop.names) == ["NEW-1"]


def test_skus_passed_on_in_one_run_all_come_back(shop):
    shop.run(MUG.format("A-1"), BOWL.format("B-1"))
    before = shop.names
    run = shop.run(MUG.format("B-1"), BOWL.format("C-1"))
    passed_on = shop.names
    assert passed_on == {"B-1": before["A-1"], "C-1": before["B-1"]}
    preview = json.loads(shop.project.command("undo", run["run"]["id"], "--dry", "--json").out)
    assert ({one["key"] for one in preview["changes"]}, causes(preview["report"])) == ({"A-1", "B-1"}, [])
    undone = shop.undo(run)
    assert (shop.names, causes(undone)) == (before, [])
    assert counts(shop.run(MUG.format("B-1"), BOWL.format("C-1"))) == {"unchanged": 2}
    again = shop.undo(undone)
    assert (shop.names, causes(again)) == (passed_on, [])
    shop.undo(again)
    assert counts(shop.run(MUG.format("A-1"), BOWL.format("B-1"))) == {"unchanged": 2}
    assert shop.names == before


def test_a_source_that_is_corrected_after_skus_were_passed_on_gets_its_products_right(shop):
    shop.run(MUG.format("A-1"), BOWL.format("B-1"))
    before = shop.names
    shop.undo(shop.run(MUG.format("B-1"), BOWL.format("C-1")))
    for rows in ([BOWL.format("B-1"), MUG.format("A-1")], [MUG.format("A-1"), BOWL.format("B-1")]):
        done = shop.run(*rows)
        assert (counts(done), shop.names) == ({"unchanged": 2}, before)


def test_a_sku_that_a_new_product_got_in_the_run_is_told_and_free_once_that_has_another(shop):
    shop.run(MUG.format("A-1"))
    uuid = shop.names["A-1"][1]
    run = shop.run(MUG.format("B-1"), BOWL.format("A-1"))
    done = shop.undo(run)
    assert causes(done) == ["belongs to another product in the PIM by now, so the key that the run gave was left"]
    assert shop.skus == {"Mug": "B-1", "Bowl": "A-1"}
    assert shop.project.product("A-1")["enabled"] is False
    shop.rename("A-1", "SPARE")
    shop.undo(run)
    assert shop.names["A-1"] == ("Mug", uuid)
    assert shop.skus["Bowl"] == "SPARE"


def test_a_product_created_by_one_run_and_renamed_by_the_next_goes_both_ways_back(shop):
    shop.run(BOWL.format("B-1"))
    made = shop.run(MUG.format("A-1"), BOWL.format("B-1"))
    shop.pim.seed([{"resource": "products", "data": {"identifier": "A-1", "enabled": True}}])
    renamed = shop.run(MUG.format("A-2"), BOWL.format("B-1"))
    shop.undo(renamed)
    assert shop.skus["Mug"] == "A-1"
    shop.undo(made)
    assert (shop.skus["Mug"], shop.project.product("A-1")["enabled"]) == ("A-1", False)


@pytest.mark.parametrize("by", ["hand", "run"])
def test_a_product_that_was_renamed_since_is_left_and_told(shop, by):
    shop.run(MUG.format("OLD-1"))
    run = shop.run(MUG.format("NEW-1"))
    if by == "hand":
        shop.rename("NEW-1", "NEWER-1")
    else:
        later = shop.run(MUG.format("NEWER-1"))
    done = shop.undo(run)
    assert list(shop.names) == ["NEWER-1"]
    assert causes(done) == ["which is not what the run gave it: it was renamed since, so it was left"]
    if by == "run":
        shop.undo(later)
        shop.undo(run)
        assert list(shop.names) == ["OLD-1"]


def test_the_sku_of_a_product_that_is_gone_is_told(shop):
    shop.run(MUG.format("OLD-1"))
    run = shop.run(MUG.format("NEW-1"))
    shop.pim.store.remove_product(shop.pim.store.product("NEW-1"))
    assert causes(shop.undo(run)) == ["it is no longer there, so nothing was put back"]


def test_the_sku_that_people_gave_is_the_one_that_comes_back(shop):
    shop.run(MUG.format("OLD-1"))
    uuid = shop.names["OLD-1"][1]
    shop.rename("OLD-1", "HERS")
    run = shop.run(MUG.format("NEW-1"))
    assert list(shop.names) == ["NEW-1"]
    shop.undo(run)
    assert shop.names == {"HERS": ("Mug", uuid)}
    assert counts(shop.run(MUG.format("NEW-1"))) == {"unchanged": 1}


@pytest.mark.parametrize("known_by", ["sku", "id"])
def test_a_sku_of_people_that_a_run_put_back_comes_back_and_stays(shop, known_by):
    shop.declare(PLAIN if known_by == "sku" else PIPELINE.replace("    entity", "    diff: target\n    entity"))
    shop.run(MUG.format("OLD-1"), BOWL.format("B-1"))
    uuid = shop.names["OLD-1"][1]
    shop.rename("OLD-1", "HERS")
    run = shop.run(MUG.format("OLD-1"), BOWL.format("B-1"))
    assert sorted(shop.names) == ["B-1", "OLD-1"]
    undone = shop.undo(run)
    assert shop.names["HERS"] == ("Mug", uuid)
    assert counts(shop.run(MUG.format("OLD-1"), BOWL.format("B-1"))) == {"unchanged": 2}
    assert sorted(shop.names) == ["B-1", "HERS"]
    shop.undo(undone)
    assert shop.names["OLD-1"] == ("Mug", uuid)
    assert counts(shop.run(MUG.format("OLD-1"), BOWL.format("B-1"))) == {"unchanged": 2}


def test_an_undo_of_values_leaves_a_sku_that_people_gave_since_even_to_an_owner_of_skus(shop):
    shop.declare(PLAIN)
    shop.run(MUG.format("OLD-1"))
    run = shop.run(MUG.format("OLD-1").replace("red", "blue"))
    shop.rename("OLD-1", "HERS")
    shop.undo(run)
    assert shop.project.product("HERS")["values"]["colour"][0]["data"] == "red"


def test_more_products_than_go_in_one_call_get_their_skus_back(shop):
    rows = [f"{n};S-{n:03};mugs;Mug {n};red" for n in range(230)]
    shop.run(*rows)
    before = shop.names
    run = shop.run(*(row.replace("S-", "T-") for row in rows))
    preview = json.loads(shop.project.command("undo", run["run"]["id"], "--dry", "--json").out)
    assert (len(preview["changes"]), causes(preview["report"])) == (230, [])
    calls = shop.project.writes()
    done = shop.undo(run)
    assert (shop.names, causes(done), shop.project.writes() - calls) == (before, [], 3)


def test_a_sku_that_the_target_refuses_to_give_back_leaves_all_as_it_was(shop):
    shop.run(MUG.format("A-1"), BOWL.format("B-1"))
    run = shop.run(MUG.format("A-2"), BOWL.format("B-1"))
    shop.rename("B-1", "a-1")
    assert causes(shop.undo(run)) == [
        "belongs to another product in the PIM by now, so the key that the run gave was left"
    ]
    assert shop.skus == {"Mug": "A-2", "Bowl": "a-1"}
    assert counts(shop.run(MUG.format("A-2"), BOWL.format("B-1"))) == {"unchanged": 2}
    assert shop.skus == {"Mug": "A-2", "Bowl": "a-1"}


def test_other_flows_that_write_the_products_follow(shop):
    texts = "  texts:\n" + PIPELINE.partition("  products:\n")[2].replace("colour: colour", "").replace(
        "    sink", "    guards: {{first_import: allow}}\n    sink"
    ).replace("family: family, name-en_US: name, ", "name-en_US: name")
    shop.declare(PIPELINE.replace(", name-en_US: name", "") + texts)
    shop.run(MUG.format("OLD-1"))
    run = shop.run(MUG.format("NEW-1"))
    for rows in range(2):
        if rows:
            run = shop.run(MUG.format("NEWER-1").replace("Mug", "Beaker"))
        shop.undo(run)
        assert shop.skus == {"Mug": "OLD-1"}
        writes = shop.project.writes()
        now = MUG.format("NEWER-1").replace("Mug", "Beaker") if rows else MUG.format("NEW-1")
        again = shop.run(now)
        assert (shop.project.writes() - writes, shop.skus) == (0, {"Mug": "OLD-1"}), again["flows"]


def killed(shop, point, *words):
    """Run a command that is killed at a point, and tell whether it came so far."""
    counted = shop.project.folder / "counted"
    counted.unlink(missing_ok=True)
    return started([CHILD, point, 0, counted, *words], shop.project.folder).returncode < 0


@pytest.mark.slow
def test_killed_at_any_moment_an_undo_can_be_begun_again(shop):
    shop.run(MUG.format("A-1"), BOWL.format("B-1"))
    before = shop.names
    wrong = [MUG.format("B-1").replace("red", "blue"), BOWL.format("C-1")]
    run, point = shop.run(*wrong), 1
    while killed(shop, point, "undo", run["run"]["id"], "--yes", "--json"):
        done = shop.undo(run)
        assert (shop.names, causes(done)) == (before, []), point
        assert counts(shop.run(*wrong)) == {"unchanged": 2}, point
        shop.run(MUG.format("A-1"), BOWL.format("B-1"))
        assert shop.names == before, point
        run, point = shop.run(*wrong), point + 11
    assert point > 20
