"""The form of a product payload, checked before anything else: the first fault found is the answer."""

from typing import Any
from uuid import UUID

from pimflow_akeneo_sandbox import php
from pimflow_akeneo_sandbox.errors import CHECK_FORMAT, PropertyError
from pimflow_akeneo_sandbox.store import Store
from pimflow_akeneo_sandbox.values import kinds

NOT_AN_ARRAY = "This value should be of type array|(Traversable&ArrayAccess)."


def is_uuid(text: Any) -> bool:
    """Whether it is a uuid in its usual spelling, in any case."""
    try:
        return isinstance(text, str) and str(UUID(text)) == text.lower()
    except ValueError:
        return False


def _is_proper_uuid(text: Any) -> bool:
    """Whether a uuid has a version and variant that exist."""
    return is_uuid(text) and text[14] in "12345678" and text[19].lower() in "89ab"


def check_payload(store: Store, data: dict[str, Any]) -> None:
    """Raise PropertyError with the first fault in the form of uuid and values."""
    uuid = data.get("uuid")
    if uuid is not None and uuid != "" and not _is_proper_uuid(uuid):
        raise PropertyError("This value is not a valid UUID.")
    values = data.get("values")
    if values is None:
        return
    if not php.is_array(values):
        raise PropertyError(NOT_AN_ARRAY)
    for code, entries in values.items() if isinstance(values, dict) else ():
        if entries is None:
            continue
        if not php.is_array(entries):
            raise PropertyError(f'Property "{code}" expect to be an array')
        attribute = store.get("attributes", code)
        for entry in php.items_of(entries):
            _check_entry(code, attribute["type"] if attribute else None, entry)


def _check_entry(code: str, kind: str | None, entry: Any) -> None:
    if entry is None:
        return
    if not php.is_array(entry):
        raise PropertyError(f'Property "{code}" expect to be an array of array')
    for key in ("locale", "scope", "data"):
        if not isinstance(entry, dict) or key not in entry:
            raise PropertyError(f'Property "{code}" expects an array with the key "{key}". {CHECK_FORMAT}')
        if key != "data" and entry[key] is not None and not isinstance(entry[key], str):
            raise PropertyError(f'Property "{code}" expects an array with the key "{key}" as string. {CHECK_FORMAT}')
    if kind == kinds.PRICE and not _is_price_list(entry["data"]):
        raise PropertyError(
            f'The data format sent for the "{code}" attribute is wrong. Please, fill in one value per amount field.'
        )
    if kind == kinds.BOOLEAN and entry["data"] is not None and not isinstance(entry["data"], bool):
        raise PropertyError(
            f"The {code} attribute requires a boolean value (true or false) as data, "
            f"a {php.type_name(entry['data'])} was detected."
        )


def _is_price_list(data: Any) -> bool:
    if not php.is_array(data):
        return False
    for price in php.items_of(data):
        if price is None:
            continue
        if not php.is_array(price):
            raise PropertyError(NOT_AN_ARRAY)
        if not isinstance(price, dict) or not {"amount", "currency"} <= price.keys():
            return False
        if not isinstance(price["currency"], str):
            return False
        amount = price["amount"]
        if amount is not None and not isinstance(amount, str) and not php.is_number(amount):
            return False
        if len(price) > len(("amount", "currency")):
            raise PropertyError("This field was not expected.")
    return True


def check_no_value_twice(data: dict[str, Any]) -> None:
    """Raise PropertyError when one value (attribute, scope, locale) is given twice."""
    values = data.get("values")
    for code, entries in values.items() if isinstance(values, dict) else ():
        if not php.is_array(entries):
            return
        seen = set()
        for entry in php.items_of(entries):
            if not isinstance(entry, dict) or entry.get("data") is None:
                continue
            key = (entry.get("scope"), entry.get("locale"))
            if key in seen:
                raise PropertyError(
                    f'You cannot update the same product value on the "{code}" attribute twice, '
                    "with the same scope and locale."
                )
            seen.add(key)
