"""What the PIM offers to those who draft a mapping, and the file that prepares it for variants."""

import yaml

from pimflow import Structure
from pimflow_akeneo.kinds import MODELS, PRODUCTS
from pimflow_akeneo.offering import offers, preparation

from .provision_setup import did


def test_each_attribute_is_offered_where_it_can_have_a_value(session):
    found = {one.column: one for one in offers(session.catalog, PRODUCTS)}
    assert found["identifier"].is_key
    model = session.catalog.model
    for attribute in session.catalog.attributes.values():
        for locale, scope in model.places(attribute):
            name = "-".join(part for part in (attribute.code, locale, scope) if part)
            if attribute is not model.identifier:
                assert any(column.startswith(name) for column in found), name
    assert "identifier" not in {one.column for one in offers(session.catalog, MODELS)}
    assert [one.column for one in offers(session.catalog, MODELS) if one.is_key] == ["code"]


def test_the_file_for_variants_is_one_that_provision_takes(desk):
    from pimflow_akeneo.connection import AkeneoConnection

    structure = Structure(
        "template",
        {("attributes.Colour", "attributes.Heel"): 3, ("attributes.Colour",): 1},
        {"attributes.Colour": ("red", "Bordeaux"), "attributes.Heel": ("3 cm", "5 cm")},
    )
    account = {"client_id": "sandbox", "secret": "sandbox", "username": "sandbox", "password": "sandbox"}
    with AkeneoConnection(url=desk.pim.url, **account).open() as session:
        columns = {"attributes.Colour": "colour", "sku": "identifier", "label@en": "name-en_US", "on": "enabled"}
        text = preparation(session.catalog, structure, columns)
    assert yaml.safe_load(text)["attributes"]["colour"] == {"options": {"bordeaux": {"en_US": "Bordeaux"}}}
    done = desk.provision(text)
    assert done["problems"] == []
    assert ("created", "family variant", "by_colour_heel") in did(done)
    assert ("created", "attribute", "heel") in did(done)
    variant = desk.record("families", "erp_variants")
    assert set(variant["attributes"]) >= {"colour", "heel", "name"}
    assert all(status == "unchanged" for status, _, _ in did(desk.provision(text)))
