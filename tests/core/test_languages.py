"""Catalogues of words are found in each package that an entry point names, also in those of others."""

import sys

import pytest

from pimflow.languages import LANGUAGES, words_of
from pimflow.sentences import in_language, said

CATALOGUE = """\
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8"

msgid "the {shelf}"
msgstr "ce présentoir, {shelf}"
"""
NARROW = "\N{NARROW NO-BREAK SPACE}"


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """Install a plugin of somebody else's that cannot be imported; give the file of its words."""
    words = tmp_path / "pimflow_shelf" / "locale" / "fr" / "LC_MESSAGES" / "messages.po"
    words.parent.mkdir(parents=True)
    (tmp_path / "pimflow_shelf" / "__init__.py").write_text("raise RuntimeError('not for its words')")
    (tmp_path / "pimflow_shelf-1.dist-info").mkdir()
    (tmp_path / "pimflow_shelf-1.dist-info" / "METADATA").write_text("Name: pimflow-shelf\nVersion: 1\n")
    points = "[pimflow]\nshelf = pimflow_shelf\n[pimflow.words]\ngone = no_such_package\n"
    (tmp_path / "pimflow_shelf-1.dist-info" / "entry_points.txt").write_text(points)
    monkeypatch.syspath_prepend(tmp_path)
    words_of.cache_clear()
    yield words
    words_of.cache_clear()
    assert "pimflow_shelf" not in sys.modules


def test_a_plugin_joins_by_having_the_folder(shelf):
    shelf.write_text(CATALOGUE, "utf-8")

    assert in_language(said("the {shelf}", shelf=7), words_of("fr")) == "ce présentoir, 7"
    assert in_language(said("the {shelf}", shelf=7), words_of("de")) == "the 7"
    assert in_language(said("the {shelf}", shelf=7), words_of("en")) == "the 7"


@pytest.mark.parametrize("broken", [b"msgid ", b"\xff\xfe", b'msgid "a"\nmsgstr "b'])
def test_a_broken_catalogue_costs_its_own_words_only(shelf, broken):
    shelf.write_bytes(broken)

    assert words_of("fr").gettext(",") == NARROW
    assert in_language(said("the {shelf}", shelf=7), words_of("fr")) == "the 7"


def test_each_language_parts_thousands_as_it_does():
    told = {language: in_language(said("{n:,}", n=1234567), words_of(language)) for language in LANGUAGES}

    assert told == {
        "en": "1,234,567",
        "fr": f"1{NARROW}234{NARROW}567",
        "de": "1.234.567",
    }
