"""The log of a run, and that no secret is left anywhere."""

import logging
import re

import orjson
import pytest
from loguru import logger

from pimflow.cli.show import print_report
from pimflow.errors import RemoteError, RowProblem
from pimflow.log import MASK, configure_console, masker, run_log
from pimflow.model import Item, Outcome, Problem, Status
from pimflow.report import report_json, report_text

SECRET = "pa'ss/wörd geheim"


@pytest.fixture
def console(capsys):
    configure_console()
    yield lambda: capsys.readouterr().err
    logger.remove()
    logging.basicConfig(handlers=[], force=True)


def lines(path):
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def test_each_line_is_one_json_object(tmp_path):
    path = tmp_path / "logs" / "run.jsonl"
    with run_log(path, []):
        logger.bind(flow="products", n=2**70).info("read {} rows\nand more", 3)
    (entry,) = lines(path)
    assert (entry["level"], entry["message"], entry["flow"]) == ("INFO", "read 3 rows\nand more", "products")
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", entry["time"])


def fail():
    try:
        int(f"inner {SECRET}")
    except ValueError as error:
        raise KeyError(SECRET) from error


def test_secrets_are_masked_in_message_extra_and_exceptions(tmp_path, console):
    path = tmp_path / "run.jsonl"
    with run_log(path, [SECRET]):
        logger.warning("login with {}", SECRET)
        logger.bind(headers={"auth": [SECRET]}, problem=Problem("x", detail=SECRET)).error("https://u:{}@x", SECRET)
        try:
            fail()
        except KeyError:
            logger.exception("it failed with " + SECRET)
    text, shown = path.read_text(), console()
    for place in (text, shown):
        assert "geheim" not in place
        assert MASK in place
    assert len(lines(path)) == 3
    assert "KeyError" in lines(path)[2]["exception"]
    assert "Traceback" not in shown


def test_masks_know_how_secrets_are_written():
    mask = masker([SECRET, "abc"])
    assert mask(f"a {SECRET} b") == f"a {MASK} b"
    assert mask("https://u:pa%27ss%2Fw%C3%B6rd%20geheim@x") == f"https://u:{MASK}@x"
    assert mask({"a": [SECRET, 1, (SECRET,)]}) == {"a": [MASK, 1, [MASK]]}
    assert mask("abc") == "abc", "a text this short is no secret"
    assert masker(["geheim", "geheimnis"])("geheimnis") == MASK


def test_standard_logging_is_captured(tmp_path, console):
    path = tmp_path / "run.jsonl"
    with run_log(path, [SECRET]):
        logging.getLogger("httpx").warning("token %s {not a place}", SECRET)
        logging.getLogger("httpx").log(35, "between levels")
    assert [entry["message"] for entry in lines(path)] == [f"token {MASK} {{not a place}}", "between levels"]
    assert "geheim" not in console()


def test_after_the_run_nothing_more_goes_into_its_log(tmp_path):
    path = tmp_path / "run.jsonl"
    with run_log(path, []):
        logger.info("in")
    logger.info("out")
    assert [entry["message"] for entry in lines(path)] == ["in"]


def leak_in_load(shop):
    shop.scripts["B"] = [ValueError(f"401 for {SECRET}")]


def leak_in_outcome(shop):
    problem = Problem(f"the token {SECRET} is old", remedy=f"Replace {SECRET}.", detail=SECRET)
    shop.scripts["B"] = [Outcome("products", "B", Status.REFUSED, (problem,))]


def leak_in_prepare(shop):
    def prepare(row):
        raise KeyError(SECRET)

    shop.prepare = prepare


def leak_in_item(shop):
    shop.prepare = lambda row: [Item("products", row["sku"], row, (Problem("x", detail=SECRET),))]


def leak_in_row_problem(shop):
    def prepare(row):
        raise RowProblem("sku", None, f"is not {SECRET}", detail=SECRET)

    shop.prepare = prepare


def leak_in_source(shop):
    def rows():
        yield ("sku",)
        raise RemoteError(f"https://x?key={SECRET} answered 500", detail=f"key={SECRET}")

    shop.tables["products"] = rows


def leak_at_login(shop):
    shop.scripts["open"] = [RemoteError(f"{SECRET} is not known", detail=SECRET)]


def leak_by_defect(shop):
    def rows():
        yield ("sku",)
        raise ValueError(SECRET)

    shop.tables["products"] = rows


LEAKS = [
    leak_in_load, leak_in_outcome, leak_in_prepare, leak_in_item, leak_in_row_problem, leak_in_source, leak_at_login,
    leak_by_defect,
]  # fmt: skip


@pytest.mark.parametrize("leak", LEAKS, ids=lambda leak: leak.__name__)
def test_no_secret_is_left_in_state_log_report_or_console(bench, shop, monkeypatch, console, capsys, leak):
    monkeypatch.setenv("SHOP_TOKEN", SECRET)
    bench.connections["shop"]["token"] = "${env:SHOP_TOKEN}"
    leak(shop)
    reports = [bench.run_all(), bench.run_all()]
    for report in reports:
        assert "geheim" not in report_text(report)
        assert b"geheim" not in report_json(report)
        print_report(report)
    captured = capsys.readouterr()
    assert "geheim" not in captured.out + captured.err
    with bench.database() as database:
        database.copy_to(bench.folder / "state.sqlite")  # of one on a server there is no file
    files = [path for path in bench.folder.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} >= {".sqlite", ".jsonl", ".yaml"}
    assert [path.name for path in files if b"geheim" in path.read_bytes()] == []
    assert ("opened", SECRET) in shop.events or leak is leak_at_login
