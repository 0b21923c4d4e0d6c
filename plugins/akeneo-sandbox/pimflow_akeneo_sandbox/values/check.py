"""The checks of the content of values, with the messages of the PIM: what values/create.py let through."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from pimflow_akeneo_sandbox import php
from pimflow_akeneo_sandbox.collection import Record
from pimflow_akeneo_sandbox.entities import Values
from pimflow_akeneo_sandbox.errors import Violation
from pimflow_akeneo_sandbox.store import Store
from pimflow_akeneo_sandbox.values import kinds
from pimflow_akeneo_sandbox.values.check_context import context_faults
from pimflow_akeneo_sandbox.values.check_media import file_faults

Faults = Iterator[str]

CODE_LIKE = re.compile(r"^(?!\s)[^,;]+(?<!\s)$")
NO_SEPARATORS = "This field should not contain any comma or semicolon or leading/trailing space"
NO_LINE_BREAKS = "This field should not contain any line break"
EMAIL = re.compile(r"^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9.-]*)\.[a-zA-Z0-9-]+$")
URL = re.compile(r"^https?://[^\s/?#:]+(\.[^\s/?#:]+)+(:\d+)?([/?#]\S*)?$", re.IGNORECASE)
LONGEST_INTEGER = 9223372036854775807


def identifier_faults(text: Any) -> Faults:
    """Whether it can be an identifier or code."""
    if not isinstance(text, str):
        return
    if not CODE_LIKE.match(text):
        yield NO_SEPARATORS
    if re.search(r"[\r\n\f\v]", text):
        yield NO_LINE_BREAKS


def _text_faults(_store: Store, attribute: Record, data: Any) -> Faults:
    code, kind, rule = attribute["code"], attribute["type"], attribute.get("validation_rule")
    text = php.to_text(data)
    if rule == "email" and not EMAIL.match(text):
        yield f"The {code} attribute requires an e-mail address."
    if kind == kinds.IDENTIFIER:
        yield from identifier_faults(text)
    longest = min(attribute.get("max_characters") or 65535, 65535 if kind == kinds.TEXTAREA else 255)
    if len(text) > longest:
        yield (
            f"The {code} attribute must not contain more than {longest} characters. The submitted value is too long."
        )
    if not isinstance(data, str):
        yield f"The {code} attribute requires a string, a {php.type_name(data)} was detected."
    pattern = attribute.get("validation_regexp")
    if rule == "regexp" and pattern and not regexp(pattern).search(text):
        yield f"The {code} attribute must match the following regular expression: {pattern}."
    if rule == "url" and not URL.match(text):
        yield f"The {code} attribute requires a url link."


@lru_cache(maxsize=512)
def regexp(pattern: str) -> re.Pattern[str]:
    """Return a regular expression in PHP's spelling, with its delimiters and flags if it has them."""
    delimited = re.match(r"^([/#~@!%])(.*)\1([a-zA-Z]*)$", pattern, re.DOTALL)
    body, flags = (delimited[2], delimited[3]) if delimited else (pattern, "")
    given = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL, "x": re.VERBOSE}
    try:
        return re.compile(body, sum(given.get(flag, 0) for flag in flags))
    except re.error:
        return re.compile("")


def _amount_faults(attribute: Record, amount: Any) -> Faults:
    code = attribute["code"]
    if not php.is_numeric(amount):
        yield f"The {code} attribute requires a number, and the submitted {php.to_text(amount)} value is not."
        return
    if isinstance(amount, str) and " " in amount:
        yield (
            f"The {code} attribute requires a value which does not contains space, "
            f'and the submitted "{amount}" has at least one.'
        )


def _range_faults(attribute: Record, amount: Any) -> Faults:
    code = attribute["code"]
    low, high = _limits(attribute)
    number: Any = Decimal(str(amount).strip()) if php.is_numeric(amount) else None
    if number is None:
        # PHP compares a text with a number as texts
        number, low, high = php.to_text(amount), _as_text(low), _as_text(high)
    if low is not None and number < low:
        yield f"The {code} attribute requires an equal or greater than {php.to_text(float(low))} value."
    elif high is not None and number > high:
        yield f"The {code} attribute requires an equal or lesser than {php.to_text(float(high))} value."
    elif isinstance(number, Decimal) and number > LONGEST_INTEGER and (low is not None or high is not None):
        yield f"The {code} attribute requires an equal or lesser than {LONGEST_INTEGER} value."


def _as_text(limit: Decimal | None) -> Any:
    return None if limit is None else php.to_text(float(limit))


def _limits(attribute: Record) -> tuple[Decimal | None, Decimal | None]:
    low, high = attribute.get("number_min"), attribute.get("number_max")
    lowest = Decimal(str(low)) if low not in {None, ""} else None
    if attribute.get("negative_allowed") is False and (lowest is None or lowest < 0):
        lowest = Decimal(0)
    return lowest, Decimal(str(high)) if high not in {None, ""} else None


def _decimal_faults(attribute: Record, amount: Any) -> Faults:
    if attribute.get("decimals_allowed") or not php.is_numeric(amount):
        return
    if Decimal(str(amount).strip()) % 1:
        yield (
            f"The {attribute['code']} attribute requires a non-decimal value, "
            f"and {php.to_text(amount)} is not a valid value."
        )


def _number_faults(_store: Store, attribute: Record, data: Any) -> Faults:
    yield from _amount_faults(attribute, data)
    if php.is_numeric(data):
        yield from _range_faults(attribute, data)
    yield from _decimal_faults(attribute, data)


def _metric_faults(store: Store, attribute: Record, data: Any) -> Faults:
    yield from _amount_faults(attribute, data["amount"])
    yield from _range_faults(attribute, data["amount"])
    yield from _decimal_faults(attribute, data["amount"])
    family = store.get("measurement_families", attribute["metric_family"])
    if family is None:
        yield "Please specify a valid metric family"
    elif data["unit"] not in family["units"]:
        yield "Please specify a valid metric unit"


def _date_faults(store: Store, attribute: Record, data: Any) -> Faults:
    moment = datetime.fromisoformat(data)
    for limit, word in ((attribute.get("date_min"), "after"), (attribute.get("date_max"), "before")):
        if not limit:
            continue
        edge = datetime.fromisoformat(str(limit)[:10]).replace(tzinfo=store.zone)
        if moment < edge if word == "after" else moment > edge:
            yield f"The {attribute['code']} attribute requires a date that should be {edge:%Y-%m-%d} or {word}."


def _options_faults(_store: Store, _attribute: Record, data: Any) -> Faults:
    seen: set[str] = set()
    twice: dict[str, str] = {}
    for option in data:
        if option.lower() in seen:
            twice.setdefault(option.lower(), option)
        seen.add(option.lower())
    if twice:
        told = "option was" if len(twice) == 1 else "options were"
        yield (
            f'The following {told} used multiple times: "{", ".join(twice.values())}". '
            "Please check your option list again."
        )


CHECKS: dict[str, Callable[[Store, Record, Any], Faults]] = {
    kinds.IDENTIFIER: _text_faults,
    kinds.TEXT: _text_faults,
    kinds.TEXTAREA: _text_faults,
    kinds.NUMBER: _number_faults,
    kinds.METRIC: _metric_faults,
    kinds.DATE: _date_faults,
    kinds.MULTISELECT: _options_faults,
    kinds.FILE: file_faults,
    kinds.IMAGE: file_faults,
}


def _price_violations(store: Store, attribute: Record, data: Any, where: dict[str, Any]) -> Iterator[Violation]:
    active = {code for channel in store.structure["channels"] for code in channel["currencies"]}
    for price in data:
        currency = price["currency"]
        for check in (_amount_faults, _decimal_faults, _range_faults):
            for message in check(attribute, price["amount"]):
                yield Violation("values", message, currency=currency, **where)
        if currency not in active:
            message = (
                f"Please specify a valid currency for the {attribute['code']} attribute, the {currency} code was sent."
            )
            yield Violation("values", message, currency=currency, **where)


def value_violations(store: Store, values: Values) -> Iterator[Violation]:
    """All that is wrong with the content of these values."""
    yield from context_faults(store, values)
    for code, entries in values.items():
        attribute = store.need("attributes", code)
        check = CHECKS.get(attribute["type"])
        for (scope, locale), data in entries.items():
            where: dict[str, Any] = {"attribute": code, "locale": locale, "scope": scope}
            if attribute["type"] == kinds.PRICE:
                yield from _price_violations(store, attribute, data, where)
            elif attribute["type"] == kinds.IDENTIFIER:
                yield from (Violation("identifier", message) for message in _text_faults(store, attribute, data))
            elif check:
                yield from (Violation("values", message, **where) for message in check(store, attribute, data))
