"""From YAML through the command line into the PIM, and again."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pimflow_akeneo_sandbox.serve import serve

from .conftest import Printed, Project

ROWS = [f"MUG-{n:03};mugs;cups;Mug number {n};red;0.{n:03}" for n in range(1, 251)]


def test_a_catalogue_arrives_and_the_second_run_sends_nothing(project: Project) -> None:
    project.write(*ROWS)
    first = project.run()
    assert first.code == 0
    assert "250 products read; 250 new, 0 updated, 0 already up to date." in first.out
    assert project.writes() == 3
    uuids = 2  # calls that ask for the uuids of those that were made; the rest is asked for by the next runs
    assert project.pim.stats()["routes"]["GET /api/rest/v1/products"]["calls"] == 1 + uuids
    mug = project.product("MUG-007")
    assert mug["family"] == "mugs"
    assert mug["enabled"] is False
    assert mug["values"]["weight"][0]["data"] == {"amount": "0.0070", "unit": "KILOGRAM"}
    second = project.run()
    assert "0 new, 0 updated, 250 already up to date." in second.out
    assert project.writes() == 3


def test_one_changed_cell_is_one_line_of_one_call(project: Project) -> None:
    project.write(*ROWS)
    project.run()
    before = project.pim.stats()["routes"]["PATCH /api/rest/v1/products"]
    project.write(*ROWS[:99], ROWS[99].replace("red", "blue"), *ROWS[100:])
    assert "0 new, 1 updated, 249 already up to date." in project.run().out
    after = project.pim.stats()["routes"]["PATCH /api/rest/v1/products"]
    assert (after["calls"] - before["calls"], after["lines"] - before["lines"]) == (1, 1)
    assert project.product("MUG-100")["values"]["colour"][0]["data"] == "blue"


def test_plan_tells_old_and_new_and_writes_nothing(project: Project) -> None:
    project.write(*ROWS[:2])
    project.run()
    writes = project.writes()
    project.write(ROWS[0].replace("red", "blue"), ROWS[1], "NEW-1;mugs;cups;New;red;1")
    plan = project.command("plan", str(project.folder / "pipeline.yaml"))
    assert "colour: red -> blue" in plan.out
    assert "create product NEW-1" in plan.out
    assert "1 new, 1 updated, 1 already up to date" in plan.out
    assert project.writes() == writes
    assert project.product("NEW-1") is None
    assert "1 new, 1 updated, 1 already up to date" in project.run().out


def test_what_is_written_once_belongs_to_the_product_manager_afterwards(project: Project) -> None:
    file = project.folder / "pipeline.yaml"
    file.write_text(file.read_text("utf-8") + "    once: [name-en_US]\n", "utf-8")
    project.write(ROWS[0])
    project.run()
    project.write(ROWS[0].replace("Mug number 1", "Renamed in the ERP").replace("red", "blue"))
    assert "0 new, 1 updated" in project.run().out
    values = project.product("MUG-001")["values"]
    assert values["name"][0]["data"] == "Mug number 1"
    assert values["colour"][0]["data"] == "blue"


def test_only_named_products_are_sent(project: Project) -> None:
    project.write(*ROWS[:10])
    assert "2 new" in project.run("--only", "MUG-003", "--only", "MUG-005").out
    assert [one["identifier"] for one in project.products()] == ["MUG-003", "MUG-005"]


def test_another_address_starts_empty_and_says_so(project: Project) -> None:
    project.write(*ROWS[:3])
    project.run()
    file = project.folder / "pipeline.yaml"
    file.write_text(file.read_text("utf-8").replace("127.0.0.1", "localhost"), "utf-8")
    again = project.run()
    assert "writes to http://localhost" in again.out
    assert "for the first time" in again.out
    assert "3 updated" in again.out


def test_a_key_that_is_not_there_is_told(project: Project) -> None:
    project.write(*ROWS[:3])
    answer = project.run("--only", "MUG-002", "--only", "NOPE")
    assert "1 new" in answer.out
    assert "The source has no record with the key NOPE." in answer.out


def test_only_finds_its_key_in_the_column_of_the_identifier_attribute_too(project: Project) -> None:
    file = project.folder / "pipeline.yaml"
    file.write_text(file.read_text("utf-8").replace("identifier: sku", "sku: sku"), "utf-8")
    project.write(*ROWS[:3])
    assert "1 new" in project.run("--only", "MUG-002").out
    assert [one["identifier"] for one in project.products()] == ["MUG-002"]


def test_what_init_begins_runs_against_the_sandbox_it_suggests(
    tmp_path: Path, command: Callable[..., Printed], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert command("init", str(tmp_path)).code == 0
    monkeypatch.chdir(tmp_path)
    with serve(tmp_path / "sandbox.json") as pim:
        monkeypatch.setenv("AKENEO_URL", pim.url)
        for name in ("CLIENT_ID", "SECRET", "USERNAME", "PASSWORD"):
            monkeypatch.setenv(f"AKENEO_{name}", "sandbox")
        assert command("check").code == 0
        plan = command("plan")
        assert "weight: 350 GRAM" in plan.out
        assert "2 new, 0 updated, 0 already up to date." in command("run").out
        assert "0 new, 0 updated, 2 already up to date." in command("run").out


def test_no_more_than_four_calls_are_under_way_at_once(project: Project) -> None:
    project.pim.faults(concurrency=4, latency_ms=20)
    try:
        project.write(*[f"MUG-{n:04};mugs;cups;Mug {n};red;1" for n in range(1500)])
        assert "1,500 new" in project.run().out
    finally:
        project.pim.faults(concurrency=0, latency_ms=0)
    assert project.pim.stats()["throttled"] == 0
