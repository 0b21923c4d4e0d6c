"""Values as the API answers them: decimals with their zeros, codes as spelt in the catalogue, download links."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Any

from pimflow_akeneo_sandbox import php
from pimflow_akeneo_sandbox.collection import Record
from pimflow_akeneo_sandbox.entities import Scoped, Values, stored_order
from pimflow_akeneo_sandbox.store import Store
from pimflow_akeneo_sandbox.values import kinds

METRIC_PLACES, PRICE_PLACES = 4, 2


@dataclass(frozen=True)
class ValueView:
    """Which values are wanted and how; None means all."""

    base_url: str = ""
    attributes: Collection[str] | None = None
    scope: str | None = None
    locales: Collection[str] | None = None
    with_options: bool = False


def number_answer(attribute: Record, data: Any) -> Any:
    """Return an integer without decimals allowed, else a string with at least four decimals."""
    if not php.is_numeric(data):
        return data
    number = Decimal(str(data).strip())
    if not attribute.get("decimals_allowed"):
        return int(number.to_integral_value(ROUND_DOWN))
    text = f"{number:f}"
    whole, _, decimals = text.partition(".")
    return f"{whole}.{decimals.rstrip('0').ljust(4, '0')}" if len(decimals) > 4 else f"{whole}.{decimals:0<4}"


def _amount(attribute: Record, amount: Any, places: int) -> Any:
    if not php.is_numeric(amount):
        return amount
    number = Decimal(str(amount).strip())
    if not attribute.get("decimals_allowed"):
        return int(number.to_integral_value(ROUND_DOWN))
    return f"{php.rounded(float(number), places):.{places}f}"


LINE_BREAK = re.compile("\r\n|\r|\n")


def data_answer(store: Store, attribute: Record, scope: str | None, data: Any) -> Any:
    """Return the `data` of a value in an answer; None when what it refers to is gone."""
    kind, code = attribute["type"], attribute["code"]
    if kind == kinds.NUMBER:
        return number_answer(attribute, data)
    if kind == kinds.METRIC:
        return {"amount": _amount(attribute, data["amount"], METRIC_PLACES), "unit": data["unit"]}
    if kind == kinds.PRICE:
        return _prices(store, attribute, scope, data) or None
    if kind in {kinds.SELECT, kinds.MULTISELECT}:
        options = (store.option(code, member) for member in ([data] if kind == kinds.SELECT else data))
        found = sorted({option["code"] for option in options if option})
        return (found[0] if kind == kinds.SELECT else found) if found else None
    if kind == kinds.TEXT and isinstance(data, str):
        return LINE_BREAK.sub(" ", data)
    return data


def _prices(store: Store, attribute: Record, scope: str | None, data: Any) -> list[Record]:
    """Prices in a currency that the channel (without one: no channel at all) does not have are not shown."""
    channels = store.structure["channels"]
    active = {code for channel in channels if scope in {None, channel["code"]} for code in channel["currencies"]}
    return [
        {"amount": _amount(attribute, price["amount"], PRICE_PLACES), "currency": price["currency"]}
        for price in data
        if price["currency"] in active
    ]


def _is_live(store: Store, attribute: Record, scope: str | None, locale: str | None) -> bool:
    """Whether channel and locale of a value are still there, and its locale still in use."""
    channel = store.get("channels", scope) if scope is not None else None
    if scope is not None and channel is None:
        return False
    if locale is None:
        return True
    if attribute.get("available_locales") and locale not in attribute["available_locales"]:
        return False
    if channel:
        return locale in channel["locales"]
    record = store.get("locales", locale)
    return bool(record and record["enabled"])


def values_answer(store: Store, values: Values, view: ValueView) -> dict[str, Any]:
    """Return the `values` of an answer."""
    found: dict[str, Any] = {}
    wanted = None if view.attributes is None else {code.lower() for code in view.attributes}
    for code, entries in values.items():
        if wanted is not None and code.lower() not in wanted:
            continue
        attribute = store.get("attributes", code)
        listed = _entries(store, attribute, entries, view) if attribute else []
        if listed:
            found[code] = listed
    return found


def _stored_first(entry: tuple[Scoped, Any]) -> tuple[tuple[int, str], tuple[int, str]]:
    (scope, locale), _ = entry
    return stored_order(scope or ""), stored_order(locale or "")


def _entries(store: Store, attribute: Record, entries: Mapping[Scoped, Any], view: ValueView) -> list[Record]:
    listed = []
    for (scope, locale), data in sorted(entries.items(), key=_stored_first):
        if scope is not None and view.scope is not None and scope.lower() != view.scope.lower():
            continue
        if locale is not None and view.locales is not None and locale not in view.locales:
            continue
        if not _is_live(store, attribute, scope, locale):
            continue
        answer = data_answer(store, attribute, scope, data)
        if answer is not None:
            entry = {"locale": locale, "scope": scope, "data": answer}
            listed.append(entry | _additions(store, attribute, answer, view))
    return listed


def _additions(store: Store, attribute: Record, answer: Any, view: ValueView) -> Record:
    if attribute["type"] in kinds.MEDIA:
        href = f"{view.base_url}/api/rest/v1/media-files/{answer}/download"
        return {"_links": {"download": {"href": href}}}
    if not view.with_options:
        return {}
    if attribute["type"] == kinds.SELECT:
        return {"linked_data": _linked(store, attribute["code"], answer)}
    if attribute["type"] == kinds.MULTISELECT:
        return {"linked_data": {code: _linked(store, attribute["code"], code) for code in answer}}
    return {}


def _linked(store: Store, attribute: str, code: str) -> Record:
    option = store.option(attribute, code)
    labels = option["labels"] if option else {}
    return {"attribute": attribute, "code": code, "labels": labels}
