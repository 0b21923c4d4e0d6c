"""Structures of samples, and how sure a suggestion is."""

from typing import ClassVar

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pimflow import Field, Offer, Source, Structure
from pimflow.suggesting.draft import written
from pimflow.suggesting.evidence import Evidence, evidence, sureness
from pimflow.suggesting.mapping import Draft, suggest
from pimflow.suggesting.names import is_short_for, parted, places, plain
from pimflow.suggesting.samples import Sample, compared, joined
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


def test_templates_with_one_variant_need_no_model():
    rows = [*ITEMS, {"sku": "6", "template": "C", "attributes.color": "red", "attributes.size": "M", "name": "Cap"}]
    structure = structure_of(Shirts(), rows)
    assert structure is not None
    assert structure.single == 1
    text = written(suggest(sample([], colour="text"), [Offer("colour", "text")]), "the ERP", "the PIM", 6, structure)
    assert "- variants: {group: template, singles: simple}" in text


def lines(rows, offers, *, pairs=(), **fields):
    found = Sample({name: Field(name, kind) for name, kind in fields.items()}, rows, pairs, places=places(offers))
    return {one.offer.column: one for one in suggest(found, offers).lines}


WEIGHT = Offer("weight", "number", unit="KILOGRAM", units=("KILOGRAM", "GRAM"))


@pytest.mark.parametrize(
    ("name", "others", "there", "unit", "why"),
    [
        ("weight", {}, "380 GRAM", "GRAM", "the same amounts are in GRAM there"),
        ("weight", {}, {"amount": "380.0000", "unit": "GRAM"}, "GRAM", "the same amounts are in GRAM there"),
        ("weight", {}, None, "KILOGRAM", "look whether it is in KILOGRAM"),
        ("Weight (g)", {}, None, "GRAM", "its name says GRAM"),
        ("weight_gram", {}, None, "GRAM", "its name says GRAM"),
        ("weight_mm", {}, None, "KILOGRAM", "look whether it is in KILOGRAM"),
        (
            "weight",
            {"weight_uom": "text"},
            None,
            "KILOGRAM",
            "weight_uom may hold the unit: then take the transform `units`",
        ),
        (
            "weight",
            {"weight-unit": "text"},
            "380 GRAM",
            "GRAM",
            "the same amounts are in GRAM there; weight-unit may hold the unit: then take the transform `units`",
        ),
    ],
)
def test_the_unit_of_amounts_is_found_or_asked_for(name, others, there, unit, why):
    rows = [{name: number, "sku": f"A{number}"} for number in (380, 381, 382)]
    pairs = [(0, {"weight": there}), (1, {"weight": None})]
    label = Offer("weight", "number", {"en_US": name}, unit=WEIGHT.unit, units=WEIGHT.units)
    line = lines(rows, [label], pairs=pairs, **{name: "number", **others})["weight"]
    assert (line.unit, line.reasons[-1]) == (unit, why)
    draft = Draft((line,), (), (), ())
    assert f"unit: {unit}}}" in written(draft, "the ERP", "the PIM", 3)


def test_values_that_become_codes_of_options_bring_a_step_that_makes_them():
    offer = Offer("handle", "selection", options=("ash_wood", "steel"))
    found = Sample({"handle": Field("handle", "text")}, [{"handle": name} for name in ("Ash wood", "Steel", "Bone")])
    [line] = suggest(found, [offer]).lines
    assert (line.coded, line.strange) == (("Ash wood",), ("Bone",))
    text = written(Draft((line,), (), (), ()), "the ERP", "the PIM", 3)
    assert yaml.safe_load(text)["transforms"][1] == {"slug": {"handle": "handle"}}


def test_a_column_whose_values_are_options_beats_one_of_the_same_name():
    offer = Offer("categories", "list", options=("master", "bags", "lamps"))
    rows = [{"categories": "All / Bags", "codes": "bags"}, {"categories": "All / Lamps", "codes": "lamps"}]
    found = lines(rows, [offer], categories="text", codes="text")
    assert found["categories"].field.name == "codes"
    alone = lines([{"categories": one["categories"]} for one in rows], [offer], categories="text")
    assert 0.5 < alone["categories"].sureness < 0.7


def test_the_other_languages_of_a_text_go_along():
    offers = [Offer(f"name-{locale}", "text", locale=locale) for locale in ("en_US", "fr_FR")]
    rows = [{"label": f"Mug {n}", "label@fr": f"Tasse {n}"} for n in range(4)]
    pairs = [(n, {"name-en_US": f"Mug {n}"}) for n in range(4)]
    found = lines(rows, offers, pairs=pairs, **{"label": "text", "label@fr": "text"})
    assert {column: one.field.name for column, one in found.items()} == {
        "name-en_US": "label",
        "name-fr_FR": "label@fr",
    }
    assert found["name-fr_FR"].reasons == ("label goes into name-en_US",)


@pytest.mark.parametrize("name", ["options_season", "custom_season", "x_studio_season", "Z_SEASON"])
def test_what_systems_put_before_own_fields_does_not_count(name):
    assert sure(name, "text", Offer("season", "text")) == pytest.approx(0.8)


def test_a_code_within_a_longer_name_is_something_to_look_at():
    assert sure("item_name", "text", Offer("name", "text")) == pytest.approx(0.4)
    assert sure("Name of it", "text", Offer("name", "text")) == pytest.approx(0.4)
    assert sure("surname", "text", Offer("name", "text")) == 0


def test_umlauts_may_be_written_out():
    assert sure("Groesse", "text", Offer("size", "text", {"de_DE": "Größe"})) == pytest.approx(0.8)


def test_values_choose_the_channel_and_the_others_are_left_to_people():
    offers = [Offer(f"day-{channel}", "date") for channel in ("web", "print")]
    rows = [{"day": f"2026-01-0{n}"} for n in range(1, 6)]
    pairs = [(n, {"day-web": rows[n]["day"]}) for n in range(5)]
    found = Sample({"day": Field("day", "date")}, rows, pairs, places=places(offers))
    draft = suggest(found, offers)
    assert [one.offer.column for one in draft.lines] == ["day-web"]
    assert [one.offer.column for one in draft.unsure] == ["day-print"]


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
    assert yaml.safe_load(text)["transforms"][0]["map"]["template"] == "template"  # a mapping drops what it lacks
    assert "# family: {constant: ?}" in text
    assert "# sku: WHICH COLUMN?" in text


NAMED = [
    Offer(f"name-{locale}-{channel}", "text", locale=locale)
    for locale in ("en_US", "de_DE")
    for channel in ("web", "print")
]
PRICES = [Offer(f"price-{currency}", "number") for currency in ("EUR", "USD")]


@pytest.mark.parametrize(
    ("name", "into"),
    [
        ("Name print@de", {"name-de_DE-print"}),
        ("name_de_DE_web", {"name-de_DE-web"}),
        ("NAME-EN", {"name-en_US-web", "name-en_US-print"}),
        ("name (web)", {"name-en_US-web", "name-de_DE-web"}),
        ("name@fr", set()),
        ("Price EUR", {"price-EUR"}),
        ("price-USD", {"price-USD"}),
        ("name", {one.column for one in NAMED}),
    ],
)
def test_names_end_with_the_place_that_they_are_for(name, into):
    offers = [*NAMED, *PRICES]
    found = Sample({name: Field(name, "text")}, [], places=places(offers))
    assert {one.column for one in offers if sureness(list(evidence(found.fields[name], one, found))) >= 0.5} == into


@given(st.text(), st.frozensets(st.sampled_from(["en_US", "en", "web", "EUR"])))
def test_any_name_is_parted(name, known):
    bare, found = parted(name, known)
    assert name.startswith(bare)
    assert bare or not name.partition("@")[0]
    assert len(found) <= len(name)


@pytest.mark.parametrize(
    ("name", "code", "expected"),
    [
        ("Z_CAREINST", "care_instructions", True),
        ("BRAN", "brand", True),
        ("Z_COL", "color", False),
        ("WEIGHTS", "weight", False),
        ("careinstructions", "care", False),
        ("", "name", False),
        ("x", "", False),
    ],
)
def test_abbreviations(name, code, expected):
    assert is_short_for(name, code) is expected


@pytest.mark.parametrize(
    ("cells", "kind", "expected"),
    [
        (["12,5", "3 kg", "€ 4.00"], "number", True),
        (["Mug", "Cup", "3"], "number", False),
        (["2026-01-31", "31.12.2025", ""], "date", True),
        (["8", "5"], "date", False),
        (["ja", "nein", None], "boolean", True),
        (["red", "1", "blue"], "boolean", False),
        ([None, ""], "date", True),
        (["Mug"], "text", True),
    ],
)
def test_values_tell_what_a_column_can_be(cells, kind, expected):
    assert Sample({}, [{"c": cell} for cell in cells]).can_be("c", kind) is expected


def test_what_could_as_well_be_another_is_less_sure():
    offers = [Offer("released", "text", {"de_DE": "Termin"}), Offer("response", "text", {"de_DE": "Termin"})]
    draft = suggest(sample([], Termin="text"), offers)
    assert draft.lines == ()
    assert {line.reasons[-1] for line in draft.unsure} == {"another would be as good"}


def test_values_that_are_the_same_in_each_record_say_little():
    offer = Offer("locked", "boolean")
    rows = [{"c": "0"}] * 6
    pairs = [(at, {"locked": False}) for at in range(6)]
    found = Sample({"c": Field("c", "text")}, rows, pairs)
    assert sureness(list(evidence(found.fields["c"], offer, found))) == pytest.approx(0.4)
    mixed = Sample({"c": Field("c", "text")}, [*rows, {"c": "1"}], [*pairs, (6, {"locked": True})])
    assert sureness(list(evidence(mixed.fields["c"], offer, mixed))) == pytest.approx(0.9)


def test_records_come_together_by_what_only_they_have():
    rows = [{"own": f"X{n}", "gtin": f"40063813{n:05}", "b": "same"} for n in range(5)]
    others = [{"ean": f"40063813{n:05}", "name": f"Mug {n}", "b": "same"} for n in (3, 1, 4, 9)]
    assert dict(joined(rows, others)) == {3: others[0], 1: others[1], 4: others[2]}
    assert joined(rows, others[2:]) == []
