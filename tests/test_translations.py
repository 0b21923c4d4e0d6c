"""What people read is there in each language: the words of each package, whole and with all that they tell."""

import re
from collections import defaultdict

import pytest

from .catalogues import PACKAGES, TRANSLATED, fields, texts, translated, words


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
