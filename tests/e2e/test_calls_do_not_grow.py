"""How many calls a run reads with: no more for more products."""

import copy

import pytest

from pimflow_akeneo_sandbox.serve import serve

from .conftest import ATTRIBUTE, CATALOG

PIPELINE = """\
version: 1
name: load-{name}
connections:
  pim: {{type: akeneo, url: "{url}", client_id: sandbox, secret: sandbox, username: sandbox, password: sandbox}}
flows:
  products:
    source: {{type: files.csv, path: products.csv}}
    sink: {{type: akeneo.products, connection: pim}}
"""
HEADER = "identifier;family;parent;categories;name-en_US;colour;weight;price-EUR;FITS-products"


def catalog():
    made = copy.deepcopy(CATALOG)
    made["currencies"].append({"code": "USD", "enabled": True})
    made["attributes"].append(
        ATTRIBUTE | {"code": "price", "type": "pim_catalog_price_collection", "decimals_allowed": True}
    )
    made["channels"][0]["currencies"] = ["EUR", "USD"]
    made["families"][0]["attributes"].append("price")
    made["association_types"] = [{"code": "FITS", "labels": {}, "is_quantified": False, "is_two_way": False}]
    made["family_variants"] = [
        {
            "family": "mugs",
            "code": "by_weight",
            "labels": {},
            "variant_attribute_sets": [{"level": 1, "axes": ["weight"], "attributes": ["sku", "price"]}],
        }
    ]
    return made


@pytest.fixture(scope="module")
def served():
    with serve(catalog()) as sandbox:
        yield sandbox


def row(number):
    """Every third product is a variant, every other has a price in one of two currencies, each waits for the next."""
    parent, name, colour = ("mug", "", "") if number % 3 == 0 else ("", f"Mug {number}", "red")
    price = "" if number % 2 else f"{number}.50"
    fits = number // 50 * 50 + 49
    return f"p-{number:04};mugs;{parent};cups;{name};{colour};{number + 1} GRAM;{price};p-{fits:04}"


def reads(pim):
    """Count the GET calls so far."""
    return sum(count["calls"] for route, count in pim.stats()["routes"].items() if route.startswith("GET"))


@pytest.fixture
def load(tmp_path, served, command):
    """Load so many products into a PIM that has the first `existing` of them; give the calls by kind."""

    def run(count, existing):
        served.reset()
        served.seed([{"resource": "product-models", "data": {"code": "mug", "family_variant": "by_weight"}}])
        served.seed(
            [
                {"resource": "products", "data": {"identifier": f"P-{number:04}", "family": "mugs", "enabled": True}}
                for number in range(existing)
            ]
        )
        folder = tmp_path / f"{count}-{existing}"
        folder.mkdir()
        (folder / "pipeline.yaml").write_text(PIPELINE.format(url=served.url, name=folder.name), "utf-8")
        (folder / "products.csv").write_text("\n".join([HEADER, *map(row, range(count))]) + "\n", "utf-8")
        before = reads(served)
        printed = command("run", str(folder / "pipeline.yaml"))
        assert printed.code == 0, printed.out
        assert "attention" not in printed.out
        assert f"{count - existing:,} new" in printed.out.replace("\u202f", ",")
        return reads(served) - before

    return run


@pytest.mark.parametrize("existing", [0, 150])
def test_a_first_load_reads_as_often_for_400_as_for_1200_products(load, served, existing):
    few = load(400, existing)
    many = load(1200, existing)
    assert few == many
    products = served.store.products.values()
    assert len(products) == 1200
    assert sum(product.enabled for product in products) == existing
