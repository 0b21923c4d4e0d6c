"""The transform `filter`: which rows go on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import compress
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field, field_validator, model_validator

from pimflow import BadValue, Expected, Header, Knows, Row, RowProblem, RowStep, Transform, said, said_by
from pimflow_transforms.options import Plain, PlainText, Rule, positions
from pimflow_transforms.values import as_number, as_text, is_empty

Test = Callable[[Sequence[Any]], Sequence[bool]]
"""Tells of the values of a column which pass. Raises ValueError with the reason for one that cannot be judged."""

_NO_NUMBER = said("which is not a number, so the filter cannot compare it")
_CORRECT = said("Correct it there.")


class Condition(Rule):
    """What one column must hold; several options are all required."""

    field: str = Field(description="The column.")
    present: bool | None = Field(None, description="Whether the cell must hold something (true) or nothing (false).")
    absent: bool | None = Field(None, description="The opposite of `present`.")
    equals: PlainText | None = Field(None, description="The value.")
    differs: PlainText | None = Field(None, description="Any value but this one; an empty cell passes.")
    in_: tuple[PlainText, ...] | None = Field(None, alias="in", description="One of these values.")
    not_in: tuple[PlainText, ...] | None = Field(None, description="None of these values; an empty cell passes.")
    matches: str | None = Field(None, description="A regular expression found in the value; ^ and $ for all of it.")
    greater: Plain | None = Field(None, description="Above this number, or after this text (a date as 2026-01-31).")
    at_least: Plain | None = Field(None, description="This number or above, this text or after.")
    less: Plain | None = Field(None, description="Below this number, or before this text.")
    at_most: Plain | None = Field(None, description="This number or below, this text or before.")

    @field_validator("matches")
    @classmethod
    def _compiles(cls, pattern: str | None) -> str | None:
        try:
            re.compile(pattern or "")
        except re.error as error:
            raise ValueError(f"{pattern!r} is no regular expression: {error}") from error
        return pattern

    @model_validator(mode="after")
    def _asks_something(self) -> Condition:
        if not self.model_fields_set - {"field"}:
            raise ValueError("say what the column must hold, such as `present: true` or `equals: VALUE`")
        return self

    def tests(self) -> list[Test]:
        """Give one test for each option that is set."""
        tests: list[Test] = []
        if (present := _wanted(self.present, self.absent)) is not None:
            tests.append(lambda values: [is_empty(value) is not present for value in values])
        tests += [_text_test(name, getattr(self, name)) for name in _TEXT if getattr(self, name) is not None]
        tests += [_order_test(name, getattr(self, name)) for name in _ORDER if getattr(self, name) is not None]
        return tests


def _wanted(present: bool | None, absent: bool | None) -> bool | None:
    return present if absent is None else not absent


_TEXT: dict[str, Callable[[Iterable[str], Any], list[bool]]] = {
    "equals": lambda texts, wanted: [text == wanted for text in texts],
    "differs": lambda texts, unwanted: [text != unwanted for text in texts],
    "in_": lambda texts, wanted: [text in wanted for text in texts],
    "not_in": lambda texts, unwanted: [text not in unwanted for text in texts],
    "matches": lambda texts, pattern: [re.search(pattern, text) is not None for text in texts],
}
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "greater": lambda value, bound: bool(value > bound),
    "at_least": lambda value, bound: bool(value >= bound),
    "less": lambda value, bound: bool(value < bound),
    "at_most": lambda value, bound: bool(value <= bound),
}


def _text_test(name: str, wanted: Any) -> Test:
    holds = _TEXT[name]
    return lambda values: holds(values if set(map(type, values)) == {str} else map(as_text, values), wanted)


def _order_test(name: str, bound: Plain) -> Test:
    holds, limit = _ORDER[name], as_number(bound)

    def test(value: Any) -> bool:
        if is_empty(value):
            return False
        if limit is None:
            return holds(as_text(value), as_text(bound))
        number = as_number(value)
        if number is None:
            raise ValueError(_NO_NUMBER)
        return holds(number, limit)

    return lambda values: [test(value) for value in values]


def _one_or_more(value: Any) -> Any:
    if isinstance(value, dict | Condition):
        return [value]
    if not isinstance(value, list | tuple) or not value:
        raise ValueError("expected a condition such as {field: sku, present: true}, or a list of them")
    return value


class Filter(Transform):
    """Lets rows go on that meet a condition, or all of several; the others are dropped.

    A row whose cell cannot be judged (a bad value, text where a number is compared) is put aside with its reason.
    """

    type = "filter"
    root: ClassVar[str | None] = "conditions"

    conditions: Annotated[
        tuple[Condition, ...], BeforeValidator(_one_or_more, json_schema_input_type=Condition | list[Condition])
    ] = Field(description="One condition, or a list of conditions that must all hold.")

    def compile(self, header: Header, knows: Knows) -> tuple[Header, RowStep]:  # noqa: ARG002 - the target is not asked
        """Keep the header. Raises ConfigError for a column that is not there."""
        places = positions([condition.field for condition in self.conditions], header)
        return header, Sifting(
            [
                (at, header[at], test, _only_presence(condition))
                for at, condition in zip(places, self.conditions, strict=True)
                for test in condition.tests()
            ]
        )

    def expected(self, columns: Mapping[str, Expected]) -> Mapping[str, Expected]:
        """Leave all columns as they are."""
        return columns


class Sifting:
    """The step that lets rows go on which pass tests, each of one column; some of these judge bad values too."""

    def __init__(self, tests: Sequence[tuple[int, str, Test, bool]]) -> None:
        self._tests = tests

    def __call__(self, row: Row) -> Row | None:
        """Judge one row."""
        for at, name, test, judges_bad in self._tests:
            value = row[at]
            if isinstance(value, BadValue) and not judges_bad:
                raise RowProblem.of(value.problem)
            try:
                if not all(test((value,))):
                    return None
            except ValueError as error:
                raise RowProblem(name, value, said_by(error), remedy=_CORRECT) from error
        return row

    def many(self, rows: Sequence[Row]) -> tuple[Sequence[Row], Sequence[int]]:
        """Judge many rows. Raises ValueError where one of them cannot be judged."""
        places: Sequence[int] = range(len(rows))
        for at, name, test, judges_bad in self._tests:
            column = [row[at] for row in rows]
            if not judges_bad and BadValue in set(map(type, column)):
                raise ValueError(name)
            passed = test(column)
            places, rows = [*compress(places, passed)], [*compress(rows, passed)]
        return rows, places


def _only_presence(condition: Condition) -> bool:
    return condition.model_fields_set <= {"field", "present", "absent"}
