"""Conditions on points in time: of properties (with time of day) and of date attributes (days)."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from pimflow_akeneo_sandbox import php
from pimflow_akeneo_sandbox.errors import PropertyError, expects, expects_valid_data

RELATIVE = re.compile(r"^(now|(?P<count>[+-]\d+)\s?(?P<unit>minute|hour|day|week|month|year)s?)$")
MONTHS = {"month": 1, "year": 12}
STEPS = {
    "minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1),
}  # fmt: skip
TIMES = frozenset({"minute", "hour"})
Moments = Callable[[datetime], bool]


@dataclass(frozen=True)
class Form:
    """How a moment is written, for strptime and as shown to people, and the time zone in which it is meant."""

    pattern: str
    shown: str
    zone: tzinfo = UTC

    def at(self, zone: tzinfo) -> "Form":
        """Return the form for moments of another zone."""
        return replace(self, zone=zone)


DAYS = Form("%Y-%m-%d", "yyyy-mm-dd")
SECONDS = Form("%Y-%m-%d %H:%M:%S", "yyyy-mm-dd H:i:s")


def read(name: str, value: Any, form: Form) -> datetime:
    """Return the value in the form. Raises PropertyError naming the form as shown to people."""
    try:
        return datetime.strptime(value if isinstance(value, str) else "", form.pattern).replace(tzinfo=form.zone)
    except ValueError:
        raise PropertyError(
            f'Property "{name}" expects a string with the format "{form.shown}" as data, "{php.to_text(value)}" given.'
        ) from None


def moment_test(name: str, operator: str, value: Any, form: Form) -> Moments | None:
    """Return the test of a moment; None when the operator is none of moments."""
    if operator in {"BETWEEN", "NOT BETWEEN"}:
        if not php.is_array(value):
            raise expects(name, "an array", php.type_name(value))
        ends = php.items_of(value)
        if len(ends) != 2:
            raise expects_valid_data(name, f'should contain 2 strings with the format "{form.shown}"')
        first, last = (read(name, end, form) for end in ends)
        inside = operator == "BETWEEN"
        return lambda moment: (first <= moment <= last) == inside
    compare: dict[str, Callable[[datetime, datetime], bool]] = {
        "=": lambda moment, edge: moment == edge,
        "!=": lambda moment, edge: moment != edge,
        "<": lambda moment, edge: moment < edge,
        ">": lambda moment, edge: moment > edge,
    }
    if operator not in compare:
        return None
    edge = read(name, value, form)
    return lambda moment: compare[operator](moment, edge)


def relative_day(zone: tzinfo, value: Any) -> Any:
    """Return the day that `now`, `-3 days` or `+1 month` means; anything else as it is."""
    found = _relative(value)
    return value if found is None or found["unit"] in TIMES else _shifted(zone, found).strftime("%Y-%m-%d")


def relative_moment(zone: tzinfo, value: Any) -> Any:
    """Return the second that `now`, `-30 minutes` or `-2 weeks` means; anything else as it is."""
    found = _relative(value)
    return value if found is None else _shifted(zone, found).strftime("%Y-%m-%d %H:%M:%S")


def _relative(value: Any) -> re.Match[str] | None:
    return RELATIVE.match(value) if isinstance(value, str) else None


def _shifted(zone: tzinfo, found: re.Match[str]) -> datetime:
    count, unit = int(found["count"] or 0), found["unit"] or "day"
    today = datetime.now(zone)
    if unit not in MONTHS:
        return today + count * STEPS[unit]
    months = today.year * 12 + today.month - 1 + count * MONTHS[unit]
    first = today.replace(year=months // 12, month=months % 12 + 1, day=1)
    return first + timedelta(days=today.day - 1)


def since_days(name: str, value: Any) -> Moments:
    """SINCE LAST N DAYS."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise expects(name, "an integer", php.type_name(value))
    edge = datetime.now(UTC) - timedelta(days=value)
    return lambda moment: moment > edge
