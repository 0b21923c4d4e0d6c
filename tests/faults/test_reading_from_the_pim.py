"""A PIM that fails while it is read: what was not whole is asked for anew, and half a list is never taken for all."""

import json
import time

import pytest

from .conftest import INTO_THE_PIM, NUMBER
from .faults_told import CODES

SEED = [{"resource": "products", "data": {"identifier": f"MUG-{n:03}"}} for n in range(1, 241)]
NOW_AND_THEN = [{"truncated": 2}, {"empty": 2}, {"cut_answer": 2}, {"bad_gzip": 2}, {"error_503": 2}, {"drop_after": 2}]
ALWAYS = [
    ("half a page of a list, always", {"truncated": 1}, "gave an answer that is not whole"),
    ("a login page, always", {"html": 1}, "a proxy or login page answers in its place"),
    ("led to a login page", {"redirect": 1}, "where that is a page to log in"),
]


@pytest.fixture
def reading(project):
    """The pipeline reads 240 products of the PIM, three pages, into a file."""
    project.read_back()
    project.pim.seed(SEED)
    return project


def read(project):
    return [json.loads(line)["identifier"] for line in (project.folder / "out.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("faults", NOW_AND_THEN, ids=str)
def test_a_list_arrives_whole_whatever_breaks_now_and_then(reading, faults):
    reading.pim.faults(writes_only=False, **faults)
    run = reading.run()
    assert run.code == 0, run.out + run.err
    assert "240 records read" in run.out
    assert sorted(read(reading)) == [one["data"]["identifier"] for one in SEED]


@pytest.mark.parametrize(("name", "faults", "words"), ALWAYS, ids=[name for name, _, _ in ALWAYS])
def test_a_list_that_breaks_to_the_end_leaves_the_target_alone(reading, name, faults, words):
    (reading.folder / "out.jsonl").write_text("as it was")
    reading.pim.faults(writes_only=False, **faults)
    run = reading.run()
    assert run.code == CODES[name], run.out + run.err
    assert words in run.out
    assert (reading.folder / "out.jsonl").read_text() == "as it was"
    reading.pim.faults(**dict.fromkeys(faults, 0))
    assert reading.run().code == 0
    assert len(read(reading)) == 240


def test_a_login_that_is_answered_by_a_page_writes_nothing(project, healed):
    project.pim.faults(html=1, writes_only=False)
    run = project.run()
    assert run.code == CODES["a login page, always"]
    assert "Check the `url` of the connection, and whether a proxy or login page answers in its place" in run.out
    assert project.writes() == 0
    assert f"{NUMBER} new" in healed().out


def test_half_a_list_moves_no_cursor(reading):
    reading.read_back(INTO_THE_PIM)
    assert reading.run().code == 0
    kept = reading.cursor()
    time.sleep(1.1)
    reading.pim.faults(truncated=1, writes_only=False)
    assert reading.run().code == CODES["half a page of a list, always"]
    assert reading.cursor() == kept


def test_after_the_clock_of_the_pim_was_set_back_everything_is_read(reading):
    reading.read_back(INTO_THE_PIM)
    assert "240 products read" in reading.run().out
    year = reading.cursor()[:4]
    later = reading.cursor().replace(year, str(int(year) + 1), 1)
    reading.command("state", "set", str(reading.folder / "pipeline.yaml"), "--flow", "products", "--cursor", later)
    run = reading.run()
    assert run.code == CODES["clock of the PIM set back"]
    assert "The clock of the PIM was set back since" in run.err
    assert ", everything," in run.out
    assert "240 products read; 0 new, 0 updated, 240 already up to date." in run.out
    assert reading.cursor() < later
