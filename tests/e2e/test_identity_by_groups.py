"""Products known by their source's own id, brought family by family: they are known across families and runs."""

import json

import pytest

PIPELINE = """\
version: 1
connections:
  pim: {{type: akeneo, url: "{url}", client_id: sandbox, secret: sandbox, username: sandbox, password: sandbox}}
flows:
  products:
    entity: product
    identity: id
    source: {{type: files.csv, path: products.csv}}
    transforms: [{{map: {{identifier: sku, family: family, name-en_US: name}}}}]
    sink: {{type: akeneo.products, connection: pim}}
"""
MUG, PLATE = "1;MUG-1;mugs;Mug", "2;PLATE-1;;Plate"


@pytest.fixture
def run(project):
    (project.folder / "pipeline.yaml").write_text(PIPELINE.format(url=project.pim.url), "utf-8")

    def go(rows, *options):
        (project.folder / "products.csv").write_text("\n".join(["id;sku;family;name", *rows]) + "\n", "utf-8")
        return project.run(*options)

    return go


def uuids(project):
    return {one["identifier"]: one["uuid"] for one in project.products()}


@pytest.mark.parametrize("groups", [[2], [1, 1]])
def test_a_sku_that_changes_after_all_families_came_renames_the_product(project, run, groups):
    for number in groups:
        assert run([MUG, PLATE], "--by", "family", "--groups", str(number)).code == 0
    before = uuids(project)
    done = json.loads(run([MUG.replace("MUG-1", "MUG-2"), PLATE.replace("PLATE-1", "PLATE-2")], "--json").out)
    assert done["flows"][0]["counts"] == {"updated": 2}
    assert uuids(project) == {sku.replace("-1", "-2"): uuid for sku, uuid in before.items()}


@pytest.mark.parametrize("groups", [[2], [1, 1]])
def test_a_sku_that_records_of_two_families_claim_is_told(project, run, groups):
    rows = [MUG, "2;MUG-1;;Plate"]
    told = ""
    for number in groups:
        done = run(rows, "--by", "family", "--groups", str(number))
        told += done.out
    assert "MUG-1 belongs to two products in products.csv: '1' and '2'." in told, told
