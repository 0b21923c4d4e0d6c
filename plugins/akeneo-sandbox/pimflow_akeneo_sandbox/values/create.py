"""From the `data` of a payload to the value that is kept; wrong types raise, wrong content is left to the checks.

Kept forms: texts, codes, booleans as they are; numbers as sent; metric {"amount", "unit"}; prices a list of
{"amount", "currency"} sorted by currency; multi selects a sorted list; dates ISO 8601 with time zone.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from pimflow_akeneo_sandbox import php
from pimflow_akeneo_sandbox.collection import Record
from pimflow_akeneo_sandbox.errors import PropertyError, expects, expects_entity, expects_key, expects_valid_data
from pimflow_akeneo_sandbox.store import Store
from pimflow_akeneo_sandbox.values import kinds

DAY = re.compile(r"^\d{4}-\d{2}-\d{2}")
PLAIN_DECIMAL = re.compile(r"^-?\d+(\.\d+)?$")


def _requires_string(code: str, data: Any) -> PropertyError:
    return PropertyError(f"The {code} attribute requires a string, a {php.type_name(data)} was detected.")


def _text(_store: Store, attribute: Record, data: Any) -> Any:
    if not php.is_scalar(data):
        raise _requires_string(attribute["code"], data)
    return data


def _identifier(_store: Store, attribute: Record, data: Any) -> Any:
    if not isinstance(data, str):
        raise expects(attribute["code"], "a string", php.type_name(data))
    return data


def _boolean(_store: Store, attribute: Record, data: Any) -> Any:
    if not isinstance(data, bool):
        raise expects(attribute["code"], "a boolean", php.type_name(data))
    return data


def _number(_store: Store, attribute: Record, data: Any) -> Any:
    if not php.is_number(data) and not isinstance(data, str):
        raise expects(attribute["code"], "a numeric", php.type_name(data))
    return data.strip() if isinstance(data, str) else data


def _metric(store: Store, attribute: Record, data: Any) -> Any:
    code = attribute["code"]
    if not php.is_array(data):
        raise expects(code, "an array", php.type_name(data))
    for key in ("amount", "unit"):
        if not isinstance(data, dict) or key not in data:
            raise expects_key(code, key)
    amount, unit = data["amount"], data["unit"]
    if not isinstance(unit, str):
        raise expects_valid_data(code, f'key "unit" has to be a string, "{php.type_name(unit)}" given')
    if isinstance(amount, str) and php.is_numeric(amount) and not PLAIN_DECIMAL.match(amount):
        raise expects(code, "a decimal", amount)
    return {"amount": amount, "unit": spelt_unit(store, attribute["metric_family"], unit)}


def spelt_unit(store: Store, family: str | None, unit: str) -> str:
    """Return the unit as its measurement family spells it; an unknown one is kept as sent."""
    record = store.get("measurement_families", family)
    units: dict[str, Any] = record["units"] if record else {}
    return next((known for known in units if known.lower() == unit.lower()), unit)


def _prices(_store: Store, attribute: Record, data: Any) -> Any:
    code = attribute["code"]
    if not php.is_array(data):
        raise expects(code, "an array", php.type_name(data))
    prices = php.items_of(data)
    for price in prices:
        if not php.is_array(price):
            raise PropertyError(f'Property "{code}" expects an array of arrays as data.')
        for key in ("amount", "currency"):
            if not isinstance(price, dict) or price.get(key) is None:
                raise expects_key(code, key)
    by_currency = {price["currency"]: price["amount"] for price in prices}
    return [{"amount": by_currency[currency], "currency": currency} for currency in sorted(by_currency)]


def _option(_store: Store, attribute: Record, data: Any) -> Any:
    if not isinstance(data, str):
        raise _requires_string(attribute["code"], data)
    return data


def _options(_store: Store, attribute: Record, data: Any) -> Any:
    code = attribute["code"]
    if not php.is_array(data):
        raise expects(code, "an array", php.type_name(data))
    members = php.items_of(data)
    if not all(isinstance(member, str) for member in members):
        raise expects_valid_data(code, "one of the options is not a string")
    if "" in members:
        raise expects_valid_data(code, "one of the options is an empty string")
    return sorted(members)


def _references(_store: Store, attribute: Record, data: Any) -> Any:
    code = attribute["code"]
    if not php.is_array(data):
        raise expects(code, "an array", php.type_name(data))
    members = php.items_of(data)
    if not all(isinstance(member, str) for member in members):
        raise expects_valid_data(code, "one of the reference data code is not a string")
    return sorted(set(members))


def _date(store: Store, attribute: Record, data: Any) -> Any:
    if not isinstance(data, str):
        raise _requires_string(attribute["code"], data)
    try:
        moment = _moment(data.strip())
    except ValueError:
        raise PropertyError(
            f"The {attribute['code']} attribute requires a valid date. "
            "Please use the following format yyyy-mm-dd for dates."
        ) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=store.zone)).isoformat(timespec="seconds")


def _moment(text: str) -> datetime:
    """Return a date, with time and zone if they follow; a day behind the end of its month runs on into the next.

    Raises ValueError.
    """
    day = DAY.match(text)
    if day is None:
        raise ValueError(text)
    year, month, number = (int(part) for part in day.group().split("-"))
    if number > 31:
        raise ValueError(text)
    rest = text[day.end() :]
    clock = f"T00:00:00{rest}" if rest[:1] in {"+", "-", ""} else rest
    first = datetime.fromisoformat(f"{year:04}-{month:02}-01{clock}")
    return first + timedelta(days=number - 1)


def _media(store: Store, attribute: Record, data: Any) -> Any:
    if not isinstance(data, str):
        raise expects(attribute["code"], "a string", php.type_name(data))
    if data not in store.media:
        raise PropertyError(f'Property "{attribute["code"]}" expects a valid pathname as data, "{data}" given.')
    return data


def _reference(_store: Store, attribute: Record, data: Any) -> Any:
    if not isinstance(data, str):
        raise expects(attribute["code"], "a string", php.type_name(data))
    return data


READERS: dict[str, Callable[[Store, Record, Any], Any]] = {
    kinds.IDENTIFIER: _identifier,
    kinds.TEXT: _text,
    kinds.TEXTAREA: _text,
    kinds.NUMBER: _number,
    kinds.METRIC: _metric,
    kinds.PRICE: _prices,
    kinds.BOOLEAN: _boolean,
    kinds.DATE: _date,
    kinds.SELECT: _option,
    kinds.MULTISELECT: _options,
    kinds.FILE: _media,
    kinds.IMAGE: _media,
    kinds.REFERENCE: _reference,
    kinds.REFERENCES: _references,
}


def is_empty(kind: str, data: Any) -> bool:
    """Whether this data erases the value: null, blank text, an empty list, a metric or prices without amounts."""
    if data is None or kind in kinds.MEDIA:
        return data is None
    if isinstance(data, str) and not data.strip():
        return True
    if kind == kinds.METRIC and isinstance(data, dict) and "amount" in data and data["amount"] is None:
        return True
    return php.is_array(data) and not data


def without_empty_prices(data: Any) -> Any:
    """Return a price collection without the currencies that have no amount."""
    if not php.is_array(data):
        return data
    return [
        price
        for price in php.items_of(data)
        if not (isinstance(price, dict) and "amount" in price and price["amount"] is None)
    ]


def value_of(store: Store, attribute: Record, data: Any) -> Any:
    """Return the value to keep. Raises PropertyError when the type is wrong."""
    reader = READERS.get(attribute["type"])
    if reader is None:
        raise expects_entity(attribute["code"], "attribute type", "The type has no values here", attribute["type"])
    return reader(store, attribute, data)
