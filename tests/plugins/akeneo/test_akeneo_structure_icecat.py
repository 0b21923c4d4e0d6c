"""Akeneo's own sample catalogue: its structure loaded into an empty PIM from CSV files, through the command line."""

import csv
from types import SimpleNamespace

import pytest

from pimflow_akeneo_sandbox.loading.installed import installed_catalog
from pimflow_akeneo_sandbox.serve import serve

from .structure_setup import calls, cli, counts, exporting, loading, told

FLOWS = {
    "categories": [],
    "channels": ["categories"],
    "attribute_groups": [],
    "attributes": ["attribute_groups"],
    "attribute_options": ["attributes"],
    "association_types": [],
    "families": ["attributes", "channels"],
    "family_variants": ["families"],
}
ROWS = {
    "categories": 168,
    "channels": 3,
    "attribute_groups": 11,
    "attributes": 77,
    "attribute_options": 121,
    "association_types": 4,
    "families": 17,
    "family_variants": 9,
}
LISTS = ("attributes", "variant-", "requirements-", "locales", "currencies", "allowed_extensions")
KEYS = {"attribute_options": ("attribute", "code")}


@pytest.fixture(scope="module")
def loaded(shared, tmp_path_factory):
    """Two runs into an empty PIM: their reports, and the calls after each."""
    folder = tmp_path_factory.mktemp("icecat")
    with serve(installed_catalog()) as pim:
        file = folder / "structure.yaml"
        file.write_text(loading(pim, shared / "icecat", FLOWS), "utf-8")
        runs = [(cli("run", file), calls(pim)) for _ in range(2)]
        yield SimpleNamespace(
            pim=pim, folder=shared / "icecat", first=runs[0][0], second=runs[1][0], calls=[one for _, one in runs]
        )


def rows_of(file, name):
    with file.open(encoding="utf-8", newline="") as lines:
        rows = [{column: cell for column, cell in row.items() if cell} for row in csv.DictReader(lines, delimiter=";")]
    return {tuple(row[key] for key in KEYS.get(name, ("code",))): row for row in rows}


def same_form(column, cell):
    if column.startswith(LISTS):
        return sorted(cell.split(","))
    if column in {"number_min", "number_max", "max_file_size"}:
        return float(cell)
    return {"true": "1", "false": "0"}.get(cell.lower(), cell)


def test_everything_is_created_and_no_problem_is_told(loaded):
    expected = {name: {"created": rows} for name, rows in ROWS.items()}
    expected["attribute_groups"] = {"created": 10, "updated": 1}  # the PIM brings the group `other`
    assert counts(loaded.first) == expected
    assert told(loaded.first) == []


def test_the_second_run_sends_nothing(loaded):
    assert counts(loaded.second) == {name: {"unchanged": rows} for name, rows in ROWS.items()}
    first, second = loaded.calls
    assert {route: second[route] - first.get(route, 0) for route in second if route.startswith("PATCH")} == {
        route: 0 for route in second if route.startswith("PATCH")
    }


def test_each_list_is_written_in_as_few_calls_as_can_be(loaded):
    written = {route.rpartition("/v1/")[2]: number for route, number in loaded.calls[0].items() if "PATCH" in route}
    assert written == {
        "categories": 2,
        "channels": 1,
        "attribute-groups": 1,
        "attributes": 1,
        "attributes/{code}/options": 21,  # one for each attribute that has options
        "association-types": 1,
        "families": 1,
        "families/{code}/variants": 4,
    }
    read = {route: number for route, number in loaded.calls[0].items() if route.startswith("GET")}
    assert sum(read.values()) <= 20, read


def test_a_plan_without_a_memory_finds_all_of_it_in_the_pim(loaded, tmp_path):
    (tmp_path / "again.yaml").write_text(loading(loaded.pim, loaded.folder, FLOWS), "utf-8")
    report = cli("plan", tmp_path / "again.yaml")["report"]
    assert counts(report) == {name: {"unchanged": rows} for name, rows in ROWS.items()}


def test_what_is_read_back_is_what_was_in_the_files(loaded, tmp_path):
    (tmp_path / "export.yaml").write_text(exporting(loaded.pim, tmp_path, FLOWS), "utf-8")
    cli("run", tmp_path / "export.yaml")
    differing = []
    for name in FLOWS:
        given, found = rows_of(loaded.folder / f"{name}.csv", name), rows_of(tmp_path / f"{name}.csv", name)
        assert found.keys() == given.keys()
        differing += [
            (name, key, column, cell, found[key].get(column))
            for key, row in given.items()
            for column, cell in row.items()
            if same_form(column, cell) != same_form(column, found[key].get(column, ""))
        ]
    # the PIM puts the axes among the attributes of their level
    assert {(name, column) for name, _, column, _, _ in differing} <= {("family_variants", "variant-attributes_2")}
    assert all(set(given.split(",")) < set(found.split(",")) for _, _, _, given, found in differing)


def test_an_export_loads_into_a_second_pim_that_then_exports_the_same(loaded, tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    with serve(installed_catalog()) as other:
        for folder, pim in ((first, loaded.pim), (second, other)):
            folder.mkdir()
            if pim is other:
                (folder / "load.yaml").write_text(loading(other, first, FLOWS), "utf-8")
                assert told(cli("run", folder / "load.yaml")) == []
            (folder / "export.yaml").write_text(exporting(pim, folder, FLOWS), "utf-8")
            cli("run", folder / "export.yaml")
    for name in FLOWS:
        one, two = (sorted((folder / f"{name}.csv").read_text("utf-8").splitlines()) for folder in (first, second))
        assert one == two, name
