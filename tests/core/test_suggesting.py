"""Structures of samples, and how sure a suggestion is."""

from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pimflow import Field, Offer, Source, Structure
from pimflow.suggesting.draft import written
from pimflow.suggesting.evidence import Evidence, evidence, plain, sureness
from pimflow.suggesting.mapping import suggest
from pimflow.suggesting.samples import Sample, compared
from pimflow.suggesting.variants import structure_of


class Shirts(Source):
    """Variants of templates."""

    type = "shop.shirts"
    together: ClassVar[str | None] = "template"


ITEMS = [
    {"sku": "1", "template": "A", "attributes.color": "red", "attributes.size": "M", "name": "Shirt"},
    {"sku": "2", "template": "A", "attributes.color": "red", "attributes.size": "L", "name": "Shirt"},
    {"sku": "3", "template": "B", "attributes.color": "red", "attributes.size": "M", "name": "Vest"},
    {"sku": "4", "template": "B", "attributes.color": "blue", "attributes.size": "L", "name": "Vest"},
    {"sku": "5", "template": None, "attributes.color": None, "attributes.size": None, "name": "Mug"},
]


def test_templates_are_told_by_what_their_variants_differ_in():
    assert structure_of(Shirts(), ITEMS) == Structure(
        "template",
        {("attributes.size",): 1, ("attributes.color", "attributes.size"): 1},
        {"attributes.color": ("blue", "red"), "attributes.size": ("L", "M")},
    )


@pytest.mark.parametrize("rows", [[], ITEMS[:1], ITEMS[4:], [{"sku": "1"}]])
def test_nothing_that_differs_is_no_structure(rows):
    assert structure_of(Shirts(), rows) is None


def sample(rows, **fields):
    return Sample({name: Field(name, kind) for name, kind in fields.items()}, rows)


def sure(name, kind, offer, rows=()):
    found = sample(rows, **{name: kind})
    return sureness(list(evidence(found.fields[name], offer, found)))


def test_reasons_add_up_and_never_make_certain():
    assert sureness([]) == 0
    assert sureness([Evidence("a", 0.5), Evidence("b", 0.5)]) == 0.75


@given(st.lists(st.floats(0, 0.99)))
def test_more_reasons_never_make_less_sure(weights):
    reasons = [Evidence(str(weight), weight) for weight in weights]
    assert sureness(reasons) <= sureness([*reasons, Evidence("more", 0.3)]) <= 1


def test_names_are_compared_without_case_accents_and_signs():
    assert plain("Größe (cm)") == plain("grosse CM").replace("ss", "ß") or plain("Größe (cm)") == "grossecm"
    assert plain("prix_ht") == plain("Prix HT")


@pytest.mark.parametrize(
    ("name", "kind", "offer", "expected"),
    [
        ("weight", "number", Offer("weight", "number"), True),
        ("weight", "list", Offer("weight", "number"), False),
        ("name@fr", "text", Offer("name-fr_FR", "text", locale="fr_FR"), True),
        ("name@fr", "text", Offer("name-de_DE", "text", locale="de_DE"), False),
        ("name@fr", "text", Offer("name", "text"), False),
        ("libelle", "text", Offer("name-fr_FR", "text", {"fr_FR": "Libellé"}, "fr_FR"), True),
        ("color", "text", Offer("size", "selection"), False),
        ("attributes.color", "text", Offer("color", "selection"), True),
    ],
)
def test_what_fits_by_name_type_and_language(name, kind, offer, expected):
    assert (sure(name, kind, offer) >= 0.5) is expected


def test_options_of_the_target_tell_a_column():
    offer = Offer("x", "selection", options=("red", "blue", "green"))
    assert sure("c", "text", offer, [{"c": "Red"}, {"c": "BLUE"}, {"c": "BORD"}]) > 0.5


def test_hot_columns_are_left_out_and_named():
    rows = [{"stock": 1, "sku": "A"}]
    fields = {"stock": Field("stock", "number", hot=True), "sku": Field("sku", "text")}
    found = Sample(fields, rows, hot=frozenset({"stock"}))
    draft = suggest(found, [Offer("stock", "number"), Offer("sku", "text", is_key=True)])
    assert [line.field.name for line in draft.lines] == ["sku"]
    assert draft.hot == ("stock",)
    assert "belong into no PIM: stock" in written(draft, "the ERP", "the PIM", 1)


def test_a_column_goes_into_one_place_unless_that_is_the_same_attribute():
    offers = [Offer(f"name-{locale}", "text", locale=locale) for locale in ("en_US", "fr_FR")]
    draft = suggest(sample([], name="text"), [*offers, Offer("title", "text", {"en_US": "Name"})])
    assert [line.offer.column for line in draft.lines] == ["name-en_US", "name-fr_FR"]


@pytest.mark.parametrize(
    ("one", "other"),
    [("12.50", "12.5"), ("12.5", "12.5000 KILOGRAM"), (" Red ", "red"), (["b", "a"], ["a", "b"]), (True, "true")],
)
def test_values_that_are_the_same_compare_so(one, other):
    assert compared(one) == compared(other)


def test_the_draft_tells_templates_and_what_is_less_sure():
    draft = suggest(sample([], colour="text"), [Offer("colours", "text"), Offer("sku", "text", is_key=True)])
    text = written(draft, "the ERP", "the PIM", 5, structure_of(Shirts(), ITEMS))
    assert "# Less sure; take the # away from what is right:\n      # colours: colour" in text
    assert "1 template differs in attributes.size" in text
    assert "- variants: {group: template}" in text
    assert "# sku: WHICH COLUMN?" in text
