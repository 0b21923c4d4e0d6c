"""Products by uuid, product models, published products, keys alone: out of a PIM and back into it."""

import pytest

from pimflow import RemoteError, Window
from pimflow_akeneo.connection import AkeneoConnection
from pimflow_akeneo.sinks import AkeneoProductModelsSink, AkeneoProductsSink
from pimflow_akeneo.sources import AkeneoProductModelsSource, AkeneoProductsSource, AkeneoPublishedProductsSource
from pimflow_akeneo_sandbox.serve import serve

from .conftest import CATALOG
from .pim_setup import calls


def value(data, locale=None, scope=None):
    return [{"locale": locale, "scope": scope, "data": data}]


OPTION = {"attribute": "materials", "code": "stainless", "sort_order": 9}
SEED = [
    {
        "resource": "products",
        "data": {
            "identifier": "lace",
            "family": "footwear",
            "associations": {"X_SELL": {"products": ["boot-red"], "product_models": ["boot"]}},
            "quantified_associations": {"KIT": {"products": [{"identifier": "boot-red", "quantity": 3}]}},
        },
    },
    {
        "resource": "product_models",
        "data": {
            "code": "boot",
            "family_variant": "by_color",
            "categories": ["boots"],
            "values": {"name": value("Boot", "en_US"), "rating": value("4.5")},
            "associations": {"X_SELL": {"products": ["lace"]}},
            "quantified_associations": {"KIT": {"products": [{"identifier": "lace", "quantity": 2}]}},
        },
    },
    {"resource": "products", "data": {"identifier": "boot-red", "parent": "boot", "values": {"color": value("red")}}},
    {"resource": "products", "data": {"family": "footwear", "values": {"name": value("Nameless", "en_US")}}},
]


@pytest.fixture
def filled(pim):
    pim.seed(SEED)
    return pim


def rows(source, session, window=None):
    header, *found = source.extract(session, window or Window())
    return [{name: cell for name, cell in zip(header, row, strict=True) if cell is not None} for row in found]


def same_again(writer, row):
    (item,) = writer.prepare(row)
    assert item.problems == ()
    return writer.current(item.resource, [item.key], list(item.payload)) == {item.key: dict(item.payload)}


def test_by_uuid_products_without_an_identifier_come_too(filled, session):
    assert len(rows(AkeneoProductsSource(connection="pim"), session)) == 2
    found = rows(AkeneoProductsSource(connection="pim", by_uuid=True), session)
    assert sorted(row.get("identifier", "") for row in found) == ["", "boot-red", "lace"]
    assert [row["uuid"] for row in found] == sorted(row["uuid"] for row in found)


def test_by_uuid_associated_products_are_named_by_uuid(filled, session):
    found = {row.get("identifier"): row for row in rows(AkeneoProductsSource(connection="pim", by_uuid=True), session)}
    red = found["boot-red"]["uuid"]
    associated = {name: cell for name, cell in found["lace"].items() if name.startswith(("X_SELL", "KIT"))}
    assert associated == {
        "X_SELL-product_uuids": red,
        "X_SELL-product_models": "boot",
        "KIT-product_uuids": red,
        "KIT-product_uuids-quantity": "3",
    }


def test_what_was_read_by_uuid_can_be_written_as_it_is(filled, session, run, changes):
    source = AkeneoProductsSource(connection="pim", by_uuid=True)
    header, *_ = source.extract(session, Window())
    before = rows(source, session)
    writer = AkeneoProductsSink(connection="pim").open(session, run)
    assert writer.check_columns(header) == {}
    assert [item.problems for row in before for item in writer.prepare(row)] == [()] * 3
    for row in (row for row in before if "X_SELL-product_uuids" in row):
        emptied = {name: None for name in row if name.startswith(("X_SELL", "KIT"))}
        list(writer.load(changes(writer, [{**row, **emptied}])))
    assert rows(source, session) != before
    list(writer.load(changes(writer, before)))
    assert rows(source, session) == before


def test_by_uuid_keys_are_identifiers_or_uuids(filled, session):
    source = AkeneoProductsSource(connection="pim", by_uuid=True)
    nameless = next(row["uuid"] for row in rows(source, session) if "identifier" not in row)
    found = rows(source, session, Window(keys=("lace", nameless.upper(), "ghost")))
    assert {row.get("identifier") for row in found} == {"lace", None}


def test_models_are_read_with_their_own_columns(filled, session):
    header, *_ = AkeneoProductModelsSource(connection="pim").extract(session, Window())
    assert header[:5] == ("code", "family", "family_variant", "parent", "categories")
    assert not {"enabled", "uuid", "groups", "identifier", "sku"} & set(header)
    assert rows(AkeneoProductModelsSource(connection="pim"), session) == [
        {
            "code": "boot",
            "family": "footwear",
            "family_variant": "by_color",
            "categories": "boots",
            "name-en_US": "Boot",
            "rating": "4.5",
            "X_SELL-products": "lace",
            "KIT-products": "lace",
            "KIT-products-quantity": "2",
        }
    ]


def test_models_that_were_read_can_be_written_as_they_are(filled, session, run):
    header, cells = AkeneoProductModelsSource(connection="pim").extract(session, Window())
    writer = AkeneoProductModelsSink(connection="pim").open(session, run)
    assert writer.check_columns(header) == {}
    assert same_again(writer, {name: cell for name, cell in zip(header, cells, strict=True) if cell is not None})


def test_models_are_found_by_code_and_by_filter(filled, session):
    assert len(rows(AkeneoProductModelsSource(connection="pim"), session, Window(keys=("BOOT", "ghost")))) == 1
    source = AkeneoProductModelsSource(connection="pim", search={"parent": {"operator": "NOT EMPTY"}})
    assert rows(source, session) == []
    assert source.count(session, Window()) == 0


@pytest.mark.parametrize("by_uuid", [False, True])
def test_completeness_and_quality_come_when_asked_for(filled, session, by_uuid):
    source = AkeneoProductsSource(connection="pim", by_uuid=by_uuid, with_completenesses=True, with_quality_scores=True)
    header, *_ = source.extract(session, Window())
    assert {"completeness-fr_FR-print", "quality_score-en_US-shop"} <= set(header)
    assert not {"completeness-fr_FR-shop", "completeness-en_US-print"} & set(header)
    lace = next(row for row in rows(source, session) if row.get("identifier") == "lace")
    assert lace["completeness-en_US-shop"] == 100
    assert lace["quality_score-en_US-shop"] in set("ABCDE")


def test_scores_are_limited_to_the_channel_and_locales_that_are_read(filled, session):
    source = AkeneoProductsSource(connection="pim", with_completenesses=True, scope="shop", locales=["de_DE"])
    header, *_ = source.extract(session, Window())
    assert [name for name in header if name.startswith("completeness")] == ["completeness-de_DE-shop"]


@pytest.mark.parametrize("by_uuid", [False, True])
def test_labels_of_options_come_beside_their_codes_when_asked_for(pim, session, by_uuid):
    pim.seed([{"resource": "attribute_options", "data": {**OPTION, "labels": {"en_US": "Steel", "de_DE": "Stahl"}}}])
    values = {"color": value("red"), "materials": value(["wood", "stainless"])}
    pim.seed([{"resource": "products", "data": {"identifier": "can", "values": values}}])
    source = AkeneoProductsSource(
        connection="pim", by_uuid=by_uuid, with_option_labels=True, attributes=["color", "materials"]
    )
    header, *_ = source.extract(session, Window())
    assert [name for name in header if "label" in name] == [
        f"{code}-label-{locale}" for code in ("color", "materials") for locale in ("de_DE", "en_US", "fr_FR")
    ]
    (row,) = rows(source, session)
    assert (row["color"], row["materials"]) == ("red", "stainless,wood")
    assert (row["color-label-en_US"], row["materials-label-de_DE"]) == ("red", "Stahl,wood")
    assert row["materials-label-fr_FR"] == "stainless,wood"
    assert next(one for one in source.discover(session) if one.name == "color-label-fr_FR").translatable


def test_keys_alone_are_cheap(pim, session):
    pim.seed([{"resource": "products", "data": {"identifier": f"p-{n:03}"}} for n in range(250)])
    source = AkeneoProductsSource(connection="pim", only_keys=True)
    header, *found = source.extract(session, Window())
    assert header == ("identifier", "uuid")
    assert [row[0] for row in found] == [f"p-{n:03}" for n in range(250)]
    assert calls(pim, "GET /api/rest/v1/products") == 3


def test_keys_of_models_and_of_products_without_identifier(filled, session):
    assert rows(AkeneoProductModelsSource(connection="pim", only_keys=True), session) == [{"code": "boot"}]
    found = rows(AkeneoProductsSource(connection="pim", by_uuid=True, only_keys=True), session)
    assert {row.get("identifier") for row in found} == {"lace", "boot-red", None}
    assert all(row["uuid"] for row in found)


def test_published_products_are_told_to_be_of_the_enterprise_edition(pim, session):
    source = AkeneoPublishedProductsSource(connection="pim")
    with pytest.raises(RemoteError, match="only the Enterprise Edition") as caught:
        source.count(session, Window())
    assert "akeneo.products" in str(caught.value)


@pytest.fixture
def enterprise():
    """Give a session with an Enterprise Edition that has two published products."""
    with serve(CATALOG, edition="ee") as pim:
        published = {"enabled": True, "family": "footwear", "categories": ["boots"], "values": {"pieces": value(2)}}
        pim.seed([{"resource": "published_products", "data": {"identifier": key, **published}} for key in ("a", "b")])
        connection = AkeneoConnection(
            url=pim.url, client_id="sandbox", secret="sandbox", username="sandbox", password="sandbox"
        )
        with connection.open() as session:
            yield session


def test_published_products_are_read_like_products(enterprise):
    source = AkeneoPublishedProductsSource(connection="pim", search={"enabled": {"operator": "=", "value": True}})
    found = [{**row, "uuid": None} for row in rows(source, enterprise)]
    same = {"uuid": None, "enabled": True, "family": "footwear", "categories": "boots", "pieces": 2}
    assert found == [{"identifier": "a", **same}, {"identifier": "b", **same}]
    assert source.count(enterprise, Window()) == 2
    assert len(rows(source, enterprise, Window(keys=("b", "ghost")))) == 1


def test_published_products_are_read_as_a_whole(session):
    assert AkeneoPublishedProductsSource(connection="pim").window(session, "any").since is None
