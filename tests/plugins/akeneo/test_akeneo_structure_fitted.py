"""What of a wish for the structure the PIM keeps, merges or completes by itself."""

from pimflow import Status
from pimflow_akeneo.structure import sinks

STANDARD = [{"operator": "mul", "value": "1"}]


def of(pim, kind, code):
    return pim.store.get(kind, code)


def test_an_empty_list_empties_and_an_empty_label_takes_it_away(pim, write):
    write(sinks.AkeneoCategoriesSink, {"code": "boots", "label-en_US": "Boots", "label-de_DE": "Stiefel"})
    write(sinks.AkeneoCategoriesSink, {"code": "boots", "label-de_DE": None, "parent": None})
    assert of(pim, "categories", "boots")["labels"] == {"en_US": "Boots"}
    assert of(pim, "categories", "boots")["parent"] is None
    write(sinks.AkeneoAttributesSink, {"code": "manual", "allowed_extensions": None})
    assert of(pim, "attributes", "manual")["allowed_extensions"] == []


def test_the_attributes_of_a_family_are_replaced_save_the_identifier(pim, write):
    assert write(sinks.AkeneoFamiliesSink, {"code": "bags", "attributes": "name,color"})[0] == [Status.CREATED]
    row = {"code": "bags", "attributes": "name", "requirements-shop": "name"}
    assert write(sinks.AkeneoFamiliesSink, row) == ([Status.UPDATED], [])
    assert of(pim, "families", "bags")["attributes"] == ["name", "sku"]
    assert of(pim, "families", "bags")["attribute_requirements"] == {"shop": ["name", "sku"], "print": ["sku"]}


def test_levels_are_completed_by_the_pim_and_compare_equal(session, run, write, changes):
    row = {"code": "v", "family": "footwear", "variant-axes_1": "fragile,color", "variant-attributes_1": "picture"}
    assert write(sinks.AkeneoFamilyVariantsSink, row) == ([Status.CREATED], [])
    writer = sinks.AkeneoFamilyVariantsSink(connection="pim").open(session, run)
    (fitted,) = writer.fit(changes(writer, [row]))
    now = writer.current(fitted.resource, ["v"], list(fitted.payload))["v"]
    assert dict(fitted.payload) == now
    assert now["variant-attributes_1"] == ["color", "ean", "fragile", "picture", "sku"]
    assert fitted.item.problems == ()


def test_axes_and_levels_are_kept_and_attributes_move(pim, write):
    two = {"code": "v", "family": "footwear", "variant-axes_1": "color", "variant-axes_2": "fragile"}
    assert write(sinks.AkeneoFamilyVariantsSink, two)[0] == [Status.CREATED]
    wish = {**two, "variant-axes_1": "fragile", "variant-attributes_2": "pieces"}
    statuses, problems = write(sinks.AkeneoFamilyVariantsSink, wish)
    assert statuses == [Status.UPDATED]
    assert [(one.field, one.value, one.reason) for one in problems] == [
        ("variant-axes_1", "fragile", "the PIM keeps a family variant's axes of level 1 for ever: it is color there")
    ]
    sets = of(pim, "family_variants", "v")["variant_attribute_sets"]
    assert [one["axes"] for one in sets] == [["color"], ["fragile"]]
    assert sorted(sets[1]["attributes"]) == ["ean", "fragile", "pieces", "sku"]


def test_a_second_level_is_not_added(write):
    row = {"code": "by_color", "family": "footwear", "variant-axes_2": "fragile", "variant-attributes_2": "pieces"}
    statuses, problems = write(sinks.AkeneoFamilyVariantsSink, row)
    assert statuses == [Status.UPDATED]
    assert [(one.field, one.reason.partition(": ")[2]) for one in problems] == [
        ("variant-axes_2", "there is none"),
        ("variant-attributes_2", "there is none"),
    ]


def test_the_attributes_of_a_group_are_told_and_not_written(pim, write):
    statuses, problems = write(sinks.AkeneoAttributeGroupsSink, {"code": "seo", "attributes": "name,not_yet"})
    assert statuses == [Status.CREATED]
    assert [(one.field, one.value) for one in problems] == [("attributes", "name")]
    assert "is in group 'erp' there" in problems[0].reason
    assert of(pim, "attributes", "name")["group"] == "erp"


def test_conversion_units_that_are_not_named_any_more_go(pim, write):
    row = {"code": "shop", "conversion_units": "weight:GRAM"}
    assert write(sinks.AkeneoChannelsSink, row) == ([Status.UPDATED], [])
    assert of(pim, "channels", "shop")["conversion_units"] == {"weight": "GRAM"}
    write(sinks.AkeneoChannelsSink, {"code": "shop", "conversion_units": None})
    assert of(pim, "channels", "shop")["conversion_units"] == {}


def test_units_that_are_not_named_stay(pim, write):
    row = {"code": "Loud", "standard_unit_code": "SONE", "units": {"SONE": {"convert_from_standard": STANDARD}}}
    assert write(sinks.AkeneoMeasurementFamiliesSink, row) == ([Status.CREATED], [])
    more = {
        "code": "Loud",
        "units": '{"PHON": {"symbol": "p", "convert_from_standard": [{"operator": "div", "value": 20.50}]}}',
        "label-en_US": "Loudness",
    }
    assert write(sinks.AkeneoMeasurementFamiliesSink, more) == ([Status.UPDATED], [])
    kept = of(pim, "measurement_families", "Loud")
    assert sorted(kept["units"]) == ["PHON", "SONE"]
    assert kept["units"]["SONE"]["convert_from_standard"] == STANDARD
    assert kept["labels"] == {"en_US": "Loudness"}
    only_a_symbol = {"code": "Loud", "units": {"SONE": {"symbol": "s"}}, "label-en_US": None}
    assert write(sinks.AkeneoMeasurementFamiliesSink, only_a_symbol) == ([Status.UPDATED], [])
    kept = of(pim, "measurement_families", "Loud")
    assert (kept["units"]["SONE"]["symbol"], kept["labels"]) == ("s", {})
    assert kept["units"]["SONE"]["convert_from_standard"] == STANDARD
