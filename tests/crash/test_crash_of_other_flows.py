"""Whole catalogues, changes behind a cursor, missing records, retries: killed at any moment, each ends as undisturbed.

A fast selection runs with the other tests, everything with `make soak`. Points are drawn from a seed: a failing one is
repeated by its number.
"""

import csv
import re
import shutil
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from pimflow_akeneo_sandbox.entities import now
from pimflow_akeneo_sandbox.loading.installed import installed_catalog
from pimflow_akeneo_sandbox.serve import serve

from ..e2e.conftest import CATALOG, HEADER, PIPELINE  # noqa: TID252 - tests are no package
from .stage import Stage, crash, undisturbed

SAMPLE = Path(__file__).parents[2] / "sample_pipelines" / "whole_catalogue"
ROWS = 700
FAST, ALL = 1, 15
CLAIMED = "NES-SLA-M"
"""Two items of the sample claim one option of a style. Were one of them to move, when the other is tried again would
decide whether it arrives in this run or a day later; both are right, so neither moves here."""


def whole_catalogue(stage):
    """Structure, models, variants that the transform makes, associations that wait, and pictures; nothing is there."""
    shutil.copytree(SAMPLE, stage.start, ignore=shutil.ignore_patterns(".pimflow", "export", "export.yaml"))
    text = (stage.start / "whole_catalogue.yaml").read_text("utf-8").replace("${env:AKENEO_URL}", stage.pims[0].url)
    (stage.start / "whole_catalogue.yaml").unlink()
    (stage.start / "pipeline.yaml").write_text(re.sub(r"\$\{env:\w+\}", "sandbox", text), "utf-8")
    with (stage.start / "erp" / "items.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    write_items(stage.start, [another(row, copy) for copy in range(4) for row in rows])


def another(row, copy):
    """Make another item of one: another style, its own number and an accessory of its own to fit."""
    more = {name: f"{row[name]}-{copy}" for name in ("item", "style", "fits") if row[name]}
    return row | more | {"ean": f"{int(row['ean'] or 0) + 100_000 * copy:013}" if row["ean"] else ""}


def write_items(folder, rows):
    with (folder / "erp" / "items.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0], delimiter=";")
        writer.writeheader()
        writer.writerows(rows)


def second_day(stage):
    """The whole catalogue again: names change, items move to another style, are new, or have another picture."""
    whole_catalogue(stage)
    assert stage.run(stage.start, "run", "pipeline.yaml")
    with (stage.start / "erp" / "items.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    for number, row in enumerate(rows):
        if number % 3 == 0:
            row["price"] = f"{number},5"
        if number % 7 == 0 and row["style"] and not row["item"].startswith(CLAIMED):
            row["style"] += "-new"
        if number % 11 == 0:
            row["picture"] = "pictures/new.png"
    write_items(stage.start, [*rows, *(another(row, 99) for row in rows[:20])])
    (stage.start / "erp" / "pictures" / "new.png").write_bytes(b"\x89PNG\r\n\x1a\nanother one")


def rows_of(number, **more):
    """Products of a file; what is `more` in the name of all."""
    for n in range(number):
        colour = "purple" if n % 10 == 7 else ("red", "blue")[n % 2]
        yield f"MUG-{n:05};mugs;cups;Mug {n}{more.get('name', '')};{colour};0.{n:05}"


def file_of(stage, rows):
    (stage.start / "products.csv").write_text("\n".join([HEADER, *rows]), "utf-8")


def products(stage, *changes):
    stage.start.mkdir()
    text = PIPELINE.format(url=stage.pims[0].url)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (stage.start / "pipeline.yaml").write_text(text, "utf-8")
    file_of(stage, rows_of(ROWS))


def missing(stage):
    """A tenth of the products left the file: they are disabled, others change, some are new."""
    products(
        stage,
        ("          weight:", "          enabled: {constant: true}\n          weight:"),
        ("connection: pim}\n", "connection: pim}\n    on_missing: disable\n"),
    )
    assert stage.run(stage.start, "run", "pipeline.yaml")
    left = [row for n, row in enumerate(rows_of(ROWS + 50)) if n % 10]
    file_of(stage, [row.replace(";Mug", ";Cup") if n % 4 == 0 else row for n, row in enumerate(left)])


def retry(stage):
    """Colours were unknown; now the PIM has them, and a person says `pimflow retry`."""
    products(stage)
    assert stage.run(stage.start, "run", "pipeline.yaml")
    stage.pims[0].seed(
        {"attribute_options": [{"attribute": "colour", "code": "purple", "sort_order": 3, "labels": {}}]}
    )


def export(stage):
    """The catalogue goes out into files, with its pictures; on the second day some products have changed."""
    whole_catalogue(stage)
    assert stage.run(stage.start, "run", "pipeline.yaml")
    shutil.rmtree(stage.start / ".pimflow")
    text = (SAMPLE / "export.yaml").read_text("utf-8").replace("${env:AKENEO_URL}", stage.pims[0].url)
    (stage.start / "pipeline.yaml").write_text(re.sub(r"\$\{env:\w+\}", "sandbox", text), "utf-8")
    assert stage.run(stage.start, "run", "pipeline.yaml")
    store = stage.pims[0].store
    for product in list(store.products.values())[::3]:
        store.put_product(replace(product, enabled=not product.enabled, updated=now()))


FROM_PIM = """\
version: 1
connections:
  erp: {{type: akeneo, url: "{one}", client_id: sandbox, secret: sandbox, username: sandbox, password: sandbox}}
  pim: {{type: akeneo, url: "{other}", client_id: sandbox, secret: sandbox, username: sandbox, password: sandbox}}
flows:
  products:
    source: {{type: akeneo.products, connection: erp}}
    transforms:
      - map:
          identifier: identifier
          family: family
          categories: categories
          name-en_US: name-en_US
          colour: colour
    sink: {{type: akeneo.products, connection: pim}}
    once: [categories]
"""


def behind_a_cursor(stage):
    """From one PIM into another, which has all; then some change in the first, some are new: these are read."""
    source, target = stage.pims
    stage.start.mkdir()
    (stage.start / "pipeline.yaml").write_text(FROM_PIM.format(one=source.url, other=target.url), "utf-8")
    source.seed({"products": [one_of(n, "Mug") for n in range(ROWS)]})
    for uuid, product in list(source.store.products.items()):
        earlier = product.updated.replace(year=2020)
        source.store.products[uuid] = replace(product, updated=earlier)
    assert stage.run(stage.start, "run", "pipeline.yaml")
    for product in list(source.store.products.values()):
        if int(product.identifier.removeprefix("MUG-")) % 3 == 0:
            values = dict(product.values) | {"name": {(None, "en_US"): f"Cup {product.identifier}"}}
            source.store.put_product(replace(product, values=values, updated=now()))
    source.seed({"products": [one_of(n, "New") for n in range(ROWS, ROWS + 60)]})


def one_of(number, name):
    return {
        "identifier": f"MUG-{number:05}",
        "family": "mugs",
        "categories": ["cups"],
        "values": {
            "name": [{"locale": "en_US", "scope": None, "data": f"{name} {number}"}],
            "colour": [{"locale": None, "scope": None, "data": "red"}],
        },
    }


SCENES = {
    "whole catalogue": (whole_catalogue, [installed_catalog], ("run", "pipeline.yaml")),
    "whole catalogue family by family": (
        whole_catalogue,
        [installed_catalog],
        ("run", "pipeline.yaml", "--by", "family", "--groups", "99"),
    ),
    "whole catalogue on the second day": (second_day, [installed_catalog], ("run", "pipeline.yaml")),
    "missing records": (missing, [lambda: CATALOG], ("run", "pipeline.yaml")),
    "retry": (retry, [lambda: CATALOG], ("retry", "pipeline.yaml")),
    "files": (export, [installed_catalog], ("run", "pipeline.yaml")),
    "changes behind a cursor": (behind_a_cursor, [lambda: CATALOG] * 2, ("run", "pipeline.yaml")),
}


@pytest.fixture(scope="module", params=SCENES)
def scene(request, tmp_path_factory):
    """A stage and the end of its undisturbed run."""
    begin, catalogs, command = SCENES[request.param]
    with ExitStack() as servers:
        pims = [servers.enter_context(serve(catalog())) for catalog in catalogs]
        stage = Stage(tmp_path_factory.mktemp("stage"), pims, command)
        begin(stage)
        stage.keep()
        yield stage, undisturbed(stage)


@pytest.mark.parametrize("number", range(FAST))
def test_each_kind_of_flow_ends_as_an_undisturbed_one(scene, number):
    crash(*scene, number)


@pytest.mark.soak
@pytest.mark.parametrize("number", range(FAST, ALL))
def test_each_kind_of_flow_ends_as_an_undisturbed_one_at_any_point(scene, number):
    crash(*scene, number)
