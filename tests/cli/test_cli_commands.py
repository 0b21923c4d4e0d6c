# ruff: noqa: E501 - tables of cases
"""Each command as a person types it."""

import io
import re
import signal
import subprocess
import sys
from pathlib import Path

import jsonschema
import orjson
import pytest
import yaml

from pimflow.cli import COMMANDS, pimflow
from pimflow.model import Status

USES_A_PIPELINE = ["validate", "check", "plan", "run", "retry"]


def test_run_prints_the_report_and_where_its_details_are(cli, pipeline, shop):
    shop.scripts["B"] = [Status.REFUSED]
    answer = cli("run", "to_shop")
    assert (answer.code, answer.err) == (0, "")
    lines = answer.out.splitlines()
    assert re.fullmatch(
        r"Shelf -> shop, \d\d:\d\d, everything, under 1 s: 3 products read; 2 new, 0 updated, 0 already up to date, "
        r"1 needs your attention \(1 cause\)\.",
        lines[0],
    )
    assert lines[1] == "  - sku: the shop says refused. 1 product did not go through (B)."
    assert re.search(r"pimflow logs \d{8}-\d{6}-[0-9a-f]{4}", lines[-1])


def test_the_only_pipeline_of_a_project_needs_no_name(cli, pipeline):
    assert cli("validate").code == 0
    (pipeline.parent / "other.yaml").write_text(pipeline.read_text())
    answer = cli("validate")
    assert answer.code == 2
    assert "which pipeline? Give a file, or a name out of the folder pipelines: other, to_shop" in answer.err


@pytest.mark.parametrize("name", ["pipelines/to_shop.yaml", "to_shop.yaml", "to_shop"])
def test_a_pipeline_goes_by_file_or_name(cli, pipeline, name):
    assert cli("validate", name).code == 0


def test_validate_contacts_nothing_and_makes_no_file(cli, pipeline, shop, tmp_path):
    answer = cli("validate", "to_shop")
    assert "Flows in order: products." in answer.out
    assert shop.events == []
    assert not (tmp_path / ".pimflow").exists()


@pytest.mark.parametrize("command", [["validate"], ["check"], ["plan"], ["run"], ["retry"], ["state", "show"]])
@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "error: nowhere.yaml: no such file"),
        ("flows: [", "is not valid YAML"),
        ("version: 1\nflows: {a: {source: {type: x.y, url: ${env:X}}}}", 'inside braces, ${env:X} needs quotes: "${env:X}"'),
        ("version: 1\nflow: {}\n", "nowhere.yaml:2: flow: unknown key; did you mean 'flows'?"),
        ("version: 1\nflows:\n  a:\n    source: {type: nope.x}\n    sink: {type: files.csv, path: a.csv}\n",
         "nowhere.yaml:4: flows.a.source.type: no plugin for 'nope' is installed"),
        ("version: 1\nflows:\n  a:\n    source: 3\n    sink: {type: files.csv, path: a.csv}\n",
         "nowhere.yaml:4: flows.a.source: a mapping (name: value) was expected; found 3"),
        ("version: 1\nflows:\n  a:\n    source: {type: files.csv, path: a.csv}\n    sink: {type: files.csv, path: b.csv}\n",
         "nowhere.yaml:4: flows.a.source.path: file 'a.csv' does not exist"),
        ("version: 1\nflows:\n  a:\n    source: {type: files.csv, path: a.csv, encoding: '${env:PIMFLOW_NOT_SET}'}\n    sink: {type: files.csv, path: b.csv}\n",
         "environment variable PIMFLOW_NOT_SET is not set"),
    ],
    ids=["missing", "broken", "unquoted", "key", "plugin", "type", "input", "environment"],
)  # fmt: skip
def test_bad_input_is_one_clear_message_with_exit_code_2(cli, tmp_path, command, text, message):
    if text is not None:
        (tmp_path / "nowhere.yaml").write_text(text)
    answer = cli(*command, "nowhere.yaml")
    assert (answer.code, answer.out) == (2, "")
    assert message in answer.err
    assert len(answer.err.strip().splitlines()) == 1
    assert not (tmp_path / ".pimflow").exists()


def test_mistakes_come_as_json_too(cli, tmp_path):
    (tmp_path / "p.yaml").write_text("version: 1\nflow: {}\n")
    answer = cli("validate", "p.yaml", "--json")
    assert answer.code == 2
    assert answer.json["exit_code"] == 2
    assert "did you mean 'flows'?" in answer.json["errors"][0]


def test_check_logs_in_and_holds_the_columns_against_the_target(cli, pipeline, shop):
    answer = cli("check", "to_shop")
    assert answer.code == 0
    assert answer.out.splitlines() == [
        "ok    connection shop: shop main, 0 records.",
        "ok    flow products: all 2 columns are known to the target.",
    ]
    from pimflow.errors import LoginError, RowProblem

    shop.unknown_columns["name"] = RowProblem("name", None, "the shop has no such attribute", remedy="Create it.")
    answer = cli("check", "to_shop")
    assert answer.code == 1
    assert "wrong flow products, column name: the shop has no such attribute. Create it." in answer.out
    shop.scripts["open"] = [LoginError("the shop refuses geheimes-wort", detail="geheimes-wort")]
    answer = cli("check", "to_shop", "--json")
    assert answer.code == 3
    assert answer.json["connections"][0]["ok"] is False
    assert "geheim" not in answer.out


def test_plan_shows_old_and_new_and_writes_nothing(cli, pipeline, shop, tmp_path):
    shop.records["products", "A"] = {"sku": "A", "name": "Old\nname"}
    answer = cli("plan", "to_shop", "--show", "2")
    assert answer.code == 0
    assert answer.out.splitlines()[:6] == [
        "change A",
        "    name: Old name -> Anvil",
        "create B",
        "    sku: B",
        "    name: Bucket",
        "… and 1 more records; --show 3 shows all.",
    ]
    assert answer.out.endswith("Nothing was written. `pimflow run` does it.\n")
    assert shop.batches == []
    assert "Nothing is remembered" in cli("state", "show", "to_shop").out
    assert cli("runs").out == "No run yet. `pimflow run` begins one.\n"


def test_retry_sends_what_is_open(cli, pipeline, shop):
    assert "Nothing needs attention." in cli("retry", "to_shop").out
    shop.scripts["B"] = [Status.REFUSED]
    cli("run", "to_shop")
    answer = cli("retry", "to_shop")
    assert answer.code == 0
    assert "1 product read; 1 new" in answer.out or "1 new" in answer.out
    assert ("products", "B") in shop.records
    assert "Nothing needs attention." in cli("retry", "to_shop").out


def test_retry_of_one_key(cli, pipeline, shop):
    for key in "AB":
        shop.scripts[key] = [Status.REFUSED]
    cli("run", "to_shop")
    cli("retry", "to_shop", "B")
    assert ("products", "B") in shop.records
    assert ("products", "A") not in shop.records


def test_retry_reads_rows_again_that_never_became_a_record(cli, pipeline, shop):
    shop.tables["products"][2] = ("B", "forbidden")
    cli("run", "to_shop")
    answer = cli("retry", "to_shop")
    assert "Nothing needs attention" not in answer.out
    shop.tables["products"][2] = ("B", "Bucket")
    assert "1 new" in cli("retry", "to_shop").out


def test_runs_and_logs_show_what_happened(cli, pipeline, shop):
    shop.scripts["B"] = [Status.REFUSED]
    report = cli("run", "to_shop", "--json").json
    run_id = report["run"]["id"]
    listed = cli("runs")
    assert re.fullmatch(rf"{run_id}  to-shop  \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d UTC  exit code 0\n", listed.out)
    assert "1 needs your attention" in cli("runs", run_id).out
    assert cli("runs", "last").out == cli("runs", run_id).out
    assert cli("runs", "--json").json[0]["id"] == run_id
    assert cli("runs", run_id, "--json").json["report"]["flows"][0]["read"] == 3
    assert f"run {run_id} of to-shop begins" in cli("logs").out
    assert "B refused" not in cli("logs").out
    assert "B refused" in cli("logs", run_id, "--level", "debug", "--flow", "products").out
    assert [orjson.loads(line)["level"] for line in cli("logs", "--json").out.splitlines()]
    for command in ("runs", "logs"):
        answer = cli(command, "nobody")
        assert (answer.code, "nobody" in answer.err) == (2, True)


def test_logs_survive_a_line_cut_off_by_a_crash(cli, pipeline, tmp_path):
    cli("run", "to_shop")
    (log,) = (tmp_path / ".pimflow" / "logs").glob("*.jsonl")
    with log.open("ab") as file:
        file.write(b'{"time": "2026')
    answer = cli("logs")
    assert answer.code == 0
    assert "begins" in answer.out


def test_state_shows_and_forgets(cli, pipeline, shop):
    shop.scripts["B"] = [Status.REFUSED]
    cli("run", "to_shop")
    assert cli("state", "show", "to_shop").out.splitlines() == [
        "products -> shop://main: 2 records sent, 1 need attention",
        "  products, row 2, B: sku: the shop says refused",
    ]
    shown = cli("state", "show", "to_shop", "--json").json
    assert (shown["flows"][0]["records"], shown["open"][0]["key"]) == (2, "B")
    assert cli("state", "reset", "to_shop", "--flow", "nobody", "--yes").code == 2
    answer = cli("state", "reset", "to_shop", "--yes")
    assert answer.out.startswith("2 records of to-shop forgotten")
    assert "3 new" not in cli("run", "to_shop").out
    assert len(shop.batches) == 2


def test_reset_asks_first(cli, pipeline, shop, monkeypatch):
    cli("run", "to_shop")
    monkeypatch.setattr(sys, "stdin", io.StringIO("n\n"))
    answer = cli("state", "reset", "to_shop")
    assert answer.code == 1
    assert "3 records sent" in cli("state", "show", "to_shop").out


def test_reset_for_machines_does_not_ask(cli, pipeline, shop):
    cli("run", "to_shop")
    answer = cli("state", "reset", "to_shop", "--json")
    assert (answer.code, answer.json["exit_code"]) == (2, 2)
    assert "add `--yes`" in answer.json["errors"][0]


def test_another_state_file(cli, pipeline, tmp_path):
    cli("run", "to_shop", "--state", "elsewhere.sqlite")
    assert (tmp_path / "elsewhere.sqlite").is_file()
    assert not (tmp_path / ".pimflow" / "state.sqlite").exists()


def test_a_broken_state_is_told_with_exit_code_3(cli, pipeline, tmp_path):
    (tmp_path / "state.sqlite").write_text("no database" * 1000)
    answer = cli("run", "to_shop", "--state", "state.sqlite")
    assert answer.code == 3
    assert answer.err.startswith("error: the state in state.sqlite cannot be used")


@pytest.mark.parametrize(
    ("script", "options", "code"),
    [
        ([], [], 0),
        ([Status.REFUSED], [], 0),
        ([Status.REFUSED], ["--strict"], 1),
        (["silence"], [], 1),
        ([ValueError("defect")], [], 1),
    ],
)
def test_exit_codes(cli, pipeline, shop, script, options, code):
    shop.scripts["B"] = script
    assert cli("run", "to_shop", *options).code == code


def test_a_flow_that_was_broken_off_is_exit_code_3(cli, pipeline, shop):
    from pimflow.errors import AccessError

    shop.scripts["A"] = [AccessError("the account may not write products.", detail="403 Forbidden")]
    answer = cli("run", "to_shop")
    assert answer.code == 3
    assert "stopped. The account may not write products.\n" in answer.out
    assert answer.out.count("..") == 0
    assert "For your administrator\n  products: 403 Forbidden" in answer.out


def test_only_limit_and_full(cli, pipeline, shop):
    assert "only B" in cli("run", "to_shop", "--only", "B").out
    assert "the first 1" in cli("run", "to_shop", "--limit", "1").out
    assert shop.sent == ["B", "A"]
    assert cli("run", "to_shop", "--full").code == 0
    assert cli("run", "to_shop", "--limit", "0").code == 2


def test_an_unknown_command_gets_the_nearest(cli):
    answer = cli("rnu")
    assert answer.code == 2
    assert "no command is called 'rnu'; did you mean 'run'?" in answer.err


def test_schema_accepts_what_is_valid_and_refuses_unknown_keys(cli, pipeline):
    schema = cli("schema").json
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    good = yaml.safe_load(pipeline.read_text())
    validator.validate(good)
    for spoil in (
        lambda p: p.update(flow=1),
        lambda p: p["flows"]["products"].update(modee="create"),
        lambda p: p["flows"]["products"].update(guards={"max_chnged": 1}),
        lambda p: p["flows"]["products"]["source"].update(tabel="x"),
        lambda p: p["flows"]["products"]["source"].update(type="shop.row"),
        lambda p: p["flows"]["products"].update(transforms=[{"mapp": {}}]),
        lambda p: p["connections"]["shop"].update(tokn="x"),
        lambda p: p["flows"]["products"].update(sink=[]),
        lambda p: p.pop("flows"),
    ):
        bad = yaml.safe_load(pipeline.read_text())
        spoil(bad)
        assert not validator.is_valid(bad)


def test_the_schema_accepts_all_sample_pipelines(cli):
    validator = jsonschema.Draft202012Validator(cli("schema").json)
    samples = sorted((Path(__file__).parents[2] / "sample_pipelines").rglob("*.yaml"))
    pipelines = [data for path in samples if "flows" in (data := yaml.safe_load(path.read_text("utf-8")))]
    if not pipelines:
        pytest.skip("no sample pipelines in this checkout")
    for data in pipelines:
        validator.validate(data)


def test_plugins_are_listed(cli, shop):
    answer = cli("plugins")
    assert "shop.products (sink)" in answer.out
    found = {plugin["name"]: plugin for plugin in cli("plugins", "--json").json}
    assert found["shop"]["distribution"] == "pimflow-shop"
    assert {"kind": "connection", "type": "shop"} in found["shop"]["types"]


def test_init_makes_a_project_that_validates_and_never_overwrites(cli, tmp_path, monkeypatch):
    for name in ("URL", "CLIENT_ID", "SECRET", "USERNAME", "PASSWORD"):
        monkeypatch.setenv(f"AKENEO_{name}", "http://127.0.0.1:1")
    answer = cli("init", "shopping")
    assert answer.code == 0
    monkeypatch.chdir(tmp_path / "shopping")
    assert cli("validate").code == 0
    before = Path("pimflow.yaml").read_text()
    answer = cli("init", ".")
    assert (answer.code, Path("pimflow.yaml").read_text()) == (2, before)


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
    assert ": stopped. A person stopped it; what was written stays, and the next run goes on from there." in told
    assert re.search(r"  Before that: 50 products read; [1-9]\d* new, 0 updated", told)


def test_a_killed_run_is_told_as_such(cli, environment, pipeline, tmp_path):
    pipeline.write_text(pipeline.read_text() + "    transforms: [{shop.slow: {seconds: 0.002}}]\n")
    done = process(
        sys.executable, "-c", INTERRUPTED.replace("SIGINT", "SIGKILL"), environment=environment, cwd=tmp_path
    )
    assert done.returncode == -signal.SIGKILL
    assert "goes on, or was killed" in cli("runs").out
    assert Path(".pimflow/state.sqlite").exists()


def test_runs_and_logs_are_found_without_a_project_file(cli, pipeline, tmp_path):
    (tmp_path / "pimflow.yaml").unlink()
    cli("run", "to_shop")
    assert "exit code 0" in cli("runs").out
    assert "begins" in cli("logs").out


def test_a_retry_of_nothing_is_json_too(cli, pipeline):
    assert cli("retry", "to_shop", "--json").json == {"flows": [], "exit_code": 0}


def test_all_that_changes_something_answers_in_json(cli, pipeline, tmp_path):
    assert cli("init", "new", "--json").json["folder"] == "new"
    cli("run", "to_shop")
    assert cli("state", "reset", "to_shop", "--yes", "--json").json == {"forgotten": 3}
    assert cli("schema", "--json").json["title"] == "pimflow pipeline"
