"""Nothing is written above or below a record's own level; what the PIM would drop silently is told."""

import pytest

from pimflow_akeneo_sandbox.serve import serve

from .variants_setup import AFTER_MODELS, CATALOG, MODELS, PRODUCTS, Shop, model, product, text

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(scope="module")
def served():
    with serve(CATALOG) as sandbox:
        yield sandbox


@pytest.fixture
def shop(tmp_path, served, capsys, monkeypatch):
    served.reset()
    return Shop(tmp_path, served, capsys, monkeypatch)


def test_a_cell_that_repeats_the_model_is_left_out_silently_and_one_that_differs_is_told(shop):
    shop.flows(MODELS, AFTER_MODELS)
    shop.write("models", "code;family_variant;name-en_US;brand", "m;by_color;Shirt;Acme")
    shop.write(
        "products",
        "sku;family;parent;color;name-en_US;brand",
        "s-1;shirts;M;red;Shirt;Acme",
        "s-2;shirts;m;blue;Shirt;Other",
    )
    told = shop.run()
    assert shop.values("s-1") == {"color": "red"}
    assert shop.values("s-2") == {"color": "blue"}
    assert "but the product model 'm' says 'Acme'; a variant has no own value here" in told
    assert told.count("but the product model") == 1


def test_a_variant_whose_row_names_no_parent_is_known_from_the_pim(shop):
    shop.seed(model("m", name=text("Shirt", "en_US")), product("s-1", "m", color="red"))
    shop.flows(PRODUCTS)
    shop.write("products", "sku;size;name-en_US", "s-1;m;Other")
    told = shop.run()
    assert "but the product model 'm' says 'Shirt'" in told
    assert shop.values("s-1") == {"color": "red", "size": "m"}


def test_the_value_of_the_root_is_named_by_the_root_below_two_levels(shop):
    shop.seed(model("root", "by_both", name=text("Shirt", "en_US")), model("sub", "by_both", "root", color="red"))
    shop.flows(PRODUCTS)
    shop.write("products", "sku;family;parent;size;color;name-en_US", "s-1;shirts;sub;m;blue;Other")
    told = shop.run()
    assert "but the product model 'root' says 'Shirt'" in told
    assert "but the product model 'sub' says 'red'" in told
    assert shop.values("s-1") == {"size": "m"}


def test_what_a_model_cannot_have_is_told(shop):
    shop.flows(MODELS)
    shop.write(
        "models",
        "code;family_variant;parent;name-en_US;color;size",
        "root;by_both;;Shirt;green;s",
        "sub;by_both;root;Other;red;",
    )
    told = shop.run()
    assert "each product model below has a value of its own here" in told
    assert "each variant has a value of its own here" in told
    assert "but the product model 'root' says 'Shirt'; a product model below it has no own" in told
    assert shop.values("root") == {"name-en_US": "Shirt"}
    assert shop.values("sub") == {"color": "red"}


def test_an_attribute_outside_the_family_is_told_for_a_variant_and_not_for_a_simple_product(shop):
    shop.seed(model("m"))
    shop.flows(PRODUCTS)
    shop.write("products", "sku;family;parent;color;stock_note", "s-1;shirts;m;red;soon", "s-2;shirts;;;soon")
    told = shop.run()
    assert "family 'shirts' does not have this attribute, and a variant has no other values" in told
    assert shop.values("s-1") == {"color": "red"}
    assert shop.values("s-2") == {"stock_note": "soon"}


def test_the_plan_shows_what_will_be_left_out(shop):
    shop.seed(model("m", brand="Acme"), product("s-1", "m", color="red"))
    shop.flows(PRODUCTS)
    shop.write("products", "sku;parent;brand;size", "s-1;m;Other;m", "s-2;nowhere;;m")
    told = shop.plan()
    assert "but the product model 'm' says 'Acme'" in told
    assert "the PIM has no such product model" in told
    shop.write("products", "sku;parent;brand;color", "s-1;M;Acme;red")
    assert "1 already up to date" in shop.plan()


def test_a_plan_of_an_empty_pim_holds_variants_against_the_models_to_come(shop):
    shop.flows(MODELS, AFTER_MODELS)
    shop.write("models", "code;family_variant;brand", "m;by_color;Acme")
    shop.write("products", "sku;family;parent;color;brand", "s-1;shirts;m;red;Acme", "s-2;shirts;m;blue;Other")
    told = shop.plan()
    assert "but the product model 'm' says 'Acme'" in told
    assert "no such product model" not in told


def test_a_picture_is_held_against_that_of_the_model_by_its_content(shop):
    (shop.folder / "new").mkdir()
    for name, content in {"a.png": b"a", "same.png": b"a", "b.png": b"b", "new/a.png": b"c"}.items():
        (shop.folder / name).write_bytes(PNG + content)
    shop.flows(MODELS, AFTER_MODELS)
    shop.write("models", "code;family_variant;parent;color;picture", "root;by_both;;;", "sub;by_both;root;red;a.png")
    shop.write("products", "sku;family;parent;size;picture", "s-1;shirts;sub;s;same.png", "s-2;shirts;sub;m;b.png")
    told = shop.run()
    assert told.count("but the product model 'sub'") == 1
    assert "says 'b.png', but the product model 'sub' says 'a.png'" in told
    shop.write("products", "sku;family;parent;size;picture", "s-3;shirts;sub;l;new/a.png")
    assert "has another file of that name" in shop.run()
    assert "picture" in shop.values("sub")
    assert shop.values("s-1") == {"size": "s"}
    assert shop.values("s-2") == {"size": "m"}
    assert shop.calls("POST")["POST /api/rest/v1/media-files"] == 1


def load_variants(shop, count, brand):
    """Write two variants for each model; give the number of reads that took."""
    models = [f"m-{number};by_color;Brand {number}" for number in range(count // 2)]
    shop.write("models", "code;family_variant;brand", *models)
    rows = [f"s-{n};shirts;m-{n // 2};{['red', 'blue'][n % 2]};Brand {n // 2};{brand}" for n in range(count)]
    shop.write("products", "sku;family;parent;color;brand;size", *rows)
    before = sum(shop.calls("GET").values())
    shop.run()
    return sum(shop.calls("GET").values()) - before


def test_the_reads_of_a_first_load_do_not_grow_with_the_variants(shop):
    shop.flows(MODELS, AFTER_MODELS)
    few = load_variants(shop, 200, "s")
    shop.pim.reset()
    shop.forget()
    assert load_variants(shop, 600, "s") == few
    assert len(shop.pim.store.products) == 600


def test_the_reads_of_an_update_are_bounded_by_what_the_pim_has(shop):
    shop.flows(MODELS, AFTER_MODELS)
    load_variants(shop, 600, "s")
    assert load_variants(shop, 600, "m") <= 40
    assert shop.values("s-599") == {"color": "blue", "size": "m"}
