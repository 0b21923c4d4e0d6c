"""A site of ERPNext in this process, filled with a few items, and the command line run against it."""

import copy

import pytest

from pimflow_akeneo_sandbox.serve import serve

from ...e2e.conftest import CATALOG, Project, command  # noqa: TID252 - tests have no name to import by
from .frappe_server import served
from .frappe_site import PIM, Site
from .syncing import Sync

__all__ = ["command"]


def connection_options(url, key=PIM, **other):
    api_key, _, api_secret = key.partition(":")
    return {"url": url, "api_key": api_key, "api_secret": api_secret, **other}


def filled():
    """Make a site with groups, brands, an attribute, nine items, a template and two variants."""
    site = Site()
    site.group("All Item Groups")
    for name, parent in (("Hand Tools", "All Item Groups"), ("Power Tools", "All Item Groups")):
        site.group(name, parent)
    site.group("Hammers", "Hand Tools")
    site.group("Drills", "Power Tools")
    for name in ("Klinge", "Robur"):
        site.put("Brand", brand=name, name=name, description=None)
    values = [{"attribute_value": "Ash wood", "abbr": "ASH"}, {"attribute_value": "Fibreglass", "abbr": "FIB"}]
    site.put("Item Attribute", attribute_name="Handle", item_attribute_values=values)
    site.put("Item Attribute", attribute_name="Length", numeric_values=1, from_range=100, to_range=300, increment=50)
    site.item(
        "DRL-18V",
        item_name="Cordless drill 18 V",
        brand="Klinge",
        description="<div><p>Compact <strong>18 V</strong> drill</p></div>",
        weight_per_unit=1.85,
        weight_uom="Kg",
        sales_uom="Box",
        image="/files/drl-18v.png",
        standard_rate=149.9,
        barcodes=[
            {"barcode": "036000291452", "barcode_type": "UPC-A", "uom": "Box"},
            {"barcode": "4006381333931", "barcode_type": "EAN", "uom": "Nos"},
        ],
        uoms=[{"uom": "Box", "conversion_factor": 4.0}, {"uom": "Nos", "conversion_factor": 1.0}],
    )
    for number in range(1, 8):
        site.item(f"LST-{number:03}", item_name=f"List item {number}", brand="Robur" if number % 2 else None)
    site.item("OLD-1", item_name="Old drill", disabled=1)
    axes = [{"attribute": "Handle"}]
    site.item("HAM", item_name="Claw hammer", item_group="Hammers", has_variants=1, attributes=axes)
    for abbr, value in (("ASH", "Ash wood"), ("FIB", "Fibreglass")):
        values = [{"attribute": "Handle", "attribute_value": value}]
        site.item(f"HAM-{abbr}", item_name="Claw hammer", item_group="Hammers", variant_of="HAM", attributes=values)
    return site


@pytest.fixture
def site():
    return filled()


@pytest.fixture
def url(site):
    with served(site) as address:
        yield address


@pytest.fixture(scope="module")
def pim():
    with serve(copy.deepcopy(CATALOG)) as sandbox:
        yield sandbox


@pytest.fixture
def sync(tmp_path, pim, command, no_waiting):
    pim.reset()
    site = filled()
    with served(site) as url:
        found = Sync(Project(tmp_path, pim, command), site, url)
        found.configure()
        yield found
