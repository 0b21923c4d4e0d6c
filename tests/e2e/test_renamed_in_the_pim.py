"""Products that people rename, delete or replace in the PIM: what the next run finds, does and tells."""

import json
from dataclasses import replace

import pytest

from pimflow_akeneo_sandbox.endpoints import lists
from pimflow_akeneo_sandbox.entities import NO_SCOPE
from pimflow_akeneo_sandbox.products.answer import product_answer

MUG, CUP = "MUG-1;mugs;cups;Mug;red;1", "CUP-1;mugs;cups;Cup;red;1"
BLUE = MUG.replace("red", "blue")


def rename(project, old, new):
    """Let the product manager give a product another SKU."""
    store = project.pim.store
    product = store.product(old)
    values = {code: entries for code, entries in product.values.items() if code != "sku"}
    values |= {"sku": {NO_SCOPE: new}} if new else {}
    store.put_product(replace(product, identifier=new, values=values))


def delete(project, sku):
    project.pim.store.remove_product(project.pim.store.product(sku))


def make(project, sku, **more):
    """Let the product manager make a product."""
    project.pim.seed([{"resource": "products", "data": {"identifier": sku, "enabled": True, **more}}])
    return uuid(project, sku)


def uuid(project, sku):
    return project.pim.store.product(sku).uuid


def colours(project):
    values = {one["identifier"]: one["values"].get("colour") for one in project.products()}
    return {sku: value and value[0]["data"] for sku, value in values.items()}


def calls(project):
    """Count the calls for products by verb."""
    found = {"GET": 0, "PATCH": 0}
    for route, count in project.pim.stats()["routes"].items():
        if "/products" in route:
            found[route.partition(" ")[0]] += count["calls"]
    return found


def spent(project, do):
    before = calls(project)
    done = do()
    after = calls(project)
    return done, {verb: after[verb] - before[verb] for verb in after}


def counts(project, *options):
    return json.loads(project.run(*options, "--json").out)["flows"][0]["counts"]


def with_options(project, text):
    file = project.folder / "pipeline.yaml"
    file.write_text(file.read_text("utf-8").rstrip() + f"\n{text}\n", "utf-8")


@pytest.fixture
def sent(project, monkeypatch):
    """Two products that a run has made."""
    monkeypatch.chdir(project.folder)
    project.write(MUG, CUP)
    assert project.run().code == 0
    return project


def test_a_quiet_run_after_a_rename_asks_for_nothing_and_sends_nothing(sent):
    rename(sent, "MUG-1", "MUG-ONE")
    done, cost = spent(sent, sent.run)
    assert ("2 already up to date" in done.out, cost) == (True, {"GET": 0, "PATCH": 0})


def test_a_renamed_product_gets_what_the_erp_changes_keeps_its_new_sku_and_is_told_once(sent):
    known = uuid(sent, "MUG-1")
    rename(sent, "MUG-1", "MUG-ONE")
    sent.write(BLUE, CUP)
    done = sent.run()
    assert "0 new, 1 updated, 1 already up to date" in done.out
    assert "1 product was renamed in the PIM by hand" in done.out
    assert "'MUG-1' is 'MUG-ONE' there" in done.out
    assert colours(sent) == {"MUG-ONE": "blue", "CUP-1": "red"}
    assert uuid(sent, "MUG-ONE") == known
    again, cost = spent(sent, sent.run)
    assert ("2 already up to date" in again.out, cost["PATCH"]) == (True, 0)
    assert "renamed" not in again.out
    assert "not in the source" not in again.out
    sent.write(MUG, CUP)
    assert "0 new, 1 updated" in sent.run("--full").out
    assert colours(sent) == {"MUG-ONE": "red", "CUP-1": "red"}


def test_a_product_that_is_renamed_again_and_back_is_followed(sent):
    for old, new, weight in [("MUG-1", "MUG-2", 2), ("MUG-2", "mug-3", 3), ("mug-3", "MUG-1", 4)]:
        rename(sent, old, new)
        sent.write(MUG.removesuffix("1") + str(weight), CUP)
        assert counts(sent) == {"unchanged": 1, "updated": 1}
    assert sorted(colours(sent)) == ["CUP-1", "MUG-1"]
    assert counts(sent) == {"unchanged": 2}


def test_the_other_commands_know_it_by_its_new_sku(sent):
    rename(sent, "MUG-1", "MUG-ONE")
    sent.write(BLUE, CUP)
    plan = sent.command("plan", "pipeline.yaml")
    assert "colour: red -> blue" in plan.out
    assert "would be kept in step under its new" in plan.out
    run = json.loads(sent.run("--json").out)["run"]["id"]
    assert "Mug" in sent.command("explain", "MUG-ONE", "name").out
    assert "2 already up to date" in sent.command("plan", "pipeline.yaml").out
    assert counts(sent, "--only", "MUG-ONE") == {"unchanged": 1}
    assert counts(sent, "--only", "MUG-1") == {"unchanged": 1}
    assert json.loads(sent.command("match", "pipeline.yaml", "--json").out)["flows"][0]["counts"]["both"] == 2
    assert sent.command("undo", run, "--yes").code == 0
    assert colours(sent) == {"MUG-ONE": "red", "CUP-1": "red"}


def test_a_saved_plan_is_carried_out_and_refused_when_somebody_renames_in_between(sent):
    rename(sent, "MUG-1", "MUG-ONE")
    sent.write(BLUE, CUP)
    sent.command("plan", "pipeline.yaml", "--save", "first.plan")
    assert "1 updated" in sent.command("apply", "first.plan").out
    assert colours(sent) == {"MUG-ONE": "blue", "CUP-1": "red"}
    sent.write(BLUE, CUP.replace("red", "blue"))
    sent.command("plan", "pipeline.yaml", "--save", "second.plan")
    make_room = "CUP-ONE"
    rename(sent, "CUP-1", make_room)
    make(sent, "CUP-1", family="mugs")
    done = sent.command("apply", "second.plan")
    assert (done.code, colours(sent)["CUP-1"], colours(sent)[make_room]) == (3, None, "red"), done.err


def test_an_undo_finds_a_product_that_was_renamed_after_the_run(sent):
    sent.write(BLUE, CUP)
    run = json.loads(sent.run("--json").out)["run"]["id"]
    rename(sent, "MUG-1", "MUG-ONE")
    assert sent.command("undo", run, "--yes").code == 0
    assert colours(sent) == {"MUG-ONE": "red", "CUP-1": "red"}


def test_what_was_refused_is_retried_under_the_new_sku(sent):
    sent.write(MUG.replace("red", "mauve"), CUP)
    assert "2 already up to date" not in sent.run().out
    rename(sent, "MUG-1", "MUG-ONE")
    sent.pim.seed({"attribute_options": [{"attribute": "colour", "code": "mauve", "sort_order": 9, "labels": {}}]})
    sent.command("retry", "pipeline.yaml")
    assert colours(sent) == {"MUG-ONE": "mauve", "CUP-1": "red"}
    assert "attention" not in sent.run().out


def test_held_against_the_pim_the_sku_is_put_back_and_told(sent):
    with_options(sent, "    diff: target")
    known = uuid(sent, "MUG-1")
    rename(sent, "MUG-1", "MUG-ONE")
    plan = sent.command("plan", "pipeline.yaml")
    assert "identifier: MUG-ONE -> MUG-1" in plan.out
    done = sent.run()
    assert "'MUG-ONE' is 'MUG-1' again" in done.out
    assert "deleted" not in done.out
    assert (uuid(sent, "MUG-1"), sorted(colours(sent))) == (known, ["CUP-1", "MUG-1"])
    quiet, cost = spent(sent, sent.run)
    assert ("2 already up to date" in quiet.out, cost) == (True, {"GET": 3, "PATCH": 0})


def test_an_owner_of_the_identifier_gets_it_back_and_others_leave_it(sent):
    contract = "ownership:\n  attributes: {{sku: {}}}\n  others: erp\n"
    file = sent.folder / "pipeline.yaml"
    plain = file.read_text("utf-8").rstrip() + "\n    owner: erp\n    diff: target\n"
    file.write_text(plain + contract.format("pim"), "utf-8")
    rename(sent, "MUG-1", "MUG-ONE")
    assert "'MUG-1' is 'MUG-ONE' there" in sent.run().out
    assert sorted(colours(sent)) == ["CUP-1", "MUG-ONE"]
    file.write_text(plain.replace("    diff: target\n", "") + contract.format("erp"), "utf-8")
    rename(sent, "CUP-1", "CUP-ONE")
    sent.write(MUG, CUP.replace("red", "blue"))
    assert "'CUP-ONE' is 'CUP-1' again" in sent.run().out
    assert colours(sent) == {"CUP-1": "blue", "MUG-ONE": "red"}


def test_a_sku_that_people_took_away_is_given_back(sent):
    rename(sent, "MUG-1", None)
    sent.write(BLUE, CUP)
    assert "1 updated" in sent.run().out
    assert colours(sent) == {"MUG-1": "blue", "CUP-1": "red"}


def test_a_product_that_was_deleted_is_made_anew_with_what_new_ones_get(sent):
    delete(sent, "MUG-1")
    sent.write(BLUE, CUP)
    assert counts(sent) == {"created": 1, "unchanged": 1}
    assert sent.product("MUG-1")["enabled"] is False


def test_a_product_deleted_and_made_by_hand_under_its_sku_is_kept_in_step_and_told_once(sent):
    delete(sent, "MUG-1")
    hers = make(sent, "MUG-1", family="mugs")
    sent.write(BLUE, CUP)
    done = sent.run()
    assert "1 product was deleted in the PIM, and another was made by hand under its sku; that is kept" in done.out
    assert "MUG-1" in done.out
    assert (uuid(sent, "MUG-1"), colours(sent)["MUG-1"]) == (hers, "blue")
    assert sent.product("MUG-1")["enabled"] is True
    sent.write(MUG, CUP)
    assert "by hand" not in sent.run().out


@pytest.mark.parametrize("options", ["", "    diff: target"])
def test_a_sku_that_another_product_took_is_refused_until_somebody_decides(sent, options):
    if options:
        with_options(sent, options)
    known = uuid(sent, "MUG-1")
    rename(sent, "MUG-1", "MUG-ONE")
    make(sent, "MUG-1", family="mugs")
    sent.write(BLUE, CUP)
    done = sent.run()
    assert "MUG-1 belongs to another product in the PIM than before" in done.out
    assert "'MUG-ONE' there now. Neither was updated." in done.out
    assert colours(sent) == {"MUG-ONE": "red", "MUG-1": None, "CUP-1": "red"}
    assert "Neither was updated" in sent.command("plan", "pipeline.yaml").out
    delete(sent, "MUG-1")
    rename(sent, "MUG-ONE", "MUG-1")
    assert "attention" not in sent.command("retry", "pipeline.yaml").out
    assert (uuid(sent, "MUG-1"), colours(sent)) == (known, {"MUG-1": "blue", "CUP-1": "red"})


def test_a_product_renamed_to_the_sku_of_another_in_the_source_is_refused(sent):
    rename(sent, "CUP-1", "CUP-OLD")
    rename(sent, "MUG-1", "CUP-1")
    sent.write(BLUE, CUP)
    done = sent.run()
    assert "MUG-1 is 'CUP-1' in the PIM now, which is the key of another one from here" in done.out
    assert colours(sent) == {"CUP-1": "red", "CUP-OLD": "red"}


def test_products_that_swapped_their_skus_are_refused(sent):
    for old, new in [("CUP-1", "SPARE"), ("MUG-1", "CUP-1"), ("SPARE", "MUG-1")]:
        rename(sent, old, new)
    sent.write(BLUE, CUP.replace("red", "blue"))
    assert json.loads(sent.run("--json").out)["flows"][0]["counts"] == {"refused": 2}
    assert colours(sent) == {"CUP-1": "red", "MUG-1": "red"}


def test_a_restored_backup_that_lacks_products_gets_them_anew(sent):
    sent.pim.reset()
    make(sent, "CUP-1", family="mugs")
    sent.write(BLUE, CUP.replace("red", "blue"))
    done = sent.run()
    assert "1 new, 1 updated" in done.out
    assert colours(sent) == {"MUG-1": "blue", "CUP-1": "blue"}


def test_a_product_that_left_the_source_is_disabled_whatever_its_sku(sent):
    with_options(sent, "    on_missing: disable\n    guards: {max_missing: 50%}")
    sent.pim.seed([{"resource": "products", "data": {"identifier": "MUG-1", "enabled": True}}])
    rename(sent, "MUG-1", "MUG-ONE")
    sent.write(CUP)
    sent.run()
    assert sorted(colours(sent)) == ["CUP-1", "MUG-ONE"]
    assert sent.product("MUG-ONE")["enabled"] is False


def test_all_kinds_of_columns_reach_a_renamed_product(sent):
    rename(sent, "MUG-1", "MUG-ONE")
    sent.write("MUG-1;mugs;master;New name;blue;2", CUP)
    assert "attention" not in sent.run().out
    product = sent.product("MUG-ONE")
    assert (product["categories"], product["values"]["name"][0]["data"]) == (["master"], "New name")


class TestKnownByAnId:
    """With `entity`."""

    @pytest.fixture
    def go(self, project):
        file = project.folder / "pipeline.yaml"
        text = file.read_text("utf-8").replace("    source:", "    entity: product\n    identity: id\n    source:")
        file.write_text(text, "utf-8")

        def run(*rows):
            lines = ["id;sku;family;category;name;colour;weight", *rows]
            (project.folder / "products.csv").write_text("\n".join(lines) + "\n", "utf-8")
            return project.run()

        return run

    def test_a_renamed_product_is_followed(self, project, go):
        go(f"1;{MUG}", f"2;{CUP}")
        known = uuid(project, "MUG-1")
        rename(project, "MUG-1", "MUG-ONE")
        assert "'MUG-1' is 'MUG-ONE' there" in go(f"1;{BLUE}", f"2;{CUP}").out
        assert "2 already up to date" in go(f"1;{BLUE}", f"2;{CUP}").out
        assert (uuid(project, "MUG-ONE"), sorted(colours(project))) == (known, ["CUP-1", "MUG-ONE"])

    @pytest.mark.parametrize("met_between", [True, False])
    def test_the_erp_renames_it_afterwards(self, project, go, met_between):
        go(f"1;{MUG}", f"2;{CUP}")
        known = uuid(project, "MUG-1")
        rename(project, "MUG-1", "MUG-ONE")
        if met_between:
            go(f"1;{BLUE}", f"2;{CUP}")
        done = go(f"1;{BLUE.replace('MUG-1', 'MUG-9')}", f"2;{CUP}")
        assert "0 new, 1 updated, 1 already up to date" in done.out
        assert (uuid(project, "MUG-9"), sorted(colours(project))) == (known, ["CUP-1", "MUG-9"])
        third = go(f"1;{BLUE.replace('MUG-1', 'MUG-9')}", f"2;{CUP}", f"3;{MUG}")
        assert "1 new" in third.out
        assert sorted(colours(project)) == ["CUP-1", "MUG-1", "MUG-9"]


def test_every_pipeline_that_writes_a_product_follows_it(sent):
    other = sent.folder / "texts.yaml"
    text = (sent.folder / "pipeline.yaml").read_text("utf-8")
    other.write_text(
        text.split("          family:")[0] + "          name-en_US: name\n    sink:" + text.split("sink:")[1]
    )
    other.write_text(other.read_text("utf-8") + "    guards: {first_import: allow}\n", "utf-8")
    assert sent.command("run", str(other)).code == 0
    rename(sent, "MUG-1", "MUG-ONE")
    sent.write(BLUE.replace("Mug", "Beaker"), CUP)
    for done in (sent.run(), sent.command("run", str(other))):
        assert "'MUG-1' is 'MUG-ONE' there" in done.out
        assert "0 new, 1 updated" in done.out
    assert sent.product("MUG-ONE")["values"]["name"][0]["data"] == "Beaker"
    assert len(sent.products()) == 2


def test_a_search_that_lags_behind_is_no_rename(sent):
    sent.pim.faults(index_lag_ms=3_600_000)
    new = "NEW-1;mugs;cups;New;red;1"
    try:
        sent.write(MUG, CUP, new)
        assert counts(sent) == {"created": 1, "unchanged": 2}
        sent.write(BLUE, CUP, new.replace("red", "blue"))
        done = sent.run()
    finally:
        sent.pim.faults(index_lag_ms=0)
    assert ("0 new, 2 updated" in done.out, "by hand" in done.out) == (True, False)
    assert colours(sent) == {"MUG-1": "blue", "CUP-1": "red", "NEW-1": "blue"}


def test_a_product_that_the_search_found_late_is_known_after_the_next_run(sent):
    new = "NEW-1;mugs;cups;New;red;1"
    sent.pim.faults(index_lag_ms=3_600_000)
    try:
        sent.write(MUG, CUP, new)
        sent.run()
    finally:
        sent.pim.faults(index_lag_ms=0)
    assert spent(sent, sent.run)[1] == {"GET": 1, "PATCH": 0}
    assert spent(sent, sent.run)[1] == {"GET": 0, "PATCH": 0}
    rename(sent, "NEW-1", "NEW-2")
    sent.write(MUG, CUP, new.replace("red", "blue"))
    assert "'NEW-1' is 'NEW-2' there" in sent.run().out


def test_a_pim_without_uuids_is_written_by_identifier_as_ever(project, monkeypatch):
    def without_uuid(*words, **options):
        return {name: value for name, value in product_answer(*words, **options).items() if name != "uuid"}

    monkeypatch.setattr(lists, "product_answer", without_uuid)
    project.write(MUG, CUP)
    project.run()
    project.write(BLUE, CUP.replace("red", "blue"))
    assert counts(project) == {"updated": 2}
    rename(project, "MUG-1", "MUG-ONE")
    project.write(MUG, CUP)
    assert counts(project) == {"created": 1, "updated": 1}


def test_what_it_costs(project):
    """Two questions a run for uuids that are not known yet, then none; one a hundred products that change."""
    rows = [f"MUG-{n:03};mugs;cups;Mug {n};red;1" for n in range(250)]
    project.write(*rows)
    _, first = spent(project, project.run)
    assert first == {"GET": 1 + 2, "PATCH": 3}
    _, quiet = spent(project, project.run)
    assert quiet == {"GET": 1, "PATCH": 0}
    _, quiet = spent(project, project.run)
    assert quiet == {"GET": 0, "PATCH": 0}
    project.write(*(row.replace("red", "blue") for row in rows[:120]), *rows[120:])
    _, changed = spent(project, project.run)
    assert changed == {"GET": 1 + 2, "PATCH": 2}
