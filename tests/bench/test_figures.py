"""Figures are kept and shown as they were measured."""

import json

import pytest

from .figures import BEGIN, END, FIGURES, PAGE, Record

RECORD = Record()


@pytest.fixture
def record(tmp_path):
    page = tmp_path / "limits.md"
    page.write_text(f"# Limits\n\n{BEGIN}\nold\n{END}\n\nAfter.\n")
    return Record(tmp_path / "results.json", tmp_path / "profiles", page)


def test_the_page_shows_the_figures_as_they_are_kept():
    kept = json.loads(RECORD.results.read_text("utf-8"))
    assert set(kept) <= set(FIGURES)
    assert f"{BEGIN}\n\n{RECORD.shown()}\n{END}" in PAGE.read_text("utf-8")
    assert "sandbox" in PAGE.read_text("utf-8")


def test_a_ratio_is_kept_with_its_baseline_and_shown(record):
    record.ratio("push", 1.1204, "asyncio loop", 5)
    assert json.loads(record.results.read_text()) == {"push": {"ratio": 1.12, "baseline": "asyncio loop", "runs": 5}}
    page = record.page.read_text()
    assert "| `push` | 20,000 products into the PIM, wall clock | 1.12 x | 1.15 x | asyncio loop; 5 rounds |" in page
    assert "old" not in page
    assert page.startswith("# Limits\n")
    assert page.endswith("\nAfter.\n")


def test_a_missed_goal_is_shown_with_what_tells_why_until_it_is_reached(record):
    record.megabytes("peak_mb_1m", 130.04, "the pipes hold it all")
    assert json.loads(record.results.read_text()) == {"peak_mb_1m": {"mb": 130.0}}
    assert "| 130 MB (missed) | 120 MB |" in record.page.read_text()
    assert "the pipes hold it all" in record.page.read_text()
    record.megabytes("peak_mb_1m", 110)
    assert "missed" not in record.page.read_text()
    assert "pipes" not in record.page.read_text()


def test_figures_stand_in_one_order_whichever_was_measured_first(record):
    record.ratio("start_help", 2, "import click", 9)
    record.ratio("rows_csv", 1.2, "csv loop", 5)
    assert list(json.loads(record.results.read_text())) == ["rows_csv", "start_help"]
