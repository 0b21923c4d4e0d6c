"""Writing of attributes."""

import re
from datetime import datetime
from typing import Any

from pimflow_akeneo_sandbox import php
from pimflow_akeneo_sandbox.collection import Record
from pimflow_akeneo_sandbox.errors import PropertyError, UnknownPropertyError, expects, expects_entity
from pimflow_akeneo_sandbox.loading.defaults import ATTRIBUTE, midnight
from pimflow_akeneo_sandbox.store import Store
from pimflow_akeneo_sandbox.structure.attribute_check import of_entity, of_properties, of_type, of_unique
from pimflow_akeneo_sandbox.structure.writing import Setter, Writing, array, plain, texts_by_locale
from pimflow_akeneo_sandbox.values import kinds

DAY = re.compile(r"^\d{4}-\d{2}-\d{2}")


def _type(_store: Store, record: Record, data: Any) -> Record:
    record = plain("type")(_store, record, data)
    if data is None or data == "":
        raise PropertyError('Property "type" does not expect an empty value.')
    if data not in kinds.ALL:
        because = "The attribute type does not exist"
        raise expects_entity("type", "attribute type", because, php.to_text(data))
    if data == kinds.IDENTIFIER:
        record["unique"] = True
    return record


def _group(store: Store, record: Record, data: Any) -> Record:
    record = plain("group")(store, record, data)
    group = store.get("attribute_groups", data)
    if group is None:
        raise expects_entity("group", "code", "The attribute group does not exist", php.to_text(data))
    return {**record, "group": group["code"]}


def _locales(store: Store, record: Record, data: Any) -> Record:
    codes = []
    for code in array("available_locales", data):
        locale = store.get("locales", code)
        if locale is None:
            because = "The locale does not exist"
            raise expects_entity("available_locales", "locale code", because, php.to_text(code))
        codes.append(locale["code"])
    return {**record, "available_locales": codes}


def _extensions(_store: Store, record: Record, data: Any) -> Record:
    return {**record, "allowed_extensions": [php.to_text(member) for member in array("allowed_extensions", data)]}


def _date(name: str) -> Setter:
    def put(store: Store, record: Record, data: Any) -> Record:
        record = plain(name)(store, record, data)
        if data is None:
            return record
        text = str(data)
        try:
            datetime.fromisoformat(text if DAY.match(text) else "")
        except ValueError:
            raise PropertyError(
                f'Property "{name}" expects a string with the format "yyyy-mm-dd" as data, "{php.to_text(data)}" given.'
            ) from None
        return {**record, name: midnight(store, text)}

    return put


def _number(name: str) -> Setter:
    """Limits are answered as texts."""

    def put(store: Store, record: Record, data: Any) -> Record:
        record = plain(name)(store, record, data)
        return {**record, name: php.to_text(data)} if php.is_number(data) else record

    return put


def _read_only(store: Store, record: Record, data: Any) -> Record:
    """Take the switch of the Enterprise edition; the others do not know it."""
    if not store.settings.has_read_only_attributes:
        raise UnknownPropertyError("is_read_only")
    if not isinstance(data, bool):
        raise expects("is_read_only", "a boolean", php.type_name(data))
    return {**record, "is_read_only": data}


SETTERS: dict[str, Setter] = {
    **{name: plain(name) for name in ATTRIBUTE if name not in {"labels", "guidelines", "is_main_identifier"}},
    "required": plain("required"),
    "type": _type,
    "group": _group,
    "available_locales": _locales,
    "allowed_extensions": _extensions,
    "date_min": _date("date_min"),
    "date_max": _date("date_max"),
    "number_min": _number("number_min"),
    "number_max": _number("number_max"),
    "max_file_size": _number("max_file_size"),
    "guidelines": texts_by_locale("guidelines"),
    "is_read_only": _read_only,
}


def _keep(store: Store, record: Record, _old: Record | None) -> None:
    if record["type"] == kinds.IDENTIFIER and not record["is_main_identifier"]:
        others = [a for a in store.structure["attributes"] if a["type"] == kinds.IDENTIFIER]
        record = {**record, "is_main_identifier": not others or others == [store.get("attributes", record["code"])]}
    record.pop("required", None)
    store.put("attributes", record)


WRITING = Writing(
    setters=SETTERS,
    code_message="Attribute code may contain only letters, numbers and underscore",
    keep=_keep,
    longest_code=255,
    ignored=frozenset({"group_labels", "is_main_identifier"}),
    fixed=("code", "type", "scopable", "localizable", "metric_family", "unique", "reference_data_name"),
    before=(of_entity,),
    after=(of_properties,),
    later=(of_type, of_unique),
    label_property="labels",
)
