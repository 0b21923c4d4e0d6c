"""`pimflow akeneo provision FILE` against a PIM in use: what is missing comes, what differs changes, the rest stays."""

from .provision_setup import changed, did, told
from .structure_setup import calls

WHOLE = """\
version: 1
attribute_groups:
  technical: {labels: {en: Technical data, de: Technik}, sort_order: 5}
attributes:
  depth:
    type: pim_catalog_metric
    group: technical
    metric_family: Length
    default_metric_unit: METER
    decimals_allowed: true
    negative_allowed: false
    labels: {en_US: Depth, de: Tiefe, other: Depth}
  season:
    type: pim_catalog_multiselect
    group: technical
    options:
      summer: {en: Summer, de: Sommer}
      winter:
  colour:
    options: {blue: {en_US: Blue}}
association_types:
  SPARE: {labels: {en: Spare parts}}
categories:
  seasons:
    labels: {en: Seasons}
    children:
      summer_2026: {labels: {en: Summer 2026}}
  shoes:
    children:
      boots:
families:
  footwear:
    attributes: [season, size]
    requirements: {shop: [season]}
    variants:
      footwear_by_colour_and_size:
        labels: {en: By colour and size}
        levels:
          - axes: [colour]
            attributes: [season]
          - axes: [size]
  furniture:
    labels: {en: Furniture}
    attributes: [name, depth]
    attribute_as_label: name
"""


def test_everything_comes_in_one_call_of_the_command_and_a_second_one_writes_nothing(desk):
    done = desk.provision(WHOLE)
    assert told(done) == []
    assert did(done) == [
        ("created", "attribute group", "technical"),
        ("created", "attribute", "depth"),
        ("created", "attribute", "season"),
        ("created", "option", "summer"),
        ("created", "option", "winter"),
        ("created", "option", "blue"),
        ("created", "association type", "SPARE"),
        ("created", "category", "seasons"),
        ("created", "category", "summer_2026"),
        ("created", "category", "boots"),
        ("updated", "family", "footwear"),
        ("created", "family", "furniture"),
        ("created", "family variant", "footwear_by_colour_and_size"),
    ]
    before = desk.writes()
    again = desk.provision(WHOLE)
    assert (again["counts"], again["records"]) == ({"unchanged": 15}, [])
    assert desk.writes() == before


def test_each_kind_of_record_is_written_in_one_call(desk):
    desk.provision(WHOLE)
    assert calls(desk.pim, "PATCH") == {
        "PATCH /api/rest/v1/attribute-groups": 1,
        "PATCH /api/rest/v1/attributes": 1,
        "PATCH /api/rest/v1/attributes/{code}/options": 2,
        "PATCH /api/rest/v1/association-types": 1,
        "PATCH /api/rest/v1/categories": 1,
        "PATCH /api/rest/v1/families": 1,
        "PATCH /api/rest/v1/families/{code}/variants": 1,
    }


def test_a_look_at_what_is_there_takes_few_calls(desk):
    desk.provision(WHOLE)
    before = calls(desk.pim, "GET")
    desk.provision(WHOLE)
    now = calls(desk.pim, "GET")
    assert {path.removeprefix("GET /api/rest/v1/"): now[path] - before.get(path, 0) for path in now} == {
        "system-information": 1,
        "locales": 3,  # the PIM knows 210
        "channels": 1,
        "measurement-families": 1,
        "attribute-groups": 2,
        "attributes": 2,
        "attributes/{code}/options": 2,
        "association-types": 1,
        "categories": 1,
        "families": 2,
        "families/{code}/variants": 1,
    }


def test_a_plan_foresees_what_the_command_then_does(desk):
    planned = desk.provision(WHOLE, "--plan")
    assert desk.writes() == 0
    done = desk.provision(WHOLE)
    assert planned["plan"]
    assert not done["plan"]
    assert (planned["records"], planned["counts"]) == (done["records"], done["counts"])


def test_what_the_file_does_not_name_stays(desk):
    desk.provision(WHOLE)
    footwear = desk.record("families", "footwear")
    assert footwear["attributes"] == ["colour", "name", "season", "size", "sku"]
    assert footwear["attribute_requirements"] == {"shop": ["name", "season", "sku"]}
    assert footwear["attribute_as_label"] == "name"
    assert [one["code"] for one in desk.pim.store.options("colour")] == ["blue", "red"]
    assert desk.record("attributes", "colour")["type"] == "pim_catalog_simpleselect"
    assert desk.record("categories", "shoes")["parent"] == "master"
    assert desk.record("categories", "boots")["parent"] == "shoes"


def test_labels_go_to_the_active_locales_of_a_language(desk):
    desk.provision(WHOLE)
    labels = desk.record("attributes", "depth")["labels"]
    assert labels == {"en_US": "Depth", "de_DE": "Tiefe", "it_IT": "Depth"}
    assert desk.record("attribute_groups", "technical")["labels"] == {"en_US": "Technical data", "de_DE": "Technik"}


def test_what_differs_is_changed_back_and_the_plan_tells_from_what(desk):
    desk.provision(WHOLE)
    group = desk.record("attribute_groups", "technical")
    desk.pim.store.put("attribute_groups", {**group, "labels": {"en_US": "Tech", "de_DE": "Technik"}})
    done = desk.provision(WHOLE, "--plan")
    assert did(done) == [("updated", "attribute group", "technical")]
    assert changed(done, "technical") == {"label-en_US": ("Tech", "Technical data")}


def test_what_is_written_once_is_the_peoples_afterwards(desk):
    text = "version: 1\nonce: [labels, sort_order]\n" + WHOLE.removeprefix("version: 1\n")
    desk.provision(text)
    group = desk.record("attribute_groups", "technical")
    desk.pim.store.put("attribute_groups", {**group, "labels": {"en_US": "Tech"}, "sort_order": 50})
    done = desk.provision(text)
    assert changed(done, "technical") == {"label-de_DE": (None, "Technik")}
    assert desk.record("attribute_groups", "technical")["labels"] == {"en_US": "Tech", "de_DE": "Technik"}
    assert desk.record("attribute_groups", "technical")["sort_order"] == 50


def test_categories_move_below_another_parent_but_never_out_of_their_tree_unasked(desk):
    desk.provision("version: 1\ncategories: {other: {children: {shoes: }}}\n")
    assert desk.record("categories", "shoes")["parent"] == "other"
    done = desk.provision("version: 1\ncategories: {shoes: {labels: {en: Shoes}}}\n")
    assert changed(done, "shoes") == {"label-en_US": (None, "Shoes")}
    assert desk.record("categories", "shoes")["parent"] == "other"


def test_more_than_a_hundred_records_go_in_calls_of_a_hundred(desk):
    options = "".join(f"      o{number}:\n" for number in range(250))
    text = f"version: 1\nattributes:\n  colour:\n    options:\n{options}"
    assert desk.provision(text)["counts"] == {"unchanged": 1, "created": 250}
    assert calls(desk.pim, "PATCH") == {"PATCH /api/rest/v1/attributes/{code}/options": 3}


def test_families_named_get_all_attributes_of_the_file(desk):
    text = "version: 1\nattributes: {note: {type: pim_catalog_text, group: other}, size: {}}\n"
    done = desk.provision(text, "--family", "footwear")
    assert changed(done, "footwear") == {
        "attributes": (["colour", "name", "sku"], ["colour", "name", "note", "size", "sku"])
    }
    assert desk.provision(text, "--all-families")["counts"] == {"unchanged": 3}


def test_a_family_that_is_nowhere_is_told_before_anything_is_written(desk):
    text = "version: 1\nattributes: {note: {type: pim_catalog_text, group: other}}\n"
    done = desk.provision(text, "--family", "footware", code=2)
    assert done["errors"] == ["the PIM has no family 'footware'; did you mean 'footwear'?"]
    assert desk.writes() == 0


def test_people_read_what_changed_and_where(desk):
    desk.provision(WHOLE)
    (desk.folder / "catalog.yaml").write_text(
        "version: 1\n"
        "attribute_groups: {technical: {labels: {en: Facts}}}\n"
        "families: {footwear: {attributes: [depth]}}\n"
        "attributes: {colour: {options: {red: , green: {en: Green}}}}\n"
    )
    planned = desk.printed("akeneo", "provision", "catalog.yaml", "--plan")
    assert planned == (
        "change attribute group technical\n"
        "    label-en_US: Technical data -> Facts\n"
        "create option green of attribute colour\n"
        "    label-en_US: Green\n"
        "change family footwear\n"
        "    attributes: + depth\n"
        f"catalog.yaml -> Akeneo CE 7.0.0 at {desk.pim.url}, preview: "
        "1 option new; 1 attribute group, 1 family changed; 2 already there.\n"
        "Nothing was written; without --plan it is.\n"
    )
    done = desk.printed("akeneo", "provision", "catalog.yaml")
    assert done.startswith("changed attribute group technical\n")
    again = desk.printed("akeneo", "provision", "catalog.yaml")
    assert again == f"catalog.yaml -> Akeneo CE 7.0.0 at {desk.pim.url}: 5 already there.\n"
