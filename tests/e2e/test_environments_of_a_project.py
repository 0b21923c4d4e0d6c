"""One project, a PIM for tests and one for production, through the command line."""

import os
import pty
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from pimflow.cli import COMMANDS, pimflow
from pimflow_akeneo_sandbox.serve import Served, serve

from .conftest import CATALOG, PIPELINE, Project

PROJECT = """\
version: 1
connections:
  pim: {{type: akeneo, client_id: sandbox, username: sandbox, secret: sandbox, password: sandbox, url: "{test}"}}
environments:
  test: {{}}
  production:
    production: true
    connections:
      pim: {{url: "{production}"}}
default_environment: test
"""
STATE_IN_FILES = True
"""Each environment has a file of its own, whatever the tests are run on."""
FLOWS = PIPELINE[PIPELINE.index("flows:") :].format()
CUP = "CUP;mugs;cups;Cup;red;1"
OTHER = "POT;mugs;cups;Pot;blue;2"


@pytest.fixture(scope="module")
def production() -> Iterator[Served]:
    with serve(CATALOG) as sandbox:
        yield sandbox


@pytest.fixture
def both(project: Project, production: Served, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project with two environments, in whose folder a person works; `pim` is that of the tests."""
    production.reset()
    monkeypatch.chdir(project.folder)
    monkeypatch.delenv("PIMFLOW_ENVIRONMENT", raising=False)
    (project.folder / "pimflow.yaml").write_text(PROJECT.format(test=project.pim.url, production=production.url))
    (project.folder / "pipeline.yaml").write_text(f"version: 1\nname: mugs\n{FLOWS}")
    project.write(CUP)
    return project


def in_production(both: Project, production: Served) -> list[str]:
    return [one["identifier"] for one in Project(both.folder, production, both.command).products()]


def confirm(both: Project) -> None:
    assert both.run("-e", "production", "--confirm", "production").code == 0


def test_test_and_production_know_nothing_of_each_other(both, production):
    first = both.run()
    assert "1 new" in first.out
    assert "products.csv -> PIM (test), " in first.out
    assert (both.folder / ".pimflow/test/state.sqlite").exists()
    assert in_production(both, production) == []
    both.write(CUP, OTHER)
    done = both.run("-e", "production", "--confirm", "production")
    assert "2 new, 0 updated, 0 already up to date" in done.out
    assert "PIM (production)" in done.out
    assert [one["identifier"] for one in both.products()] == ["CUP"]
    assert "1 new, 0 updated, 1 already up to date" in both.run("-e", "test").out
    assert "2 already up to date" in both.run("-e", "production").out
    assert not (both.folder / ".pimflow/state.sqlite").exists()
    assert not (both.folder / ".pimflow/logs").exists()


def test_what_needs_attention_is_told_and_sent_again_where_it_happened(both, production):
    confirm(both)
    both.write(CUP, "BAD;mugs;cups;Bad;pink;1")
    assert both.run("-e", "production").code == 0
    assert "Nothing needs attention" in both.command("problems", "pipeline.yaml", "-e", "test").out
    assert "pink" in both.command("problems", "pipeline.yaml", "-e", "production").out
    assert "Nothing needs attention" in both.command("retry", "pipeline.yaml").out
    assert "PIM (production)" in both.command("retry", "pipeline.yaml", "-e", "production").out
    (cause,) = orjson.loads(both.command("problems", "pipeline.yaml", "-e", "production", "--json").out)
    asked = ["--pipeline", "pipeline.yaml", "--use", "red"]
    assert both.command("answer", cause["id"], *asked).code == 2
    assert both.command("answer", cause["id"], *asked, "-e", "production").code == 0
    assert "red" in both.command("answer", "--list", "--pipeline", "pipeline.yaml", "-e", "test").out


def test_the_first_run_in_production_is_confirmed_by_its_name(both, production):
    refused = both.run("-e", "production")
    assert (refused.code, refused.out) == (2, "")
    assert f"mugs has never written to {production.url}, and production is marked as production." in refused.err
    assert "--confirm production" in refused.err
    assert both.command("check", "pipeline.yaml", "-e", "production").code == 0
    assert "CUP" in both.command("plan", "pipeline.yaml", "-e", "production").out
    assert both.run("-e", "production", "--json").code == 2
    assert "'test' was confirmed, and this would run in 'production'" in both.run(
        "-e", "production", "--confirm", "test"
    ).err  # fmt: skip
    assert in_production(both, production) == []
    assert both.command("runs", "-e", "production").out.startswith("No run yet.")
    confirm(both)
    assert in_production(both, production) == ["CUP"]
    assert both.run("-e", "production").code == 0


def test_a_confirmed_name_counts_for_the_environment_that_it_names_only(both):
    assert "'production' was confirmed, and this would run in 'test'" in both.run("--confirm", "production").err
    assert both.products() == []


def test_a_state_copied_from_test_is_no_confirmation(both, production):
    both.run()
    shutil.copytree(both.folder / ".pimflow/test", both.folder / ".pimflow/production")
    assert both.run("-e", "production").code == 2
    assert in_production(both, production) == []
    done = both.run("-e", "production", "--confirm", "production")
    assert "1 new" in done.out
    assert f"writes to {production.url} for the first time: everything is sent there." in done.out


def test_a_state_of_tests_that_wrote_to_production_by_mistake_is_no_confirmation(both, production):
    file = both.folder / "pimflow.yaml"
    file.write_text(PROJECT.format(test=production.url, production=production.url))
    both.run()
    shutil.copytree(both.folder / ".pimflow/test", both.folder / ".pimflow/production")
    assert both.run("-e", "production").code == 2


def test_another_address_of_production_is_confirmed_anew(both):
    confirm(both)
    file = both.folder / "pimflow.yaml"
    file.write_text(PROJECT.format(test=both.pim.url, production=both.pim.url))
    assert both.run("-e", "production").code == 2
    assert both.products() == []


def test_files_that_production_writes_are_confirmed_once(both, production, monkeypatch):
    text = (both.folder / "pipeline.yaml").read_text()
    flow = (
        "  {}:\n    source: {{type: files.csv, path: products.csv}}\n    sink: {{type: files.jsonl, path: {}.jsonl}}\n"
    )
    (both.folder / "pipeline.yaml").write_text("version: 1\nname: mugs\nflows:\n" + flow.format("copy", "one"))
    assert both.run("-e", "production").code == 2
    confirm(both)
    monkeypatch.chdir(both.folder.parent)  # a path that is told in another way is the same file
    assert both.run("-e", "production").code == 0
    (both.folder / "pipeline.yaml").write_text(text + flow.format("copy", "two"))
    refused = both.run("-e", "production")
    assert (refused.code, production.url in refused.err) == (2, True)


@pytest.mark.parametrize(("typed", "code"), [("production", 0), ("prod", 2)])
def test_in_a_terminal_the_name_is_asked_for_once(both, production, typed, code):
    answer = in_terminal(both.folder, typed)
    assert "Type the name of the environment to go on:" in answer.stderr
    assert "has never written to" in answer.stderr
    assert answer.returncode == code
    assert len(in_production(both, production)) == (code == 0)
    if code == 0:
        assert "Type the name" not in in_terminal(both.folder, "").stderr


def in_terminal(folder: Path, typed: str) -> subprocess.CompletedProcess[str]:
    """Run in production, with a person who types at a terminal."""
    outer, inner = pty.openpty()
    command = [sys.executable, "-m", "pimflow", "run", "pipeline.yaml", "-e", "production"]
    try:
        os.write(outer, f"{typed}\n".encode())
        return subprocess.run(command, stdin=inner, capture_output=True, text=True, cwd=folder, timeout=60, check=False)
    finally:
        os.close(outer)
        os.close(inner)


def test_an_address_that_production_shares_is_warned_of(both, production):
    both.command("run", "pipeline.yaml")
    file = both.folder / "pimflow.yaml"
    file.write_text(PROJECT.format(test=production.url, production=production.url))
    told = (
        f"{production.url} is used by production (connection pim), which is marked as production, and by test "
        "(connection pim): what is meant for test reaches production. Give it an address of its own in test "
        f"({file}:3)"
    )
    for environment in ("test", "production"):
        checked = both.command("check", "pipeline.yaml", "-e", environment)
        assert checked.code == 0
        assert f"warn  {told}." in checked.out
    assert orjson.loads(both.command("check", "pipeline.yaml", "--json").out)["warnings"] == [told]
    assert told in both.run().err
    assert told not in both.run().err
    assert told in both.run("-e", "production", "--confirm", "production").err


def test_addresses_are_compared_without_the_secrets_of_the_other_environment(both, monkeypatch):
    monkeypatch.delenv("PRODUCTION_SECRET", raising=False)
    text = PROJECT.format(test=both.pim.url, production=both.pim.url).replace(
        "pim: {url:", 'pim: {secret: "${env:PRODUCTION_SECRET}", url:'
    )
    (both.folder / "pimflow.yaml").write_text(text)
    assert "what is meant for test reaches production" in both.command("check", "pipeline.yaml").out
    (both.folder / "pimflow.yaml").write_text(text.replace(f'url: "{both.pim.url}"}}', 'url: "${env:NOT_HERE}"}'))
    assert "warn" not in both.command("check", "pipeline.yaml", "-e", "test").out


def test_history_logs_and_monitoring_are_those_of_one_environment(both):
    both.run()
    confirm(both)
    here, there = (both.command("runs", "-e", name).out.splitlines() for name in ("test", "production"))
    assert [line.split("  ")[1] for line in here + there] == ["mugs (test)", "mugs (production)"]
    run = there[0].split()[0]
    assert [one["environment"] for one in orjson.loads(both.command("runs", "-e", "production", "--json").out)] == [
        "production"
    ]
    assert "begins" in both.command("logs", run, "-e", "production").out
    assert both.command("logs", run).code == 2
    assert f"no run is called '{run}' in environment test" in both.command("runs", run).err
    assert orjson.loads(both.command("runs", run, "-e", "production", "--json").out)["environment"] == "production"
    assert both.command("runs", "--late", "1h", "-e", "production").out.startswith("ok    mugs (production): ")
    assert both.command("explain", "CUP", "-e", "production").code == 0
    assert both.command("undo", run).code == 2
    assert "PIM (production)" in both.command("undo", run, "--yes", "-e", "production").out


def test_a_plan_of_one_environment_is_not_applied_to_another(both, production):
    assert both.command("plan", "pipeline.yaml", "--save", "test.plan").code == 0
    refused = both.command("apply", "test.plan", "-e", "production", "--confirm", "production")
    assert refused.code == 2
    assert "it is a plan for another environment, 'test'" in refused.err
    both.command("plan", "pipeline.yaml", "--save", "live.plan", "-e", "production")
    assert both.command("apply", "live.plan", "-e", "production").code == 2
    assert in_production(both, production) == []
    assert both.command("apply", "live.plan", "-e", "production", "--confirm", "production").code == 0
    assert in_production(both, production) == ["CUP"]


def test_the_variable_chooses_an_environment_and_the_option_goes_before_it(both, production, monkeypatch):
    monkeypatch.setenv("PIMFLOW_ENVIRONMENT", "production")
    assert both.run().code == 2
    assert both.run("-e", "test").code == 0
    assert "PIM (production)" in both.run("--confirm", "production").out


def test_a_state_that_is_named_wins(both):
    assert both.run("--state", "mine.sqlite").code == 0
    assert not (both.folder / ".pimflow/test/state.sqlite").exists()
    assert "mugs (test)" in both.command("runs", "--state", "mine.sqlite").out


def test_the_doctor_examines_one_environment(both, monkeypatch):
    text = (both.folder / "pimflow.yaml").read_text().replace("pim: {url:", 'pim: {secret: "${env:NOT_HERE}", url:')
    (both.folder / "pimflow.yaml").write_text(text)
    both.run()
    examined = both.command("doctor")
    assert examined.code == 0
    assert "environment: test; its state and its logs are its own." in examined.out
    assert ".pimflow/test/state.sqlite" in examined.out
    assert "1 in .pimflow/test/logs" in examined.out
    assert "variable NOT_HERE: is not set" in both.command("doctor", "-e", "production").out
    (both.folder / "pimflow.yaml").write_text(text.replace("default_environment: test\n", ""))
    examined = both.command("doctor")
    assert examined.code == 1
    assert "which one? Give --environment" in examined.out


def test_secrets_in_environments_are_masked_in_a_bundle(both):
    text = (both.folder / "pimflow.yaml").read_text().replace("pim: {url:", "pim: {secret: geheim-in-production, url:")
    (both.folder / "pimflow.yaml").write_text(text)
    assert both.command("doctor", "--bundle", "bundle.zip").code == 0
    shutil.unpack_archive("bundle.zip", "bundle")
    shown = Path("bundle/config/pimflow.yaml").read_text()
    assert "geheim-in-production" not in shown
    assert "production: true" in shown


def test_a_restored_backup_of_the_pim_is_put_right_against_the_target(both, production):
    file = both.folder / "pipeline.yaml"
    file.write_text(f"{file.read_text().rstrip()}\n    diff: target\n")
    confirm(both)
    assert "1 already up to date" in both.run("-e", "production").out
    production.reset()  # yesterday's backup: the product is not in it
    done = both.run("-e", "production")
    assert "1 new" in done.out
    assert in_production(both, production) == ["CUP"]


def test_without_environments_another_address_starts_empty_and_says_so(project, production):
    production.reset()
    project.write(CUP)
    assert "1 new" in project.run().out
    assert (project.folder / ".pimflow/state.sqlite").exists()
    (project.folder / "pipeline.yaml").write_text(PIPELINE.format(url=production.url))
    done = project.run()
    assert "1 new" in done.out
    assert f"writes to {production.url} for the first time: everything is sent there." in done.out


@pytest.mark.parametrize(
    "words", [[name] for name in COMMANDS if name not in {"init", "plugins", "schema", "state"}]
    + [["state", name] for name in ("show", "reset", "set", "unlock")],
    ids=" ".join,
)  # fmt: skip
def test_every_command_of_a_project_takes_the_environment(words):
    command = pimflow
    for word in words:
        command = command.get_command(None, word)
    options = {option for one in command.params for option in one.opts}
    assert {"--environment", "-e"} <= options


def test_the_state_of_a_project_that_ran_without_environments_becomes_that_of_production(both, production):
    file = both.folder / "pimflow.yaml"
    with_environments = file.read_text()
    file.write_text(with_environments[: with_environments.index("environments:")].replace(both.pim.url, production.url))
    assert "1 new" in both.run().out
    folder = both.folder / ".pimflow"
    (folder / "production").mkdir()
    for name in ("state.sqlite", "logs"):
        (folder / name).rename(folder / "production" / name)
    file.write_text(with_environments)
    assert both.run("-e", "production").code == 2
    assert "1 already up to date" in both.run("-e", "production", "--confirm", "production").out
    assert both.command("runs", "-e", "production").out.count("\n") == 2
