"""The columns of a source: what each asks of the server, and how its cell is read from a record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pimflow import ConfigError, Field

Record = Mapping[str, Any]
Read = Callable[[Record], Any]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: `asks` are the fields to ask for, in `language` where that is another than the session's."""

    field: Field
    asks: tuple[str, ...]
    read: Read
    language: str = ""

    @property
    def name(self) -> str:
        """The name in the header."""
        return self.field.name


def column(name: str, kind: str, label: str, asks: Sequence[str], read: Read) -> Column:
    """Make a column that is no plain field."""
    return Column(Field(name, kind, label), tuple(asks), read)


def of_language(found: Column, field: str, language: str) -> Column:
    """Make the column of the same field in one language: `name@fr`."""
    told = Field(f"{found.name}@{language}", found.field.type, f"{found.field.label} ({language})", True)
    return Column(told, (field,), found.read, language)


def with_fields(
    own: Iterable[Column],
    names: Iterable[str],
    made: Callable[[str], Column | None],
    translated: Callable[[Column], Iterable[Column]],
) -> list[Column]:
    """Put the columns of fields behind a source's own, none twice, and behind each text the same in other languages.

    `made` gives None for a field that the server does not have, or that is no column.
    """
    found = list(own)
    taken = {one.name for one in found}
    for name in names:
        field = made(name) if name not in taken else None
        if field is not None:
            taken.add(name)
            found += [field, *(translated(field) if field.field.translatable else ())]
    return found


def refuse_unknown(what: str, asked: Sequence[str], known: Sequence[str] | Mapping[str, Any]) -> None:
    """Raise ConfigError for names that the server does not have; it begins with `what`."""
    unknown = [name for name in asked if name not in known]
    if unknown:
        raise ConfigError(f"{what} {', '.join(unknown)}; known: {', '.join(sorted(known))}")
