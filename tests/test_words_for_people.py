"""What product managers and ERP teams read is in their words: no term of pipelines, programs or protocols."""

import ast
import json
import re
from pathlib import Path

import pytest

from .said import said

OF_TESTS = {"pimflow_akeneo_sandbox", "pimflow_testkit"}
SPEAKS = re.compile(r"Problem\(|ValueError\(|Meaning\(|Rule\(|_Told\(")
ROOT = Path(__file__).parents[1]
OURS = re.compile(
    r"\b(?:flows?|sinks?|deltas?|cursors?|scopes?|payloads?|rejected|HTTP|upsert|40[0-9]|422|429|50[0-9])\b",
    re.IGNORECASE,
)
NAMED = re.compile("`[^`]*`")
OF_THE_FILE = re.compile(r"`|%[dmYHMSyjB]|\b[a-z]+_[a-z_]+: ")


def _not_theirs(text: str) -> str:
    found = OURS.search(text) or OF_THE_FILE.search(text)
    return found[0] if found else ""


@pytest.fixture(scope="module")
def sentences():
    files = [*ROOT.glob("core/pimflow/**/*.py"), *ROOT.glob("plugins/*/pimflow_*/**/*.py")]
    theirs = {str(file.relative_to(ROOT)): file.read_text("utf-8") for file in files if not OF_TESTS & {*file.parts}}
    return [one for name, text in theirs.items() if SPEAKS.search(text) for one in said(ast.parse(text), name)]


def test_problems_are_told_in_the_words_of_those_who_mend_them(sentences):
    wrong = [one for one in sentences if not one.is_for_the_administrator and _not_theirs(one.text)]
    assert [f"{one.file}:{one.line}: {one.part}: {one.text}" for one in wrong] == []


def test_what_happened_is_told_to_the_product_manager_whoever_mends_it(sentences):
    """Names in files stand between backticks: only administrators are told of these."""
    wrong = [one for one in sentences if OURS.search(NAMED.sub("", one.text))]
    assert [f"{one.file}:{one.line}: {one.part}: {one.text}" for one in wrong] == []


def test_the_sentences_are_found(sentences):
    assert len(sentences) > 500
    assert {"reason", "remedy", "effect"} == {one.part for one in sentences}
    assert {"PRODUCT_MANAGER", "SOURCE_TEAM", "ADMINISTRATOR"} <= {name for one in sentences for name in one.who}
    code = """
_AGAIN = "Send the payload again."

def told(known):
    reason, remedy = ("a sink", _AGAIN) if known else (f"a {noun()}", "Ask.")
    return Problem(reason, remedy=remedy, who=Who.PRODUCT_MANAGER)

def noun():
    return "flow"
"""
    assert {one.text for one in said(ast.parse(code), "")} == {
        "a sink",
        "a {}",
        "flow",
        "Send the payload again.",
        "Ask.",
    }


def test_the_reports_of_the_samples_are_in_their_words():
    files = [*ROOT.glob("sample_pipelines/*/expected_report*.json")]
    assert len(files) >= 3
    for file in files:
        for flow in json.loads(file.read_text("utf-8"))["flows"]:
            for cause in flow["causes"]:
                assert not OURS.search(cause["reason"]), cause["reason"]
                if cause["who"] != "administrator":
                    assert not _not_theirs(f"{cause['reason']} {cause['remedy']} {cause['effect']}"), cause
            for note in [*flow["notes"], flow["error"]]:
                assert not _not_theirs(note), note
