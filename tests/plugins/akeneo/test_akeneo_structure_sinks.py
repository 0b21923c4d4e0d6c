"""What the structure sinks write, and what they say where the PIM has something else or says no."""

import pytest

from pimflow import ProblemKind, RowProblem, Status, Who
from pimflow_akeneo.structure import sinks
from pimflow_akeneo_sandbox.loading.installed import installed_catalog
from pimflow_akeneo_sandbox.serve import serve

STANDARD = [{"operator": "mul", "value": "1"}]
COLOUR = {"code": "colour", "type": "pim_catalog_text", "group": "erp"}


def calls(pim, verb):
    return sum(figures["calls"] for route, figures in pim.stats()["routes"].items() if route.startswith(verb))


def of(pim, kind, code):
    return pim.store.get(kind, code)


def test_an_attribute_is_created_once_and_its_type_is_kept(pim, write):
    assert write(sinks.AkeneoAttributesSink, COLOUR) == ([Status.CREATED], [])
    wish = {**COLOUR, "type": "pim_catalog_number", "localizable": "1", "label-en_US": "Colour"}
    statuses, problems = write(sinks.AkeneoAttributesSink, wish)
    assert statuses == [Status.UPDATED]
    assert [(one.field, one.value, one.reason) for one in problems] == [
        ("type", "number", "the PIM keeps an attribute's type for ever: it is text there"),
        ("localizable", "yes", "the PIM keeps an attribute's value per locale for ever: it is no there"),
    ]
    assert all(one.remedy.startswith("Correct the source; or delete the attribute") for one in problems)
    assert of(pim, "attributes", "colour")["labels"] == {"en_US": "Colour"}


def test_what_is_kept_for_ever_is_not_sent_to_an_attribute_that_is_there(pim, write):
    write(sinks.AkeneoAttributesSink, COLOUR)
    before = calls(pim, "PATCH")
    assert write(sinks.AkeneoAttributesSink, {**COLOUR, "label-en_US": "Colour"}, known=True) == ([Status.UPDATED], [])
    assert calls(pim, "PATCH") == before + 1


def test_a_type_that_does_not_exist_costs_the_attribute(write):
    with pytest.raises(RowProblem, match="no such type of attribute, but 'pim_catalog_text'"):
        write(sinks.AkeneoAttributesSink, {**COLOUR, "type": "text"})


def test_a_bad_cell_costs_the_value_only(pim, write):
    statuses, problems = write(sinks.AkeneoAttributesSink, {**COLOUR, "max_characters": "many", "sort_order": "7"})
    assert statuses == [Status.CREATED]
    assert [(one.field, one.value, one.reason) for one in problems] == [
        ("max_characters", "many", "which is no whole number")
    ]
    assert of(pim, "attributes", "colour")["sort_order"] == 7


def test_a_bad_cell_that_would_last_for_ever_costs_the_record(write):
    with pytest.raises(RowProblem, match="neither yes"):
        write(sinks.AkeneoAttributesSink, {**COLOUR, "localizable": "perhaps"})


def test_a_record_needs_a_code_and_an_option_its_attribute(write):
    with pytest.raises(RowProblem, match="the PIM needs one for each attribute"):
        write(sinks.AkeneoAttributesSink, {**COLOUR, "code": " "})
    with pytest.raises(RowProblem, match="the PIM needs one for each option"):
        write(sinks.AkeneoAttributeOptionsSink, {"code": "green"})


REFERENCES = {
    "group": (sinks.AkeneoAttributesSink, {**COLOUR, "group": "later"}, "group", "later", "attribute group"),
    "attribute": (
        sinks.AkeneoFamiliesSink,
        {"code": "bags", "attributes": "name,later"},
        "attributes",
        "later",
        "attribute",
    ),
    "requirement": (
        sinks.AkeneoFamiliesSink,
        {"code": "bags", "requirements-print": "later", "requirements-shop": "sku"},
        "requirements-print",
        "later",
        "attribute",
    ),
    "parent": (sinks.AkeneoCategoriesSink, {"code": "mugs", "parent": "later"}, "parent", "later", "category"),
    "tree": (
        sinks.AkeneoChannelsSink,
        {"code": "app", "tree": "later", "locales": "en_US", "currencies": "EUR"},
        "tree",
        "later",
        "category",
    ),
    "option": (
        sinks.AkeneoAttributeOptionsSink,
        {"code": "green", "attribute": "later"},
        "attribute",
        "later",
        "attribute",
    ),
    "family": (
        sinks.AkeneoFamilyVariantsSink,
        {"code": "v", "family": "later", "variant-axes_1": "color"},
        "family",
        "later",
        "family",
    ),
    "axis": (
        sinks.AkeneoFamilyVariantsSink,
        {"code": "v", "family": "footwear", "variant-axes_1": "color", "variant-axes_2": "later"},
        "variant-axes_2",
        "later",
        "attribute",
    ),
    "measurement": (
        sinks.AkeneoAttributesSink,
        {**COLOUR, "type": "pim_catalog_metric", "metric_family": "Later", "default_metric_unit": "X"}
        | {"decimals_allowed": "0", "negative_allowed": "0"},
        "metric_family",
        "Later",
        "measurement family",
    ),
}


@pytest.mark.parametrize(("sink", "row", "field", "value", "noun"), REFERENCES.values(), ids=REFERENCES)
def test_a_record_waits_for_what_it_refers_to(write, sink, row, field, value, noun):
    statuses, problems = write(sink, row)
    assert statuses == [Status.WAITING]
    assert [(one.field, one.value, one.reason, one.kind, one.who) for one in problems] == [
        (field, value, f"the PIM has no such {noun}", ProblemKind.REFERENCE, Who.PRODUCT_MANAGER)
    ]
    assert problems[0].remedy == f"It goes by itself once that {noun} is there."


def test_what_no_flow_can_bring_is_refused(write):
    row = {"code": "app", "tree": "master", "locales": "en_US,xx_XX", "currencies": "EUR"}
    statuses, problems = write(sinks.AkeneoChannelsSink, row)
    assert statuses == [Status.REFUSED]
    assert [(one.field, one.value, one.reason) for one in problems] == [
        ("locales", "xx_XX", "the PIM has no such locale")
    ]


REFUSALS = {
    "below itself": (
        sinks.AkeneoCategoriesSink,
        {"code": "shoes", "parent": "boots"},
        [("parent", "boots", "this category is below the record itself, and so cannot be its parent")],
    ),
    "long label": (
        sinks.AkeneoCategoriesSink,
        {"code": "mugs", "label-en_US": "Mugs", "label-de_DE": "T" * 101},
        [("label-de_DE", "T" * 101, "the text has 101 characters; the PIM takes 100")],
    ),
    "no currency": (
        sinks.AkeneoChannelsSink,
        {"code": "app", "tree": "master", "locales": "en_US", "currencies": "GBP"},
        [("currencies", "GBP", 'the PIM says: The currency "GBP" has to be activated')],
    ),
    "no group": (
        sinks.AkeneoAttributesSink,
        {"code": "colour", "type": "pim_catalog_text"},
        [("group", None, "the record has none, and the PIM needs one")],
    ),
    "no family member": (
        sinks.AkeneoFamiliesSink,
        {"code": "bags", "attributes": "sku", "attribute_as_label": "name"},
        [("attribute_as_label", "name", 'the PIM says: Property "attribute_as_label" must belong to the family')],
    ),
    "requirement outside": (
        sinks.AkeneoFamiliesSink,
        {"code": "bags", "attributes": "sku", "requirements-shop": "sku,name", "requirements-print": "sku"},
        [
            (
                "requirements-shop",
                "name,sku",
                (
                    'the PIM says: The attribute "name" cannot be an attribute required for the channel "shop" as it '
                    "does not belong to this family"
                ),
            )
        ],
    ),
    "code": (
        sinks.AkeneoFamiliesSink,
        {"code": "ba gs", "attributes": "sku"},
        [("code", None, "the PIM says: Family code may contain only letters, numbers and underscores")],
    ),
    "letter case": (
        sinks.AkeneoCategoriesSink,
        {"code": "Shoes", "label-en_US": "Shoes"},
        [("code", None, "the PIM has this code in other letter case, and keeps it for ever")],
    ),
    "options of a text": (
        sinks.AkeneoAttributeOptionsSink,
        {"code": "red", "attribute": "name"},
        [
            (
                "attribute",
                None,
                (
                    'the PIM says: Attribute "name" does not support options. Only attributes of type '
                    '"pim_catalog_simpleselect", "pim_catalog_multiselect" support options'
                ),
            )
        ],
    ),
    "two ways with quantities": (
        sinks.AkeneoAssociationTypesSink,
        {"code": "SET", "is_two_way": 1, "is_quantified": 1},
        [(None, None, "the PIM says: Association type can be either quantified or two-way")],
    ),
    "measure": (
        sinks.AkeneoMeasurementFamiliesSink,
        {"code": "Loud", "standard_unit_code": "SONE", "units": {"PHON": {"convert_from_standard": STANDARD}}},
        [
            (
                "standard_unit_code",
                "SONE",
                (
                    'the PIM says: The "SONE" standard unit code does not exist in the list of units for the "Loud" '
                    "measurement family"
                ),
            )
        ],
    ),
}


@pytest.mark.parametrize(("sink", "row", "expected"), REFUSALS.values(), ids=REFUSALS)
def test_a_refusal_names_column_and_value_in_words(write, sink, row, expected):
    statuses, problems = write(sink, row)
    assert statuses == [Status.REFUSED]
    assert [(one.field, one.value, one.reason) for one in problems] == expected
    assert all(one.remedy for one in problems)


def test_one_bad_line_does_not_stop_the_others(pim, write):
    rows = [{"code": f"c{number}", "parent": "master"} for number in range(100)]
    rows[7]["code"] = "c 7"
    statuses, problems = write(sinks.AkeneoCategoriesSink, *rows)
    assert statuses.count(Status.CREATED) == 99
    assert statuses[7] is Status.REFUSED
    assert [one.field for one in problems] == ["code"]
    assert calls(pim, "PATCH /api/rest/v1/categories") >= 1


def test_columns_that_do_not_exist_are_told_with_near_names(session, run):
    writer = sinks.AkeneoFamiliesSink(connection="pim").open(session, run)
    header = ("code", "atributes", "lable-en_US", "label-en_UK", "requirements-sohp", "label-fr_CH", "zzz")
    assert {name: (one.problem.reason, one.problem.remedy) for name, one in writer.check_columns(header).items()} == {
        "atributes": ("this is no column of families in the PIM", "Did you mean 'attributes'?"),
        "lable-en_US": ("this is no column of families in the PIM", "Did you mean 'label-en_US'?"),
        "label-en_UK": ("the PIM has no locale 'en_UK'", "Did you mean 'label-en_US'?"),
        "requirements-sohp": ("the PIM has no channel 'sohp'", "Did you mean 'requirements-shop'?"),
        "zzz": ("this is no column of families in the PIM", "Correct the name of the column, or leave it out."),
    }
    assert writer.label("label-en_US") == "Label (en_US)"


def test_what_is_there_is_told_in_any_letter_case(session, run):
    writer = sinks.AkeneoAttributeOptionsSink(connection="pim").open(session, run)
    assert writer.current("attributes/COLOR/options", ["dark_blue", "none"], ["label-en_US"]) == {
        "dark_blue": {"label-en_US": "Dark_Blue"}
    }
    assert writer.current("attributes/nothing/options", ["a"], []) == {}
    assert writer.current("attributes/name/options", ["a"], []) == {}


def test_an_empty_pim_can_be_planned_for(connect, run):
    with serve(installed_catalog()) as pim, connect(url=pim.url).open() as session:
        for sink in (sinks.AkeneoFamiliesSink, sinks.AkeneoFamilyVariantsSink, sinks.AkeneoAttributeOptionsSink):
            writer = sink(connection="pim").open(session, run)
            item = next(iter(writer.prepare({"code": "a", "family": "b", "attribute": "c"})))
            assert writer.current(item.resource, ["a"], ["label-en_US"]) == {}
            assert writer.knows("label-en_US")


@pytest.mark.parametrize("fault", [{"missing_lines": 0.3, "seed": 4}, {"error_500": 2}, {"drop_after": 2}])
def test_every_record_arrives_although_the_pim_falters(pim, connect, run, changes, no_waiting, fault):
    pim.faults(**fault)
    with connect().open() as session:
        for sink, row in (
            (sinks.AkeneoCategoriesSink, {"label-en_US": "One of many", "parent": "master"}),
            (sinks.AkeneoAssociationTypesSink, {"label-en_US": "One of many"}),
        ):
            writer = sink(connection="pim").open(session, run)
            rows = [{"code": f"x{number}", **row} for number in range(40)]
            outcomes = list(writer.load(writer.fit(changes(writer, rows))))
            assert {outcome.status for outcome in outcomes} <= {Status.CREATED, Status.UPDATED}
            assert writer.current(outcomes[0].resource, ["x0", "x39"], []).keys() == {"x0", "x39"}
