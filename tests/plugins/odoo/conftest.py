"""A served Odoo with products."""

from contextlib import contextmanager

import pytest

from pimflow_odoo.connection import OdooConnection

from .odoo_database import KEY, Erp
from .odoo_server import serve

OPTIONS = {"database": "shop", "username": "connector", "api_key": KEY}


def fill(erp):
    """Make categories, 12 products of one variant each, one of them archived, and one template of three variants."""
    kitchen = erp.category("Kitchen")
    cups = erp.category("Cups", kitchen)
    tag = erp.put("product.tag", name={"en_US": "Dishwasher safe"})
    box = erp.put("product.packaging", name="Box of 6", qty=6.0, barcode="4006381333931")
    for number in range(1, 13):
        erp.product(
            f"MUG-{number:02}", f"Mug {number}", categ_id=cups, weight=0.35, list_price=9.9, product_tag_ids=[tag]
        )
    first, template = erp.named("MUG-01")
    first["barcode"], first["packaging_ids"] = "4006381333948", [box]
    template["name"]["fr_FR"] = "Chope 1"
    template["description_sale"] = {"en_US": "For tea", "fr_FR": "Pour le thé"}
    erp.named("MUG-12")[0]["active"] = False
    erp.tick(3600)  # what was written last is read again in each run
    erp.with_variants("Tray", "Colour", {"Red": "TRAY-R", "Blue": "TRAY-B", "Green": "TRAY-G"}, categ_id=kitchen)
    return erp


@pytest.fixture(scope="module")
def erp():
    """Odoo 18."""
    with serve(fill(Erp())) as running:
        yield running


@pytest.fixture(scope="module")
def erp19():
    """Odoo 19."""
    with serve(fill(Erp(series=(19, 0)))) as running:
        yield running


@contextmanager
def opened(erp, **other):
    """Open a session of the connector."""
    with OdooConnection(url=erp.url, **{**OPTIONS, **other}).open() as session:
        yield session
