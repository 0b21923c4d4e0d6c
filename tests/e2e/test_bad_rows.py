"""A bad value costs itself, a bad row itself; both are kept with their reason and go through once mended."""

import json

from .conftest import Project

GOOD = "GOOD;mugs;cups;Good mug;red;0.5"


def test_a_value_that_the_pim_does_not_know_is_left_out_until_it_does(project: Project) -> None:
    project.write(GOOD, "MUG-1;mugs;cups;Mug;BORD;0.3")
    first = project.run()
    assert first.code == 0
    assert "2 new, 0 updated, 0 already up to date, 1 needs your attention (1 cause)." in first.out
    assert "colour: products.csv says 'BORD', the PIM has no such option" in first.out
    assert "colour" not in project.product("MUG-1")["values"]
    writes = project.writes()
    second = project.run()
    assert "2 already up to date, 1 needs your attention (1 cause)" in second.out
    assert project.writes() == writes
    project.pim.seed({"attribute_options": [{"attribute": "colour", "code": "BORD", "sort_order": 3, "labels": {}}]})
    third = project.run()
    assert "1 updated, 1 already up to date." in third.out
    assert project.product("MUG-1")["values"]["colour"][0]["data"] == "BORD"


def test_a_bad_number_is_left_out_until_the_file_is_mended(project: Project) -> None:
    project.write("MUG-1;mugs;cups;Mug;red;heavy")
    assert "1 needs your attention" in project.run().out
    assert "weight" not in project.product("MUG-1")["values"]
    project.write("MUG-1;mugs;cups;Mug;red;0.4")
    assert "1 updated, 0 already up to date." in project.run().out
    assert project.product("MUG-1")["values"]["weight"][0]["data"]["amount"] == "0.4000"


def test_rows_that_cannot_arrive_cost_themselves_only(project: Project) -> None:
    project.write(GOOD, "foo,;mugs;cups;Comma;red;1", ";mugs;cups;No SKU;red;1", "X-1;cups?;cups;No family;red;1")
    first = project.run()
    assert "4 products read; 1 new" in first.out
    assert "3 need your attention (3 causes)" in first.out
    assert "'foo,'" in first.out
    assert "no comma" in first.out
    assert "'cups?', the PIM has no such family" in first.out
    assert [one["identifier"] for one in project.products()] == ["GOOD"]
    writes = project.writes()
    assert "1 already up to date, 3 need your attention (3 causes)" in project.run().out
    assert project.writes() == writes
    project.write(GOOD, "foo;mugs;cups;Comma;red;1", "NEW;mugs;cups;No SKU;red;1", "X-1;mugs;cups;No family;red;1")
    assert "3 new, 0 updated, 1 already up to date." in project.run().out


def test_a_family_that_appears_in_the_pim_lets_its_products_go(project: Project) -> None:
    project.write("CAP-1;caps;cups;Cap;red;0.1")
    assert "1 needs your attention" in project.run().out
    assert project.products() == []
    family = {
        "code": "caps",
        "attributes": ["sku", "name"],
        "attribute_as_label": "sku",
        "attribute_as_image": None,
        "attribute_requirements": {"shop": ["sku"]},
        "labels": {},
    }
    project.pim.seed({"families": [family]})
    assert "1 new" in project.run().out
    assert project.product("CAP-1")["family"] == "caps"


def test_a_category_that_appears_in_the_pim_lets_its_products_go(project: Project) -> None:
    project.write("CAP-1;mugs;hats;Cap;red;0.1")
    first = project.run()
    assert "'hats', the PIM has no such category" in first.out
    project.pim.seed({"categories": [{"code": "hats", "parent": "master", "labels": {}}]})
    assert "need" not in project.run().out
    assert project.product("CAP-1")["categories"] == ["hats"]


def test_the_later_of_two_rows_with_one_sku_is_refused_and_named(project: Project) -> None:
    project.write("MUG-1;mugs;cups;First;red;1", GOOD, "MUG-1;mugs;cups;Second;red;1")
    first = project.run()
    assert "2 new, 0 updated, 0 already up to date, 1 needs your attention (1 cause)" in first.out
    assert "'MUG-1', which row 1 has too" in first.out
    assert project.product("MUG-1")["values"]["name"][0]["data"] == "First"
    writes = project.writes()
    assert "2 already up to date, 1 needs your attention (1 cause)" in project.run().out
    assert project.writes() == writes
    project.write("MUG-1;mugs;cups;First;red;1", GOOD, "MUG-2;mugs;cups;Second;red;1")
    assert "1 new, 0 updated, 2 already up to date." in project.run().out


def test_a_locale_that_the_pim_does_not_have_costs_its_column_only(project: Project) -> None:
    file = project.folder / "pipeline.yaml"
    file.write_text(file.read_text("utf-8").replace("name-en_US: name", "name-en_US: name\n          name-xx_XX: name"))
    project.write(GOOD)
    first = project.run()
    assert "1 new" in first.out
    assert "name-xx_XX" in first.out
    assert first.code == 0
    check = project.command("check", str(file))
    assert check.code == 2
    assert "name-xx_XX" in check.out


def test_open_items_are_listed_with_row_and_reason(project: Project) -> None:
    project.write(GOOD, "MUG-1;mugs;cups;Mug;BORD;0.3")
    project.run()
    shown = project.command("state", "show", str(project.folder / "pipeline.yaml"), "--json")
    [item] = json.loads(shown.out)["open"]
    assert (item["key"], item["row"], item["problems"][0]["value"]) == ("MUG-1", 2, "BORD")
    assert item["source_row"]["name"] == "Mug"


def test_retry_sends_what_the_pim_refused(project: Project) -> None:
    project.write(GOOD, "MUG-1;mugs;hats;Mug;red;0.3")
    project.run()
    project.pim.seed({"categories": [{"code": "hats", "parent": "master", "labels": {}}]})
    retried = project.command("retry", str(project.folder / "pipeline.yaml"))
    assert retried.code == 0
    assert project.product("MUG-1")["categories"] == ["hats"]
    assert "Nothing needs attention." in project.command("retry", str(project.folder / "pipeline.yaml")).out
