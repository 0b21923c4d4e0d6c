"""`partitions: family` from the file of a pipeline on: all products, once, and what follows from a complete read."""

import pytest

from .conftest import CATALOG

PIPELINE = """\
version: 1
connections:
  pim: {{type: akeneo, url: "{url}", client_id: sandbox, secret: sandbox, username: sandbox, password: sandbox}}
flows:
  out:
    source: {{type: akeneo.products, connection: pim, partitions: family}}
    transforms: [{{map: {{identifier: identifier, family: family}}}}]
    sink: {{type: files.csv, path: out.csv}}
"""


@pytest.fixture
def reading(project):
    project.pim.seed([{"resource": "families", "data": CATALOG["families"][0] | {"code": "cups"}}])
    (project.folder / "pipeline.yaml").write_text(PIPELINE.format(url=project.pim.url), "utf-8")
    return project


def seed(project, first, last):
    families = ("mugs", "cups", None)
    data = [{"identifier": f"P-{number:03}", "family": families[number % 3]} for number in range(first, last)]
    project.pim.seed([{"resource": "products", "data": one} for one in data])


def test_a_file_gets_each_product_once(reading):
    seed(reading, 0, 250)
    printed = reading.run()
    assert printed.code == 0, printed.err
    assert "250 rows read" in printed.out
    header, *rows = (reading.folder / "out.csv").read_text("utf-8").splitlines()
    assert header == "identifier;family"
    assert sorted(row.partition(";")[0] for row in rows) == [f"P-{number:03}" for number in range(250)]


def test_a_wrong_partition_is_told_with_its_line(reading):
    path = reading.folder / "pipeline.yaml"
    path.write_text(path.read_text("utf-8").replace("partitions: family", "partitions: 4"), "utf-8")
    printed = reading.command("validate", str(path))
    assert printed.code == 2
    assert "pipeline.yaml:6" in printed.err
    assert "partitions" in printed.err
