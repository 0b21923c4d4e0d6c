"""Records that somebody deleted in the PIM, and that come back when their row changes."""

import pytest

from pimflow_akeneo_sandbox.serve import serve

from .variants_setup import CATALOG, MODELS, PRODUCTS, Shop

ONCE = "    once: [family, categories, name-en_US]\n"
ROWS = ("s-1;shirts;summer;Shirt;{}", "s-2;shirts;summer;Shirt;Acme")


@pytest.fixture(scope="module")
def served():
    with serve(CATALOG) as sandbox:
        yield sandbox


@pytest.fixture
def shop(tmp_path, served, capsys, monkeypatch):
    served.reset()
    return Shop(tmp_path, served, capsys, monkeypatch)


def write(shop, brand):
    rows = (row.format(brand) for row in ROWS)
    shop.write("products", "identifier;family;categories;name-en_US;brand", *rows)


def test_a_product_that_comes_back_has_all_that_a_new_product_gets(shop):
    shop.flows(PRODUCTS + ONCE)
    write(shop, "Acme")
    shop.run()
    store = shop.pim.store
    store.remove_product(store.product("s-1"))
    write(shop, "Other")
    assert "1 new, 0 updated, 1 already" in shop.run()
    came_back = store.product("s-1")
    assert (came_back.family, came_back.enabled, list(came_back.categories)) == ("shirts", False, ["summer"])
    assert shop.values("s-1") == {"brand": "Other", "name-en_US": "Shirt"}


def test_what_belongs_to_new_records_is_not_written_to_those_that_are_there(shop):
    shop.flows(PRODUCTS + ONCE)
    write(shop, "Acme")
    shop.run()
    shop.change("products/s-1", enabled=True, values={"name": [{"locale": "en_US", "scope": None, "data": "Julia's"}]})
    before = shop.calls("PATCH")["PATCH /api/rest/v1/products"]
    write(shop, "Other")
    assert "0 new, 1 updated" in shop.run()
    assert shop.calls("PATCH")["PATCH /api/rest/v1/products"] == before + 1
    assert shop.pim.store.product("s-1").enabled
    assert shop.values("s-1") == {"brand": "Other", "name-en_US": "Julia's"}


def test_a_product_model_that_comes_back_has_its_categories(shop):
    shop.flows(MODELS + "    once: [categories]\n")
    header = "code;family_variant;categories;brand"
    shop.write("models", header, "m;by_color;summer;Acme")
    shop.run()
    store = shop.pim.store
    store.remove_model(store.model("m"))
    shop.write("models", header, "m;by_color;summer;Other")
    assert "1 new" in shop.run()
    assert list(store.model("m").categories) == ["summer"]
    assert shop.values("m") == {"brand": "Other"}
