"""Product models that are in the PIM are adopted by the groups of a source, not derived again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pimflow_akeneo.products.fitting import models as fitting_models
from pimflow_akeneo.products.levels.ancestors import Ancestor
from pimflow_akeneo.products.moves.adoption_rules import meant
from pimflow_akeneo_sandbox.serve import serve

from .variants_setup import CATALOG, Shop, grouped, model, product, text

HEADER = "identifier;family;group;color;size;name-en_US;brand"


@pytest.fixture(scope="module")
def served():
    with serve(CATALOG) as sandbox:
        yield sandbox


@pytest.fixture
def shop(tmp_path, served, capsys, monkeypatch):
    served.reset()
    return Shop(tmp_path, served, capsys, monkeypatch)


@pytest.fixture
def items(shop):
    """Let flat rows go into the PIM, by colour."""
    shop.flows(grouped("by_color"))

    def write(*rows):
        shop.write("products", HEADER, *rows)
        return shop.run()

    return write


def models(shop):
    return sorted(one.code for one in shop.pim.store.models.values())


def test_groups_become_models_with_their_variants(shop, items):
    items("s-1;shirts;G;red;;Shirt;Acme", "s-2;shirts;G;blue;;Shirt;Acme", "s-3;shirts;;red;;Plain;Acme")
    assert models(shop) == ["G"]
    assert shop.values("G") == {"name-en_US": "Shirt", "brand": "Acme"}
    assert [shop.parent(sku) for sku in ("s-1", "s-2", "s-3")] == ["G", "G", None]
    assert "2 already up to date" in items(
        "s-1;shirts;G;red;;Shirt;Acme", "s-2;shirts;G;blue;;Shirt;Acme", "s-3;shirts;;red;;Plain;Acme"
    ).replace("3 already", "2 already")


def test_a_model_that_has_the_variants_is_updated_under_its_own_code(shop, items):
    shop.seed(model("old-shirt", care="By hand"), product("s-1", "old-shirt", color="red"))
    items("s-1;shirts;G;red;;Shirt;Acme", "s-2;shirts;G;blue;;Shirt;Acme")
    assert models(shop) == ["old-shirt"]
    assert shop.values("old-shirt") == {"care": "By hand", "name-en_US": "Shirt", "brand": "Acme"}
    assert (shop.parent("s-1"), shop.parent("s-2")) == ("old-shirt", "old-shirt")


def test_later_runs_know_the_adopted_model_though_it_did_not_change(shop, items):
    shop.seed(model("old-shirt"), product("s-1", "old-shirt", color="red"))
    first = "s-1;shirts;G;red;;Shirt;Acme"
    items(first)
    items(first, "s-2;shirts;G;blue;;Shirt;Acme")
    assert models(shop) == ["old-shirt"]
    assert shop.parent("s-2") == "old-shirt"
    assert "0 updated" in items(first, "s-2;shirts;G;blue;;Shirt;Acme")


@pytest.mark.parametrize("kept_in_mind", [10_000, 0])
def test_what_is_given_at_creation_only_is_not_given_to_an_adopted_model(shop, monkeypatch, kept_in_mind):
    monkeypatch.setattr(fitting_models, "MOST", kept_in_mind)
    shop.seed(model("old-shirt", name=text("By Julia", "en_US")), product("s-1", "old-shirt", color="red"))
    shop.flows(grouped("by_color") + "    once: [name-en_US]\n")
    shop.write("products", HEADER, "s-1;shirts;G;red;;From the ERP;Acme")
    shop.run()
    assert shop.values("old-shirt") == {"name-en_US": "By Julia", "brand": "Acme"}


def test_a_flow_that_creates_nothing_updates_an_adopted_model_and_refuses_the_others(shop):
    shop.seed(model("old-shirt"), product("s-1", "old-shirt", color="red"))
    shop.flows(grouped("by_color") + "    mode: update\n")
    shop.write("products", HEADER, "s-1;shirts;G;red;m;Shirt;Acme", "s-2;shirts;H;blue;;Other;Acme")
    told = shop.run()
    assert models(shop) == ["old-shirt"]
    assert shop.values("old-shirt") == {"name-en_US": "Shirt", "brand": "Acme"}
    assert shop.values("s-1") == {"color": "red", "size": "m"}
    assert "pimflow creates none there" in told


def test_the_plan_shows_the_adopted_model_as_an_update(shop, items):
    shop.seed(model("old-shirt", brand="Acme"), product("s-1", "old-shirt", color="red"))
    shop.write("products", HEADER, "s-1;shirts;G;red;;Shirt;Acme")
    told = shop.plan()
    assert "change product model G name-en_US: (empty) -> Shirt" in told
    assert "brand" not in told
    assert "0 new, 1 updated" in told
    assert models(shop) == ["old-shirt"]
    assert shop.values("old-shirt") == {"brand": "Acme"}


def test_both_levels_are_adopted(shop):
    shop.seed(model("root", "by_both"), model("old-red", "by_both", "root", color="red"))
    shop.seed(product("s-1", "old-red", size="s"))
    shop.flows(grouped("by_both"))
    shop.write(
        "products", HEADER, "s-1;shirts;G;red;s;Shirt;", "s-2;shirts;G;red;m;Shirt;", "s-3;shirts;G;blue;m;Shirt;"
    )
    shop.run()
    assert models(shop) == ["G__blue", "old-red", "root"]
    assert shop.values("root") == {"name-en_US": "Shirt"}
    assert shop.pim.store.model("G__blue").parent == "root"
    assert [shop.parent(sku) for sku in ("s-1", "s-2", "s-3")] == ["old-red", "old-red", "G__blue"]


def test_the_model_with_most_of_the_variants_is_adopted_and_the_others_move_there(shop, items):
    shop.seed(model("a"), model("b"))
    shop.seed(product("s-1", "a", color="red"), product("s-2", "a", color="blue"), product("s-3", "b", color="green"))
    items("s-1;shirts;G;red;;;", "s-2;shirts;G;blue;;;", "s-3;shirts;G;green;;;")
    assert models(shop) == ["a", "b"]
    assert [shop.parent(sku) for sku in ("s-1", "s-2", "s-3")] == ["a", "a", "a"]


def test_without_a_majority_nothing_is_derived_and_a_person_decides(shop, items):
    shop.seed(model("a"), model("b"), product("s-1", "a", color="red"), product("s-2", "b", color="blue"))
    told = items("s-1;shirts;G;red;;;Acme", "s-2;shirts;G;blue;;;Acme")
    assert "its variants are in the PIM already, below several product models: 'a' (1), 'b' (1)" in told
    assert models(shop) == ["a", "b"]
    assert (shop.parent("s-1"), shop.parent("s-2")) == ("a", "b")


def test_variants_of_another_family_variant_stay_and_no_model_is_derived(shop, items):
    shop.seed(model("sizes", "by_size"), product("s-1", "sizes", size="s"))
    told = items("s-1;shirts;G;red;s;;Acme")
    assert "below 'sizes' of family variant 'by_size'" in told
    assert models(shop) == ["sizes"]
    assert shop.parent("s-1") == "sizes"


def test_a_group_split_off_gets_a_model_of_its_own(shop, items):
    items("s-1;shirts;G;red;;Shirt;", "s-2;shirts;G;blue;;Shirt;")
    items("s-1;shirts;G;red;;Shirt;", "s-2;shirts;H;blue;;Other;")
    assert models(shop) == ["G", "H"]
    assert (shop.parent("s-1"), shop.parent("s-2")) == ("G", "H")
    assert shop.values("H") == {"name-en_US": "Other"}


@pytest.mark.parametrize("once", ["", "    once: [brand]\n"])
def test_a_model_that_this_flow_made_is_not_taken_over_by_an_item_that_left_it(shop, once):
    shop.flows(grouped("by_color") + once)
    for group in ("G", "A"):
        shop.write("products", HEADER, "s-1;shirts;G;red;;Shirt;Acme", f"s-2;shirts;{group};blue;;Shirt;Acme")
        shop.run()
    assert models(shop) == ["A", "G"]
    assert (shop.parent("s-1"), shop.parent("s-2")) == ("G", "A")


def test_a_group_that_is_renamed_keeps_its_model(shop, items):
    items("s-1;shirts;G;red;;Shirt;", "s-2;shirts;G;blue;;Shirt;")
    shop.change("product-models/G", values={"care": text("By hand")})
    items("s-1;shirts;H;red;;Shirt;", "s-2;shirts;H;blue;;Shirt;")
    assert models(shop) == ["G"]
    assert shop.values("G") == {"name-en_US": "Shirt", "care": "By hand"}


def test_simple_products_become_variants_of_the_derived_model_and_bring_their_texts(shop, items):
    shop.seed(product("s-1", color="red", care="By hand"), product("s-2", color="blue"))
    items("s-1;shirts;G;red;;Shirt;Acme", "s-2;shirts;G;blue;;Shirt;Acme")
    assert models(shop) == ["G"]
    assert shop.values("G") == {"name-en_US": "Shirt", "brand": "Acme", "care": "By hand"}
    assert (shop.parent("s-1"), shop.parent("s-2")) == ("G", "G")


above = st.builds(Ancestor, st.sampled_from("abc"), st.sampled_from(["by_color", "by_size"]))


@given(st.lists(above))
def test_one_model_at_most_is_meant_and_only_one_of_the_family_variant_with_a_majority(parents):
    alike = [one.code for one in parents if one.family_variant == "by_color"]
    found = meant(parents, 1, 0, "by_color")
    if found.code is not None:
        assert 2 * alike.count(found.code) > len(alike)
        assert found.members == alike.count(found.code)
    else:
        assert bool(found.problem) == bool(parents)


@given(st.permutations([Ancestor("a", "v"), Ancestor("a", "v"), Ancestor("b", "v")]))
def test_the_order_of_the_variants_does_not_matter(parents):
    assert meant(parents, 1, 0, "v").code == "a"


def adopted_at_once(shop, count):
    """Let the PIM have two variants for each model, and a source that groups them; give the reads of its run."""
    models = [model(f"old-{number}") for number in range(count // 2)]
    colors = ["red", "blue"]
    variants = [product(f"s-{number}", f"old-{number // 2}", color=colors[number % 2]) for number in range(count)]
    shop.pim.seed({"product_models": models, "products": variants})
    shop.write("products", HEADER, *(f"s-{n};shirts;G{n // 2};{colors[n % 2]};;Shirt {n // 2};" for n in range(count)))
    before = sum(shop.calls("GET").values())
    shop.run()
    return sum(shop.calls("GET").values()) - before


def test_hundreds_of_models_are_adopted_in_reads_that_the_size_of_the_pim_bounds(shop):
    shop.flows(grouped("by_color"))
    assert adopted_at_once(shop, 800) <= 66  # of these, one for a hundred models asks for their old values
    assert len(shop.pim.store.models) == 400
    assert shop.values("old-7") == {"name-en_US": "Shirt 7"}
    assert {one.parent for one in shop.pim.store.products.values()} == {f"old-{number}" for number in range(400)}
