"""Where a bad value costs the record, so does one that belongs to another level of the family variant."""

import pytest

from pimflow_akeneo_sandbox.serve import serve

from .variants_setup import CATALOG, PRODUCTS, Shop, model


@pytest.fixture(scope="module")
def served():
    with serve(CATALOG) as sandbox:
        yield sandbox


@pytest.fixture
def shop(tmp_path, served, capsys, monkeypatch):
    served.reset()
    shop = Shop(tmp_path, served, capsys, monkeypatch)
    shop.flows(PRODUCTS + "    on_bad_value: refuse\n")
    shop.seed(model("m", brand="Acme"))
    return shop


def test_a_variant_with_a_value_of_its_model_goes_whole_or_not_at_all(shop):
    shop.write("products", "identifier;family;parent;color;brand", "s-1;shirts;m;red;Acme", "s-2;shirts;m;blue;Other")
    planned = shop.plan()
    assert "1 new" in planned
    assert "1 product would not go through (s-2)" in planned
    told = shop.run()
    assert "1 new" in told
    assert "but the product model 'm' says 'Acme'" in told
    assert "1 product did not go through (s-2)" in told
    assert "1 cause" in told
    assert shop.parent("s-1") == "m"
    assert shop.pim.store.product("s-2") is None
    shop.change("product-models/m", values={"brand": [{"locale": None, "scope": None, "data": "Other"}]})
    shop.command("retry")
    assert shop.parent("s-2") == "m"
