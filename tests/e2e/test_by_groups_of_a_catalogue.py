"""`pimflow run --by family`: a catalogue comes family by family, with a checkpoint after each."""

import copy
import json
import os
import pty
import re
import subprocess
import sys

import pytest

from pimflow_akeneo_sandbox.serve import serve

from .conftest import CATALOG, Printed

FAMILIES = {"mugs": 130, "chairs": 40, "lamps": 7}


@pytest.fixture(scope="module")
def served():
    made = copy.deepcopy(CATALOG)
    made["families"] += [made["families"][0] | {"code": code} for code in FAMILIES if code != "mugs"]
    with serve(made) as sandbox:
        yield sandbox


@pytest.fixture
def shop(project, monkeypatch):
    """Three families, mixed, and two products without one."""
    rows = [row(family, n) for family, size in FAMILIES.items() for n in range(size)]
    rows[60:60] = [row("", n) for n in range(2)]
    project.write(*rows)
    monkeypatch.chdir(project.folder)
    return project


def row(family, n, name="Thing"):
    colour = "purple" if n % 30 == 7 else "red"
    return f"{family.upper() or 'NONE'}-{n:03};{family};cups;{name} {n};{colour};0.5"


def families(project):
    return sorted({one["family"] or "" for one in project.products()})


def data(printed):
    assert printed.code == 0, printed.err
    return json.loads(printed.out)


def test_each_command_brings_one_family_and_names_the_command_that_goes_on(shop):
    first = shop.command("run", "pipeline.yaml", "--by", "family")
    assert first.code == 0
    assert re.search(r"family chairs, .*: 40 products read; 40 new, .* 2 need your attention \(1 cause\)", first.out)
    assert "By family: 1 of 4 done. Next: 'lamps' (7 products), then 'mugs', (no family).\n" in first.out
    assert "`pimflow run pipeline.yaml --by family` goes on with 'lamps' (7 products).\n" in first.out
    assert families(shop) == ["chairs"]
    assert "By family: 1 of 4 done." in shop.command("runs", "last").out
    writes = shop.writes()
    second = data(shop.command("run", "pipeline.yaml", "--by", "family", "--json"))
    assert [(one["part"], one["counts"]) for one in second["flows"]] == [("family lamps", {"created": 7})]
    assert second["checkpoint"]["next"] == "mugs"
    assert (second["checkpoint"]["done"], second["checkpoint"]["groups"], second["checkpoint"]["rows"]) == (2, 4, 130)
    assert shop.writes() == writes + 1, "what is through is not sent again"
    third = data(shop.command("run", "pipeline.yaml", "--by", "family", "--groups", "2", "--json"))
    assert [one["part"] for one in third["flows"]][:2] == ["family mugs", "(no family)"]
    assert len(shop.products()) == 179
    writes = shop.writes()
    plain = data(shop.command("run", "pipeline.yaml", "--json"))
    assert plain["flows"][0]["counts"] == {"unchanged": 179}
    assert shop.writes() == writes


def test_a_plain_run_and_a_retry_of_everything_wait_for_the_checkpoints(shop):
    shop.command("run", "pipeline.yaml", "--by", "family")
    held = shop.run()
    assert held.code == 3
    assert "is being brought group after group by family, and 1 is through" in held.err
    assert families(shop) == ["chairs"]
    assert shop.command("retry", "pipeline.yaml").code == 0
    assert families(shop) == ["chairs"], "retry sends what is open, and no other family"
    assert shop.run("--allow", "first_import").code == 0
    assert families(shop) == ["", "chairs", "lamps", "mugs"]
    assert shop.run().code == 0


def test_the_plan_shows_the_next_family(shop):
    shop.command("run", "pipeline.yaml", "--by", "family")
    writes = shop.writes()
    planned = shop.command("plan", "pipeline.yaml", "--by", "family", "--show", "1")
    assert planned.code == 0
    assert "create product LAMPS-000" in planned.out
    assert re.search(r"family lamps, .*, preview: 7 products read; 7 new", planned.out)
    assert shop.writes() == writes
    assert "family lamps" in shop.command("run", "pipeline.yaml", "--by", "family").out


def test_options_that_do_not_go_together_are_told(shop):
    assert "--by goes through everything" in shop.command("run", "pipeline.yaml", "--by", "family", "--limit", "3").err
    assert "give both" in shop.command("run", "pipeline.yaml", "--groups", "3").err
    unknown = shop.command("run", "pipeline.yaml", "--by", "famly")
    assert unknown.code == 2
    assert "nothing was run, no flow hands on a column 'famly'; did you mean 'family'?" in unknown.err
    assert shop.products() == []


def test_a_used_pim_is_matched_before_the_first_family(shop):
    there = [{"identifier": f"chairs-{n:03}", "family": "chairs", "values": {}} for n in range(40)]
    shop.pim.seed({"products": [*there, {"identifier": "HERS", "family": "mugs", "values": {}}]})
    stopped = shop.command("run", "pipeline.yaml", "--by", "family")
    assert stopped.code == 3
    assert "the PIM, which has 41 products of others: what comes names" in stopped.out
    assert "`pimflow match` tells which" in stopped.out
    assert shop.command("match", "pipeline.yaml", "--approve-all", "case").code == 0
    chairs = data(shop.command("run", "pipeline.yaml", "--by", "family", "--json"))
    assert chairs["flows"][0]["counts"] == {"updated": 40}
    assert len(shop.products()) == 41


def test_the_demand_is_for_all_families_though_the_first_would_create_nothing(shop):
    there = [{"identifier": f"CHAIRS-{n:03}", "family": "chairs", "values": {}} for n in range(40)]
    shop.pim.seed({"products": [*there, {"identifier": "MUGS.001", "family": "mugs", "values": {}}]})
    stopped = shop.command("run", "pipeline.yaml", "--by", "family")
    assert stopped.code == 3
    assert "`pimflow match` tells which" in stopped.out
    assert shop.command("run", "pipeline.yaml", "--by", "family", "--allow", "first_import").code == 0


def in_terminal(folder, answers, *words):
    """Run in a terminal of its own, and answer each question."""
    primary, secondary = pty.openpty()
    command = [sys.executable, "-m", "pimflow", *words]
    env = os.environ | {"COLUMNS": "200", "TERM": "dumb"}
    process = subprocess.Popen(command, cwd=folder, stdin=secondary, stdout=secondary, stderr=secondary, env=env)
    os.close(secondary)
    told, left = b"", list(answers)
    while True:
        try:
            read = os.read(primary, 4096)
        except OSError:
            break
        if not read:
            break
        told += read
        if left and told.count(b"[y/N/all]") > len(answers) - len(left):
            os.write(primary, left.pop(0))
    os.close(primary)
    return Printed(process.wait(60), told.decode().replace("\r\n", "\n"), "")


def test_in_a_terminal_it_asks_after_each_family(shop):
    first = in_terminal(shop.folder, [b"y\n", b"\n"], "run", "pipeline.yaml", "--by", "family")
    assert first.code == 0
    assert "Go on with 'lamps' (7 products)? [y/N/all]: y" in first.out
    assert "Go on with 'mugs' (130 products)? [y/N/all]:" in first.out
    assert "`pimflow run pipeline.yaml --by family` goes on with 'mugs' (130 products)." in first.out
    assert families(shop) == ["chairs", "lamps"]
    rest = in_terminal(shop.folder, [b"all\n"], "run", "pipeline.yaml", "--by", "family")
    assert (rest.code, rest.out.count("[y/N/all]")) == (0, 1)
    assert "By family: all 4 done." in rest.out
    assert len(shop.products()) == 179


def test_the_command_that_goes_on_is_as_strict_as_the_first(shop):
    first = shop.command("run", "pipeline.yaml", "--by", "family", "--strict", "--state", "my state.sqlite")
    assert first.code == 1
    going_on = "`pimflow run pipeline.yaml --by family --strict --state 'my state.sqlite'` goes on with 'lamps'"
    assert going_on in first.out


def test_the_command_that_goes_on_leaves_to_the_environment_what_it_says(shop, monkeypatch):
    monkeypatch.setenv("PIMFLOW_STATE", "my state.sqlite")
    first = shop.command("run", "pipeline.yaml", "--by", "family")
    assert "`pimflow run pipeline.yaml --by family` goes on with 'lamps'" in first.out


def test_no_answer_at_the_question_keeps_what_was_brought(shop):
    stopped = in_terminal(shop.folder, [b"\x04"], "run", "pipeline.yaml", "--by", "family")
    assert stopped.code == 0
    assert "goes on with 'lamps'" in stopped.out
    assert "family lamps" in shop.command("run", "pipeline.yaml", "--by", "family").out
