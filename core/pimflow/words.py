"""Small helps for messages: how sentences begin and end, suggestions for misspelt words."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from pimflow.sentences import Said, begin, joined, said, together

_NUMBERS = (
    said("no"),
    said("one"),
    said("two"),
    said("three"),
    said("four"),
    said("five"),
    said("six"),
    said("seven"),
    said("eight"),
    said("nine"),
    said("ten"),
)
_MONTHS = (
    said("January"),
    said("February"),
    said("March"),
    said("April"),
    said("May"),
    said("June"),
    said("July"),
    said("August"),
    said("September"),
    said("October"),
    said("November"),
    said("December"),
)


class Lead(StrEnum):
    """How the sentence that tells a problem begins, before its reason."""

    COLUMN = "column"
    """`Colour: Odoo says 'BORD', the PIM has no such option`."""
    VALUE = "value"
    """`'foo,' cannot be a SKU`."""
    KEY = "key"
    """`SKU CHAIR-01 belongs to two products in Odoo`."""
    RECORD = "record"
    """`'Sweat, option A' (SKU S-2): variant S-1 already has this option`, where each record has a cause of its own."""
    NOTHING = "nothing"
    """`Not live yet: the new weight waits as a proposal`."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Continue a sentence about an unknown word with the nearest known one, or with all where they are few."""
    names = sorted(known)
    few = said("; known here: {names}", names=", ".join(names)) if 0 < len(names) <= 20 else ""
    return nearest(word, names) or few


def nearest(word: str, known: Iterable[str]) -> str:
    """Continue a sentence about a word with the known one that may be meant; nothing where none is near."""
    found = difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return said("; did you mean {name!r}?", name=found[0]) if found else ""


def titled(pipeline: str, environment: str | None) -> str:
    """Name a pipeline or target, and the environment where there is one: `products (test)`."""
    return f"{pipeline} ({environment})" if environment else pipeline


def in_words(number: int) -> str:
    """Write small numbers as words."""
    return _NUMBERS[number] if 0 <= number < len(_NUMBERS) else together("{number:,}", number=number)


def listed(names: Sequence[str]) -> str:
    """Put names into a sentence: `a, b and c`."""
    if len(names) < 2:
        return joined(names) if names else ""
    return said("{names} and {last}", names=joined(names[:-1], ", "), last=names[-1])


def plainly(value: Any) -> str:
    """Write what a person would: `350 GRAM` for an amount with its unit, `a: 1, b: 2` for pairs, `a, b` for a list."""
    if isinstance(value, dict):
        if value.keys() == {"amount", "unit"}:
            return f"{plainly(value['amount'])} {plainly(value['unit'])}"
        return ", ".join(f"{name}: {plainly(one)}" for name, one in value.items())
    return ", ".join(map(plainly, value)) if isinstance(value, list | tuple) else str(value)


def one_of(label: str) -> str:
    """Put `a` or `an` before a label that names one thing in plain words: `a colour`; empty for any other label."""
    words = label.split()
    plain = bool(words) and all(word.isalpha() and word[1:].islower() for word in words)
    if not plain or (label.endswith("s") and not label.endswith("ss")):
        return ""
    thing = label.lower()
    return said("an {thing}", thing=thing) if thing[0] in "aeiou" else said("a {thing}", thing=thing)


def day_in_words(moment: datetime) -> str:
    """Write a day: `23 November`."""
    return said("{day} {month}", day=f"{moment:%d}", month=_MONTHS[moment.month - 1])


def to_the_minute(moment: datetime) -> str:
    """Write a moment in the time of this machine: `2026-11-23 05:15`."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")


def full_stop(text: str) -> str:
    """End a text as a sentence."""
    if text.endswith((".", "!", "?")):
        return text
    return together("{sentence}.", sentence=text) if isinstance(text, Said) else f"{text}."


def capital(text: str) -> str:
    """Begin a text as a sentence; one that begins with a name, such as that of a file, stays as it is."""
    return together("{sentence:capital}", sentence=text) if isinstance(text, Said) else begin(text)
