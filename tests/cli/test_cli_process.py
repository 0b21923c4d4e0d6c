"""The command line as a process: help, plugins, completion, signals."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pimflow.cli import COMMANDS, pimflow


def test_an_unknown_command_gets_the_nearest(cli):
    answer = cli("rnu")
    assert answer.code == 2
    assert "no command is called 'rnu'; did you mean 'run'?" in answer.err


def test_plugins_are_listed(cli, shop):
    answer = cli("plugins")
    assert "shop.products (sink)" in answer.out
    found = {plugin["name"]: plugin for plugin in cli("plugins", "--json").json}
    assert found["shop"]["distribution"] == "pimflow-shop"
    assert {"kind": "connection", "type": "shop"} in found["shop"]["types"]


@pytest.mark.parametrize("command", [*COMMANDS])
def test_each_command_has_help_and_takes_json(cli, command):
    answer = cli(command, "--help")
    assert answer.code == 0
    assert "Usage: pimflow" in answer.out
    assert "--json" in (cli("state", "reset", "--help") if command == "state" else answer).out
    loaded = pimflow.get_command(None, command)
    assert loaded.name == command
    assert loaded.help


def test_commands_of_plugins_are_listed_and_a_broken_one_hurts_only_itself(cli, tmp_path, monkeypatch):
    info = tmp_path / "site" / "pimflow_x-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: pimflow-x\nVersion: 1\nSummary: About x.\n")
    (info / "entry_points.txt").write_text(
        "[pimflow.commands]\nbreak = no_such_module:command\nrun = no_such_module:run\n"
    )
    monkeypatch.syspath_prepend(tmp_path / "site")
    assert re.search(r"break +About x\.", cli("--help").out)
    answer = cli("break")
    assert answer.code == 1
    assert "command 'break' of pimflow-x cannot be loaded: ModuleNotFoundError" in answer.err
    assert "Run a pipeline" in cli("run", "--help").out


@pytest.mark.parametrize("arguments", [["plugins"], ["validate", "to_shop"], ["check", "to_shop"]])
def test_a_broken_plugin_is_told_without_a_traceback(environment, pipeline, tmp_path, arguments):
    info = tmp_path / "site" / "pimflow_x-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: pimflow-x\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[pimflow]\nx = pimflow_x\n")
    (tmp_path / "site" / "pimflow_x.py").write_text("raise ValueError('bad [/x] thing')")
    pipeline.write_text(pipeline.read_text().replace("type: shop.products", "type: x.products"))
    environment["PYTHONPATH"] += f":{tmp_path / 'site'}"
    done = process(sys.executable, "-m", "pimflow", *arguments, environment=environment, cwd=tmp_path)
    assert "cannot be used: ValueError: bad [/x] thing" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def process(*args, environment, **options):
    return subprocess.run(args, capture_output=True, text=True, env=environment, timeout=60, check=False, **options)


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["run", "--help"], ["rnu"]])
def test_help_imports_neither_pydantic_nor_petl_nor_httpx(environment, arguments):
    code = (
        "import sys; sys.argv = ['pimflow', *sys.argv[1:]]\n"
        "from pimflow.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print('loaded:', *sorted({'pydantic', 'petl', 'httpx', 'sqlalchemy', 'yaml'} & set(sys.modules)))"
    )
    done = process(sys.executable, "-c", code, *arguments, environment=environment)
    loaded = done.stdout.splitlines()[-1]
    assert loaded == "loaded:"


def test_python_dash_m_is_the_same(environment):
    done = process(sys.executable, "-m", "pimflow", "--help", environment=environment)
    assert done.returncode == 0
    assert done.stdout.startswith("Usage: pimflow")
    assert all(f"  {command}" in done.stdout for command in COMMANDS)


def test_shell_completion_knows_commands_and_pipelines(environment, pipeline, tmp_path):
    def complete(words, position):
        variables = {"_PIMFLOW_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": position}
        script = Path(sys.executable).parent / "pimflow"
        return process(str(script), environment={**environment, **variables}, cwd=tmp_path).stdout.split()

    assert "plain,run" in complete("pimflow ru", "1")
    assert complete("pimflow run to", "2") == ["plain,to_shop"]


INTERRUPTED = """
import sys, os, signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # begun in the background, it would be ignored
import pimflow_shop
shop = pimflow_shop.SHOPS["main"] = pimflow_shop.Shop()
shop.tables["products"] = [("sku",), *((f"S{n}",) for n in range(50))]
def on_load(batch):
    if batch[0].key == "S10":
        os.kill(os.getpid(), signal.SIGINT)
shop.on_load = on_load
sys.argv = ["pimflow", "run", "to_shop"]
from pimflow.cli import main
main()
"""


def test_ctrl_c_ends_in_words_with_exit_code_3(environment, pipeline, tmp_path):
    pipeline.write_text(pipeline.read_text() + "    transforms: [{shop.slow: {seconds: 0.002}}]\n")
    done = process(sys.executable, "-c", INTERRUPTED, environment=environment, cwd=tmp_path)
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert done.stderr.strip() == (
        "error: stopped by you. What was written stays; the next run goes on from there. "
        "`pimflow runs last` tells how far it came"
    )
    told = process(sys.executable, "-m", "pimflow", "runs", "last", environment=environment, cwd=tmp_path).stdout
    assert ": stopped. It was stopped; what was written stays, and the next run goes on from there." in told
    assert re.search(r"  Before that: 50 products read; [1-9]\d* new, 0 updated", told)


def test_a_killed_run_is_told_as_such(cli, environment, pipeline, tmp_path):
    pipeline.write_text(pipeline.read_text() + "    transforms: [{shop.slow: {seconds: 0.002}}]\n")
    done = process(
        sys.executable,
        "-c",
        INTERRUPTED.replace("os.getpid(), signal.SIGINT", "os.getpid(), signal.SIGKILL"),
        environment=environment,
        cwd=tmp_path,
    )
    assert done.returncode == -signal.SIGKILL
    told = "broken off, its process was killed; what was written stays, and the next run goes on from there"
    assert told in cli("runs").out
    assert told in cli("runs", "last").out
    assert cli("runs", "--json").json[0]["state"] == told
    assert cli("run", "to_shop").code == 0
    assert [line.partition("UTC  ")[2] for line in cli("runs").out.splitlines()] == ["exit code 0", told]
    assert "was broken off: its process did not end it" in cli("logs").out
    assert Path(".pimflow/state.sqlite").exists()


LONG = INTERRUPTED.replace(
    "os.kill(os.getpid(), signal.SIGINT)", "print('there', flush=True); import time; time.sleep(60)"
)


def test_a_second_run_is_told_who_runs_and_ends_with_exit_code_4(cli, shop, environment, pipeline, tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", LONG], env=environment, cwd=tmp_path, stdout=subprocess.PIPE, text=True
    ) as running:
        try:
            assert running.stdout.readline() == "there\n"
            answer = cli("run", "to_shop")
            assert answer.code == 4
            assert re.fullmatch(
                r"error: to-shop is running already: run 20\S+, since 20[-0-9]+ [0-9:]{5}, "
                rf"process {running.pid} on \S+\. Nothing was done\. "
                r"Start it again when that run has ended; `pimflow runs` tells\n",
                answer.err,
            )
            assert cli("retry", "to_shop", "S1").code == 4
            assert cli("run", "to_shop", "--json").json["exit_code"] == 4
            forget = ("state", "reset", "to_shop", "--yes")
            for command in (
                forget,
                (*forget, "--cursors"),
                ("state", "set", "to_shop", "--flow", "products", "--cursor", "1"),
            ):
                assert (cli(*command).code, "is running already" in cli(*command).err) == (4, True)
            assert cli("plan", "to_shop").code == 0
            assert cli("check", "to_shop").code == 0
            assert "goes on (run 20" in cli("runs").out
            assert len(cli("runs").out.splitlines()) == 1
            answer = cli("state", "unlock", "to_shop", "--yes")
            assert f"process {running.pid} on" in answer.out
            assert cli("run", "to_shop").code == 0
        finally:
            running.kill()
    assert cli("state", "unlock", "to_shop", "--json").json == {"unlocked": None}
    assert "is not locked" in cli("state", "unlock", "to_shop").out


def test_a_console_that_cannot_show_a_letter_ends_no_command(tmp_path):
    (tmp_path / "in.csv").write_text("sku;name\nA;日本\n", "utf-8")
    (tmp_path / "p.yaml").write_text(
        "version: 1\nflows:\n  p: {source: {type: files.csv, path: in.csv}, sink: {type: files.csv, path: o.csv}}\n",
        "utf-8",
    )
    command = [sys.executable, "-m", "pimflow", "plan", "p.yaml"]
    narrow = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    done = subprocess.run(command, cwd=tmp_path, env=narrow, capture_output=True, text=True, check=False)
    assert "name: \\u65e5\\u672c" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
