"""Values of a payload put over the values that are there: per attribute, scope and locale, null erases."""

from collections.abc import Mapping
from typing import Any

from pimflow_akeneo_sandbox import php
from pimflow_akeneo_sandbox.collection import Record
from pimflow_akeneo_sandbox.entities import Scoped, Values
from pimflow_akeneo_sandbox.errors import (
    PropertyError,
    UnknownPropertyError,
    expects,
    expects_key,
    expects_valid_data,
)
from pimflow_akeneo_sandbox.store import Store
from pimflow_akeneo_sandbox.values import kinds
from pimflow_akeneo_sandbox.values.create import is_empty, value_of, without_empty_prices


def check_form(values: Any) -> None:
    """Raise PropertyError unless it is attribute -> list of {locale, scope, data}."""
    if not php.is_array(values):
        raise expects("values", "an array", php.type_name(values))
    for code, entries in values.items() if isinstance(values, dict) else enumerate(values):
        if not php.is_array(entries):
            raise expects(str(code), "an array", php.type_name(entries))
        for entry in php.items_of(entries):
            _check_entry(str(code), entry)


def _check_entry(code: str, entry: Any) -> None:
    if not php.is_array(entry):
        raise expects_valid_data(code, "one of the values is not an array")
    for key in ("locale", "scope", "data"):
        if not isinstance(entry, dict) or key not in entry:
            raise expects_key(code, key)
    for key in ("locale", "scope"):
        if entry[key] is not None and not isinstance(entry[key], str):
            raise PropertyError(
                f'Property "{code}" expects a value with a string as {key}, "{php.type_name(entry[key])}" given.'
            )


def check_scope_and_locale(attribute: Record, scope: str | None, locale: str | None) -> None:
    """Raise PropertyError when scope or locale is missing or too many for this attribute."""
    scopable, localizable = bool(attribute.get("scopable")), bool(attribute.get("localizable"))
    if (scope is not None) == scopable and (locale is not None) == localizable:
        return
    if scopable and localizable and scope is not None and locale is not None:
        return
    code, scope, locale = attribute["code"], scope or "nothing", locale or "nothing"
    channel, language = f"({scope} was detected)", f"({locale} was detected)"
    if scopable and localizable:
        told = f"requires a value per channel {channel} and a locale {language}."
    elif localizable:
        told = f"does not require a value per channel {channel} but requires a value per locale {language}."
    elif scopable:
        told = f"requires a value per channel {channel} but does not require a value per locale {language}."
    else:
        told = f"requires neither a channel {channel} nor a locale {language}."
    raise PropertyError(f"The {code} attribute {told}")


def merged(store: Store, values: Values, changes: Any) -> Values:
    """Return the values with the changes made. Raises PropertyError, UnknownPropertyError for an attribute."""
    check_form(changes)
    found: dict[str, Mapping[Scoped, Any]] = dict(values)
    for code, entries in changes.items() if isinstance(changes, dict) else ():
        attribute = store.get("attributes", code)
        if attribute is None:
            raise UnknownPropertyError(code)
        for entry in php.items_of(entries):
            _put(store, found, attribute, entry)
    return found


def _put(store: Store, values: dict[str, Mapping[Scoped, Any]], attribute: Record, entry: Record) -> None:
    code, key, data = attribute["code"], (entry["scope"], entry["locale"]), entry["data"]
    if attribute["type"] == kinds.PRICE:
        data = without_empty_prices(data)
    if is_empty(attribute["type"], data):
        if key in values.get(code, ()):
            rest = {at: kept for at, kept in values[code].items() if at != key}
            values[code] = rest
            if not rest:
                del values[code]
        return
    if attribute["type"] in kinds.MEDIA:
        data = value_of(store, attribute, data)
    check_scope_and_locale(attribute, *key)
    values[code] = {**values.get(code, {}), key: value_of(store, attribute, data)}


def only(values: Values, codes: frozenset[str]) -> Values:
    """Return the values of these attributes."""
    return {code: entries for code, entries in values.items() if code in codes}


def over(lower: Values, upper: Values) -> Values:
    """Own values laid over inherited ones."""
    return {**upper, **lower} if upper else lower
