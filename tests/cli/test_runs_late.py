"""`pimflow runs --late`: for whatever watches pipelines."""

from datetime import UTC, datetime, timedelta

import pytest

from pimflow.errors import LoginError
from pimflow.running.run import state_file
from pimflow.state import history
from pimflow.state.database import open_database


@pytest.fixture
def age(tmp_path, pipeline):
    """Let all runs so far have ended this many hours ago."""

    def age(hours):
        from contextlib import closing

        import sqlalchemy as sa

        then = (datetime.now(UTC) - timedelta(hours=hours)).isoformat()
        with closing(open_database(state_file(tmp_path))) as database, database.writing() as connection:
            connection.execute(sa.text("UPDATE runs SET finished = :then"), {"then": then})

    return age


def late(cli, *words):
    """Give the exit code, and whether each pipeline is late."""
    answer = cli("runs", "--late", *words, "--json")
    assert answer.code in {0, 1}, answer.err
    return answer.code, {one["pipeline"]: one["late"] for one in answer.json}


def test_a_good_run_within_the_time_is_not_late(cli, pipeline):
    cli("run")
    answer = cli("runs", "--late", "26h")
    assert answer.code == 0
    assert answer.out.startswith("ok    to-shop: last good run 2")


def test_a_good_run_before_that_time_is_late(cli, age):
    cli("run")
    age(27)
    answer = cli("runs", "--late", "26h")
    assert answer.code == 1
    assert answer.out.startswith("late  to-shop: last good run 2")
    assert cli("runs", "--late", "28h").code == 0
    assert cli("runs", "--late", "1d3h30m").code == 0


def test_a_pipeline_that_never_ran_is_late(cli, pipeline):
    assert cli("runs", "--late", "26h").out == "late  to-shop: no good run yet\n"


def test_a_failed_run_is_none_of_the_good_ones(cli, age, shop):
    cli("run")
    age(27)
    shop.scripts["open"] = [LoginError("no")]
    assert cli("run").code == 3
    answer = cli("runs", "--late", "26h")
    assert answer.code == 1
    assert answer.out.rstrip().endswith("; the latest run: exit code 3")


def test_a_run_of_some_records_is_no_proof(cli, age):
    cli("run")
    age(27)
    for options in (("--only", "A"), ("--limit", "1")):
        assert cli("run", *options).code == 0
        assert late(cli, "26h") == (1, {"to-shop": True})


def test_strict_runs_are_good_although_they_end_with_1(cli, pipeline, shop):
    shop.tables["products"] = [("sku", "colour"), ("A", "BORD")]
    assert cli("run", "--strict").code == 1
    assert late(cli, "26h") == (0, {"to-shop": False})


def test_each_pipeline_of_the_state_and_of_the_files_is_told(cli, pipeline):
    (pipeline.parent / "second.yaml").write_text(pipeline.read_text().replace("to-shop", "second"))
    (pipeline.parent / "broken.yaml").write_text("version: 2\n")
    other = pipeline.parents[1] / "elsewhere.yaml"
    other.write_text(pipeline.read_text().replace("to-shop", "elsewhere"))
    cli("run", "to_shop")
    cli("run", "elsewhere.yaml")
    everything = {"broken": True, "elsewhere": False, "second": True, "to-shop": False}
    assert late(cli, "26h") == (1, everything)
    assert late(cli, "26h", "--pipeline", "to-shop") == (0, {"to-shop": False})
    assert late(cli, "26h", "--pipeline", "second") == (1, {"second": True})


def test_a_run_that_was_killed_is_no_good_run(cli, pipeline, tmp_path):
    from contextlib import closing

    from pimflow.model import Run

    with closing(open_database(state_file(tmp_path))) as database:
        history.begin_run(database, Run("r", "to-shop", datetime.now(UTC)), "log")
    answer = cli("runs", "--late", "26h")
    assert answer.code == 1
    assert "no good run yet; the latest run: broken off, its process was killed" in answer.out


def test_a_name_that_nobody_has_is_a_mistake(cli, pipeline):
    answer = cli("runs", "--late", "26h", "--pipeline", "to-shpo")
    assert answer.code == 2
    assert "no pipeline is called 'to-shpo'; did you mean 'to-shop'?" in answer.err


@pytest.mark.parametrize("time", ["26", "soon", "-3h", "0h", ""])
def test_what_is_no_length_of_time_is_a_mistake(cli, pipeline, time):
    answer = cli("runs", "--late", time)
    assert answer.code == 2
    assert "a length of time such as 26h, 90m or 1d12h was expected" in answer.err
