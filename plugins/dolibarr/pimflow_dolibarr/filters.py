"""Conditions in the language of Dolibarr's `sqlfilters`, such as `(t.ref:in:'A','B') and (t.rowid:>:'7')`. No I/O."""

from __future__ import annotations

import re
from collections.abc import Sequence

_UNASKABLE = frozenset("'\"()\\")
"""No value with one of these can be asked for: there is no way to write it."""


def is_askable(value: str) -> bool:
    """Tell whether a value can stand in a condition; no reference or barcode is longer."""
    return is_possible(value) and not _UNASKABLE.intersection(value)


def is_possible(value: str) -> bool:
    """Tell whether a reference or barcode can be as long as this."""
    return len(value) <= _LONGEST


_LONGEST = 180


def at_least(column: str, value: str) -> str:
    """Make the condition for values not below this one."""
    return f"({column}:>=:'{value}')"


def above(column: str, value: int) -> str:
    """Make the condition for numbers above this one."""
    return f"({column}:>:'{value}')"


def equal(column: str, value: int) -> str:
    """Make the condition for one number."""
    return f"({column}:=:'{value}')"


def among(column: str, values: Sequence[str]) -> str:
    """Make the condition for several values, each of which `is_askable`."""
    listed = ",".join(f"'{value}'" for value in values)
    return f"({column}:in:{listed})"


def resembling(column: str, value: str) -> str:
    """Make the condition for values that look like this one.

    Any letter stands for a vowel, and for what cannot be written: so the words that Dolibarr takes for an attack are
    none, either. What is found has to be compared again.
    """
    hidden = re.sub(r"[aeiou'\"()\\%]", "_", value, flags=re.IGNORECASE)
    return f"({column}:like:'{hidden}')"


def both(*conditions: str) -> str:
    """Make the condition that all of these make; empty ones ask for nothing."""
    return " and ".join(condition for condition in conditions if condition)


def either(*conditions: str) -> str:
    """Make the condition that one of these makes."""
    told = [condition for condition in conditions if condition]
    return f"({' or '.join(told)})" if len(told) > 1 else "".join(told)
