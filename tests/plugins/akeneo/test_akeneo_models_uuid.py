"""Products known by their uuid: renamed, without identifier, associated by uuid, and shown in a plan."""

from dataclasses import replace

import pytest

from pimflow import Status
from pimflow_akeneo.sinks import AkeneoProductModelsSink

UUID = "0a4b1c2d-3e4f-4a5b-8c6d-7e8f9a0b1c2d"


@pytest.fixture
def known(writer, changes, session):
    """Give the uuids of two products."""
    list(writer.load(changes(writer, [{"identifier": "old", "pieces": 1, "enabled": 1}, {"identifier": "friend"}])))
    return [session.get(f"products/{code}")["uuid"] for code in ("old", "friend")]


def test_a_renamed_product_is_known_to_exist(writer, changes, known):
    [change] = changes(writer, [{"identifier": "new", "uuid": known[0].upper(), "pieces": 2}])
    assert writer.current("products", ["new"], ()) == {"new": {}}
    assert writer.current("products", ["new"], ["identifier", "pieces"]) == {"new": {"identifier": "old", "pieces": 1}}
    assert [one.status for one in writer.load([change])] == [Status.UPDATED]
    assert writer.current("products", ["new"], ["identifier", "pieces"]) == {"new": {"identifier": "new", "pieces": 2}}


def test_a_product_without_identifier_is_written_and_read_by_its_uuid(writer, changes):
    [change] = changes(writer, [{"uuid": UUID, "pieces": 2, "price-EUR": "5"}])
    assert change.key == UUID
    assert writer.current("products", [UUID], ()) == {}
    [outcome] = writer.load([replace(change, absent=True)])
    assert (outcome.status, outcome.remote_id) == (Status.CREATED, UUID)
    assert writer.current("products", [UUID], ["pieces", "uuid"]) == {UUID: {"pieces": 2, "uuid": UUID}}
    [usd] = changes(writer, [{"uuid": UUID, "price-USD": "6"}])
    assert [one.status for one in writer.load([usd])] == [Status.UPDATED]
    assert writer.current("products", [UUID], ["price-EUR", "price-USD"]) == {
        UUID: {"price-EUR": "5", "price-USD": "6"}
    }


def test_associations_may_name_uuids(writer, changes, known):
    old, friend = known
    quantities = {"KIT-product_uuids": friend, "KIT-product_uuids-quantity": "3"}
    rows = [
        {"uuid": UUID, "X_SELL-product_uuids": f"{friend},{old}", **quantities},
        {"identifier": "plain", **quantities},
    ]
    outcomes = writer.load(changes(writer, rows))
    assert {one.status for one in outcomes} == {Status.CREATED}
    now = writer.current("products", [UUID], ["X_SELL-product_uuids", "KIT-product_uuids"])
    assert now[UUID] == {
        "X_SELL-product_uuids": sorted([friend, old]),
        "KIT-product_uuids": [{"identifier": friend, "quantity": 3}],
    }
    assert writer.current("products", ["plain"], ["KIT-products"])["plain"] == {
        "KIT-products": [{"identifier": "friend", "quantity": 3}]
    }


def test_identifiers_and_uuids_in_one_association_go_together(writer, changes, known):
    _, friend = known
    rows = [
        {"uuid": UUID, "X_SELL-products": "old", "X_SELL-product_uuids": friend},
        {"uuid": known[0], "identifier": "old", "X_SELL-products": "friend"},
    ]
    assert {one.status for one in writer.load(changes(writer, rows))} == {Status.CREATED, Status.UPDATED}
    now = writer.current("products", [UUID, "old"], ["X_SELL-product_uuids", "X_SELL-products"])
    assert now == {UUID: {"X_SELL-product_uuids": sorted(known)}, "old": {"X_SELL-products": ["friend"]}}


def test_models_and_products_by_identifier_may_name_uuids_too(session, run, writer, changes, known):
    models = AkeneoProductModelsSink(connection="pim").open(session, run)
    row = {"X_SELL-product_uuids": known[1]}
    assert [
        one.status for one in models.load(changes(models, [{"code": "m", "family_variant": "by_color", **row}]))
    ] == [Status.CREATED]
    assert [one.status for one in writer.load(changes(writer, [{"identifier": "p", **row}]))] == [Status.CREATED]
    associated = {"X_SELL-products": ["friend"]}
    assert models.current("product-models", ["m"], list(associated)) == {"m": associated}
    assert writer.current("products", ["p"], list(associated)) == {"p": associated}


@pytest.mark.parametrize(
    ("cells", "payload", "told"),
    [
        (("a", UUID), {"X_SELL-products": ["a"]}, ["X_SELL-product_uuids"]),
        ((None, UUID), {"X_SELL-product_uuids": [UUID]}, []),
        (("a", None), {"X_SELL-products": ["a"]}, []),
        ((None, None), {"X_SELL-products": None}, []),
    ],
)
def test_identifiers_and_uuids_at_once_are_told_where_the_pim_takes_one_of_them(writer, cells, payload, told):
    names = ("X_SELL-products", "X_SELL-product_uuids")
    (item,) = writer.prepare({"identifier": "p", **dict(zip(names, cells, strict=True))})
    assert item.payload == payload
    assert [one.field for one in item.problems] == told
