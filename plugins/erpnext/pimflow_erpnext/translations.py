"""Texts in other languages: ERPNext keeps them by the source text, whatever document has it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pimflow_erpnext.session import Session

_TAG = re.compile(r"<!--.*?-->|<[^>]*>", re.DOTALL)
_LARGEST = 500_000
"""Characters of the texts in one call."""
Texts = Mapping[tuple[str, str], str]
"""Translated texts by language and source."""


def source_of(text: str) -> str:
    """Give the source under which a text is translated: Frappe takes the tags out."""
    return _TAG.sub("", text).strip()


def forms(texts: Iterable[str | None]) -> list[str]:
    """Give the forms in which the sources of texts may be kept: newer versions keep the tags that they have."""
    return sorted({form for text in texts if text for form in (source_of(text), text.strip())} - {""})


def read(session: Session, languages: Sequence[str], texts: Iterable[str | None]) -> Texts:
    """Give the translations of some texts; of several of one text the latest counts. One call, more for long texts."""
    found: dict[tuple[str, str], str] = {}
    for some in portions(forms(texts)) if languages else ():
        for one in session.listed(
            "Translation",
            ["language", "source_text", "translated_text"],
            [["language", "in", list(languages)], ["source_text", "in", some]],
            order="modified asc, name asc",
        ):
            found[one["language"], source_of(one["source_text"] or "")] = one["translated_text"] or ""
    return found


def portions(texts: Sequence[str]) -> Iterator[list[str]]:
    """Spread texts over calls that no server finds too large."""
    portion: list[str] = []
    size = 0
    for text in texts:
        if portion and size + len(text) > _LARGEST:
            yield portion
            portion, size = [], 0
        portion.append(text)
        size += len(text)
    if portion:
        yield portion


def translated(texts: Texts, language: str, text: str | None, *, copy: bool) -> str | None:
    """Give a text in a language; one that is missing, or equal to its source, is None unless it is to be copied."""
    if not text:
        return None
    found = texts.get((language, source_of(text)))
    if found and found != source_of(text):
        return found
    return text if copy else None
