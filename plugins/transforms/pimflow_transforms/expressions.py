"""Expressions over the cells of a row, in Jinja's language and its sandbox."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from pimflow import said, said_by
from pimflow_transforms.values import as_number

CELLS = "row"
"""By this name an expression reaches columns whose names are no words: `row["name@fr"]`."""
_LARGEST, _HIGHEST = 100_000, 100
"""What a power is taken of, and which: larger ones keep the machine busy for nobody."""
_TEXTS = said("texts are put together with ~, and are numbers behind `|number` only")


class Expression:
    """One expression. `names` are the columns that it names; with `whole` it reaches for others through `row`.

    Where it only puts columns and texts together with `~`, `joined` has them in order: (is a column, name or text).

    Raises ValueError, with the reason, for a text that is none.
    """

    def __init__(self, text: str) -> None:
        try:
            self._compute: Callable[..., Any] = _ENVIRONMENT.compile_expression(text, undefined_to_none=False)
        except TemplateSyntaxError as error:
            raise ValueError(f"{text!r} is no expression: {error.message}") from None
        except TemplateError as error:
            raise ValueError(f"{text!r} is no expression: {error}") from None
        parsed = _ENVIRONMENT.parse("{{ " + text + " }}")
        names = meta.find_undeclared_variables(parsed)
        self.names, self.whole = names - {CELLS}, CELLS in names
        self.joined = None if self.whole else _joined(parsed)

    def value(self, cells: Mapping[str, Any]) -> Any:
        """Compute it. Raises ValueError with what went wrong."""
        try:
            return _value(self._compute(**({**cells, CELLS: cells} if self.whole else cells)))
        except NoNumberError:
            raise
        except ArithmeticError:
            raise ValueError(said("there is no such number")) from None
        except TypeError as error:
            is_empty = "NoneType" in str(error)
            raise ValueError(said("a cell that it needs is empty") if is_empty else str(error)) from None
        except Exception as error:  # noqa: BLE001 - filters raise anything for values that they do not expect
            raise ValueError(said_by(error) or said("a filter does not take this value")) from None


def _joined(parsed: nodes.Template) -> Sequence[tuple[bool, str]] | None:
    """Find the parts of an expression such as `brand ~ " " ~ name`; None for any other."""
    (output,) = parsed.find_all(nodes.Output)
    if len(output.nodes) != 1 or not isinstance(output.nodes[0], nodes.Concat):
        return None
    found: list[tuple[bool, str]] = []
    for part in output.nodes[0].nodes:
        if isinstance(part, nodes.Name):
            found.append((True, part.name))
        elif isinstance(part, nodes.Const) and isinstance(part.value, str):
            found.append((False, part.value))
        else:
            return None
    return found


class NoNumberError(ValueError):
    """A cell that is calculated with holds something else: `value`."""

    def __init__(self, value: Any) -> None:
        super().__init__(value)
        self.value = value


def _value(found: Any) -> Any:
    """Give what can stand in a cell: texts that are nothing else, lists of what comes one by one."""
    match found:
        case StrictUndefined() | str():
            return str(found)
        case None | bool() | int() | float() | Decimal() | list() | tuple() | dict():
            return found
        case Iterator():
            return list(found)
        case _:
            raise ValueError(said("it gives no value: is a filter or `()` missing?"))


class _Environment(ImmutableSandboxedEnvironment):
    """Calculates exactly, and keeps empty what is made of something empty."""

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%", "**"})
    intercepted_unops = frozenset({"+", "-"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Do one operation of an expression."""
        texts = [side for side in (left, right) if isinstance(side, str)]
        if left is None or right is None or (len(texts) == 1 and texts[0] == ""):
            return None
        if texts and (operator != "+" or len(texts) == 1):
            raise ValueError(_TEXTS)
        if operator == "**" and (abs(left) > _LARGEST or abs(right) > _HIGHEST):
            raise ValueError(said("a number would be too large"))
        return super().call_binop(context, operator, _exact(left), _exact(right))

    def call_unop(self, context: Any, operator: str, arg: Any) -> Any:
        """Do one operation on one value."""
        return None if arg is None or arg == "" else super().call_unop(context, operator, _exact(arg))


def _exact(value: Any) -> Any:
    """Take numbers as they are written: 1.2 is not 1.19999999999999996."""
    return Decimal(str(value)) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _number(value: Any) -> Decimal | None:
    """Read a number exactly; an empty cell stays empty."""
    if value is None or value == "":
        return None
    number = as_number(value)
    if number is None:
        raise NoNumberError(value)
    return number


def _integer(value: Any) -> int | None:
    """Read a number, and leave its decimals out; an empty cell stays empty."""
    number = _number(value)
    return None if number is None else int(number)


def _rounded(value: Any, digits: int = 0) -> Any:
    """Round halves away from zero, as people do; an empty cell stays empty."""
    number = _number(value)
    return None if number is None else number.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def _environment() -> _Environment:
    made = _Environment(undefined=StrictUndefined, autoescape=False)
    made.filters["number"] = made.filters["float"] = _number  # Jinja's own make 0 of what is no number
    made.filters["int"] = _integer
    made.filters["round"] = _rounded
    made.globals.clear()
    return made


_ENVIRONMENT = _environment()
