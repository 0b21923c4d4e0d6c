"""Search and pages."""

import json

import pytest


@pytest.fixture
def stock(shop, one):
    kilos = one({"amount": 2, "unit": "KILOGRAM"})
    anna = {"note": one("Cat"), "color": one("red"), "pairs": one(1)}
    bert = {"note": one("catalogue"), "pairs": one(5)}
    lines = [
        {"identifier": "Anna", "family": "shoes", "categories": ["trail"], "values": anna},
        {"identifier": "bert", "family": "shoes", "categories": ["sport"], "values": bert},
        {"identifier": "carl", "family": "shoes", "enabled": False, "values": {"weight": kilos}},
        {"identifier": "dora", "categories": ["press"], "groups": ["promo"], "values": {"color": one("blue")}},
    ]
    assert all(json.loads(line)["status_code"] == 201 for line in shop.bulk("products", lines).text.splitlines())
    return shop


@pytest.mark.parametrize(
    ("name", "condition", "found"),
    [
        ("note", {"operator": "STARTS WITH", "value": "cat"}, ["Anna", "bert"]),
        ("note", {"operator": "=", "value": "CAT"}, ["Anna"]),
        ("note", {"operator": "DOES NOT CONTAIN", "value": "logue"}, ["Anna"]),
        ("note", {"operator": "EMPTY"}, ["carl"]),
        ("pairs", {"operator": ">", "value": 1}, ["bert"]),
        ("pairs", {"operator": "!=", "value": 1}, ["bert"]),
        ("weight", {"operator": ">", "value": {"amount": 1500, "unit": "GRAM"}}, ["carl"]),
        ("color", {"operator": "NOT IN", "value": ["red"]}, ["bert", "carl", "dora"]),
        ("enabled", {"operator": "=", "value": False}, ["carl"]),
        ("family", {"operator": "EMPTY"}, ["dora"]),
        ("categories", {"operator": "IN", "value": ["sport"]}, ["bert"]),
        ("categories", {"operator": "IN CHILDREN", "value": ["shop"]}, ["Anna", "bert"]),
        ("categories", {"operator": "UNCLASSIFIED"}, ["carl"]),
        ("categories", {"operator": "NOT IN CHILDREN", "value": ["shop"]}, ["carl", "dora"]),
        ("groups", {"operator": "IN", "value": ["promo"]}, ["dora"]),
        ("sku", {"operator": "IN", "value": ["ANNA", "dora"]}, ["Anna", "dora"]),
        ("updated", {"operator": "SINCE LAST N DAYS", "value": 1}, ["Anna", "bert", "carl", "dora"]),
        ("updated", {"operator": ">", "value": "-30 minutes"}, ["Anna", "bert", "carl", "dora"]),
        ("updated", {"operator": "<", "value": "-2 weeks"}, []),
        ("completeness", {"operator": "ALL", "value": 0}, ["Anna", "bert", "carl", "dora"]),
        ("updated", {"operator": "BETWEEN", "value": ["2001-01-01 00:00:00", "2002-01-01 00:00:00"]}, []),
    ],
)
def test_a_condition_finds_its_products(stock, name, condition, found):
    assert stock.find({name: [condition]}) == found


def test_a_scope_limits_to_the_tree_of_the_channel(stock):
    assert stock.find({}, scope="web") == ["Anna", "bert"]
    assert stock.find({}, scope="print") == ["dora"]


@pytest.mark.parametrize(
    ("search", "message"),
    [
        ({"name": [{"operator": "=", "value": "x"}]}, 'Attribute "name" expects a locale, none given.'),
        ({"updated": [{"operator": "=", "value": "today"}]},
         'Property "updated" expects a string with the format "yyyy-mm-dd H:i:s" as data, "today" given.'),
        ({"color": [{"operator": "IN", "value": ["pink"]}]}, 'Object "option" with code "pink" does not exist'),
        ({"family": [{"operator": "IN", "value": "shoes"}]},
         'Property "family" expects an array as data, "string" given.'),
    ],
)  # fmt: skip
def test_a_condition_that_cannot_be_applied_is_refused(stock, search, message):
    answer = stock.get("products", search=json.dumps(search))
    assert (answer.status_code, answer.json()["message"]) == (422, message)


def test_a_parameter_with_brackets_is_refused(shop):
    answer = shop.client.get("/api/rest/v1/families?codes[]=shoes")
    assert (answer.status_code, answer.json()["message"]) == (
        400,
        "Bracket syntax is not supported in query parameters.",
    )


def test_an_unknown_attribute_is_404_by_identifier_and_422_by_uuid(shop):
    search = json.dumps({"ghost": [{"operator": "EMPTY"}]})
    assert shop.get("products", search=search).status_code == 404
    assert shop.get("products-uuid", search=search).status_code == 422


@pytest.mark.parametrize("path", ["products", "products-uuid"])
@pytest.mark.parametrize("kind", ["page", "search_after"])
def test_following_next_visits_every_product_once(shop, path, kind):
    shop.bulk("products", [{"identifier": f"P{at:02}" if at % 2 else f"p{at:02}"} for at in range(23)])
    seen, url = [], f"{path}?limit=5&pagination_type={kind}"
    while url:
        page = shop.client.get(url if url.startswith("http") else f"/api/rest/v1/{url}").json()
        seen += [item["uuid"] for item in page["_embedded"]["items"]]
        url = page["_links"].get("next", {}).get("href")
    assert len(seen) == len(set(seen)) == 23


def test_the_search_by_post_finds_what_the_list_finds(stock):
    search = json.dumps({"family": [{"operator": "EMPTY"}]})
    by_get = stock.get("products-uuid", search=search).json()["_embedded"]["items"]
    by_post = stock.client.post("/api/rest/v1/products-uuid/search", json={"search": search}).json()
    assert [item["uuid"] for item in by_post["_embedded"]["items"]] == [item["uuid"] for item in by_get]


def test_a_score_weighs_required_values_others_and_images(stock, one):
    """Shoes require only the sku: what else is missing, images above all, makes the letter."""
    answer = stock.get("products/Anna", with_quality_scores="true").json()["quality_scores"]
    assert [(score["scope"], score["locale"]) for score in answer] == sorted(
        ((score["scope"], score["locale"]) for score in answer), key=lambda pair: (len(pair[0]), *pair)
    )
    assert {score["data"] for score in answer} == {"E"}
    assert stock.get("products/dora", with_quality_scores="true").json()["quality_scores"] == []
    search = {"operator": "IN", "value": ["E"], "scope": answer[0]["scope"], "locale": answer[0]["locale"]}
    assert stock.find({"quality_score": [search]}) == ["Anna", "bert", "carl"]
    assert stock.find({"quality_score": [{**search, "value": ["A"]}]}) == []
