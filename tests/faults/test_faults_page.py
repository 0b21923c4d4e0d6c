"""The page that tells of faults says of each what the tests hold."""

import re
from pathlib import Path

from .faults_told import CODES, PAGE

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| (?P<name>[^|]+) \| [^|]+ \| (?P<code>\d) \| [^|]*\|$", re.MULTILINE)
ELSEWHERE = {"500, now and then", "500, always", "lines missing"}
"""Held by tests/e2e/test_faults.py."""


def test_every_fault_is_told_with_its_exit_code():
    text = (ROOT / PAGE).read_text("utf-8")
    assert {row["name"]: int(row["code"]) for row in ROW.finditer(text)} == CODES


def test_every_fault_is_met_by_a_test():
    tests = "".join(
        one.read_text("utf-8").partition("CODES = {")[2].partition("}\n")[2] or one.read_text("utf-8")
        for one in Path(__file__).parent.glob("*.py")
    )
    assert [name for name in CODES if f'"{name}"' not in tests and name not in ELSEWHERE] == []
