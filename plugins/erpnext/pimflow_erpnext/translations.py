"""Texts in other languages: ERPNext keeps them by the source text, whatever document has it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from pimflow_erpnext.session import Session

_TAG = re.compile(r"<!--.*?-->|<[^>]*>", re.DOTALL)
Texts = Mapping[tuple[str, str], str]
"""Translated texts by language and source."""


def source_of(text: str) -> str:
    """Give the source under which a text is translated: Frappe takes the tags out."""
    return _TAG.sub("", text).strip()


def forms(texts: Iterable[str | None]) -> list[str]:
    """Give the forms in which the sources of texts may be kept: newer versions keep the tags that they have."""
    return sorted({form for text in texts if text for form in (source_of(text), text.strip())} - {""})


def read(session: Session, languages: Sequence[str], texts: Iterable[str | None]) -> Texts:
    """Give the translations of some texts, in one call; of several of one text the latest counts."""
    sources = forms(texts)
    if not languages or not sources:
        return {}
    found = session.listed(
        "Translation",
        ["language", "source_text", "translated_text"],
        [["language", "in", list(languages)], ["source_text", "in", sources]],
        order="modified asc, name asc",
    )
    return {(one["language"], source_of(one["source_text"] or "")): one["translated_text"] or "" for one in found}


def translated(texts: Texts, language: str, text: str | None, *, copy: bool) -> str | None:
    """Give a text in a language; one that is missing, or equal to its source, is None unless it is to be copied."""
    if not text:
        return None
    found = texts.get((language, source_of(text)))
    if found and found != source_of(text):
        return found
    return text if copy else None
