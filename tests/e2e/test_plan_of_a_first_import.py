"""A plan in which earlier flows would make what later ones name: it tells what the run then does."""

import json

import pytest

from pimflow_akeneo.products.levels import ancestors

PIPELINE = """\
version: 1
connections:
  pim: {{type: akeneo, url: "{url}", client_id: sandbox, secret: sandbox, username: sandbox, password: sandbox}}
flows:
{structure}
  models:
    source: {{type: files.csv, path: models.csv}}
    sink: {{type: akeneo.product_models, connection: pim}}
  products:
    needs: [models]
    source: {{type: files.csv, path: products.csv}}
    sink: {{type: akeneo.products, connection: pim}}
"""
METRE = {"M": {"code": "M", "labels": {}, "symbol": "m", "convert_from_standard": [{"operator": "mul", "value": "1"}]}}
STRUCTURE = {
    "measurement_families": ["code;standard_unit_code;units", "Span;M;'" + json.dumps(METRE) + "'"],
    "attributes": [
        "code;type;group;metric_family;default_metric_unit;decimals_allowed;negative_allowed",
        "pattern;pim_catalog_simpleselect;erp;;;;",
        "brand;pim_catalog_text;erp;;;;",
        "span;pim_catalog_metric;erp;Span;M;1;0",
    ],
    "attribute_options": ["code;attribute", "dots;pattern", "GREEN;colour"],
    "categories": ["code;parent", "spring;master", "bowls;spring"],
    "association_types": ["code;is_two_way;is_quantified", "X_SELL;0;0"],
    "families": ["code;attributes", "mugs;sku,name,colour,weight,pattern,brand,span", "hats;sku,name"],
    "family_variants": ["code;family;variant-axes_1;variant-attributes_1", "by_pattern;mugs;pattern;sku,weight,span"],
}
MODELS = ["code;family_variant;categories;brand", "dotted;by_pattern;bowls;Acme"]
PRODUCTS = [
    "identifier;family;parent;categories;colour;pattern;name-en_US;X_SELL-products;span",
    "M-1;mugs;dotted;spring;;dots;;H-1;2 m",
    "M-2;MUGS;;bowls,cups;green;dots;Mug;M-1;",
    "H-1;hats;;;;;Hat;;",
]


@pytest.fixture
def first(project):
    """A PIM with one family and little else; the files bring the rest, then models and products."""

    def write(*structure):
        flows = ""
        for before, name in zip([None, *structure], structure, strict=False):
            (project.folder / f"{name}.csv").write_text("\n".join(STRUCTURE[name]) + "\n", "utf-8")
            needs = f"    needs: [{before}]\n" if before else ""
            source = f'    source: {{type: files.csv, path: {name}.csv, quotechar: "\'"}}\n'
            flows += f"  {name}:\n{needs}{source}    sink: {{type: akeneo.{name}, connection: pim}}\n"
        text = PIPELINE.format(url=project.pim.url, structure=flows)
        needed = f"    needs: [{structure[-1]}]\n" if structure else ""
        (project.folder / "pipeline.yaml").write_text(text.replace("  models:\n", f"  models:\n{needed}", 1), "utf-8")
        for name, lines in (("models", MODELS), ("products", PRODUCTS)):
            (project.folder / f"{name}.csv").write_text("\n".join(lines) + "\n", "utf-8")
        return project

    return write


def planned(project, *options):
    file = str(project.folder / "pipeline.yaml")
    return json.loads(project.command("plan", file, "--json", *options).out)["report"]["flows"]


def counts(flows):
    return [flow["counts"] for flow in flows]


def test_what_earlier_flows_would_make_counts_as_there(first):
    project = first(*STRUCTURE)
    writes = project.writes()
    flows = planned(project)
    assert project.writes() == writes
    assert [cause for flow in flows for cause in flow["causes"]] == []
    ran = json.loads(project.run("--json").out)["flows"]
    assert counts(flows) == counts(ran)
    assert project.product("M-2")["categories"] == ["bowls", "cups"]
    assert counts(planned(project)) == [
        {"unchanged": len(lines) - 1} for lines in (*STRUCTURE.values(), MODELS, PRODUCTS)
    ]


def test_what_no_flow_makes_is_missing_in_the_plan_too(first):
    flows = planned(first("attributes", "families", "association_types"))
    told = {(cause["problem"]["field"], cause["problem"]["reason"]) for flow in flows for cause in flow["causes"]}
    assert ("categories", "the PIM has no such category") in told
    assert any(field == "pattern" for field, _ in told)
    assert ("family_variant", "the PIM has no such family variant") in told


def test_a_plan_that_is_kept_is_applied_as_it_was_planned(first, monkeypatch):
    project = first(*STRUCTURE)
    (project.folder / "pipelines").mkdir()
    for file in (*project.folder.glob("*.csv"), project.folder / "pipeline.yaml"):
        file.rename(project.folder / "pipelines" / file.name)
    monkeypatch.chdir(project.folder)
    assert project.command("plan", "--save", "first.plan").code == 0
    writes = project.writes()
    applied = project.command("apply", "first.plan")
    assert applied.code == 0, applied.out + applied.err
    assert project.writes() > writes
    assert project.product("M-1")["parent"] == "dotted"


def test_variants_of_more_models_than_are_kept_in_mind_miss_none(first, monkeypatch):
    monkeypatch.setattr(ancestors, "MOST", 5)
    project = first(*STRUCTURE)
    models = [f"m-{number};by_pattern;;" for number in range(30)]
    variants = [f"v-{number};mugs;M-{number};;;dots;;;" for number in range(30)]
    (project.folder / "models.csv").write_text("\n".join([MODELS[0], *models]) + "\n", "utf-8")
    (project.folder / "products.csv").write_text("\n".join([PRODUCTS[0], *variants]) + "\n", "utf-8")
    flows = planned(project)
    assert [cause for flow in flows for cause in flow["causes"]] == []
    assert counts(flows)[-2:] == [{"created": 30}, {"created": 30}]
