"""What a structure resource is: where it lives, and its columns. Plain data, no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import quote

from pimflow import said
from pimflow_akeneo.search_tables import Table
from pimflow_akeneo.structure.codecs import CODE, PAIRS, Codec

IDENTIFIERS, AXES = "identifiers", "axes"


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A column, or with `per` a column for each locale or channel: `label-de_DE`.

    `key` is the property of the API where that has another name, `level` and `member` the place in the attribute
    sets of a family variant. `fixed`: the PIM keeps what the record was created with. `vital`: a bad cell costs the
    record, not the value only, as with `fixed`. `written` is False for what the PIM computes. `holds` tells which
    members the PIM itself puts into a list: the identifier attributes, or the axes of the level and, on the lowest, all
    unique attributes. `words` are what people call it.
    """

    name: str
    codec: Codec
    words: str
    key: str = ""
    per: str = ""
    fixed: bool = False
    vital: bool = False
    written: bool = True
    level: int = 0
    member: str = ""
    holds: str = ""

    @property
    def api_name(self) -> str:
        """The property of the API that holds it."""
        return self.key or self.name

    @property
    def is_compared(self) -> bool:
        """Tell whether a wish must be held against what the PIM has: a mapping it may merge, lists it adds to."""
        return self.fixed or bool(self.holds) or self.codec is PAIRS


@dataclass(frozen=True, slots=True)
class Place:
    """A column as a header names it: `part` is the locale or channel of a column that has one for each."""

    column: Column
    part: str = ""

    @property
    def name(self) -> str:
        """The name in the header."""
        return f"{self.column.name}-{self.part}" if self.part else self.column.name

    @property
    def title(self) -> str:
        """What people call it: `Label (de_DE)`."""
        return said("{column} ({part})", column=self.column.words, part=self.part) if self.part else self.column.words


@dataclass(frozen=True, slots=True, eq=False)
class Resource:
    """One kind of structure record.

    `path` is the list below `/api/rest/v1`; where each attribute or family has a list of its own, `{owner}` stands for
    its code and `owner` names the column that holds it. `filters` are what the list can be searched for. `completed`
    are columns that the PIM wants with whatever is written.
    """

    KEY: ClassVar[Column] = Column("code", CODE, said("Code"), fixed=True)

    path: str
    noun: tuple[str, str]
    columns: tuple[Column, ...]
    owner: Column | None = None
    filters: Table | None = None
    completed: tuple[str, ...] = ()
    by_name: Mapping[str, Column] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        """Index the columns by name."""
        columns = (self.KEY, *((self.owner,) if self.owner else ()), *self.columns)
        object.__setattr__(self, "by_name", {column.name: column for column in columns})

    def place(self, name: str) -> Place | None:
        """Understand the name of a column; None for one that this resource does not have."""
        column = self.by_name.get(name)
        if column is not None:
            return None if column.per else Place(column)
        prefix, _, part = name.partition("-")
        column = self.by_name.get(prefix)
        return Place(column, part) if column is not None and column.per and part else None

    def list_of(self, owner: str) -> str:
        """Give the list of an owner's records as reports name it, such as `attributes/color/options`."""
        return self.path.format(owner=owner)

    def owner_of(self, path: str) -> str:
        """Give back the owner's code."""
        before, _, after = self.path.partition("{owner}")
        return path.removeprefix(before).removesuffix(after)

    def url(self, path: str) -> str:
        """Give the path of such a list as a URL has it."""
        return self.path.format(owner=quote(self.owner_of(path), safe="")) if self.owner else path


def flat(record: Mapping[str, Any], resource: Resource) -> dict[str, Any]:
    """Give what the PIM's record holds, by column name, in canonical form; what is empty is left out."""
    found: dict[str, Any] = {}
    for column in resource.columns:
        for place, data in _data(record, column):
            value = None if _is_empty(data) else column.codec.read(data)
            if value is not None:
                found[place.name] = value
    return found


def line(code: str, payload: Mapping[str, Any], resource: Resource) -> dict[str, Any]:
    """Make the JSON that writes a payload."""
    body: dict[str, Any] = {"code": code}
    sets: dict[int, dict[str, Any]] = {}
    for name, value in payload.items():
        place = resource.place(name)
        if place is None or not place.column.written:
            continue
        column = place.column
        data = column.codec.emptied if value is None else value
        if column.per:
            body.setdefault(column.api_name, {})[place.part] = data
        elif not column.level:
            body[column.api_name] = data
        elif data or value is not None or column.level in sets:
            sets.setdefault(column.level, {"level": column.level})[column.member] = data
    if sets:
        body["variant_attribute_sets"] = [sets[level] for level in sorted(sets)]
    return body


def _data(record: Mapping[str, Any], column: Column) -> list[tuple[Place, Any]]:
    data = record.get(column.api_name)
    if column.per:
        # the PIM writes an empty map as [] in places
        return [(Place(column, part), one) for part, one in data.items()] if isinstance(data, dict) else []
    if column.level:
        sets = [one for one in data or () if int(one["level"]) == column.level]
        return [(Place(column), one.get(column.member)) for one in sets]
    return [(Place(column), data)]


def _is_empty(data: Any) -> bool:
    return data is None or data in ("", [], {})
