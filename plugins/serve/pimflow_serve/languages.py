"""In which languages pages speak, and their words: gettext catalogues, read as they are written (.po)."""

from __future__ import annotations

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.core import negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from starlette.requests import Request

from pimflow_serve.roles import Person

CATALOGUES = Path(__file__).parent / "locale"
LANGUAGES = {"en": "English", "fr": "Français", "de": "Deutsch"}
"""The languages by code, each in its own words; English is what the templates themselves say."""


@cache
def catalogue(language: str) -> NullTranslations:
    """Give the words of a language."""
    file = CATALOGUES / language / "LC_MESSAGES" / "messages.po"
    if not file.is_file():
        return NullTranslations()
    compiled = BytesIO()
    with file.open("rb") as lines:
        write_mo(compiled, read_po(lines, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)


def language_of(request: Request, person: Person | None) -> str:
    """Choose the language: the person's own, else the first of the browser's that is known, else English."""
    if person is not None and person.language in LANGUAGES:
        return person.language
    return negotiate_locale(_wanted(request.headers.get("accept-language", "")), list(LANGUAGES), sep="-") or "en"


def words(request: Request, person: Person | None) -> NullTranslations:
    """Give the words for one who asks, for sentences that are not in a template."""
    return catalogue(language_of(request, person))


def _wanted(header: str) -> list[str]:
    """Give the languages that a browser asks for, the best first: `fr-CH, fr;q=0.9, en;q=0.8`."""
    ranked = []
    for number, part in enumerate(header.split(",")[:20]):
        name, _, quality = part.strip().partition(";q=")
        try:
            ranked.append((-float(quality or 1), number, name.strip()))
        except ValueError:
            continue
    return [name for _, _, name in sorted(ranked) if name]
