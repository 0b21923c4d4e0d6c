"""Writing and reading the structure."""

import json

import pytest

BLANK = "This value should not be blank."


@pytest.mark.parametrize(
    ("path", "body", "errors"),
    [
        ("attributes", {"code": "n", "type": "pim_catalog_number", "group": "other"},
         [("decimals_allowed", "This value should not be null."),
          ("negative_allowed", "This value should not be null.")]),
        ("attributes", {"code": "family", "type": "pim_catalog_text", "group": "other"},
         [("code", "This code is not available")]),
        ("families", {"code": "shoes"}, [("code", "This value is already used.")]),
        ("families", {"code": "f", "attribute_as_label": "price"},
         [("attribute_as_label", 'Property "attribute_as_label" must belong to the family'),
          ("attribute_as_label", ('Property "attribute_as_label" only supports "pim_catalog_text" and '
                                 '"pim_catalog_identifier" attribute types for the family'))]),
        ("families/shoes/variants", {"code": "v", "variant_attribute_sets": [{"level": 1, "axes": ["name"]}]},
         [("variant_attribute_sets",
           'Variant axes "name" cannot be localizable, not scopable and not locale specific'),
          ("variant_attribute_sets", ('Variant axes "name" must be a boolean, a simple select, '
                                     "a simple reference data or a measurement"))]),
        ("categories", {"code": "c", "labels": {"xx_XX": "x"}}, [("labels", 'The locale "xx_XX" does not exist.')]),
        ("channels", {"code": "c", "category_tree": "sport", "currencies": ["EUR"], "locales": ["en_US"]},
         [("category_tree", 'The category "sport" has to be a root category.')]),
        ("attributes/color/options", {}, [("code", BLANK)]),
    ],
)  # fmt: skip
def test_an_entity_that_fails_its_checks_is_refused(shop, path, body, errors):
    answer = shop.post(path, body)
    assert answer.status_code == 422
    assert [(error["property"], error["message"]) for error in answer.json()["errors"]] == errors


def test_labels_are_merged_and_empty_ones_removed(shop):
    shop.patch("categories/shop", {"labels": {"en_US": "Shop", "fr_FR": "Magasin"}})
    shop.patch("categories/shop", {"labels": {"EN_us": "", "de_DE": "Laden"}})
    assert shop.get("categories/shop").json()["labels"] == {"fr_FR": "Magasin", "de_DE": "Laden"}


def test_a_new_option_comes_last(shop):
    shop.patch("attributes/color/options/green", {"sort_order": 7})
    shop.patch("attributes/color/options/grey", {})
    assert shop.get("attributes/color/options/grey").json()["sort_order"] == 8


def test_an_attribute_named_by_another_group_moves_there(shop):
    shop.post("attribute-groups", {"code": "texts", "attributes": ["note"]})
    assert shop.get("attributes/note").json()["group"] == "texts"
    shop.patch("attribute-groups/texts", {"attributes": []})
    assert shop.get("attributes/note").json()["group"] == "other"


def test_a_new_channel_activates_its_locale_and_requires_the_identifier(shop):
    shop.post("channels", {"code": "app", "category_tree": "shop", "currencies": ["EUR"], "locales": ["de_DE"]})
    assert shop.get("locales/de_DE").json() == {"code": "de_DE", "enabled": True}
    assert shop.get("families/shoes").json()["attribute_requirements"]["app"] == ["sku"]


def test_unique_attributes_go_to_the_lowest_level_of_a_variant(shop):
    levels = [{"level": 1, "axes": ["color"], "attributes": ["photo"]}, {"level": 2, "axes": ["size"]}]
    assert shop.post("families/shoes/variants", {"code": "v", "variant_attribute_sets": levels}).status_code == 201
    upper, lower = shop.get("families/shoes/variants/v").json()["variant_attribute_sets"]
    assert upper["attributes"] == ["photo", "color"]
    assert set(lower["attributes"]) == {"size", "sku", "ean"}


def test_categories_are_listed_in_tree_order(shop):
    search = json.dumps({"parent": [{"operator": "=", "value": "shop"}]})
    shop.post("categories", {"code": "alpine", "parent": "trail"})
    found = shop.get("categories", search=search).json()["_embedded"]["items"]
    assert [category["code"] for category in found] == ["sport", "trail", "alpine"]


def test_locales_are_filtered_by_enabled_only(shop):
    search = json.dumps({"enabled": [{"operator": "=", "value": True}]})
    found = shop.get("locales", search=search).json()["_embedded"]["items"]
    assert [locale["code"] for locale in found] == ["en_US", "fr_FR"]
    answer = shop.get("locales", search=json.dumps({"code": [{"operator": "=", "value": "x"}]}))
    assert answer.status_code == 422


def test_a_bulk_call_tells_of_each_line(shop):
    lines = [{"code": "green"}, {"code": "red", "label": {}}, {"code": "bl ue"}]
    answers = [json.loads(line) for line in shop.bulk("attributes/color/options", lines).text.splitlines()]
    assert [(one["line"], one["status_code"]) for one in answers] == [(1, 201), (2, 422), (3, 422)]
    assert answers[1]["message"].startswith('Property "label" does not exist.')


def test_the_operations_of_a_measurement_family_in_use_are_locked(shop):
    steps = [{"operator": "mul", "value": "1000000"}]
    added = {"TON": {"code": "TON", "convert_from_standard": steps, "symbol": "t"}}
    (answer,) = shop.patch("measurement-families", [{"code": "Weight", "units": added}]).json()
    assert answer == {"code": "Weight", "status_code": 204}
    changed = {"KILOGRAM": {"code": "KILOGRAM", "convert_from_standard": steps}}
    (answer,) = shop.patch("measurement-families", [{"code": "Weight", "units": changed}]).json()
    assert (answer["status_code"], answer["errors"]) == (
        422,
        [
            {
                "property": "",
                "message": "A product attribute is linked to this measurement family. "
                "You can only edit the translated labels and symbol of a unit",
            }
        ],
    )


def test_only_identifiers_tell_whether_they_are_the_main_one(shop):
    assert shop.get("attributes/sku").json()["is_main_identifier"] is True
    assert "is_main_identifier" not in shop.get("attributes/note").json()


def test_codes_that_are_no_list_are_refused(shop):
    answer = shop.get("categories", search=json.dumps({"code": [{"operator": "IN", "value": 7}]}))
    assert answer.status_code == 400
    assert answer.json()["message"] == (
        "In order to search on category codes you must send an array of category codes as value, integer given. "
        "This value should be of type iterable."
    )


TEXT = {"code": "motto", "type": "pim_catalog_text", "group": "other"}


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"unique": "yes"}, ("unique", "This value should be of type bool.")),
        ({"sort_order": 1.5}, ("sort_order", "This value should not be a decimal.")),
        ({"sort_order": None}, ("sort_order", "This value should not be null.")),
        ({"max_characters": 300}, ("max_characters", "This value should be less than or equal to 255.")),
        ({"max_characters": -1}, ("max_characters", "This value should be greater than or equal to 0.")),
        ({"allowed_extensions": ["pdf"]}, ("allowed_extensions", "This value should be blank.")),
        ({"auto_option_sorting": True}, ("auto_option_sorting", "This attribute cannot have options.")),
        ({"default_value": True}, ("default_value", "This attribute type cannot have a default value.")),
        ({"reference_data_name": "paint"},
         ("reference_data_name", "This attribute cannot be linked to reference data.")),
        ({"validation_rule": "phone"}, ("validation_rule", "The value you selected is not a valid choice.")),
        ({"validation_rule": "regexp", "validation_regexp": "/^a"},
         ("validation_regexp", "This regular expression is not valid.")),
        ({"guidelines": {"xx_XX": "Be brief"}}, ("guidelines", 'The locale "xx_XX" does not exist.')),
        ({"guidelines": {"en_US": "g" * 501}},
         ("guidelines", "This value is too long. It should have 500 characters or less.")),
        ({"labels": {"en_US": "l" * 101}},
         ("labels", "This value is too long. It should have 100 characters or less.")),
        ({"required": True}, ("required", "This attribute type can't be required")),
        ({"type": "pim_catalog_textarea", "unique": True}, ("unique", "This attribute type can't have unique value")),
        ({"type": "pim_catalog_boolean", "default_value": "no"},
         ("default_value", "This value should be of type bool.")),
        ({"type": "pim_catalog_file", "allowed_extensions": ["exe"]},
         ("allowed_extensions", ('"exe" is not a supported file extension. Valid extensions are: '
                                 "csv, doc, docx, mp3, pdf, ppt, pptx, rtf, svg, txt, wav"))),
        ({"type": "pim_reference_data_simpleselect"}, ("reference_data_name", BLANK)),
        ({"unique": True, "localizable": True}, ("localizable", "A unique attribute can not be localizable")),
    ],
)  # fmt: skip
def test_an_attribute_has_only_what_its_type_allows(shop, changes, error):
    answer = shop.post("attributes", {**TEXT, **changes})
    assert answer.status_code == 422
    assert [(found["property"], found["message"]) for found in answer.json()["errors"]] == [error]


def test_checks_of_the_type_wait_for_those_of_every_attribute(shop):
    answer = shop.patch("attributes/weight", {"type": "pim_catalog_text"})
    assert [error["property"] for error in answer.json()["errors"]] == ["type"]


def test_measurement_families_are_there_in_the_older_form(shop):
    page = shop.get("measure-families", with_count="true").json()
    assert (page["items_count"], page["_embedded"]["items"][0]["standard"]) == (1, "GRAM")
    assert shop.get("measure-families/weight").json()["units"][1] == {
        "code": "KILOGRAM",
        "convert": {"mul": "1000"},
        "symbol": "KILOGRAM",
    }
    assert shop.get("measure-families/Speed").json() == {
        "code": 404,
        "message": 'Measure family with code "Speed" does not exist.',
    }


def test_categories_tell_their_enriched_values_on_request(shop):
    assert (
        shop.get("categories/sport", with_enriched_attributes="true", with_position="true").json().items()
        >= {
            "code": "sport",
            "position": 1,
            "values": {},
        }.items()
    )
    assert "values" not in shop.get("categories").json()["_embedded"]["items"][0]


def test_a_label_that_is_too_long_is_told_by_its_place(shop):
    answer = shop.post("association-types", {"code": "WITH", "labels": {"en_US": "With", "fr_FR": "a" * 101}})
    assert [error["property"] for error in answer.json()["errors"]] == ["translations[1].label"]
