"""What the PIM's answers to single lines mean."""

import json

import pytest

from pimflow import ProblemKind, Status, Who
from pimflow_akeneo.bulk import Answer
from pimflow_akeneo.columns import parse_column
from pimflow_akeneo.model import Attribute, Channel, Model
from pimflow_akeneo.products.judging.verdicts import judge

MODEL = Model(
    {
        "sku": Attribute("sku", "pim_catalog_identifier"),
        "color": Attribute("color", "pim_catalog_simpleselect"),
        "ean": Attribute("ean", "pim_catalog_text"),
        "name": Attribute("name", "pim_catalog_text", localizable=True),
        "price": Attribute("price", "pim_catalog_price_collection"),
    },
    {"shop": Channel("shop", ("en_US", "fr_FR"), ("EUR", "USD"))},
    {"X_SELL": False},
    ("EUR", "USD"),
)
PAYLOAD = {
    "family": "shoes",
    "parent": "boot",
    "categories": ["a", "b"],
    "X_SELL-products": ["x"],
    "color": "red",
    "ean": "123",
    "name-en_US": "Boot",
    "name-fr_FR": "Botte",
    "price-EUR": "1",
    "price-USD": "2",
}


def verdict(answer, payload=PAYLOAD):
    return judge(answer, payload, lambda name: parse_column(name, MODEL), "boot-1")


def refused(message, *errors):
    return verdict(Answer(422, message, errors))


def absent(name, what, value):
    text = f'Property "{name}" expects a valid {what} code. The {what} does not exist, "{value}" given.'
    return refused(f"{text} Check the expected format on the API documentation.")


@pytest.mark.parametrize(("status", "expected"), [(201, Status.CREATED), (204, Status.UPDATED), (200, Status.UPDATED)])
def test_a_success_tells_created_or_updated(status, expected):
    assert verdict(Answer(status)).status is expected


def test_no_answer_is_unknown():
    assert verdict(None).status is Status.UNKNOWN


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_line_that_the_pim_failed_at_may_go_another_time(status):
    assert verdict(Answer(status)).status is Status.FAILED


@pytest.mark.parametrize(("status", "kind"), [(403, ProblemKind.PERMISSION), (413, ProblemKind.TOO_LARGE)])
def test_rights_and_size_are_told_as_such(status, kind):
    found = verdict(Answer(status, "own words"))
    assert (found.status, found.problems[0].kind, found.problems[0].detail) == (Status.REFUSED, kind, "own words")


def test_a_bad_value_is_left_out_in_its_locale_only():
    error = {"property": "values", "message": "Too long.", "attribute": "name", "locale": "fr_FR", "scope": None}
    found = refused("Validation failed.", error)
    assert found.left_out == {"name-fr_FR"}
    assert found.problems[0].field == "name-fr_FR"
    assert found.problems[0].value == "Botte"
    assert "Too long" in found.problems[0].reason


def test_several_bad_values_are_left_out_together():
    errors = [
        {"property": "values", "message": "Bad.", "attribute": code, "locale": None, "scope": None}
        for code in ("color", "ean")
    ]
    found = refused("Validation failed.", *errors)
    assert found.left_out == {"color", "ean"}
    assert len(found.problems) == 2


def test_a_bad_price_takes_all_its_currencies_along():
    error = {"property": "values", "message": "Bad.", "attribute": "price", "locale": None, "scope": None}
    assert refused("Validation failed.", error).left_out == {"price-EUR", "price-USD"}


def test_an_attribute_named_in_the_text_only_is_left_out():
    found = refused(
        "The color attribute requires a string, a array was detected. Check the expected format on the "
        "API documentation."
    )
    assert found.left_out == {"color"}
    assert "documentation" not in found.problems[0].reason


def test_a_value_that_another_product_has_is_a_duplicate():
    message = "The 123 value is already set on another product for the unique ean attribute."
    error = {"property": "values", "message": message, "attribute": "ean", "locale": None, "scope": None}
    (problem,) = refused("Validation failed.", error).problems
    assert (problem.kind, problem.field, problem.value) == (ProblemKind.DUPLICATE, "ean", "123")
    assert problem.reason == "another product in the PIM already has this value"


@pytest.mark.parametrize(
    ("name", "what", "status"),
    [
        ("parent", "parent", Status.WAITING),
        ("categories", "category", Status.WAITING),
        ("family", "family", Status.REFUSED),
        ("groups", "group", Status.REFUSED),
    ],
)
def test_what_may_still_come_is_waited_for_and_the_rest_refused(name, what, status):
    found = absent(name, what, "ghost")
    problem = found.problems[0]
    assert (found.status, found.left_out) == (status, frozenset())
    assert (problem.kind, problem.field, problem.value) == (ProblemKind.REFERENCE, name, "ghost")
    assert problem.who is Who.PRODUCT_MANAGER
    assert "Property" not in problem.reason


@pytest.mark.parametrize(
    "message",
    [
        'Property "associations" expects a valid product identifier. The product does not exist, "x" given.',
        "The x product does not exist or your connection does not have permission to access it.",
        "The “associations” property expects a valid product identifier. The x product does not exist or rights end.",
    ],
)
def test_an_association_with_what_may_still_come_follows_the_record(message):
    found = refused(message)
    assert (found.status, found.left_out) == (Status.WAITING, {"X_SELL-products"})
    assert found.problems[0].value == "x"


@pytest.mark.parametrize(
    ("message", "field", "status"),
    [
        ("The ghost category does not exist in your PIM. Check the expected format.", "categories", Status.WAITING),
        ('The given product model "ghost" does not exist', "parent", Status.WAITING),
        ("The ghost family does not exist in your PIM.", "family", Status.REFUSED),
    ],
)
def test_what_is_missing_may_be_named_in_the_text_only(message, field, status):
    found = refused(message)
    assert (found.status, found.problems[0].field, found.problems[0].value) == (status, field, "ghost")


def test_an_error_of_the_parent_that_no_waiting_mends_is_refused():
    found = refused('Property "parent" cannot be modified, "NULL" given.')
    assert found.status is Status.REFUSED


def test_a_duplicate_identifier_is_told_as_such():
    error = {"property": "identifier", "message": "The simple identifier is already used for another product."}
    found = refused("Validation failed.", error)
    assert (found.status, found.problems[0].kind) == (Status.REFUSED, ProblemKind.DUPLICATE)


def test_a_variant_with_the_options_of_another_is_a_duplicate():
    message = (
        'Cannot set value "[optionA]" for the attribute axis "color" on variant product "b", '
        'as the variant product "a" already has this value'
    )
    found = refused("Validation failed.", {"property": "attribute", "message": message})
    assert (found.status, found.problems[0].kind) == (Status.REFUSED, ProblemKind.DUPLICATE)
    assert found.problems[0].reason == "variant a of the same model already has this option"


def test_a_record_that_is_wrong_as_a_whole_is_refused_although_a_value_is_bad_too():
    value = {"property": "values", "message": "Bad.", "attribute": "color", "locale": None, "scope": None}
    record = {"property": "family", "message": "The variant product family must be the same than its parent"}
    found = refused("Validation failed.", value, record)
    assert (found.status, found.left_out) == (Status.REFUSED, frozenset())
    assert found.problems[0].field == "family"


def test_every_recorded_line_becomes_one_plain_outcome(shared):
    seen = 0
    for case in json.loads((shared / "captures/akeneo/e2e_cases.json").read_text())["cases"]:
        for line in case["expect"].get("lines", []):
            told = line.get("$exact", line)
            found = verdict(
                Answer(
                    told["status_code"],
                    told.get("message", ""),
                    tuple(error for error in told.get("errors", []) if isinstance(error, dict)),
                )
            )
            expected = {201: Status.CREATED, 204: Status.UPDATED, 422: Status.REFUSED}[told["status_code"]]
            assert found.status is expected, case["id"]
            assert bool(found.problems) is (expected is Status.REFUSED)
            seen += 1
    assert seen > 10
