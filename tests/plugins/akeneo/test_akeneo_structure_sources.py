"""What the structure sources give, and that their sinks take it again."""

import pytest

from pimflow import Change, ConfigError, Window
from pimflow_akeneo.structure import sinks, sources
from pimflow_akeneo.structure.components import STRUCTURE

from .structure_setup import calls

RICH = {
    "families": [
        {
            "code": "footwear",
            "labels": {"de_DE": "Schuhe", "fr_FR": "Chaussures"},
            "attributes": ["sku", "name", "color", "picture", "fragile", "weight", "ean"],
            "attribute_as_label": "name",
            "attribute_as_image": "picture",
            "attribute_requirements": {"shop": ["sku", "name"], "print": ["sku"]},
        }
    ],
    "channels": [
        {
            "code": "shop",
            "category_tree": "master",
            "currencies": ["EUR", "USD"],
            "locales": ["de_DE", "en_US"],
            "conversion_units": {"weight": "GRAM"},
            "labels": {"en_US": "Shop"},
        }
    ],
    "attributes": [
        {
            "code": "pieces",
            "type": "pim_catalog_number",
            "group": "erp",
            "decimals_allowed": False,
            "negative_allowed": False,
            "number_min": "1",
            "number_max": "10.50",
            "labels": {"de_DE": "Stück"},
            "sort_order": 4,
        },
        {
            "code": "sku",
            "type": "pim_catalog_identifier",
            "group": "erp",
            "useable_as_grid_filter": True,
            "is_main_identifier": True,
        },
    ],
    "association_types": [{"code": "UPSELL", "labels": {"en_US": "Up"}, "is_two_way": True, "is_quantified": False}],
}
PAIRS = {
    one.type: (one, next(sink for sink in STRUCTURE if sink.type == one.type and issubclass(sink, sinks.StructureSink)))
    for one in STRUCTURE
    if issubclass(one, sources.StructureSource) and one.type not in {"akeneo.locales", "akeneo.currencies"}
}


@pytest.fixture
def rich(pim):
    pim.seed(RICH)
    return pim


def read(source, session, window=None):
    header, *rows = source.extract(session, window or source.window(session, None))
    return header, [dict(zip(header, row, strict=True)) for row in rows]


@pytest.mark.parametrize(("source", "sink"), PAIRS.values(), ids=PAIRS)
def test_a_sink_takes_again_what_its_source_gives(rich, session, run, source, sink):
    header, rows = read(source(connection="pim"), session)
    assert rows
    writer = sink(connection="pim").open(session, run)
    assert writer.check_columns(header) == {}
    for row in rows:
        (item,) = writer.prepare({name: cell for name, cell in row.items() if cell is not None})
        (fitted,) = writer.fit([Change(item, 1, False, b"")])
        assert fitted.item.problems == ()
        now = writer.current(item.resource, [item.key], list(fitted.payload))[item.key]
        assert now == dict(fitted.payload)
        (outcome,) = writer.load([fitted])
        assert outcome.problems == ()
    assert read(source(connection="pim"), session) == (header, rows)


def test_columns_are_those_of_akeneos_files(rich, session):
    header, (family,) = read(sources.AkeneoFamiliesSource(connection="pim"), session)
    assert header == (
        *("code", "label-de_DE", "label-en_US", "label-fr_FR", "attributes", "attribute_as_label"),
        *("attribute_as_image", "requirements-print", "requirements-shop"),
    )
    assert family == {
        "code": "footwear",
        "label-de_DE": "Schuhe",
        "label-en_US": None,
        "label-fr_FR": "Chaussures",
        "attributes": "color,ean,fragile,name,picture,sku,weight",
        "attribute_as_label": "name",
        "attribute_as_image": "picture",
        "requirements-print": "sku",
        "requirements-shop": "name,sku",
    }


def test_a_channel_is_told_with_its_units(rich, session):
    _, rows = read(sources.AkeneoChannelsSource(connection="pim", locales=["en_US"]), session)
    assert rows[1] == {
        "code": "shop",
        "label-en_US": "Shop",
        "tree": "master",
        "locales": "de_DE,en_US",
        "currencies": "EUR,USD",
        "conversion_units": "weight: GRAM",
    }


def test_options_are_read_for_the_attributes_asked_for(rich, session):
    source = sources.AkeneoAttributeOptionsSource(connection="pim", attributes=["COLOR"])
    _, rows = read(source, session)
    assert {(row["attribute"], row["code"]) for row in rows} == {
        ("color", one) for one in ("red", "Dark_Blue", "bordeaux")
    }
    with pytest.raises(ConfigError, match="attributes: the PIM has no select attribute 'name'"):
        read(sources.AkeneoAttributeOptionsSource(connection="pim", attributes=["name"]), session)


def test_variants_are_read_for_the_families_asked_for(pim, session):
    _, rows = read(sources.AkeneoFamilyVariantsSource(connection="pim", families=["footwear"]), session)
    assert [(row["family"], row["code"], row["variant-axes_1"]) for row in rows] == [("footwear", "by_color", "color")]
    with pytest.raises(ConfigError, match="families: the PIM has no family 'hats'"):
        read(sources.AkeneoFamilyVariantsSource(connection="pim", families=["hats"]), session)


def test_a_locale_that_the_pim_lacks_is_a_mistake_of_the_pipeline(pim, session):
    with pytest.raises(ConfigError, match="locales: the PIM has no locale 'xx_XX'"):
        read(sources.AkeneoCategoriesSource(connection="pim", locales=["xx_XX"]), session)


def test_keys_limit_the_read_in_one_call(pim, session):
    source = sources.AkeneoCategoriesSource(connection="pim", locales=[])
    before = calls(pim).get("GET /api/rest/v1/categories", 0)
    _, rows = read(source, session, Window(keys=("BOOTS", "nothing")))
    assert [(row["code"], row["parent"]) for row in rows] == [("boots", "shoes")]
    assert calls(pim)["GET /api/rest/v1/categories"] == before + 1


def test_a_search_limits_the_read_and_the_count(pim, session):
    source = sources.AkeneoLocalesSource(connection="pim", search={"enabled": {"operator": "=", "value": False}})
    assert read(source, session)[1] == [{"code": "fr_CH", "enabled": False}]
    assert source.count(session, Window()) == 1


def test_a_search_that_the_pim_does_not_have_is_told_before_it_is_asked():
    with pytest.raises(ValueError, match="operator"):
        sources.AkeneoFamiliesSource(connection="pim", search={"code": {"operator": "LIKE", "value": "a"}})


def test_the_columns_are_told_as_on_the_screens_of_the_pim(pim, session):
    fields = {one.name: one for one in sources.AkeneoFamiliesSource(connection="pim").discover(session)}
    assert fields["label-de_DE"].label == "Label (de_DE)"
    assert fields["label-de_DE"].translatable
    assert (fields["attributes"].type, fields["requirements-shop"].label) == ("list", "Required attributes (shop)")


def test_parents_come_before_their_children(pim, session):
    _, rows = read(sources.AkeneoCategoriesSource(connection="pim", locales=[]), session)
    codes = [row["code"] for row in rows]
    assert all(row["parent"] is None or codes.index(row["parent"]) < codes.index(row["code"]) for row in rows)


def test_the_main_identifier_comes_first_so_that_an_empty_pim_makes_it_the_main_one(pim, session):
    pim.seed({"attributes": [{"code": "another", "type": "pim_catalog_identifier", "group": "erp", "unique": True}]})
    header, *rows = sources.AkeneoAttributesSource(connection="pim").extract(session, Window())
    codes = [row[header.index("code")] for row in rows]
    assert codes[:2] == ["sku", "another"]
    assert len(codes) == len(set(codes)) == len(pim.store.structure["attributes"])
