"""In which language a page speaks."""

from __future__ import annotations

from gettext import NullTranslations

from babel.core import negotiate_locale
from starlette.requests import Request

from pimflow.languages import LANGUAGES, words_of
from pimflow_serve.roles import Person


def language_of(request: Request, person: Person | None) -> str:
    """Choose the language: the person's own, else the first of the browser's that is known, else English."""
    if person is not None and person.language in LANGUAGES:
        return person.language
    return negotiate_locale(_wanted(request.headers.get("accept-language", "")), list(LANGUAGES), sep="-") or "en"


def words(request: Request, person: Person | None) -> NullTranslations:
    """Give the words for one who asks, for sentences that are not in a template."""
    return words_of(language_of(request, person))


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
