"""Checks of values against the rest of the catalogue: options, reference data, channels and locales."""

from collections.abc import Iterator
from typing import Any

from pimflow_akeneo_sandbox.collection import Record
from pimflow_akeneo_sandbox.entities import Values
from pimflow_akeneo_sandbox.errors import Violation
from pimflow_akeneo_sandbox.store import Store
from pimflow_akeneo_sandbox.values import kinds


def context_faults(store: Store, values: Values) -> Iterator[Violation]:
    """Unknown options, then unknown channels, then locales that cannot be used."""
    entries = [
        (store.need("attributes", code), scope, locale, data)
        for code, by_scope in values.items()
        for (scope, locale), data in by_scope.items()
    ]
    for check in (_unknown_options, _unknown_references, _unknown_channel, _unusable_locale):
        for attribute, scope, locale, data in entries:
            for message in check(store, attribute, scope, locale, data):
                yield Violation("values", message, attribute["code"], locale, scope)


def _unknown_options(
    store: Store, attribute: Record, _scope: str | None, _locale: str | None, data: Any
) -> Iterator[str]:
    code = attribute["code"]
    if attribute["type"] == kinds.SELECT and store.option(code, data) is None:
        yield f"The {data} value is not in the {code} attribute option list."
    if attribute["type"] == kinds.MULTISELECT:
        unknown = [option.lower() for option in data if store.option(code, option) is None]
        if unknown:
            yield f"The {', '.join(unknown)} values are not in the {code} attribute option list."


def _unknown_references(
    store: Store, attribute: Record, _scope: str | None, _locale: str | None, data: Any
) -> Iterator[str]:
    code, name = attribute["code"], attribute.get("reference_data_name")
    if attribute["type"] == kinds.REFERENCE and not store.has_reference_data(name, data):
        yield (
            f'Property "{code}" expects a valid reference data code. '
            f'The code "{data}" of the reference data "{name}" does not exist'
        )
    if attribute["type"] == kinds.REFERENCES:
        unknown = [one.lower() for one in data if not store.has_reference_data(name, one)]
        if unknown:
            yield (
                f'Property "{code}" expects valid codes. The following codes for reference data "{name}" '
                f'do not exist: "{", ".join(unknown)}"'
            )


def _unknown_channel(
    store: Store, attribute: Record, scope: str | None, _locale: str | None, _data: Any
) -> Iterator[str]:
    if scope is not None and store.get("channels", scope) is None:
        yield (
            f"The {attribute['code']} attribute requires a value per channel. "
            f"The {scope} channel (scope) must exist in your PIM"
        )


def _unusable_locale(
    store: Store, attribute: Record, scope: str | None, locale: str | None, _data: Any
) -> Iterator[str]:
    if locale is None:
        return
    code = attribute["code"]
    record = store.get("locales", locale)
    channel = store.get("channels", scope) if scope else None
    if record is None or not record["enabled"]:
        yield f"The {code} attribute requires a valid locale. The {locale} locale does not exist."
    elif channel and locale not in channel["locales"]:
        yield (
            f"The {code} attribute requires a valid locale. The {locale} locale is not bound to the {scope} channel."
        )
    elif attribute.get("available_locales") and locale not in attribute["available_locales"]:
        yield f"The {locale} locale is not available on the {code} attribute."
