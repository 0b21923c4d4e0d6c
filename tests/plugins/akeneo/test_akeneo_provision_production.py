"""`pimflow akeneo provision` into an environment that is marked as production: its name is asked for once."""

import os
import pty
import subprocess
import sys

import pytest
import yaml

from pimflow_akeneo.cli import provision
from pimflow_akeneo_sandbox.serve import serve

from .provision_setup import USED

GROUP = "version: 1\nattribute_groups: {facts: }\n"
PIPELINE = """\
version: 1
flows:
  products:
    source: {type: files.csv, path: products.csv}
    sink: {type: akeneo.products, connection: pim}
"""


@pytest.fixture
def both(desk, monkeypatch):
    """A project with an environment for tests, which is that of the desk, and one that is marked as production."""
    monkeypatch.delenv("PIMFLOW_ENVIRONMENT", raising=False)
    file = desk.folder / "pimflow.yaml"
    project = yaml.safe_load(file.read_text())
    with serve(USED) as production:
        there = {"production": True, "connections": {"pim": {"url": production.url}}}
        environments = {"environments": {"test": {}, "live": there}, "default_environment": "test"}
        file.write_text(yaml.safe_dump({**project, **environments}))
        (desk.folder / "facts.yaml").write_text(GROUP)
        yield desk, production


def groups(pim):
    return [one["code"] for one in pim.store.structure["attribute_groups"] if one["code"] == "facts"]


def test_the_first_time_its_name_must_be_given_where_nobody_can_be_asked(both):
    desk, production = both
    code, said = desk.call("akeneo", "provision", "facts.yaml", "-e", "live")
    assert code == 2
    assert (
        f"akeneo provision has never written to {production.url}, and live is marked as production. Nothing was run. "
        "`--plan` shows what it would do. Then give the name of the environment, this once: --confirm live"
    ) in said
    assert production.stats()["routes"] == {}
    assert desk.provision(GROUP, "-e", "live", code=2)["exit_code"] == 2
    assert desk.provision(GROUP, "-e", "live", "--confirm", "live")["counts"] == {"created": 1}
    assert desk.provision(GROUP, "-e", "live")["counts"] == {"unchanged": 1}
    assert groups(production) == ["facts"]
    assert groups(desk.pim) == []


def test_a_plan_and_other_environments_are_not_confirmed(both):
    desk, production = both
    assert desk.provision(GROUP, "-e", "live", "--plan")["counts"] == {"created": 1}
    assert desk.provision(GROUP)["counts"] == {"created": 1}
    assert (groups(production), groups(desk.pim)) == ([], ["facts"])
    assert desk.provision(GROUP, "-e", "live", code=2)["exit_code"] == 2


def test_the_name_of_another_environment_confirms_nothing(both):
    desk, _ = both
    (told,) = desk.provision(GROUP, "-e", "live", "--confirm", "test", code=2)["errors"]
    assert told == "'test' was confirmed, and this would run in 'live'. Nothing was run"
    (told,) = desk.provision(GROUP, "--confirm", "live", code=2)["errors"]
    assert told == "'live' was confirmed, and this would run in 'test'. Nothing was run"
    assert groups(desk.pim) == []


def test_without_environments_there_is_nothing_to_confirm(desk):
    (told,) = desk.provision(GROUP, "--confirm", "live", code=2)["errors"]
    assert told == "'live' was confirmed, and the project has no `environments`. Nothing was run"


def test_a_file_with_mistakes_is_told_before_anything_is_confirmed(both):
    desk, _ = both
    wrong = desk.provision("version: 1\nattribute_group: {}\n", "-e", "live", "--confirm", "live", code=2)
    assert "attribute_group" in wrong["errors"][0]
    assert "never written" in desk.provision(GROUP, "-e", "live", code=2)["errors"][0]


def test_the_connection_of_a_pipeline_is_confirmed_too(both):
    desk, production = both
    (desk.folder / "pipelines").mkdir()
    (desk.folder / "pipelines" / "products.yaml").write_text(PIPELINE)
    (desk.folder / "pipelines" / "products.csv").write_text("sku\n")
    words = ("--pipeline", "products", "-e", "live")
    assert "never written" in desk.provision(GROUP, *words, code=2)["errors"][0]
    assert desk.provision(GROUP, *words, "--confirm", "live")["counts"] == {"created": 1}
    assert desk.provision(GROUP, "-e", "live")["counts"] == {"unchanged": 1}
    assert desk.call("run", "products", "-e", "live")[0] == 2
    assert groups(production) == ["facts"]


@pytest.mark.parametrize(("typed", "code"), [("live", 0), ("test", 2)])
def test_in_a_terminal_the_name_is_asked_for(both, typed, code):
    desk, production = both
    outer, inner = pty.openpty()
    command = [sys.executable, "-m", "pimflow", "akeneo", "provision", "facts.yaml", "-e", "live"]
    try:
        os.write(outer, f"{typed}\n".encode())
        done = subprocess.run(
            command, stdin=inner, capture_output=True, text=True, cwd=desk.folder, timeout=60, check=False
        )
    finally:
        os.close(outer)
        os.close(inner)
    assert "Type the name of the environment to go on:" in done.stderr
    assert "akeneo provision has never written to" in done.stderr
    assert done.returncode == code
    assert groups(production) == ["facts"][: code == 0]


def test_the_options_are_those_of_every_command():
    options = {option for one in provision.params for option in one.opts}
    assert {"-e", "--environment", "--confirm"} <= options
