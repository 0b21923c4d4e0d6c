"""`pimflow logs` of one record, and of the server."""

import os
import re
import time
from datetime import timedelta

import orjson
from loguru import logger

from pimflow.log import masker, server_log
from pimflow.model import Status


def test_the_lines_about_one_record(cli, pipeline, shop):
    shop.tables["products"] = [("sku", "name"), ("A", "Anvil"), ("A-1", "Anvil, small"), ("B", "Bucket")]
    shop.scripts["A"], shop.scripts["A-1"] = [Status.REFUSED], [Status.REFUSED]
    run_id = cli("run", "to_shop", "--json").json["run"]["id"]
    lines = cli("logs", run_id, "--key", "A").out.splitlines()
    assert len(lines) == 1
    assert "DEBUG   A refused" in lines[0]
    assert [orjson.loads(line)["key"] for line in cli("logs", "--key", "A-1", "--json").out.splitlines()] == ["A-1"]
    assert "refused" not in cli("logs", "--key", "A", "--level", "warning").out


def test_a_record_of_which_nothing_is_told_says_where_to_look(cli, pipeline, shop):
    cli("run", "to_shop")
    answer = cli("logs", "--key", "B")
    assert answer.code == 0
    assert "`pimflow explain B` tells what was sent of it" in answer.out
    assert cli("logs", "--key", "B", "--json").out == ""


def test_the_log_of_the_server_is_put_aside_in_pieces_and_shown_as_one(cli, pipeline, tmp_path):
    file = tmp_path / ".pimflow" / "server" / "server.jsonl"
    with server_log(file, masker(["hush-hush"]), days=30, largest=500):
        for number in range(12):
            logger.bind(said="hush-hush").info("line {} of hush-hush", number)
    assert len(list(file.parent.iterdir())) > 2
    out = cli("logs", "--server").out
    assert [line.split()[3] for line in out.splitlines()] == [str(number) for number in range(12)]
    assert "hush-hush" not in out
    assert "********" in out
    assert cli("logs", "some-run", "--server").code == 2
    old, day = min(file.parent.glob("server.*.jsonl")), timedelta(days=1).total_seconds()
    os.utime(old, (time.time() - 31 * day, time.time() - 31 * day))
    os.utime(file, (time.time() - day, time.time() - day))
    with server_log(file, masker([]), days=30):
        logger.info("\x1b[2J\rGET /%0A\x9b")
    assert not old.exists()
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", cli("logs", "--server").out)


def test_without_a_server_there_is_no_log_of_it(cli, pipeline):
    answer = cli("logs", "--server")
    assert answer.code == 2
    assert "`pimflow serve` writes it" in answer.err
