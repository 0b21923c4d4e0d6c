"""Products that the source knows by the PIM's uuid, from YAML through the command line."""

import pytest

PIPELINE = """\
version: 1
connections:
  pim: {{type: akeneo, url: "{url}", client_id: sandbox, secret: sandbox, username: sandbox, password: sandbox}}
flows:
  products:
    source: {{type: files.csv, path: products.csv}}
    sink: {{type: akeneo.products, connection: pim}}
"""
UUID = "0a4b1c2d-3e4f-4a5b-8c6d-7e8f9a0b1c2d"


@pytest.fixture
def load(tmp_path, served, command):
    served.reset()
    file = tmp_path / "pipeline.yaml"
    file.write_text(PIPELINE.format(url=served.url), "utf-8")

    def run(verb, *rows):
        header = "uuid;identifier;family;colour"
        (tmp_path / "products.csv").write_text("\n".join([header, *rows]) + "\n", "utf-8")
        return command(verb, str(file)).out

    return run


def test_a_new_identifier_renames_the_product_and_leaves_it_enabled(load, served):
    served.seed({"resource": "products", "data": {"identifier": "OLD", "family": "mugs", "enabled": True}})
    uuid = served.store.product("OLD").uuid
    plan = load("plan", f"{uuid};NEW;mugs;red")
    assert "change product NEW" in plan
    assert "identifier: OLD -> NEW" in plan
    assert "enabled" not in plan
    assert "0 new, 1 updated" in load("run", f"{uuid};NEW;mugs;red")
    product = served.store.product("NEW")
    assert (product.uuid, product.enabled) == (uuid, True)
    assert served.store.product("OLD") is None
    assert "1 already up to date" in load("plan", f"{uuid};NEW;mugs;red")


def test_a_product_without_identifier_arrives_once(load, served):
    assert "1 new" in load("run", f"{UUID};;mugs;red")
    assert list(served.store.products) == [UUID]
    assert served.store.products[UUID].enabled is False
    assert "0 new, 1 updated" in load("run", f"{UUID};;mugs;blue")
    assert "blue" in served.store.products[UUID].values["colour"].values()
