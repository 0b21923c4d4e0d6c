"""`pimflow estimate`: calls and size beforehand, held against what the run then takes."""

import copy
import json

import pytest

from pimflow_akeneo_sandbox.serve import serve

from .conftest import ATTRIBUTE, CATALOG

ROWS = [f"MUG-{n:03};mugs;cups;Mug {n};red;0.{n:03}" for n in range(1, 351)]


@pytest.fixture(scope="module")
def served():
    made = copy.deepcopy(CATALOG)
    made["attributes"].append(ATTRIBUTE | {"code": "picture", "type": "pim_catalog_image"})
    made["families"][0]["attributes"].append("picture")
    with serve(made) as sandbox:
        yield sandbox


def estimate(project, *options):
    return project.command("estimate", str(project.folder / "pipeline.yaml"), *options)


def data(project, *options):
    return json.loads(estimate(project, *options, "--json").out)["flows"][0]


def test_calls_that_write_are_those_that_the_run_makes(project):
    project.write(*ROWS, "BAD,;mugs;cups;Bad;red;1")
    found = data(project)
    assert (found["read"], found["records"], found["calls"]["write"]) == (351, 350, 4)
    assert project.writes() == 0
    assert json.loads(project.run("--json").out)["flows"][0]["counts"]["created"] == 350
    assert project.writes() == found["calls"]["write"]


def test_the_state_grows_about_as_much_as_was_told(project, monkeypatch):
    monkeypatch.delenv("PIMFLOW_STATE", raising=False)  # a server takes room by whole pages, for itself as well
    project.write(*ROWS)
    told = data(project)["bytes"]["state"]
    state = project.folder / ".pimflow" / "state.sqlite"
    before = sum(file.stat().st_size for file in state.parent.glob("state.sqlite*"))
    project.run()
    grown = sum(file.stat().st_size for file in state.parent.glob("state.sqlite*")) - before
    assert 0.5 * grown < told < 1.5 * grown


def test_what_was_sent_costs_nothing_any_more_and_a_past_run_tells_the_time(project):
    project.write(*ROWS)
    first = data(project)
    assert first["pace"] is None
    assert 0 < first["seconds"]["least"] < first["seconds"]["most"]
    project.run()
    project.write(*ROWS[:-150], *(row.replace("red", "blue") for row in ROWS[-150:]))
    later = data(project)
    assert (later["records"], later["calls"]["write"]) == (150, 2)
    assert later["pace"] > 10
    assert later["seconds"]["least"] == later["seconds"]["most"]


def test_what_is_only_held_against_the_pim_costs_reading(project):
    file = project.folder / "pipeline.yaml"
    file.write_text(file.read_text("utf-8") + "    diff: target\n", "utf-8")
    project.write(*ROWS)
    project.run()
    found = data(project)
    assert (found["records"], found["calls"]["write"], found["bytes"]["sent"]) == (0, 0, 0)
    assert found["calls"]["ask"] >= 4
    assert "350 rows read, 0 products to send.\n  calls 0 that write" in estimate(project).out
    project.write(*ROWS[:-1], ROWS[-1].replace("red", "blue"))
    assert (data(project)["records"], data(project)["calls"]["write"]) == (1, 1)


def test_it_is_told_in_words(project):
    project.write(*ROWS)
    told = estimate(project).out
    assert "products -> the PIM: 350 rows read, 350 products to send." in told
    assert "4 that write, 8 at most that ask what is there" in told
    assert "10 s for a call that writes 100" in told
    assert "Nothing was written." in told


def test_a_used_pim_and_guards_do_not_stop_an_estimate(project):
    project.pim.seed([{"resource": "products", "data": {"identifier": "HERS", "family": "mugs"}}])
    project.write(*ROWS)
    assert estimate(project).code == 0


def test_files_are_counted_until_the_pim_has_them(project):
    pipeline = project.folder / "pipeline.yaml"
    text = pipeline.read_text("utf-8").replace("colour: colour\n", "picture: colour\n")
    text = text.replace(
        "akeneo.products, connection: pim", "akeneo.products, connection: pim, media: {folder: pictures}"
    )
    pipeline.write_text(text, "utf-8")
    (project.folder / "pictures").mkdir()
    for name, size in (("one.png", 1000), ("two.png", 500)):
        (project.folder / "pictures" / name).write_bytes(b"\x89PNG\r\n\x1a\n" + name.encode() * size)
    project.write(*(f"MUG-{n};mugs;cups;Mug;{name}.png;1" for n, name in enumerate(["one", "two", "one"])))
    found = data(project)
    assert (found["calls"]["upload"], found["bytes"]["files"]) == (2, 8 + 7 * 1000 + 8 + 7 * 500)
    assert "2 to upload, 11 kB" in estimate(project).out
    assert project.run().code == 0
    project.write(*(f"MUG-{n};mugs;cups;Mug;{name}.png;1" for n, name in enumerate(["two", "one", "one"])))
    assert data(project)["calls"]["upload"] == 0
