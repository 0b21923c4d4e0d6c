"""Values of attributes: cells of rows -> our canonical values -> the PIM's JSON, and back. No I/O.

Canonical values: text, `int` or plain decimal text, `bool`, `YYYY-MM-DD`, option code, sorted list of option codes,
`{"amount", "unit"}`, amount of one currency, media file code. Sources: Akeneo's documentation of product values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from pimflow_akeneo import checks
from pimflow_akeneo.checks import Vocabulary
from pimflow_akeneo.columns import ValueColumn
from pimflow_akeneo.model import Attribute

_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Codec:
    """How one type of attribute is written and read.

    `accept` makes the canonical value of a cell, raising RowProblem for what the PIM would refuse; `read` makes it of
    the PIM's data; `cell` makes the cell that sources give. What we send is the canonical value itself.
    """

    accept: Callable[[Any, ValueColumn, Vocabulary], Any]
    read: Callable[[Any, Attribute], Any] = lambda data, _attribute: data
    cell: Callable[[Any], Any] = lambda value: value


def number(amount: Any, decimals: bool) -> int | str:
    """Give the one form of a number: an integer where the attribute has no decimals, else plain text."""
    value = Decimal(str(amount))
    if value == value.to_integral_value():
        return int(value) if not decimals else str(int(value))
    return format(value.normalize(), "f")


def _read_number(data: Any, attribute: Attribute) -> int | str:
    return number(data, bool(attribute.decimals_allowed))


def _read_metric(data: Any, attribute: Attribute) -> dict[str, Any]:
    return {"amount": _read_number(data["amount"], attribute), "unit": data["unit"]}


def _read_prices(data: Any, attribute: Attribute) -> dict[str, int | str]:
    return {price["currency"]: _read_number(price["amount"], attribute) for price in data}


def _accept_number(cell: Any, column: ValueColumn, _vocabulary: Vocabulary) -> int | str:
    return number(checks.number(cell, column), bool(column.attribute.decimals_allowed))


def _accept_price(cell: Any, column: ValueColumn, _vocabulary: Vocabulary) -> int | str:
    """Round as the PIM does, which keeps two decimals of a price: else it would differ from what was sent for ever."""
    amount = checks.number(cell, column).quantize(_CENT, ROUND_HALF_UP)
    return number(amount, bool(column.attribute.decimals_allowed))


def _accept_metric(cell: Any, column: ValueColumn, vocabulary: Vocabulary) -> dict[str, Any]:
    amount, unit = checks.amount_and_unit(cell, column)
    known = checks.unit(unit, column, vocabulary)
    return {"amount": _accept_number(amount, column, vocabulary), "unit": known}


def _joined(codes: list[str]) -> str:
    return ",".join(codes)


_TEXT = Codec(checks.text)
_CODE = Codec(checks.code)
_CODES = Codec(checks.codes, lambda data, _: sorted(data), _joined)
_MEDIA = Codec(checks.media)

CODECS: Mapping[str, Codec] = {
    "identifier": Codec(checks.identifier),
    "text": _TEXT,
    "textarea": _TEXT,
    "number": Codec(_accept_number, _read_number),
    "boolean": Codec(checks.boolean),
    "date": Codec(checks.date, lambda data, _: data[:10]),
    "simpleselect": Codec(checks.option),
    "multiselect": Codec(checks.options, lambda data, _: sorted(data), _joined),
    "metric": Codec(_accept_metric, _read_metric),
    "price_collection": Codec(_accept_price, _read_prices),
    "image": _MEDIA,
    "file": _MEDIA,
    "akeneo_reference_entity": _CODE,
    "akeneo_reference_entity_collection": _CODES,
    "asset_collection": Codec(checks.codes, cell=_joined),
    "pim_reference_data_simpleselect": _CODE,
    "pim_reference_data_multiselect": _CODES,
}
"""By type of attribute without the prefix `pim_catalog_`. A price is accepted currency by currency."""


def accept(cell: Any, column: ValueColumn, vocabulary: Vocabulary) -> Any:
    """Make the canonical value of a cell. Raises RowProblem for a value that the PIM would refuse."""
    return CODECS[column.attribute.kind].accept(cell, column, vocabulary)


def read(data: Any, attribute: Attribute) -> Any:
    """Make the canonical value of what the PIM gave; of a price a mapping from currency to amount."""
    return CODECS[attribute.kind].read(data, attribute)


def cell(value: Any, attribute: Attribute) -> Any:
    """Make the cell that a source gives for a canonical value."""
    return CODECS[attribute.kind].cell(value)
