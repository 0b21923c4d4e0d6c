"""An answer reaches what is open also where the source gives changes only, and reads nothing anew for it."""

import pytest

INCREMENTAL = """\
version: 1
name: to-shop
connections:
  shop: {type: shop, token: geheimes-wort}
flows:
  products:
    source: {type: shop.rows, connection: shop, incremental: true}
    sink: {type: shop.products, connection: shop}
"""
HEADER = ("sku", "name", "colour", "changed")


@pytest.fixture
def dated(pipeline, shop, cli):
    pipeline.write_text(INCREMENTAL)
    shop.tables["products"] = [HEADER, *((f"S-{n}", "Mug", "BORD" if n else "red", 10) for n in range(8))]
    cli("run")
    shop.tables["products"] = [HEADER]
    shop.now = 200
    return shop


def cause(cli):
    return cli("problems", "--json").json[0]["id"]


def test_the_next_run_sends_what_was_answered_and_reads_changes_only(cli, dated):
    assert cli("answer", cause(cli), "--use", "blue", "--json").json["records"] == 7
    (flow,) = cli("run", "--json").json["flows"]
    assert (flow["full"], flow["attention"], flow["counts"]["updated"]) == (False, 0, 7)
    assert flow["notes"] == ["7 left open by earlier runs were tried again."]
    assert dated.records["products", "S-7"]["colour"] == "blue"
    assert cli("problems", "--json").json == []
    sent = len(dated.sent)
    (flow,) = cli("run", "--json").json["flows"]
    assert (flow["full"], flow["notes"], len(dated.sent)) == (False, [], sent)


def test_an_ignored_value_closes_what_is_open(cli, dated):
    cli("answer", cause(cli), "--ignore")
    (flow,) = cli("run", "--json").json["flows"]
    assert (flow["full"], flow["attention"]) == (False, 0)
    assert cli("problems", "--json").json == []


def test_retry_sends_what_was_answered_at_once(cli, dated):
    cli("answer", cause(cli), "--use", "blue")
    dated.tables["products"] = [HEADER, *((f"S-{n}", "Mug", "BORD", 10) for n in range(1, 8))]
    (flow,) = cli("retry", "--json").json["flows"]
    assert (flow["counts"]["updated"], flow["attention"]) == (7, 0)


def test_another_answer_or_none_reads_everything_again(cli, dated):
    name = cause(cli)
    cli("answer", name, "--use", "blue")
    cli("run")
    dated.tables["products"] = [HEADER, *((f"S-{n}", "Mug", "BORD", 10) for n in range(1, 8))]
    cli("answer", name, "--use", "green")
    (flow,) = cli("run", "--json").json["flows"]
    assert (flow["full"], flow["counts"]["updated"]) == (True, 7)
    cli("answer", name, "--forget")
    (flow,) = cli("run", "--json").json["flows"]
    assert (flow["full"], flow["attention"]) == (True, 7)


def test_an_answer_given_after_the_mapping_changed_does_not_hide_the_change(cli, dated, pipeline):
    pipeline.write_text(INCREMENTAL + "    empty: erase\n")
    cli("answer", cause(cli), "--use", "blue")
    (flow,) = cli("run", "--json").json["flows"]
    assert flow["full"] is True


def test_a_corrected_row_is_sent_although_the_source_gives_changes_only(cli, dated, tmp_path):
    cli("problems", "--export", "open.csv")
    file = tmp_path / "open.csv"
    text = file.read_text("utf-8-sig")
    file.write_text(text.replace(";Mug;BORD;", ";Mug;green;"))
    windows = len(dated.windows)
    (flow,) = cli("retry", "to_shop", "--edit", "open.csv", "--json").json["flows"]
    assert (flow["read"], flow["counts"], flow["attention"]) == (7, {"updated": 7}, 0)
    assert len(dated.windows) == windows
    (flow,) = cli("run", "--json").json["flows"]
    assert (flow["full"], flow["read"], flow["attention"]) == (False, 0, 0)


def test_what_another_target_left_open_is_not_shown(cli, dated, pipeline, shop):
    import pimflow_shop

    pimflow_shop.SHOPS["other"] = pimflow_shop.Shop()
    pimflow_shop.SHOPS["other"].tables = shop.tables
    pipeline.write_text(INCREMENTAL.replace("type: shop,", "type: shop, name: other,"))
    assert cli("problems", "--json").json == []


def test_corrected_rows_wait_for_no_other_run(cli, dated, tmp_path):
    from datetime import UTC, datetime

    from pimflow.running.holding import Pace, held
    from pimflow.running.run import state_file
    from pimflow.state.database import open_database

    cli("problems", "--export", "open.csv")
    database = open_database(state_file(tmp_path))
    with held(database, "to-shop", "another run", lambda: datetime.now(UTC), Pace()):
        answer = cli("retry", "to_shop", "--edit", "open.csv")
    database.close()
    assert answer.code == 4
    assert "another run" in answer.err
