"""In which language a page or an answer speaks, and what it tells in that language."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from gettext import NullTranslations
from typing import Any, TypeVar

from babel.core import negotiate_locale
from starlette.requests import Request

from pimflow.languages import LANGUAGES, words_of
from pimflow.sentences import Said, in_language
from pimflow_serve.roles import Person

T = TypeVar("T")


def language_of(request: Request, person: Person | None) -> str:
    """Choose the language: the person's own, else the first of the browser's that is known, else English."""
    if person is not None and person.language in LANGUAGES:
        return person.language
    return negotiate_locale(_wanted(request.headers.get("accept-language", "")), list(LANGUAGES), sep="-") or "en"


def words(request: Request, person: Person | None) -> NullTranslations:
    """Give the words for one who asks, for sentences that are not in a template."""
    return words_of(language_of(request, person))


def spoken(thing: T, words: NullTranslations) -> T:
    """Tell all sentences in a thing in a language: in its dataclasses, mappings and sequences."""
    told: Any = _spoken(thing, words)
    return told  # type: ignore[no-any-return]


def _spoken(thing: Any, words: NullTranslations) -> Any:
    if isinstance(thing, str):
        return in_language(thing, words) if isinstance(thing, Said) else thing
    if type(thing) in {list, tuple}:
        return type(thing)(_spoken(one, words) for one in thing)
    if isinstance(thing, dict):
        return {name: _spoken(one, words) for name, one in thing.items()}
    if not is_dataclass(thing) or isinstance(thing, type):
        return thing
    parts = {one.name: getattr(thing, one.name) for one in fields(thing)}
    told = {name: _spoken(one, words) for name, one in parts.items() if not isinstance(one, int | float | None)}
    other = {name: one for name, one in told.items() if one != parts[name] or isinstance(parts[name], Said)}
    return replace(thing, **other) if other else thing


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
