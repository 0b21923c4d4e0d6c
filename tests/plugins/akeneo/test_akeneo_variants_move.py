"""Variants move: between models, from and to simple products; nothing that somebody wrote is lost."""

import pytest

from pimflow_akeneo.connection import AkeneoConnection
from pimflow_akeneo.sinks import AkeneoProductsSink
from pimflow_akeneo_sandbox.serve import serve

from .variants_setup import AFTER_MODELS, CATALOG, MODELS, PRODUCTS, Shop, model, product, text

HEADER = "sku;family;parent;color;size"


@pytest.fixture(scope="module")
def served():
    with serve(CATALOG) as sandbox:
        yield sandbox


@pytest.fixture
def shop(tmp_path, served, capsys, monkeypatch):
    served.reset()
    return Shop(tmp_path, served, capsys, monkeypatch)


@pytest.fixture
def products(shop):
    """Let a file of products go into the PIM."""
    shop.flows(PRODUCTS)

    def write(*rows, header=HEADER):
        shop.write("products", header, *rows)
        return shop.run()

    return write


def test_an_item_that_changes_its_group_goes_to_the_other_model(shop, products):
    shop.seed(model("m", brand="Acme"), model("n", brand="Other"), product("s-1", "m", color="red"))
    products("s-1;shirts;n;red;")
    assert shop.parent("s-1") == "n"
    assert shop.values("s-1") == {"color": "red"}


def test_no_variant_goes_to_another_family_variant_and_the_way_is_told(shop, products):
    shop.seed(model("m", brand="Acme"), model("n", "by_size"), product("s-1", "m", color="red"))
    told = products("s-1;shirts;n;;l")
    assert "is of family variant 'by_size', and the variant stands below 'm' of family variant 'by_color'" in told
    assert "Make it a simple product in the PIM" in told
    assert shop.parent("s-1") == "m"
    assert shop.values("s-1") == {"color": "red", "size": "l"}


def test_made_simple_in_the_pim_it_goes_to_the_other_family_variant_and_keeps_all_it_had(shop, products):
    shop.seed(model("m", brand="Acme"), model("n", "by_size"), product("s-1", "m", color="red"))
    products("s-1;shirts;n;;l")
    shop.change("products/s-1", parent=None)
    shop.command("retry")
    assert shop.parent("s-1") == "n"
    assert shop.values("s-1") == {"size": "l"}
    assert shop.values("n") == {"brand": "Acme", "color": "red"}


def test_a_simple_product_brings_its_texts_to_the_model_when_it_becomes_a_variant(shop, products):
    written = {"name": text("Nice shirt", "en_US"), "care": "Wash cold", "brand": "Acme"}
    more = {"categories": ["summer"], "associations": {"X_SELL": {"products": ["other"]}}}
    shop.seed(model("m", brand="Acme"), product("other"), product("s-1", None, color="red", **written, **more))
    told = products("s-1;shirts;m;red;")
    assert shop.parent("s-1") == "m"
    assert shop.values("s-1") == {"color": "red"}
    assert shop.values("m") == {"brand": "Acme", "name-en_US": "Nice shirt", "care": "Wash cold"}
    variant = shop.pim.store.product("s-1")
    assert variant.categories == ("summer",)
    assert variant.associations["X_SELL"]["products"]
    assert "1 updated" in told


def test_a_cell_of_the_row_is_held_against_what_the_product_brings_to_the_model(shop, products):
    shop.seed(model("m"), product("s-1", color="red", brand="Acme"), product("s-2", color="blue", brand="Acme"))
    told = products("s-1;m;Acme", "s-2;m;Other", header="sku;parent;brand")
    assert (shop.parent("s-1"), shop.parent("s-2")) == ("m", "m")
    assert shop.values("m") == {"brand": "Acme"}
    assert told.count("but the product model 'm'") == 1
    assert "says 'Other', but the product model 'm' says 'Acme'" in told


def test_texts_of_both_levels_above_go_to_their_model(shop, products):
    shop.seed(model("root", "by_both"), model("sub", "by_both", "root", color="red"))
    shop.seed(product("s-1", None, color="red", size="m", care="Wash cold", pattern="dots"))
    products("s-1;shirts;sub;;m")
    assert shop.values("root") == {"care": "Wash cold"}
    assert shop.values("sub") == {"color": "red", "pattern": "dots"}
    assert shop.values("s-1") == {"size": "m"}


def test_prices_that_the_model_has_stay_beside_those_that_it_gets(shop, products):
    euro, dollar = [{"amount": "5.00", "currency": "EUR"}], [{"amount": "7.00", "currency": "USD"}]
    shop.seed(model("m", price=text(euro)), product("s-1", None, color="red", price=text([*euro, *dollar])))
    products("s-1;shirts;m;red;")
    assert shop.parent("s-1") == "m"
    assert {price["currency"] for price in shop.values("m")["price"]} == {"EUR", "USD"}


def test_a_text_that_the_model_says_otherwise_keeps_the_product_simple_until_a_person_decided(shop, products):
    shop.seed(model("m", care="Wash hot"), product("s-1", None, color="red", care="Wash cold"))
    told = products("s-1;shirts;m;red;l")
    assert (
        "the product itself says 'Wash cold', and product model 'm', to which it should move, says 'Wash hot'" in told
    )
    assert "Delete one of the two in the PIM, it then moves by itself." in told
    assert shop.parent("s-1") is None
    assert shop.values("s-1") == {"color": "red", "care": "Wash cold", "size": "l"}
    shop.change("product-models/m", values={"care": text(None)})
    shop.command("retry")
    assert shop.parent("s-1") == "m"
    assert shop.values("m") == {"care": "Wash cold"}


def test_of_two_products_that_bring_different_texts_the_second_stays_simple(shop, products):
    shop.seed(
        model("m"), product("s-1", None, color="red", care="Cold"), product("s-2", None, color="blue", care="Hot")
    )
    told = products("s-1;shirts;m;red;", "s-2;shirts;m;blue;")
    assert (shop.parent("s-1"), shop.parent("s-2")) == ("m", None)
    assert shop.values("m") == {"care": "Cold"}
    assert shop.values("s-2")["care"] == "Hot"
    assert "the product itself says 'Hot', and product model 'm'" in told


def test_a_value_for_which_the_family_has_no_place_keeps_the_product_simple(shop, products):
    shop.seed(model("m"), product("s-1", None, color="red", stock_note="soon"))
    told = products("s-1;shirts;m;red;")
    assert "says 'soon', and family 'shirts' of product model 'm', to which it should move, does not have" in told
    assert shop.parent("s-1") is None
    assert shop.values("s-1")["stock_note"] == "soon"


def test_a_product_of_another_family_stays_simple_unless_the_source_changes_its_family(shop, products):
    shop.seed(model("m"), product("s-1", None, "hats", color="red"), product("s-2", None, "hats", color="blue"))
    told = products("s-1;m;red", "s-2;;", header="sku;parent;color")
    assert "is of family 'shirts'; it stays simple" in told
    assert shop.parent("s-1") is None
    products("s-2;shirts;m;blue;")
    assert shop.parent("s-2") == "m"


def test_a_product_without_a_value_for_the_axis_stays_simple_and_keeps_its_texts_for_itself(shop, products):
    shop.seed(model("m"), product("s-1", care="Wash cold"))
    told = products("s-1;shirts;m;;l")
    assert "Color: has no value, and family variant 'by_color' needs one" in told
    assert shop.values("s-1") == {"care": "Wash cold", "size": "l"}
    assert shop.values("m") == {}


def test_a_product_known_by_its_uuid_becomes_a_variant_too(shop, products):
    shop.seed(model("m", brand="Acme"), product("s-1", color="red", care="Wash cold"))
    uuid = shop.pim.store.product("s-1").uuid
    told = products(f"{uuid};s-1;m;Other", header="uuid;sku;parent;brand")
    assert "but the product model 'm' says 'Acme'" in told
    assert shop.parent("s-1") == "m"
    assert shop.values("m") == {"brand": "Acme", "care": "Wash cold"}


def test_a_product_that_changes_its_identifier_moves_once_it_has_the_new_one(shop, products):
    shop.seed(model("m"), product("s-1", color="red", care="Wash cold"))
    row = f"{shop.pim.store.product('s-1').uuid};s-2;m"
    told = products(row, header="uuid;sku;parent")
    assert "only of a product that has and keeps an identifier" in told
    assert shop.parent("s-2") is None
    shop.command("retry")
    assert shop.parent("s-2") == "m"
    assert shop.values("m") == {"care": "Wash cold"}


def test_a_model_that_does_not_take_the_texts_keeps_the_product_simple(shop, products):
    shop.seed(model("root", "by_both"), model("sub", "by_both", "root", color="red"))
    shop.seed(model("sub-2", "by_both", "root"))  # without its axis the PIM saves it no more
    shop.seed(product("s-1", None, size="m", pattern="dots"))
    told = products("s-1;shirts;sub-2;;m")
    assert "its texts could not be brought to the product model 'sub-2'" in told
    assert shop.parent("s-1") is None
    assert shop.values("s-1")["pattern"] == "dots"


def test_a_product_that_the_search_does_not_find_yet_loses_nothing_either(shop):
    first = PRODUCTS.replace("  products:", "  simple:").replace("products.csv", "simple.csv")
    shop.flows(first, MODELS, AFTER_MODELS.replace("[models]", "[models, simple]"))
    shop.write("simple", "sku;family;color;care", "s-1;shirts;red;Wash cold")
    shop.write("models", "code;family_variant;brand", "m;by_color;Acme")
    shop.write("products", "sku;parent", "s-1;m")
    shop.pim.faults(index_lag_ms=60_000)
    try:
        shop.run()
    finally:
        shop.pim.faults(index_lag_ms=0)
    assert shop.parent("s-1") == "m"
    assert shop.values("m") == {"brand": "Acme", "care": "Wash cold"}


def test_the_plan_of_a_move_writes_nothing_and_tells_what_stands_against_it(shop, products):
    shop.seed(model("m", brand="Acme"), product("s-1", None, color="red", care="Wash cold"))
    shop.seed(product("s-2", None, color="blue", brand="Other"))
    shop.write("products", HEADER, "s-1;shirts;m;red;", "s-2;shirts;m;blue;")
    told = shop.plan()
    assert "the product itself says 'Other', and product model 'm'" in told
    assert shop.values("m") == {"brand": "Acme"}
    assert shop.parent("s-1") is None


def test_a_variant_whose_axis_becomes_that_of_a_sibling_is_refused_with_both_names(shop, products):
    shop.seed(model("m"), product("s-1", "m", color="red"), product("s-2", "m", color="blue"))
    told = products("s-2;shirts;m;red;")
    assert "s-2" in told
    assert "variant s-1 of the same model already has this option" in told
    assert shop.values("s-2") == {"color": "blue"}


def test_variants_of_a_refused_model_wait_and_go_by_themselves_once_it_is_mended(shop):
    shop.flows(MODELS, AFTER_MODELS)
    shop.write("models", "code;family_variant;brand", "m;by_colour;Acme")
    shop.write("products", "sku;family;parent;color;brand", "s-1;shirts;m;red;Acme")
    told = shop.run()
    assert "the PIM has no such product model" in told
    assert shop.pim.store.product("s-1") is None
    shop.write("models", "code;family_variant;brand", "m;by_color;Acme")
    shop.run()
    assert shop.parent("s-1") == "m"
    assert shop.values("s-1") == {"color": "red"}


def test_a_variant_becomes_simple_where_its_parent_is_emptied_and_keeps_what_it_inherited(shop):
    shop.seed(model("m", brand="Acme", name=text("Shirt", "en_US")))
    shop.flows(PRODUCTS + "    empty: erase\n")
    shop.write("products", HEADER, "s-1;shirts;m;red;")
    shop.run()
    shop.write("products", HEADER, "s-1;shirts;;red;")
    shop.run()
    assert shop.parent("s-1") is None
    assert shop.values("s-1") == {"color": "red", "brand": "Acme", "name-en_US": "Shirt"}


def test_a_text_arrives_although_the_product_that_should_have_brought_it_was_held_back(shop, run, changes):
    care = {"care": "Wash cold"}
    both = (product("s-1", None, color="red", **care), product("s-2", None, color="blue", **care))
    shop.seed(model("m", brand="Acme"), *both)
    who = dict.fromkeys(("client_id", "secret", "username", "password"), "sandbox")
    with AkeneoConnection(url=shop.pim.url, **who).open() as session:
        writer = AkeneoProductsSink(connection="pim").open(session, run)
        rows = [{"identifier": "s-1", "parent": "m", "color": "red"}, {"identifier": "s-2", "parent": "m"}]
        first, second = changes(writer, rows)
        writer.fit([first])  # and then it is not loaded, as a flow may want whole records only
        list(writer.load(writer.fit([second])))
    assert shop.parent("s-2") == "m"
    assert shop.values("m") == {"brand": "Acme", "care": "Wash cold"}
