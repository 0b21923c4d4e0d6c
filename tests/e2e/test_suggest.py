"""`pimflow suggest` and `discover`: a first mapping for a PIM that is really served."""

import copy
import json

import pytest
import yaml

from pimflow_akeneo_sandbox.serve import serve

from .conftest import ATTRIBUTE, CATALOG

HEADER = "artnr;Bezeichnung;name@de;farbe;gewicht;gtin;lager;memo"
ROWS = [
    f"MUG-{n};Mug {n};Tasse {n};{['red', 'blue', 'BORD'][n % 3]};0.{n};40063813{n:05};{n};x{n}" for n in range(1, 9)
]
PIPELINE = """\
version: 1
connections:
  pim: {{type: akeneo, url: "{url}", client_id: sandbox, secret: sandbox, username: sandbox, password: sandbox}}
flows:
  products:
    source: {{type: files.csv, path: products.csv}}
    sink: {{type: akeneo.products, connection: pim}}
"""


@pytest.fixture(scope="module")
def served():
    made = copy.deepcopy(CATALOG)
    attributes = {one["code"]: one for one in made["attributes"]}
    attributes["name"]["labels"] = {"en_US": "Name", "de_DE": "Bezeichnung"}
    attributes["weight"]["labels"] = {"de_DE": "Gewicht"}
    made["attributes"].append(ATTRIBUTE | {"code": "ean", "type": "pim_catalog_text", "labels": {"en_US": "EAN"}})
    made["families"][0]["attributes"].append("ean")
    with serve(made) as sandbox:
        yield sandbox


@pytest.fixture
def draft(project):
    """What is suggested for a file: the text, and the lines by column."""
    (project.folder / "pipeline.yaml").write_text(PIPELINE.format(url=project.pim.url), "utf-8")

    def draft(*rows, header=HEADER, options=()):
        (project.folder / "products.csv").write_text("\n".join([header, *rows]) + "\n", "utf-8")
        printed = project.command("suggest", str(project.folder / "pipeline.yaml"), *options)
        assert printed.code == 0, printed.err
        told = project.command("suggest", str(project.folder / "pipeline.yaml"), "--json", *options)
        (flow,) = json.loads(told.out)["flows"]
        return printed.out, flow

    return draft


def by_column(flow):
    return {line["column"]: line for line in flow["lines"]}


def product(number):
    values = {
        "name": [{"locale": "en_US", "scope": None, "data": f"Mug {number}"}],
        "colour": [{"locale": None, "scope": None, "data": ["red", "blue"][number % 2]}],
        "weight": [{"locale": None, "scope": None, "data": {"amount": f"0.{number}", "unit": "KILOGRAM"}}],
        "ean": [{"locale": None, "scope": None, "data": f"40063813{number:05}"}],
    }
    return {"resource": "products", "data": {"identifier": f"MUG-{number}", "family": "mugs", "values": values}}


def test_an_empty_pim_is_known_by_its_codes_labels_and_options(draft):
    text, flow = draft(*ROWS)
    lines = by_column(flow)
    assert lines["name-de_DE"]["from"] == "name@de"
    assert lines["name-en_US"]["from"] == "Bezeichnung"
    assert lines["name-en_US"]["reasons"] == ["same label 'Bezeichnung'"]
    assert (lines["weight"]["from"], lines["weight"]["unit"]) == ("gewicht", "KILOGRAM")
    assert lines["ean"]["reasons"] == ["both are article numbers"]
    assert lines["colour"]["from"] == "farbe"
    assert lines["colour"]["no_such_options"] == ["BORD"]
    assert "the PIM has no such option yet: BORD" in text
    assert lines["identifier"]["reasons"] == ["called as keys are"]
    text, _ = draft("1;2", header="lager;memo")
    assert "# identifier: WHICH COLUMN?" in text
    assert "memo" in flow["without_place"]


def test_values_of_the_same_products_say_what_names_do_not(draft, served):
    served.seed([product(number) for number in range(1, 7)])
    header = "nr;a;b;c;d"
    rows = [f"MUG-{n};Mug {n};{['red', 'blue'][n % 2]};0.{n}0;40063813{n:05}" for n in range(1, 7)]
    _, flow = draft(*rows, header=header)
    lines = by_column(flow)
    assert {column: line["from"] for column, line in lines.items()} == {
        "identifier": "nr",
        "name-en_US": "a",
        "colour": "b",
        "weight": "c",
        "ean": "d",
    }
    assert lines["identifier"]["reasons"] == ["6 of its values are keys there"]
    assert lines["weight"]["reasons"] == ["6 of 6 values are the same", "the same amounts are in KILOGRAM there"]
    assert all(line["sure"] >= 0.85 for line in lines.values())


def test_article_numbers_are_found_though_the_keys_differ(draft, served):
    served.seed([product(number) for number in range(1, 7)])
    rows = [f"OWN-{n};40063813{n:05}" for n in range(1, 7)]
    _, flow = draft(*rows, header="own;d")
    assert by_column(flow)["ean"]["reasons"] == ["6 of 6 values are the same"]


def test_the_draft_is_a_mapping_that_runs(draft, project):
    text, _ = draft(*ROWS, header=HEADER.replace("artnr", "sku"))
    transforms = yaml.safe_load(text)["transforms"]
    pipeline = yaml.safe_load((project.folder / "pipeline.yaml").read_text("utf-8"))
    pipeline["flows"]["products"]["transforms"] = transforms
    (project.folder / "pipeline.yaml").write_text(yaml.safe_dump(pipeline), "utf-8")
    printed = project.command("run", str(project.folder / "pipeline.yaml"))
    assert "8 products read; 8 new" in printed.out
    assert {one["identifier"] for one in project.products()} >= {f"MUG-{n}" for n in range(1, 9)}


def test_nothing_is_written_and_few_calls_are_made(draft, project):
    project.pim.reset()
    draft(*ROWS)
    calls = {route: one["calls"] for route, one in project.pim.stats()["routes"].items()}
    assert not [route for route in calls if route.startswith(("PATCH", "DELETE"))]
    assert sum(calls.values()) < 60


def test_types_that_do_not_fit_are_not_suggested(draft):
    _, flow = draft(*[f"A-{n};heavy {n};yes" for n in range(4)], header="sku;text;enabled")
    assert by_column(flow)["enabled"]["from"] == "enabled"
    assert "weight" not in by_column(flow)


def test_a_target_that_cannot_say_what_it_takes_is_told(project):
    (project.folder / "pipeline.yaml").write_text(
        "version: 1\nflows:\n  p: {source: {type: files.csv, path: products.csv},"
        " sink: {type: files.csv, path: out.csv}}\n",
        "utf-8",
    )
    project.write("A;mugs;cups;Mug;red;1")
    printed = project.command("suggest", str(project.folder / "pipeline.yaml"))
    assert printed.code == 3
    assert "cannot say what it takes, so nothing can be suggested for it" in printed.err
    assert not (project.folder / "out.csv").exists()


def test_discover_lists_the_columns_of_a_source(project):
    project.write("A;mugs;cups;Mug;red;1")
    printed = project.command("discover", str(project.folder / "pipeline.yaml"))
    assert printed.code == 0
    assert "colour" in printed.out
    (flow,) = json.loads(project.command("discover", str(project.folder / "pipeline.yaml"), "--json").out)["flows"]
    assert [column["name"] for column in flow["columns"]] == ["sku", "family", "category", "name", "colour", "weight"]
    wrong = project.command("discover", str(project.folder / "pipeline.yaml"), "--flow", "prodcts")
    assert wrong.code == 2
    assert "did you mean 'products'" in wrong.err


def test_discover_shows_columns_as_they_are_called_also_with_brackets(project):
    (project.folder / "products.csv").write_text("sku;weight [kg];old [/name]\nA;1;x\n", "utf-8")
    printed = project.command("discover", str(project.folder / "pipeline.yaml"))
    assert printed.code == 0
    assert "weight [kg]" in printed.out
    assert "old [/name]" in printed.out


SEVERAL = """\
version: 1
connections:
  pim: {{type: akeneo, url: "{url}", client_id: sandbox, secret: sandbox, username: sandbox, password: sandbox}}
flows:
  categories:
    source: {{type: files.csv, path: groups.csv}}
    sink: {{type: akeneo.categories, connection: pim}}
  products:
    needs: [categories]
    source: {{type: files.csv, path: products.csv}}
    sink:
      - {{type: akeneo.product_models, connection: pim}}
      - {{type: akeneo.products, connection: pim}}
"""


@pytest.fixture
def several(project):
    (project.folder / "pipeline.yaml").write_text(SEVERAL.format(url=project.pim.url), "utf-8")
    (project.folder / "groups.csv").write_text("grp;title\nmugs;Mugs\n", "utf-8")
    (project.folder / "products.csv").write_text("artnr;name\nM1;Mug\nM2;Jug\n", "utf-8")
    return lambda *words: project.command("suggest", str(project.folder / "pipeline.yaml"), *words)


def test_a_flow_with_models_and_products_is_drafted_for_the_products(several):
    told = several("--json", "--flow", "products")
    [flow] = json.loads(told.out)["flows"]
    assert "identifier" in by_column(flow)
    assert flow["missing"] == []


def test_flows_whose_target_says_nothing_are_named_beside_the_others(several):
    told = several()
    assert told.code == 0, told.err
    assert "# Flow products" in told.out
    assert (
        "# Flow categories: akeneo.categories cannot say what it takes, so nothing can be suggested for it. Write its "
        "mapping yourself." in told.out
    )
    assert [one.partition(":")[0] for one in json.loads(several("--json").out)["nothing_to_suggest"]] == ["categories"]
    alone = several("--flow", "categories")
    assert (alone.code, "nothing can be suggested" in alone.err) == (3, True)
