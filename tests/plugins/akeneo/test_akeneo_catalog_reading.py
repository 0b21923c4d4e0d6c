"""The PIM's model is read in few rounds of calls: lists that do not need each other at the same time, each once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from pimflow import AccessError
from pimflow_akeneo.catalog import Catalog
from pimflow_akeneo.kinds import PRODUCTS
from pimflow_akeneo.products.preparing.flow_columns import Columns
from pimflow_akeneo.products.preparing.rows import Preparation

ATTRIBUTE = {"labels": {}, "group": "erp", "localizable": False, "scopable": False}
LISTS = {
    "attributes": [
        ATTRIBUTE | {"code": "sku", "type": "pim_catalog_identifier"},
        ATTRIBUTE | {"code": "colour", "type": "pim_catalog_simpleselect"},
        ATTRIBUTE | {"code": "size", "type": "pim_catalog_simpleselect"},
        ATTRIBUTE
        | {"code": "weight", "type": "pim_catalog_metric", "metric_family": "Weight", "decimals_allowed": True},
    ],
    "channels": [{"code": "shop", "locales": ["en_US"], "currencies": ["EUR"]}],
    "currencies": [{"code": "EUR", "enabled": True}],
    "association-types": [],
    "families": [{"code": "mugs", "attributes": ["sku"]}],
    "categories": [{"code": "master", "parent": None}],
    "attributes/colour/options": [{"code": "red"}],
    "measurement-families": [{"code": "Weight", "units": {"GRAM": {}}}],
}


class Pim:
    """Answers a list only when as many are asked for as `together` says."""

    def __init__(self):
        self.asked = []
        self.together = threading.Barrier(1)
        self.meanwhile = {}

    def get(self, path, _params=None):
        return list(self.pages(path))

    def pages(self, path, _params=None):
        self.asked.append(path)
        self.together.wait(10)
        self.meanwhile.pop(path, lambda: None)()
        return iter(LISTS[path])


@pytest.fixture
def pim():
    return Pim()


@pytest.fixture
def catalog(pim):
    return Catalog(pim)


def test_the_lists_of_the_model_are_read_at_the_same_time(pim, catalog):
    pim.together = threading.Barrier(4)
    assert catalog.model.identifier.code == "sku"
    assert sorted(pim.asked) == ["association-types", "attributes", "channels", "currencies"]


def test_the_first_row_reads_at_once_what_the_columns_need_and_no_more(pim, catalog):
    preparation = Preparation(catalog, PRODUCTS, Columns(catalog.model, PRODUCTS).known)
    preparation.expect(["identifier", "family", "categories", "colour", "weight"])
    pim.asked, pim.together = [], threading.Barrier(4)
    row = {"identifier": "A", "family": "mugs", "categories": "master", "colour": "red", "weight": "5 GRAM"}
    for _ in range(2):
        assert preparation.item(row).problems == ()
    assert sorted(pim.asked) == ["attributes/colour/options", "categories", "families", "measurement-families"]


def test_a_part_is_read_once_whoever_asks_for_it_meanwhile(pim, catalog):
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _: catalog.families, range(4)))
    assert found == [{"mugs": "mugs"}] * 4
    assert pim.asked == ["families"]


def test_what_was_written_while_a_list_was_read_is_read_anew(pim, catalog):
    pim.meanwhile["families"] = lambda: catalog.forget("families")
    assert [catalog.families, catalog.families, catalog.families] == [{"mugs": "mugs"}] * 3
    assert pim.asked == ["families"] * 2


def test_categories_that_were_made_while_they_were_read_stay_known(pim, catalog):
    pim.meanwhile["categories"] = lambda: catalog.know_categories({"new": ("new", None)})
    _ = catalog.parents
    assert catalog.parents == {"new": ("new", None)}


def test_a_list_that_is_refused_is_told_as_before(pim, catalog):
    def refused():
        raise AccessError("not for you")

    pim.meanwhile["channels"] = refused
    with pytest.raises(AccessError, match="not for you"):
        _ = catalog.model
    assert catalog.model.identifier.code == "sku"
    assert pim.asked.count("attributes") == 1
