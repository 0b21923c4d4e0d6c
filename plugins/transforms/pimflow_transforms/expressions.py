"""Expressions over the cells of a row, in Jinja's language and its sandbox."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

from pimflow_transforms.values import as_number

CELLS = "row"
"""By this name an expression reaches columns whose names are no words: `row["name@fr"]`."""
_LARGEST, _HIGHEST = 100_000, 100
"""What a power is taken of, and which: larger ones keep the machine busy for nobody."""


class Expression:
    """One expression. `names` are the columns that it names; with `whole` it reaches for others through `row`.

    Raises ValueError, with the reason, for a text that is none.
    """

    def __init__(self, text: str) -> None:
        try:
            self._compute: Callable[..., Any] = _ENVIRONMENT.compile_expression(text, undefined_to_none=False)
        except TemplateSyntaxError as error:
            raise ValueError(f"{text!r} is no expression: {error.message}") from None
        except TemplateError as error:
            raise ValueError(f"{text!r} is no expression: {error}") from None
        names = meta.find_undeclared_variables(_ENVIRONMENT.parse("{{ " + text + " }}"))
        self.names, self.whole = names - {CELLS}, CELLS in names

    def value(self, cells: Mapping[str, Any]) -> Any:
        """Compute it. Raises ValueError with what went wrong."""
        try:
            found = self._compute(**({**cells, CELLS: cells} if self.whole else cells))
            return str(found) if isinstance(found, StrictUndefined) else found
        except ArithmeticError:
            raise ValueError("there is no such number") from None
        except TypeError as error:
            raise ValueError("a cell that it needs is empty" if "NoneType" in str(error) else str(error)) from None
        except (TemplateError, ValueError, LookupError) as error:
            raise ValueError(str(error)) from None


class _Environment(ImmutableSandboxedEnvironment):
    """Calculates exactly, and keeps empty what is made of something empty."""

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%", "**"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Do one operation of an expression."""
        if left is None or right is None:
            return None
        if operator == "%" and isinstance(left, str):
            raise ValueError("texts are put together with ~")
        if operator == "**" and (abs(left) > _LARGEST or abs(right) > _HIGHEST):
            raise ValueError("a number would be too large")
        return super().call_binop(context, operator, _exact(left), _exact(right))


def _exact(value: Any) -> Any:
    """Take numbers as they are written: 1.2 is not 1.19999999999999996."""
    return Decimal(str(value)) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _number(value: Any) -> Decimal | None:
    """Read a number exactly; an empty cell stays empty."""
    if value is None or value == "":
        return None
    number = as_number(value)
    if number is None:
        raise ValueError(f"{value!r} is not a number")
    return number


def _rounded(value: Any, digits: int = 0) -> Any:
    """Round halves away from nothing, as people do; an empty cell stays empty."""
    if value is None:
        return None
    return _exact(value).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def _environment() -> _Environment:
    made = _Environment(undefined=StrictUndefined, autoescape=False)
    made.filters["number"] = _number
    made.filters["round"] = _rounded
    made.globals.clear()
    return made


_ENVIRONMENT = _environment()
