"""What the PIM says of searches of structure, of limits and of files that are too large: one line a case."""

import json

import pytest

ATTRIBUTE_CODES = "In order to search on attribute codes you must"
CATEGORY_CODES = "In order to search on category codes you must"
MISSING = "This field is missing."


@pytest.mark.parametrize(
    ("path", "search", "message"),
    [
        # of attributes and groups the PIM tells the operator that it wants as the given one
        (
            "attributes",
            {"code": [{"operator": "=", "value": ["a"]}]},
            f'{ATTRIBUTE_CODES} use "IN" operator, "IN" given.',
        ),
        (
            "categories",
            {"code": [{"operator": "=", "value": "a"}]},
            (
                f'{CATEGORY_CODES} use "IN" operator, "=" given. {CATEGORY_CODES} send an array of category codes '
                "as value, string given. This value should be of type iterable."
            ),
        ),
        ("categories", {"code": [{"value": ["a"]}]}, MISSING),
        ("categories", {"code": [{"operator": "IN"}]}, MISSING),
        ("categories", {"code": [{"operator": "IN", "value": [1]}]}, "This value should be of type string."),
        (
            "categories",
            {"is_root": [{"operator": "=", "value": "true"}]},
            'In order to search on category is_root you must send a bool value, "true" given.',
        ),
        (
            "categories",
            {"updated": [{"operator": ">", "value": "2026-01-31"}]},
            "This value is not in a valid ISO 8601 standard datetime format",
        ),
        ("families", {"updated": [{"operator": ">", "value": "soon"}]}, "This value is not a valid datetime."),
        (
            "families",
            {"has_products": [{"operator": "=", "value": 1}]},
            'The "has_products" filter requires a boolean value, and the submitted value is not.',
        ),
        ("families", {"code": [{"operator": "IN", "value": [], "locale": "x"}]}, "This field was not expected."),
        (
            "attribute-groups",
            {"updated": [{"operator": "<", "value": "2026-01-31T10:00:00Z"}]},
            'Searching on the "updated" property require the ">" (greater than) operator, ">" given.',
        ),
    ],
)
def test_a_search_of_structure_is_refused_with_all_its_faults(shop, path, search, message):
    answer = shop.get(path, search=json.dumps(search))
    assert (answer.status_code, answer.json()["message"]) == (400, message)


def test_a_search_of_categories_that_is_no_json_is_told_why(shop):
    message = "The search query parameter must be a valid JSON: Syntax error"
    assert shop.get("categories", search="{code").json() == {"code": 400, "message": message}


def test_an_amount_that_is_no_number_is_held_against_the_limits_as_text(shop, one):
    shop.patch("attributes/price", {"number_min": "10", "number_max": "100"})
    refused = shop.post(
        "products", {"identifier": "a", "values": {"price": one([{"amount": "bar", "currency": "EUR"}])}}
    )
    assert [error["message"] for error in refused.json()["errors"]] == [
        "The price attribute requires a number, and the submitted bar value is not.",
        "The price attribute requires an equal or lesser than 100 value.",
    ]


def test_a_price_is_checked_for_decimals_before_its_limits(shop, one):
    shop.patch("attributes/price", {"number_max": "100", "decimals_allowed": False})
    refused = shop.post(
        "products", {"identifier": "a", "values": {"price": one([{"amount": 100.5, "currency": "EUR"}])}}
    )
    assert [error["message"] for error in refused.json()["errors"]] == [
        "The price attribute requires a non-decimal value, and 100.5 is not a valid value.",
        "The price attribute requires an equal or lesser than 100 value.",
    ]


@pytest.mark.parametrize(
    ("limit", "size", "told"),
    [
        ("0.01", 11_030, "is too large (11.03 kB). The photo attribute can not exceed 10 kB."),
        ("1", 1_500_000, "is too large (1.5 MB). The photo attribute can not exceed 1 MB."),
        ("1", 1_000_001, "is too large (1000001 bytes). The photo attribute can not exceed 1000000 bytes."),
    ],
)
def test_a_file_too_large_is_told_in_the_unit_of_its_limit(shop, limit, size, told):
    shop.patch("attributes/photo", {"max_file_size": limit})
    shop.post("products", {"identifier": "a", "family": "shoes"})
    target = json.dumps({"identifier": "a", "attribute": "photo", "locale": None, "scope": None})
    png = b"\x89PNG\r\n\x1a\n".ljust(size, b"\0")
    files = {"product": (None, target), "file": ("big.png", png)}
    refused = shop.client.post("/api/rest/v1/media-files", files=files)
    assert refused.json()["errors"][0]["message"] == f"The file big.png {told}"


def test_attributes_of_a_variant_level_stand_before_its_axes(shop):
    levels = [
        {"level": 1, "axes": ["color"], "attributes": ["photo"]},
        {"level": 2, "axes": ["size"], "attributes": []},
    ]
    shop.post("families/shoes/variants", {"code": "v", "variant_attribute_sets": levels})
    first, _ = shop.get("families/shoes/variants/v").json()["variant_attribute_sets"]
    assert first["attributes"] == ["photo", "color"]


def test_an_identifier_cannot_be_made_the_main_one(shop):
    ean = {"code": "gtin", "type": "pim_catalog_identifier", "group": "other", "useable_as_grid_filter": True}
    assert shop.post("attributes", {**ean, "is_main_identifier": True}).status_code == 201
    assert shop.get("attributes/gtin").json()["is_main_identifier"] is False


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("categories", {"code": 5}),
        ("association-types", {"code": 5}),
        ("attributes/color/options", {"code": 5}),
    ],
)
def test_a_code_that_is_a_number_is_kept_as_text(shop, path, body):
    assert shop.post(path, body).headers["Location"].endswith(f"/{path}/5")
    assert shop.get(f"{path}/5").json()["code"] == "5"
    assert "5" in [item["code"] for item in shop.get(path, limit="100").json()["_embedded"]["items"]]


def test_a_list_of_measurement_families_holds_objects_only(shop):
    answer = shop.patch("measurement-families", [{"code": "Pace"}, 5])
    assert (answer.status_code, answer.json()["errors"]) == (
        400,
        [{"property": "[1]", "message": "The data (integer) must match the type: object"}],
    )


def test_searches_of_a_strange_form_are_refused_not_broken(shop):
    assert shop.get("locales", search='{"enabled":[5]}').status_code == 422
    search = '{"quality_score":[{"operator":"IN","value":[["A"]],"scope":"web","locale":"en_US"}]}'
    assert shop.get("products", search=search).status_code == 200
