"""What people decided about values that a target does not take: given once, and used for each record from then on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from pimflow.model import BadValue, Problem
from pimflow.plain import to_json

LEFT_OUT: Any = object()
"""Stands for a cell that is to be left out without being told."""

IDENTIFIES = 6
"""Digits of the name of a cause: with ten thousand of them, one in three hundred would be taken for another."""

Separator = Callable[[str], str | None]
"""Tells what stands between the items that a column holds in one text, as `Writer.separator` does."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one value of one column of a flow becomes; None leaves it out. `line` is its place in the table.

    `given` is when, and `by` who decided it; empty where a person wrote the line without.
    """

    flow: str
    column: str
    value: str
    becomes: str | None
    given: str = ""
    by: str = ""
    line: int = 0

    @property
    def id(self) -> str:
        """The name of the cause that it answers."""
        return name_of(self.flow, self.column, self.value)


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers of one flow, by column and value. `file` is the table, for messages."""

    by_column: Mapping[str, Mapping[str, Answer]] = field(default_factory=dict)
    file: str = ""

    def __bool__(self) -> bool:
        """Tell whether there are any."""
        return bool(self.by_column)

    def __iter__(self) -> Iterator[Answer]:
        """Give all, in the order of the table."""
        found = (answer for values in self.by_column.values() for answer in values.values())
        return iter(sorted(found, key=lambda answer: answer.line))

    def to(self, problem: Problem) -> Answer | None:
        """Give the answer to a problem, if there is one."""
        return self.find(problem.field, problem.value)

    def find(self, column: str | None, value: Any) -> Answer | None:
        """Give the answer for a value of a column, if there is one."""
        known = self.by_column.get(column or "")
        return None if known is None or value is None else known.get(as_text(value))

    def concern(self, problems: Iterable[Problem]) -> bool:
        """Tell whether one of these problems has an answer."""
        return any(self.to(problem) for problem in problems)

    def digest(self) -> list[tuple[str, str, str | None]]:
        """Give all that changes a row."""
        return sorted((one.column, one.value, one.becomes or "") for one in self)


def by_flow(answers: Iterable[Answer], file: str) -> dict[str, Answers]:
    """Sort the lines of a table by flow."""
    found: dict[str, dict[str, dict[str, Answer]]] = {}
    for answer in answers:
        found.setdefault(answer.flow, {}).setdefault(answer.column, {})[answer.value] = answer
    return {flow: Answers(columns, file) for flow, columns in found.items()}


def name_of(flow: str, column: str | None, value: Any, reason: str = "") -> str:
    """Give a cause its short name: that of flow, column and value, or of flow, column and reason without a value."""
    what = (flow, column or "", reason if value is None else as_text(value), value is None)
    return blake2b(to_json(what), digest_size=16).hexdigest()[:IDENTIFIES]


def as_text(value: Any) -> str:
    """Give a value as it stands in the table."""
    return str(value).strip()


class Answering:
    """Answers at work on the rows for one sink. `met` are the columns of problems in rows that had an answer."""

    def __init__(self, answers: Answers, separator: Separator) -> None:
        self._answers = answers
        self._separator = separator
        self.met: set[str] = set()

    def cell(self, column: str, value: Any) -> Any:
        """Give what becomes of a cell: itself where nobody has answered anything about it."""
        if isinstance(value, BadValue):
            value = self._of_bad(column, value)
            if value is LEFT_OUT or isinstance(value, BadValue):
                return value
        known = self._answers.by_column.get(column)
        return value if known is None or value is None else self._replaced(known, column, value)

    def _of_bad(self, column: str, bad: BadValue) -> Any:
        if bad.items:
            items = [self._of_bad(column, one) if isinstance(one, BadValue) else one for one in bad.items]
            kept = [one for one in items if one is not LEFT_OUT]
            still = next((one for one in kept if isinstance(one, BadValue)), None)
            return BadValue(still.problem, tuple(kept)) if still else kept or LEFT_OUT
        answer = self._answers.to(bad.problem) or self._answers.find(column, bad.problem.value)
        if answer is None:
            return bad
        self.met.add(answer.column)
        return _outcome(answer)

    def _replaced(self, known: Mapping[str, Answer], column: str, value: Any) -> Any:
        if isinstance(value, Mapping):
            return _named(known, value)
        separator = self._separator(column)
        if isinstance(value, _LISTS):
            return _listed(known, value, whole=isinstance(value, tuple) and separator is None)
        found = _one(known, value)
        if found is not value or separator is None or not isinstance(value, str):
            return found
        return _split(known, value, separator)


def _split(known: Mapping[str, Answer], text: str, separator: str) -> Any:
    """Replace items of a list that is written in one cell."""
    items = [item.strip() for item in text.split(separator)]
    found = _listed(known, items, whole=separator == " ")  # neither half of an amount with its unit goes alone
    if found is items:
        return text
    return LEFT_OUT if found is LEFT_OUT else separator.join(found)


def _named(known: Mapping[str, Answer], parts: Mapping[str, Any]) -> Any:
    found = {name: _one(known, part) for name, part in parts.items()}
    if all(found[name] is parts[name] for name in parts):
        return parts
    return LEFT_OUT if any(one is LEFT_OUT for one in found.values()) else found


def _listed(known: Mapping[str, Answer], items: Any, *, whole: bool) -> Any:
    """Replace items; those left out go alone, or with all the others where these mean nothing alone."""
    found = [_one(known, item) for item in items]
    if all(new is old for new, old in zip(found, items, strict=True)):
        return items
    kept = [item for item in found if item is not LEFT_OUT]
    if not kept or (whole and len(kept) < len(found)):
        return LEFT_OUT
    return type(items)(kept)


def _one(known: Mapping[str, Answer], value: Any) -> Any:
    answer = None if value is None or isinstance(value, _CONTAINERS) else known.get(as_text(value))
    return value if answer is None else _outcome(answer)


def _outcome(answer: Answer) -> Any:
    return LEFT_OUT if answer.becomes is None else answer.becomes


_LISTS = (list, tuple, set, frozenset)
_CONTAINERS = (*_LISTS, Mapping, BadValue)
