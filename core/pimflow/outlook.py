"""What is known of a flow's columns before a row is read, and what a check finds: frozen data, no behaviour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pimflow.model import Problem


@dataclass(frozen=True, slots=True)
class Known:
    """A value that stands in the pipeline or its tables; `origin` says where: `the table families.csv`."""

    value: Any
    origin: str


@dataclass(frozen=True, slots=True)
class Expected:
    """What is known of the values of one column.

    `type` is that of `Field.type`, empty where nobody knows: cells of files. `known` are values that it can have, and
    with `only_known` it can have no others; where it is `filled` no cell is empty. `unit` is written behind every
    amount. `hot` is that of `Field.hot`.
    """

    type: str = ""
    known: tuple[Known, ...] = ()
    only_known: bool = False
    filled: bool = False
    unit: str = ""
    hot: bool = False


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a flow will bring to one sink: its columns in the order of the header, save those that the sink refuses.

    `source` is the title of the source, `refused` are the columns that were left out. Before a run `thorough` is
    False: then only what the run asks the target anyway may be asked. `owned` are columns that nobody but the flow's
    owner may write, as the project's `ownership` says; those of `once` are written to new records only. `puts_back`: a
    flow of the pipeline with `diff: target` undoes in this target what people change there.
    """

    flow: str
    source: str
    columns: Mapping[str, Expected]
    refused: tuple[str, ...] = ()
    thorough: bool = True
    owned: frozenset[str] = frozenset()
    once: frozenset[str] = frozenset()
    puts_back: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """A column that a target takes: what people call it, by language or locale, and what belongs into it.

    `type` is that of `Field.type`. `locale` is that of its texts, `unit` the usual one of its amounts, and `units` all
    that it takes; `options` are codes of the values that it takes, where it takes no others; `is_key` for the column by
    which the target knows a record.
    """

    column: str
    type: str
    labels: Mapping[str, str] = field(default_factory=dict)
    locale: str = ""
    unit: str = ""
    options: tuple[str, ...] = ()
    is_key: bool = False
    units: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Card:
    """A record as people know it in its own system.

    `label` is in their language, `link` the address of its page there, `picture` what `Writer.picture` gives it by.
    """

    label: str = ""
    link: str = ""
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that a column takes, and what people call it."""

    code: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Structure:
    """Templates with variants: the column that brings variants together, and by the axes that they differ in.

    `kinds` are, for each set of axes, how many templates have it; `values` the values of each axis in the sample.
    `single`: so many templates have one variant only.
    """

    group: str
    kinds: Mapping[tuple[str, ...], int]
    values: Mapping[str, tuple[str, ...]]
    single: int = 0


class Severity(StrEnum):
    """How bad a finding is."""

    FATAL = "fatal"
    """Nothing of the flow could arrive: a full run stops before it writes."""
    ERROR = "error"
    """Values or records will be lost; a run leaves them out and tells each."""
    WARNING = "warning"
    """It may be meant like this."""
    NOTE = "note"
    """It is usual, and good to know."""
    CHANGE = "change"
    """The target is another one than at the last check."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a check found.

    `problem.reason` continues `origin` and the value: "the table families.csv says 'shos', the PIM has no such family".
    `others` are further values of which the same is true. `about` names what it is about where that is no flow: a place
    in a file, or the target itself. Then it is told once, however many flows find it.
    """

    severity: Severity
    problem: Problem
    origin: str = ""
    others: tuple[Any, ...] = field(default=())
    about: str = ""
