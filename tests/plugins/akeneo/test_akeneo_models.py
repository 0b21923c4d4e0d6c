"""Product models into a PIM that is really served."""

import pytest

from pimflow import ProblemKind, RowProblem, Status
from pimflow_akeneo.sinks import AkeneoProductModelsSink

RESOURCE = "product-models"
FULL = {
    "code": "boot",
    "family": "FOOTWEAR",
    "family_variant": "By_Color",
    "categories": "shoes,boots",
    "name-en_US": "Boot",
    "description-en_US-shop": "Line one\nLine two",
    "pieces": "2",
    "materials": "steel, wood",
    "price-EUR": "19.90",
    "price-USD": "21",
}
PAYLOAD = {
    "family_variant": "by_color",
    "categories": ["boots", "shoes"],
    "name-en_US": "Boot",
    "description-en_US-shop": "Line one\nLine two",
    "pieces": 2,
    "materials": ["steel", "wood"],
    "price-EUR": "19.9",
    "price-USD": "21",
}


@pytest.fixture
def models(session, run):
    return AkeneoProductModelsSink(connection="pim").open(session, run)


def model(code, **more):
    return {"code": code, "family_variant": "by_color", **more}


def prepared(writer, row):
    (item,) = writer.prepare(row)
    return item


def test_a_row_becomes_a_payload_without_its_family(models):
    item = prepared(models, FULL)
    assert (item.resource, item.key, item.problems) == (RESOURCE, "boot", ())
    assert item.payload == PAYLOAD


def test_what_was_written_is_what_the_pim_has(models, changes):
    batch = changes(models, [FULL])
    assert [outcome.status for outcome in models.load(batch)] == [Status.CREATED]
    assert models.current(RESOURCE, ["boot"], list(PAYLOAD)) == {"boot": PAYLOAD}
    assert [outcome.status for outcome in models.load(batch)] == [Status.UPDATED]


def test_a_family_that_is_not_that_of_the_variant_is_told(models):
    item = prepared(models, FULL | {"family": "hats"})
    (problem,) = item.problems
    assert (problem.field, problem.value) == ("family", "hats")
    assert "'by_color' belongs to family 'footwear'" in problem.reason
    assert "family" not in item.payload


def test_an_unknown_family_variant_refuses_the_model_and_names_the_one_spelled_alike(models):
    with pytest.raises(RowProblem) as caught:
        prepared(models, model("boot", family_variant="by_colour"))
    assert caught.value.problem.kind is ProblemKind.REFERENCE
    assert "'by_color'" in caught.value.problem.remedy


@pytest.mark.parametrize("row", [{"family_variant": "by_color"}, {"code": None}, {"code": "a,b"}])
def test_a_model_needs_a_code_that_the_pim_takes(models, row):
    with pytest.raises(RowProblem) as caught:
        prepared(models, row)
    assert caught.value.problem.field == "code"


@pytest.mark.parametrize("column", ["enabled", "sku", "identifier", "groups", "uuid"])
def test_columns_of_products_are_not_those_of_models(models, writer, column):
    assert "product model" in models.check_columns((column,))[column].problem.reason
    assert writer.knows(column)


def test_columns_of_models_are_not_those_of_products(writer, models):
    assert set(writer.check_columns(("code", "family_variant"))) == {"code", "family_variant"}
    assert models.knows("code")
    assert models.knows("family_variant")


def test_labels_of_properties_are_words(models):
    assert models.label("family_variant") == "Family variant"


def test_values_that_the_pim_refuses_are_left_out(models, changes):
    rows = [model("a", contact="nobody", pieces="1"), model("b", pieces="2")]
    outcomes = {outcome.key: outcome for outcome in models.load(changes(models, rows))}
    assert {key: one.status for key, one in outcomes.items()} == {"a": Status.CREATED, "b": Status.CREATED}
    assert outcomes["a"].problems[0].field == "contact"
    assert models.current(RESOURCE, ["a"], ["pieces", "contact"]) == {"a": {"pieces": 1}}


def test_a_parent_that_is_not_there_yet_is_waited_for(models, changes):
    (outcome,) = models.load(changes(models, [model("a", parent="ghost")]))
    assert (outcome.status, outcome.problems[0].value) == (Status.WAITING, "ghost")


def test_prices_of_other_currencies_stay(models, changes):
    list(models.load(changes(models, [model("a", **{"price-EUR": "5", "price-USD": "6"})])))
    list(models.load(changes(models, [model("a", **{"price-USD": "7"})])))
    assert models.current(RESOURCE, ["a"], ["price-EUR", "price-USD"]) == {"a": {"price-EUR": "5", "price-USD": "7"}}


def test_models_associated_with_each_other_both_arrive(models, changes):
    rows = [
        model("a", **{"X_SELL-product_models": "b", "KIT-product_models": "b", "KIT-product_models-quantity": "3"}),
        model("b", **{"X_SELL-product_models": "a"}),
    ]
    batch = changes(models, rows)
    assert [one.status for one in models.load(batch)] == [Status.WAITING] * 2
    assert [one.status for one in models.load(batch)] == [Status.CREATED] * 2
    now = models.current(RESOURCE, ["a", "b"], ["X_SELL-product_models", "KIT-product_models"])
    assert now["a"] == {
        "X_SELL-product_models": ["b"],
        "KIT-product_models": [{"identifier": "b", "quantity": 3}],
    }
    assert now["b"] == {"X_SELL-product_models": ["a"]}


def test_another_family_variant_is_refused_in_words(models, changes, pim):
    pim.seed(
        {
            "resource": "family-variants",
            "data": {
                "family": "footwear",
                "code": "by_pieces",
                "labels": {},
                "variant_attribute_sets": [{"level": 1, "axes": ["color"], "attributes": ["sku", "ean"]}],
            },
        }
    )
    list(models.load(changes(models, [model("a")])))
    (outcome,) = models.load(changes(models, [model("a", family_variant="by_pieces")]))
    (problem,) = outcome.problems
    assert (outcome.status, problem.field, problem.value) == (Status.REFUSED, "family_variant", "by_pieces")
    assert "never changes it" in problem.reason


def test_250_models_go_in_three_calls(models, changes, pim):
    batch = changes(models, [model(f"m-{number:03}", pieces=number) for number in range(250)])
    for start in range(0, 250, 100):
        assert {one.status for one in models.load(batch[start : start + 100])} == {Status.CREATED}
    assert pim.stats()["routes"]["PATCH /api/rest/v1/product-models"]["calls"] == 3
    found = models.current(RESOURCE, [change.key for change in batch], ["pieces", "family_variant"])
    assert found == {change.key: dict(change.payload) for change in batch}
