"""The words of the pages: each is there in each language, and each language is one that pages are shown in."""

import configparser
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po
from starlette.testclient import TestClient

import pimflow_serve
from pimflow_serve.languages import CATALOGUES, LANGUAGES, catalogue

PACKAGE = Path(pimflow_serve.__file__).parent
KEYWORDS = {**DEFAULT_KEYWORDS, "N_": None, "not_found": None, "say": None}
FIELDS = re.compile(r"%\(\w+\)s|%s")
TRANSLATED = sorted(set(LANGUAGES) - {"en"})


@cache
def words_of_the_pages() -> set[str | tuple[str, ...]]:
    """Find what is to be translated, as pybabel does by the same file."""
    mapping = configparser.ConfigParser()
    mapping.read(PACKAGE.parent / "babel.cfg", "utf-8")
    methods = [tuple(section.split(": ")[::-1]) for section in mapping.sections()]
    options = {pattern: dict(mapping[f"{method}: {pattern}"]) for pattern, method in methods}
    found = extract_from_dir(PACKAGE, methods, options, KEYWORDS)
    return {message for _, _, message, _, _ in found}


def translated(language: str) -> Iterator[Message]:
    with (CATALOGUES / language / "LC_MESSAGES" / "messages.po").open("rb") as lines:
        yield from (message for message in read_po(lines, locale=language) if message.id)


def texts(of: str | tuple[str, ...]) -> tuple[str, ...]:
    return (of,) if isinstance(of, str) else tuple(of)


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_word_lacks_a_translation(language: str):
    there = {message.id for message in translated(language) if all(texts(message.string))}

    assert words_of_the_pages() - there == set()


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_translation_is_of_a_word_that_is_gone_or_loses_what_it_tells(language: str):
    words = words_of_the_pages()

    assert {message.id for message in translated(language)} - words == set()
    for message in translated(language):
        fields = set(FIELDS.findall(" ".join(texts(message.id))))
        assert set(FIELDS.findall(" ".join(texts(message.string)))) == fields, message.id


@pytest.mark.parametrize("word", ["sink", "flow", "delta", "cursor", "scope", "payload", "422", "rejected"])
def test_pages_do_not_speak_as_programs_do(word: str):
    said = [text for message in words_of_the_pages() for text in texts(message)]

    assert [text for text in said if re.search(rf"\b{word}s?\b", text, re.IGNORECASE)] == []


def test_a_page_speaks_the_language_of_its_reader(signed_in: Callable[..., TestClient]):
    julia = signed_in(language="fr")
    vera = signed_in("viewer")

    assert '<html lang="fr"' in julia.get("/").text
    assert catalogue("fr").gettext("Overview") in julia.get("/").text
    german = vera.get("/", headers={"Accept-Language": "de-CH, de;q=0.9, en;q=0.5"}).text
    assert '<html lang="de"' in german
    assert "Übersicht" in german
    assert "<h1>Overview</h1>" in vera.get("/", headers={"Accept-Language": "tlh, ;q=x"}).text


def test_a_person_chooses_a_language_and_the_look(signed_in: Callable[..., TestClient]):
    vera = signed_in("viewer")

    answer = vera.post("/settings/language", data={"language": "de"})
    assert "Gespeichert." in answer.text
    assert "Gespeichert." not in vera.get("/settings").text
    assert vera.post("/settings/language", data={"language": "xx"}).status_code == 400
    vera.post("/settings/theme", data={"theme": "dark"})
    assert 'data-theme="dark"' in vera.get("/").text
    vera.post("/settings/theme", data={"theme": '"><script>'})
    assert 'data-theme="auto"' in vera.get("/").text
