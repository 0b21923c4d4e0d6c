"""Sentences for people that are put together in several places. No I/O."""

from __future__ import annotations

from collections.abc import Iterable

from pimflow import said


def filled(template: str, **values: str) -> str:
    """Put those of the values that a template of a table names into it."""
    named = {name: value for name, value in values.items() if f"{{{name}}}" in template}
    return said(str(template), **named) if named else template


def enumerated(names: Iterable[str]) -> str:
    """Put names into a sentence, as `a and b`; empty for none."""
    first, *others = [*names] or [""]
    for other in others:
        first = said("{names} and {last}", names=first, last=other)
    return first


def yes_or_no(value: bool) -> str:
    """Write a value of yes and no. Alone `no` is a number of things elsewhere, which other languages tell apart."""
    return said("yes") if value else said("no{thing}", thing="")
