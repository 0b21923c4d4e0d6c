"""The sample `files_to_akeneo`, run twice through the command line against a served sandbox."""

import json
import shutil
import subprocess
import sys
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from pimflow_akeneo_sandbox.serve import serve

from .runs import SETTLED, causes, command_line, hold_report, hold_text

SAMPLE = Path(__file__).parents[2] / "sample_pipelines" / "files_to_akeneo"
PIPELINE = "files_to_akeneo.yaml"
NUMBERS = {"number", "metric", "price_collection"}
TABLES = ("groups", "colours", "media")
LISTS = {"categories", "X_SELL-products"}
READ_BACK = """
version: 1
connections:
  pim: {type: akeneo, url: "${env:AKENEO_URL}", client_id: sandbox, secret: sandbox,
        username: sandbox, password: sandbox}
flows:
  back:
    source: {type: akeneo.products, connection: pim}
    sink: {type: files.jsonl, path: back.jsonl}
"""


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """Both runs: their reports, the calls of each, and everything that is in the PIM afterwards."""
    folder = tmp_path_factory.mktemp("sample")
    shutil.copytree(SAMPLE, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".pimflow"))
    with serve(folder / "catalog.json") as sandbox:
        cli = command_line(folder, sandbox.url)
        first = json.loads(cli("run", PIPELINE, "--json"))
        text, calls = cli("runs", "last"), sandbox.stats()
        second = json.loads(cli("run", PIPELINE, "--json"))
        more = {route: figures["calls"] for route, figures in sandbox.stats()["routes"].items()}
        for route, figures in calls["routes"].items():
            more[route] -= figures["calls"]
        yield SimpleNamespace(
            folder=folder,
            cli=cli,
            first=first,
            text=text,
            second=second,
            calls_of_second={route for route, calls in more.items() if calls},
        )


def test_the_first_run_reports_what_is_expected(sample, request):
    hold_report(sample.first, SAMPLE, request.config)


def test_its_text_is_what_the_product_manager_is_meant_to_read(sample, request):
    hold_text(sample.text, SAMPLE, request.config)


def test_the_second_run_finds_everything_up_to_date(sample):
    for first, second in zip(sample.first["flows"], sample.second["flows"], strict=True):
        settled = first["counts"].get("created", 0) + first["counts"].get("updated", 0)
        counts = {status: number for status, number in second["counts"].items() if number}
        assert settled > 1000
        assert counts == {"unchanged": settled, "refused": first["counts"]["refused"]}
        assert causes(second) == causes(first)


def test_the_second_run_makes_no_call_that_writes(sample):
    assert sample.calls_of_second, "it logs in and reads the PIM's model"
    assert {route for route in sample.calls_of_second if not route.startswith("GET ")} == {"POST /api/oauth/v1/token"}


def test_what_was_written_reads_back_equal_value_by_value(sample):
    (sample.folder / "back.yaml").write_text(READ_BACK)
    sample.cli("run", "back.yaml")
    kinds = {one["code"]: one["type"].removeprefix("pim_catalog_") for one in catalog()["attributes"]}
    back = {record["identifier"]: cells(record, kinds) for record in lines(sample.folder / "back.jsonl")}
    wanted = {sku: cells(record, kinds) for sku, record in what_the_pipeline_makes(sample).items()}
    lost, partial = told(sample.first)

    differing = [
        (sku, column, value, wanted[sku].get(column))
        for sku, record in back.items()
        for column, value in record.items()
        if value != wanted[sku].get(column) and (sku, column) not in partial
    ]
    missing = [
        (sku, column)
        for sku in wanted.keys() - lost
        for column in wanted[sku].keys() - back[sku].keys()
        if (sku, column.removesuffix("-unit")) not in partial and column != "name-it_IT"
    ]
    assert (differing, missing) == ([], [])
    assert len(back) > 1000
    assert sum(map(len, back.values())) > 20 * len(back)
    found = {kinds.get(column.partition("-")[0], "identifier") for record in back.values() for column in record}
    assert found == set(kinds.values())


def test_all_types_of_attributes_occur():
    assert len({attribute["type"] for attribute in catalog()["attributes"]}) == 12


def test_the_generator_makes_the_committed_files_again(tmp_path):
    written = ["erp/articles.csv", "erp/texts.jsonl", "catalog.json", *(f"tables/{name}.csv" for name in TABLES)]
    for folder in ("erp", "tables"):
        (tmp_path / folder).mkdir()
    shutil.copytree(SAMPLE / "making", tmp_path / "making")
    subprocess.run([sys.executable, "make_catalogue.py"], cwd=tmp_path / "making", check=True, capture_output=True)
    assert [name for name in written if (tmp_path / name).read_bytes() != (SAMPLE / name).read_bytes()] == []


def what_the_pipeline_makes(sample):
    """Run the sample's own transforms into files instead of the PIM, and put the rows of one product together."""
    pipeline = yaml.safe_load((sample.folder / PIPELINE).read_text())
    flows = {
        name: {"source": flow["source"], "transforms": flow["transforms"]} for name, flow in pipeline["flows"].items()
    }
    for name, flow in flows.items():
        flow["sink"] = {"type": "files.jsonl", "path": f"made_{name}.jsonl"}
    (sample.folder / "made.yaml").write_text(yaml.safe_dump({"version": 1, "flows": flows}, sort_keys=False))
    sample.cli("run", "made.yaml")
    made = defaultdict(dict)
    for name in flows:
        for record in lines(sample.folder / f"made_{name}.jsonl"):
            if record.get("identifier"):
                first = made[record["identifier"]]
                first.update({column: cell for column, cell in record.items() if column not in first})
    return made


def told(report):
    """Give the products that did not go through, and the values that the report says were left out."""
    every = [(cause, key) for flow in report["flows"] for cause in flow["causes"] for key in cause["keys"]]
    lost = {
        key
        for cause, key in every
        if cause["status"] not in SETTLED and cause["problem"]["kind"] != "duplicate"  # the first of the two arrived
    }
    return lost, {(key, cause["problem"]["field"]) for cause, key in every}


def cells(record, kinds):
    """Bring the cells of a record into one form, by the type of their attribute and nothing else."""
    found = {}
    for column, cell in record.items():
        code = column.partition("-")[0]
        if cell in (None, "", []) or not (code in kinds or column in LISTS | {"family"}):
            continue
        if kinds.get(code) == "metric" and " " in str(cell):
            amount, found[f"{column}-unit"] = cell.split(" ")
            found[column] = Decimal(amount)
        elif column in LISTS or kinds.get(code) == "multiselect":
            found[column] = set(cell.split(",") if isinstance(cell, str) else cell)
        elif kinds.get(code) in NUMBERS and not column.endswith("-unit"):
            found[column] = Decimal(str(cell))
        else:
            found[column] = cell
    return found


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def catalog():
    return json.loads((SAMPLE / "catalog.json").read_text())
