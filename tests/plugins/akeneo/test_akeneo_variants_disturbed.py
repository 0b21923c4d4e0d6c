"""Variants that move day after day end up in the same place, however the PIM behaves meanwhile."""

import pytest

from pimflow_akeneo_sandbox.serve import serve

from .variants_setup import CATALOG, Shop, grouped

HEADER = "identifier;family;group;color;size;name-en_US;brand;pattern;categories"
DAYS = (
    (
        "a;shirts;G;red;s;Shirt;Acme;dots;summer",
        "b;shirts;G;blue;s;Shirt;Acme;;summer",
        "c;shirts;;red;m;Shirt;Acme;;",
        "e;shirts;G;blue;m;Shirt;Acme;;summer",
    ),
    # b moves to a group of its own, d is new, and the simple product c gets a group
    (
        "a;shirts;G;red;s;Shirt;Acme;dots;summer",
        "b;shirts;A;blue;s;Blouse;Acme;;summer",
        "c;shirts;G;red;m;Shirt;Acme;dots;",
        "e;shirts;G;blue;m;Shirt;Acme;;summer",
        "d;shirts;A;green;s;Blouse;Acme;;summer",
    ),
)


@pytest.mark.parametrize(
    "fault", [{}, {"index_lag_ms": 3000}, {"drop_after": 3, "writes_only": True}, {"missing_lines": 2}]
)
def test_variants_arrive_and_move_as_if_nothing_had_happened(tmp_path, capsys, monkeypatch, fault):
    with serve(CATALOG) as served:
        shop = Shop(tmp_path, served, capsys, monkeypatch)
        shop.flows(grouped("by_both") + "    once: [categories]\n")
        served.faults(**fault)
        for rows in DAYS:
            shop.write("products", HEADER, *rows)
            shop.run()
            shop.run()
        assert [shop.parent(sku) for sku in "abcde"] == ["G__red", "A__blue", "G__red", "A__green", "G__blue"]
        assert shop.values("G") == {"name-en_US": "Shirt", "brand": "Acme"}
        assert shop.values("A") == {"name-en_US": "Blouse", "brand": "Acme"}
        assert shop.values("c") == {"size": "m"}
        assert not any(shop.pim.store.product(sku).enabled for sku in "abcde")
