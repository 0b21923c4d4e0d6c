"""A flow that tells how the records of another flow stand: sent, come back, waiting, or in need of somebody."""

import csv

import pytest

PIPELINE = """\
version: 1
connections:
  pim: {{type: akeneo, url: "{url}", client_id: sandbox, secret: sandbox, username: sandbox, password: sandbox}}
flows:
  told:
    source: {{type: pimflow.outcomes, flow: products, returned_by: back}}
    transforms: [{{map: {{id: id, sku: key, standing: standing, reason: reason}}}}]
    sink: {{type: files.csv, path: told.csv}}
  products:
    entity: product
    identity: id
    source: {{type: files.csv, path: products.csv}}
    transforms: [{{map: {{identifier: sku, family: family, colour: colour}}}}]
    sink: {{type: akeneo.products, connection: pim}}
  back:
    source: {{type: files.csv, path: back.csv}}
    transforms: [{{map: {{identifier: sku, name-en_US: name}}}}]
    sink: {{type: akeneo.products, connection: pim}}
    mode: update
"""


@pytest.fixture
def run(project):
    pipeline = project.folder / "pipeline.yaml"
    pipeline.write_text(PIPELINE.format(url=project.pim.url), "utf-8")
    (project.folder / "back.csv").write_text("sku;name\n", "utf-8")

    def go(*rows, back=(), words=("run",)):
        (project.folder / "products.csv").write_text("\n".join(["id;sku;family;colour", *rows]) + "\n", "utf-8")
        (project.folder / "back.csv").write_text("\n".join(["sku;name", *back]) + "\n", "utf-8")
        return project.command(words[0], str(pipeline), *words[1:])

    return go


def told(project):
    with (project.folder / "told.csv").open(newline="", encoding="utf-8") as file:
        return {row["id"]: (row["sku"], row["standing"], row["reason"]) for row in csv.DictReader(file, delimiter=";")}


def test_a_record_is_sent_and_then_returned(project, run):
    run("1;A-1;mugs;red", "2;B-1;mugs;blue")
    assert told(project) == {"1": ("A-1", "sent", ""), "2": ("B-1", "sent", "")}
    run("1;A-1;mugs;red", "2;B-1;mugs;blue", back=["B-1;Beaker"])
    assert told(project) == {"1": ("A-1", "sent", ""), "2": ("B-1", "returned", "")}


def test_a_refused_record_tells_why_and_what_to_do_until_it_goes_through(project, run):
    run("1;A-1;mugs;red", "2;B,1;mugs;blue", "3;C-1;mugs;bordeaux")
    assert told(project)["1"] == ("A-1", "sent", "")
    key, standing, reason = told(project)["2"]
    assert (standing, "no comma" in reason, reason.endswith(".")) == ("attention", True, True), (key, reason)
    key, standing, reason = told(project)["3"]
    assert (key, standing) == ("C-1", "attention")
    assert "'bordeaux', the PIM has no such option. " in reason
    run("1;A-1;mugs;red", "2;B-1;mugs;blue", "3;C-1;mugs;red")
    assert told(project) == {"1": ("A-1", "sent", ""), "2": ("B-1", "sent", ""), "3": ("C-1", "sent", "")}


def test_what_could_not_be_delivered_waits(project, run, no_waiting):
    run("1;A-1;mugs;red")
    project.pim.faults(error_500=1)
    run("1;A-1;mugs;red", "2;B-1;mugs;blue")
    project.pim.faults(error_500=0)
    assert told(project)["1"][1] == "sent"
    assert told(project)["2"][1] == "waiting", told(project)


def test_a_renamed_record_is_told_once_under_its_new_key(project, run):
    run("1;A-1;mugs;red")
    run("1;A-2;mugs;red")
    assert told(project) == {"1": ("A-2", "sent", "")}


def test_the_flow_comes_after_those_it_tells_of_wherever_it_stands(project, run):
    done = run("1;A-1;mugs;red")
    assert done.code == 0
    assert list(told(project)) == ["1"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("flow: products, ", "flow: product, ", "flows.told.source.flow: no other flow is called 'product'"),
        ("returned_by: back", "returned_by: told", "flows.told.source.returned_by: no other flow is called 'told'"),
        ("    entity: product\n", "", "flow 'products' needs `entity`"),
    ],
)
def test_what_cannot_be_told_is_a_mistake_of_the_file(project, run, old, new, said):
    pipeline = project.folder / "pipeline.yaml"
    pipeline.write_text(pipeline.read_text("utf-8").replace(old, new), "utf-8")
    done = run("1;A-1;mugs;red", words=("validate",))
    assert done.code == 2
    assert said in done.out + done.err
