"""Models and variants, associations, completeness."""

import pytest


@pytest.fixture
def tree(shop, one):
    """A root model, a red model below it and a small red shoe."""
    names = {"name": one("Runner", "en_US")}
    assert shop.post(
        "product-models", {"code": "runner", "family_variant": "by_color_size", "values": names}
    ).is_success
    red = {"code": "runner_red", "parent": "runner", "categories": ["trail"], "values": {"color": one("red")}}
    assert shop.post("product-models", red).is_success
    small = {"identifier": "runner-red-s", "parent": "runner_red", "values": {"size": one("s")}}
    assert shop.post("products", small).is_success
    return shop


def test_a_variant_shows_what_it_inherits(tree, one):
    found = tree.get("products/runner-red-s").json()
    assert (found["family"], found["parent"], found["categories"]) == ("shoes", "runner_red", ["trail"])
    assert found["values"]["name"] == one("Runner", "en_US")
    assert found["values"]["color"] == one("red")


def test_a_value_of_a_higher_level_is_dropped_silently(tree, one):
    assert tree.patch("products/runner-red-s", {"values": {"name": one("Mine", "en_US")}}).status_code == 204
    assert tree.get("products/runner-red-s").json()["values"]["name"] == one("Runner", "en_US")


def test_the_same_axes_are_refused_with_both_names(tree, one):
    answer = tree.post("products", {"identifier": "twin", "parent": "runner_red", "values": {"size": one("s")}})
    assert answer.json()["errors"] == [
        {
            "property": "attribute",
            "message": 'Cannot set value "[s]" for the attribute axis "size" on variant product "twin", '
            'as the variant product "runner-red-s" already has this value',
        }
    ]


def test_a_variant_made_simple_keeps_what_it_inherited(tree, one):
    assert tree.patch("products/runner-red-s", {"parent": None}).status_code == 204
    tree.patch("product-models/runner", {"values": {"name": one("Other", "en_US")}})
    found = tree.get("products/runner-red-s").json()
    assert (found["parent"], found["values"]["name"]) == (None, one("Runner", "en_US"))
    assert found["categories"] == ["trail"]


def test_a_simple_product_made_a_variant_answers_201(tree, one):
    tree.post("products", {"identifier": "lone", "family": "shoes", "values": {"size": one("m")}})
    assert tree.patch("products/lone", {"parent": "RUNNER_red"}).status_code == 201
    assert tree.get("products/lone").json()["parent"] == "runner_red"


def test_deleting_a_model_deletes_all_below_it(tree):
    assert tree.delete("product-models/runner").status_code == 204
    assert tree.get("product-models/runner_red").status_code == 404
    assert tree.get("products/runner-red-s").status_code == 404


def test_a_two_way_association_shows_on_both_sides_and_ends_on_both(shop):
    shop.bulk("products", [{"identifier": "a"}, {"identifier": "b"}])
    shop.patch("products/a", {"associations": {"PAIR": {"products": ["b"]}}})
    assert shop.get("products/b").json()["associations"]["PAIR"]["products"] == ["a"]
    shop.patch("products/b", {"associations": {"PAIR": {"products": []}}})
    assert shop.get("products/a").json()["associations"]["PAIR"]["products"] == []


def test_a_quantified_association_names_what_is_missing(shop):
    links = {"KIT": {"products": [{"identifier": "ghost", "quantity": 1}]}}
    answer = shop.post("products", {"identifier": "a", "quantified_associations": links})
    assert answer.json()["errors"][0]["property"] == "quantifiedAssociations.KIT.products"
    assert "The following products don't exist: ghost." in answer.json()["errors"][0]["message"]


def test_completeness_is_cut_to_whole_percent(shop, one):
    shop.post("products", {"identifier": "a", "family": "shoes", "values": {"name": one("Shoe", "en_US")}})
    found = shop.get("products/a", with_completenesses="true").json()["completenesses"]
    assert {(one["scope"], one["locale"]): one["data"] for one in found} == {
        ("print", "en_US"): 100,
        ("web", "en_US"): 66,
        ("web", "fr_FR"): 33,
    }


def test_a_link_that_a_model_above_has_with_the_same_number_is_not_kept_below(shop, one):
    shop.post("product-models", {"code": "laces", "family_variant": "by_color_size"})
    shop.post("product-models", {"code": "runner", "family_variant": "by_color_size"})
    kit = {"KIT": {"product_models": [{"identifier": "laces", "quantity": 2}]}}
    shop.patch("product-models/runner", {"quantified_associations": kit})
    shop.post("product-models", {"code": "red", "parent": "runner", "values": {"color": one("red")}})
    for size, quantity in (("s", 2), ("m", 3)):
        links = {"KIT": {"product_models": [{"identifier": "laces", "quantity": quantity}]}}
        variant = {"identifier": size, "parent": "red", "values": {"size": one(size)}, "quantified_associations": links}
        assert shop.post("products", variant).status_code == 201
    shop.patch("product-models/runner", {"quantified_associations": {"KIT": {"product_models": []}}})
    left = {
        size: shop.get(f"products/{size}").json()["quantified_associations"]["KIT"]["product_models"] for size in "sm"
    }
    assert left == {"s": [], "m": [{"identifier": "laces", "quantity": 3}]}
