# ruff: noqa: E501 - tables of cases
"""Each command as a person types it."""

import io
import re
import sys
from pathlib import Path

import jsonschema
import orjson
import pytest
import yaml

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
    assert answer.code == 2
    assert "wrong flow products, column name: the shop has no such attribute.\n      ERP team: Create it." in answer.out
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
        "change product A",
        "    name: Old name -> Anvil",
        "create product B",
        "    sku: B",
        "    name: Bucket",
        "… and 1 more records; --show 3 shows all.",
    ]
    assert answer.out.endswith("Nothing was written. `pimflow run to_shop` does it.\n")
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


def test_cursors_are_shown_set_and_forgotten(cli, shop, pipeline):
    pipeline.write_text(pipeline.read_text().replace("type: shop.rows,", "type: shop.rows, incremental: true,"))
    shop.tables["products"] = [("sku", "name", "changed"), ("A", "Anvil", 10), ("B", "Bucket", 500)]
    assert cli("run").code == 0
    assert "products <- shop://main: read up to 100 (kept 20" in cli("state", "show").out
    assert cli("state", "set", "--flow", "products", "--cursor", "400").out == (
        "products <- shop://main: the next run begins at 400.\n"
    )
    assert [one["cursor"] for one in cli("state", "show", "--json").json["cursors"]] == ["400"]
    assert "1 product read" in cli("run").out
    assert cli("state", "set", "--flow", "products", "--since", "2026-03-01").out.endswith("begins at 2026.\n")
    assert cli("state", "reset", "--flow", "products", "--cursors").out == "The next run reads everything.\n"
    assert "2 products read; 0 new, 0 updated, 2 already up to date" in cli("run").out


def test_a_time_that_nobody_understands_is_refused(cli, shop, pipeline):
    assert cli("state", "set", "--flow", "product", "--cursor", "1").code == 2
    assert "did you mean 'products'" in cli("state", "set", "--flow", "product", "--cursor", "1").err
    assert "give --since or --cursor" in cli("state", "set", "--flow", "products").err
    assert "is always read completely" in cli("state", "set", "--flow", "products", "--since", "2026-03-01").err
    assert "'yesterday' is no time. Write it as 2026-11-23" in cli("run", "--since", "yesterday").err
    assert "'0000-01-01' is no time" in cli("run", "--since", "0000-01-01").err
    assert "9998-01-01 is still to come" in cli("run", "--since", "9998-01-01").err
    assert cli("state", "set", "--flow", "products", "--since", "9998-01-01").code == 2
    assert "give one of them" in cli("run", "--full", "--since", "2026-03-01").err
    assert "Shelf cannot tell what changed since a time" in cli("run", "--since", "2026-03-01T10:00").out
