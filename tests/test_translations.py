"""What people read is there in each language: the words of each package, whole and with all that they tell."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator

import pytest

from .catalogues import PACKAGES, ROOT, TRANSLATED, fields, texts, translated, words
from .said import Template, said

ERRORS = re.compile(r"(?:Flow|Login|Access|Remote|Unreachable|Guard|Mapping)Error")


@pytest.mark.parametrize("package", sorted(PACKAGES))
def test_sentences_for_people_can_be_told_in_their_language(package: str):
    found = []
    for file in sorted(PACKAGES[package].rglob("*.py")):
        tree, name = ast.parse(file.read_text("utf-8")), str(file.relative_to(ROOT))
        plain = [one for one in said(tree, name) if one.text and not isinstance(one.text, Template)]
        found += [f"{name}:{one.line}: {one.part}: {one.text}" for one in plain]
        found += [f"{name}:{call.lineno}: {ast.unparse(call)[:80]}" for call in plain_errors(tree)]

    assert found == [], "write them with said(...)"


def plain_errors(tree: ast.Module) -> Iterator[ast.Call]:
    """Give the errors of a flow whose text is put together as plain English."""
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        if call.args and isinstance(call.func, ast.Name) and ERRORS.fullmatch(call.func.id):
            first = call.args[0]
            if isinstance(first, ast.JoinedStr | ast.BinOp) or (isinstance(first, ast.Constant) and first.value):
                yield call


def test_plain_sentences_are_found():
    tree = ast.parse("""
raise RemoteError(f"{x} is away")
RowProblem(None, 1, said("no") if x else "yes")
""")

    assert [call.lineno for call in plain_errors(tree)] == [2]
    assert [(one.text, isinstance(one.text, Template)) for one in said(tree, "")] == [("no", True), ("yes", False)]


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize("package", sorted(PACKAGES))
def test_no_word_lacks_a_translation(package: str, language: str):
    there = {message.id for message in translated(package, language) if all(texts(message.string))}

    assert words(package) - there == set(), f"make words PACKAGES=…/{package}, then fill in what is empty"


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize("package", sorted(PACKAGES))
def test_no_translation_is_of_a_word_that_is_gone_or_loses_what_it_tells(package: str, language: str):
    assert {message.id for message in translated(package, language)} - words(package) == set()
    for message in translated(package, language):
        assert fields(message.string) == fields(message.id), message.id
        assert not message.fuzzy, message.id


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_same_words_are_told_alike_in_all_packages(language: str):
    told = defaultdict(dict)
    for package in PACKAGES:
        for message in translated(package, language):
            told[message.id][message.string] = package

    assert {text: found for text, found in told.items() if len(found) > 1} == {}


@pytest.mark.parametrize("word", ["sink", "flow", "delta", "cursor", "scope", "payload", "422", "rejected"])
def test_pages_do_not_speak_as_programs_do(word: str):
    said = [text for message in words("pimflow_serve") for text in texts(message)]

    assert [text for text in said if re.search(rf"\b{word}s?\b", text, re.IGNORECASE)] == []
