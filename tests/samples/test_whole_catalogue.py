"""The sample `whole_catalogue`: structure, models, variants and pictures into an empty PIM, twice, and out again."""

import csv
import json
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from pimflow_akeneo_sandbox.loading.installed import installed_catalog
from pimflow_akeneo_sandbox.serve import serve

from .runs import command_line, hold_report, hold_text

SAMPLE = Path(__file__).parents[2] / "sample_pipelines" / "whole_catalogue"
MADE = ("erp", "pim")


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """Both runs and the export: reports, the calls of the second run, and the files that came out."""
    folder = tmp_path_factory.mktemp("whole")
    shutil.copytree(SAMPLE, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".pimflow", "export"))
    with serve(installed_catalog()) as sandbox:
        cli = command_line(folder, sandbox.url)
        planned, planning = json.loads(cli("plan", "whole_catalogue.yaml", "--json")), sandbox.stats()["routes"]
        first = json.loads(cli("run", "whole_catalogue.yaml", "--json"))
        text, before = cli("runs", "last"), sandbox.stats()["routes"]
        second = json.loads(cli("run", "whole_catalogue.yaml", "--json"))
        after = sandbox.stats()["routes"]
        cli("run", "export.yaml")
        yield SimpleNamespace(
            folder=folder,
            cli=cli,
            planned=planned["report"],
            planning=planning,
            first=first,
            text=text,
            second=second,
            first_calls={route: one["calls"] for route, one in before.items()},
            calls={route for route, one in after.items() if one["calls"] > before.get(route, {"calls": 0})["calls"]},
            models={row["code"]: row for row in rows(folder / "export" / "product_models.csv")},
            products={row["identifier"]: row for row in rows(folder / "export" / "products.csv")},
        )


def rows(file):
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened, delimiter=";"))


def test_the_first_run_reports_what_is_expected(sample, request):
    hold_report(sample.first, SAMPLE, request.config)


def test_its_text_is_what_the_product_manager_is_meant_to_read(sample, request):
    hold_text(sample.text, SAMPLE, request.config)


def test_the_plan_of_the_first_run_tells_what_the_run_then_does(sample):
    counts = [[flow["counts"] for flow in report["flows"]] for report in (sample.planned, sample.first)]
    assert counts[0] == counts[1]
    assert reasons(sample.planned) == reasons(sample.first)
    assert all(route.startswith(("GET ", "POST /api/oauth")) for route in sample.planning)


def reasons(report):
    return sorted(cause["problem"]["reason"] for flow in report["flows"] for cause in flow["causes"])


def test_the_second_run_finds_everything_up_to_date_and_writes_nothing(sample):
    for first, second in zip(sample.first["flows"], sample.second["flows"], strict=True):
        assert second["counts"].get("unchanged") == first["counts"]["created"]
        assert not {"created", "updated", "failed", "unknown"} & {one for one, n in second["counts"].items() if n}
        assert second["causes"] == [{**cause, "status": was(cause)} for cause in first["causes"]]
    assert {route for route in sample.calls if not route.startswith("GET ")} == {"POST /api/oauth/v1/token"}


def was(cause):
    return "unchanged" if cause["status"] == "created" else cause["status"]


def test_each_value_stands_at_its_level(sample):
    jacket, moss = sample.models["FJELL"], sample.models["FJELL__moss"]
    assert (jacket["parent"], jacket["name-en_US"], jacket["colour"]) == ("", "Fjell storm jacket", "")
    assert (moss["parent"], moss["colour"], moss["family_variant"]) == ("FJELL", "moss", "jackets_by_colour_and_size")
    item = sample.products["FJELL-MOS-XL"]
    assert (item["parent"], item["size"], item["weight"], item["weight-unit"]) == ("FJELL__moss", "XL", "540", "GRAM")
    assert sample.products["TUVA-SAN"]["parent"] == ""
    assert sample.products["NES-SLA-M"]["parent"] == "NES"


def test_every_item_comes_out_with_what_the_erp_says(sample):
    wanted = {row["item"]: row for row in rows(sample.folder / "erp" / "items.csv")}
    assert wanted.keys() - sample.products.keys() == {"NES-SLA-M2"}
    for key, product in sample.products.items():
        item = wanted[key]
        named = [product[name] for name in ("name-en_US", "name-de_DE", "colour", "size", "ean")]
        assert named == [item[name] for name in ("name_en", "name_de", "colour", "size", "ean")]
        assert sorted(product["FITS-products"].split(",")) == sorted(item["fits"].split(","))
        assert product["price-EUR"] == item["price"].replace(",", ".").removesuffix(".0")


def test_pictures_come_out_as_they_went_in_and_were_uploaded_once(sample):
    wanted = {row["item"]: row["picture"] for row in rows(sample.folder / "erp" / "items.csv")}
    wanted["LYNG-SAN-XL"] = wanted["LYNG-SAN-L"]
    contents = {key: (sample.folder / "erp" / picture).read_bytes() for key, picture in wanted.items()}
    for key, product in sample.products.items():
        assert (sample.folder / "export" / product["picture"]).read_bytes() == contents[key]
    assert sample.first_calls["POST /api/rest/v1/media-files"] == len(set(contents.values())) == 11


def test_a_picture_that_changes_is_all_that_is_sent(sample):
    picture = sample.folder / "erp" / "pictures" / "tind-rust.png"
    picture.write_bytes(picture.read_bytes() + b"changed")
    report = json.loads(sample.cli("run", "whole_catalogue.yaml", "--json"))
    sent = {flow["name"]: flow["counts"] for flow in report["flows"] if flow["counts"].get("updated")}
    assert [counts["updated"] for counts in sent.values()] == [1]


def test_the_generator_makes_the_committed_files_again(tmp_path):
    shutil.copytree(SAMPLE / "making", tmp_path / "making")
    for folder in MADE:
        (tmp_path / folder).mkdir()
    subprocess.run([sys.executable, "make_catalogue.py"], cwd=tmp_path / "making", check=True, capture_output=True)
    made = {str(file.relative_to(tmp_path)) for folder in MADE for file in (tmp_path / folder).rglob("*.*")}
    kept = {str(file.relative_to(SAMPLE)) for folder in MADE for file in (SAMPLE / folder).rglob("*.*")}
    assert made == kept
    assert [name for name in made if (tmp_path / name).read_bytes() != (SAMPLE / name).read_bytes()] == []
