"""What changed in the PIM since the last check, and runs: they check first, and stop where nothing could arrive."""

import pytest

from pimflow_akeneo_sandbox.serve import serve

from .check_setup import SINK, catalog, mapped, writing
from .conftest import ATTRIBUTE


@pytest.fixture(scope="module")
def served():
    with serve(catalog()) as sandbox:
        yield sandbox


@pytest.fixture
def flow(tmp_path, served, command):
    """Write a pipeline with these transforms, and give what runs a command on it."""
    return writing(tmp_path, served, command)


def calls(served):
    return {route: count["calls"] for route, count in served.stats()["routes"].items()}


def test_what_changed_since_the_last_check_is_told_once(flow, served):
    run = flow(mapped(family="kind", colour="colour", size="name", name__de_DE="name"))
    assert "news" not in run("check").out
    family = next(one for one in catalog()["families"] if one["code"] == "bowls")
    served.seed({"families": [{**family, "attributes": ["sku", "name", "size"]}]})
    served.seed({"channels": [{**catalog()["channels"][0], "locales": ["en_US"]}]})
    told = run("check").out
    assert "news  flow products: attribute colour was removed from family bowls." in told
    assert "news  flow products: locale de_DE is no longer active for channel shop." in told
    assert "news" not in run("check").out


def test_an_attribute_that_is_gone_or_another_one_is_told(flow, served, tmp_path):
    run = flow(mapped(family="kind", lonely="name", size="kind", pieces="kind"))
    file = tmp_path / "pipeline.yaml"
    with serve(catalog()) as first:
        file.write_text(file.read_text("utf-8").replace(served.url, first.url), "utf-8")
        run("check")
    made = catalog()
    made["attributes"] = [one for one in made["attributes"] if one["code"] not in {"lonely", "pieces"}]
    made["attributes"].append(ATTRIBUTE | {"code": "pieces", "type": "pim_catalog_text", "scopable": True})
    made["families"] = [one for one in made["families"] if one["code"] != "plates"]
    with serve(made, port=int(first.url.rpartition(":")[2])) as second:
        assert second.url == first.url
        told = run("check").out
    assert "news  flow products: attribute lonely is gone." in told
    assert "news  flow products: attribute pieces: type is text, and was number." in told
    assert "news  flow products: attribute pieces: value per channel is yes, and was no." in told
    assert "news  flow products: family plates is gone." in told


def test_a_run_tells_what_changed_and_asks_no_more_than_it_did(flow, served):
    run = flow(mapped(family="{constant: mugs}", colour="colour", name__en_US="name"))
    assert run("run").code == 0
    [mugs] = catalog()["families"][:1]
    served.seed({"families": [{**mugs, "attributes": [one for one in mugs["attributes"] if one != "colour"]}]})
    told = run("run")
    assert "Note: Since the last check: attribute colour was removed from family mugs." in told.out
    assert "Since" not in run("run").out


def test_a_full_run_stops_before_it_writes_where_nothing_could_arrive(flow, served):
    run = flow(mapped(family="{constant: mugz}", name__en_US="name"))
    for name in ("plan", "run"):
        told = run(name)
        assert told.code == 2
        assert "stopped. Family: the constant says 'mugz', the PIM has no such family. It has 'mugs'" in told.out
        assert "Nothing was written" in told.out
    assert not served.store.products
    run = flow("map: {name-en_US: name, family: {constant: mugs}}")
    told = run("run")
    assert told.code == 2
    assert "the mapping has no such column, and the PIM needs one for each product." in told.out


def test_a_full_run_goes_on_where_some_records_may_arrive(flow, tmp_path):
    (tmp_path / "families.csv").write_text("kind;family\nx;mugz\n", "utf-8")
    run = flow(mapped(family="{from: kind, table: families.csv}", name__en_US="name"))
    assert run("check").code == 2
    told = run("run")  # no line of the table is for this row: it arrives without a family
    assert told.code == 0
    assert "1 new" in told.out
    run = flow(mapped(family="{from: kind, table: families.csv, default: cups}", name__en_US="name"))
    assert run("run", "--full").code == 2


def test_a_full_run_goes_on_where_values_are_lost(flow, served):
    told = flow(mapped(family="{constant: mugs}", taste="name", colour="{constant: BORD}"))("run")
    assert told.code == 0
    assert "1 new" in told.out
    assert "Taste" not in told.out
    assert "taste: the PIM has no attribute with this code." in told.out


def test_check_asks_the_pim_a_known_number_of_calls(flow, served):
    run = flow(
        mapped(
            family="{constant: mugs}", name__en_US="name", colour="{constant: red}", weight="{from: weight, unit: GRAM}"
        )
    )
    served.reset()
    before = calls(served)
    assert run("check").code == 0
    made = {route: number - before.get(route, 0) for route, number in calls(served).items() if "/oauth/" not in route}
    model = ("attributes", "channels", "association-types", "currencies", "families", "measurement-families")
    rights = 1 + 11  # system information, and one call for each right to list
    assert sum(made.values()) == rights + len(model) + 1 + 1  # the options of colour, and the empty PATCH
    assert made["PATCH /api/rest/v1/products"] == 1
    assert served.stats()["routes"]["PATCH /api/rest/v1/products"]["lines"] == 0


def test_a_check_before_a_run_costs_no_call(flow, served, tmp_path):
    run = flow(mapped(family="{from: kind, default: mugs}", name__en_US="name", colour="colour"))
    made = []
    for options in (["--limit", "5"], []):  # a part is not checked
        served.reset()
        assert run("run", "--state", str(tmp_path / f"{len(made)}.sqlite"), *options).code == 0
        made.append(sum(calls(served).values()))
    assert made[0] == made[1]


def test_a_test_system_that_feeds_a_production_one_stops_the_run(flow, served, tmp_path):
    login = "client_id: sandbox, secret: sandbox, username: sandbox, password: sandbox"
    run = flow(mapped(family="family"))

    def wired(source, target):
        (tmp_path / "pipeline.yaml").write_text(
            "version: 1\nname: pipeline\nconnections:\n"
            f"  source: {{type: akeneo, url: '{served.url}', {source}{login}}}\n"
            f"  pim: {{type: akeneo, url: '{served.url}', {target}{login}}}\n"
            "flows:\n  products:\n    source: {type: akeneo.products, connection: source}\n"
            f"    transforms:\n      - map: {{identifier: identifier, family: family}}\n{SINK}",
            "utf-8",
        )

    wired("", "")
    assert "is for tests" not in run("check").out
    wired("purpose: test, ", "purpose: production, ")
    told = run("check")
    assert told.code == 2
    assert f"wrong flow products: the PIM at {served.url} is for tests, and the PIM at" in told.out
    stopped = run("run")
    assert stopped.code == 2
    assert "is not: their connections say so." in stopped.out
    wired("purpose: test, ", "purpose: test, ")
    assert run("check").code == 0
