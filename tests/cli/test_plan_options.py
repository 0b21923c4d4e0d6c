"""A preview takes the same options as the run that it shows."""

import pytest

CHANGED = [("sku", "name", "changed"), ("A", "Anvil", 1), ("B", "Bucket", 5), ("C", "Candle", 9)]


@pytest.fixture
def of_changes(pipeline, shop):
    """The pipeline, whose source tells what changed."""
    pipeline.write_text(pipeline.read_text().replace("type: shop.rows,", "type: shop.rows, incremental: true,"))
    shop.tables["products"] = [CHANGED[0], *((*row[:2], 2000 + row[2]) for row in CHANGED[1:])]
    return pipeline


def test_a_preview_since_a_time_shows_what_changed_from_then_on_and_moves_no_cursor(cli, of_changes, shop):
    assert cli("run").code == 0
    shop.tables["products"] = [CHANGED[0], *((sku, f"New {name}", 2000 + n) for sku, name, n in CHANGED[1:])]
    changes = cli("plan", "--since", "2005-06-01", "--json").json["changes"]
    assert [change["key"] for change in changes] == ["B", "C"]
    before = cli("state", "show", "--json").json
    assert cli("plan", "--since", "2001-01-01").code == 0
    assert cli("state", "show", "--json").json == before


def test_a_preview_reads_everything_or_since_a_time(cli, pipeline):
    answer = cli("plan", "--full", "--since", "2026-03-01")
    assert answer.code == 2
    assert "give one of them" in answer.err


def test_a_preview_lets_a_guard_pass_as_the_run_will(cli, pipeline, shop):
    assert cli("run").code == 0
    pipeline.write_text(pipeline.read_text() + "    guards: {max_changed: 1}\n")
    shop.tables["products"] = [(sku, f"New {name}") if sku != "sku" else (sku, name) for sku, name, _ in CHANGED]
    held = cli("plan")
    assert held.code == 3
    assert "3 would change, and the most allowed is 1" in held.out
    allowed = cli("plan", "--allow", "max_changed")
    assert allowed.code == 0
    assert "3 updated" in allowed.out
    assert shop.records["products", "A"]["name"] == "Anvil"
    assert cli("run", "--allow", "max_changed").code == 0
