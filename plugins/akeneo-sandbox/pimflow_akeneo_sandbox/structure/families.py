"""Writing of families."""

from collections.abc import Iterator
from typing import Any

from pimflow_akeneo_sandbox import php
from pimflow_akeneo_sandbox.collection import Record
from pimflow_akeneo_sandbox.errors import Violation, expects, expects_entity, expects_valid_data
from pimflow_akeneo_sandbox.store import Store
from pimflow_akeneo_sandbox.structure.writing import Writing, array
from pimflow_akeneo_sandbox.values import kinds

NO_ATTRIBUTE = "The attribute does not exist"


def _attributes(store: Store, record: Record, data: Any) -> Record:
    found = {store.identifier_attribute} if record.get("is_new") else set()
    for code in array("attributes", data):
        attribute = store.get("attributes", code)
        if attribute is None:
            raise expects_entity("attributes", "code", NO_ATTRIBUTE, php.to_text(code))
        found.add(attribute["code"])
    return {**record, "attributes": sorted(found)}


def _requirements(store: Store, record: Record, data: Any) -> Record:
    name = "attribute_requirements"
    if not php.is_array(data):
        raise expects(name, "an array", php.type_name(data))
    kept = dict(record[name])
    for code, members in data.items() if isinstance(data, dict) else ():
        if not php.is_array(members):
            raise expects_valid_data(name, f'the channel "{code}" is not an array')
        channel = store.get("channels", code)
        if channel is None:
            raise expects_entity(name, "code", "The channel does not exist", code)
        found = {store.identifier_attribute} if record.get("is_new") else set()
        for member in members:
            attribute = store.get("attributes", member)
            if attribute is None:
                raise expects_entity(name, "code", NO_ATTRIBUTE, php.to_text(member))
            found.add(attribute["code"])
        kept[channel["code"]] = sorted(found)
    return {**record, name: {code: members for code, members in sorted(kept.items()) if members}}


def _one(name: str, *, may_be_empty: bool) -> Any:
    def put(store: Store, record: Record, data: Any) -> Record:
        if data is not None and not php.is_scalar(data):
            raise expects(name, "a scalar", php.type_name(data))
        if may_be_empty and (data is None or data == ""):
            return {**record, name: None}
        attribute = store.get("attributes", data)
        if attribute is None:
            raise expects_entity(name, "code", NO_ATTRIBUTE, php.to_text(data))
        return {**record, name: attribute["code"]}

    return put


def _faults(store: Store, record: Record, old: Record | None) -> Iterator[Violation]:
    members = set(record["attributes"])
    before = old["attribute_requirements"] if old else {}
    for channel, required in record["attribute_requirements"].items():
        for code in required:
            if code not in members and code not in before.get(channel, ()):
                yield Violation(
                    "attribute_requirements",
                    f'The attribute "{code}" cannot be an attribute required for the channel "{channel}" '
                    "as it does not belong to this family",
                )
    yield from _label_faults(store, record, members)
    yield from _image_faults(store, record, members)


def _label_faults(store: Store, record: Record, members: set[str]) -> Iterator[Violation]:
    name = "attribute_as_label"
    code = record[name]
    if code not in members:
        yield Violation(name, f'Property "{name}" must belong to the family')
    attribute = store.get("attributes", code)
    if attribute is None or attribute["type"] not in {kinds.TEXT, kinds.IDENTIFIER}:
        yield Violation(
            name,
            f'Property "{name}" only supports "pim_catalog_text" and "pim_catalog_identifier" attribute types '
            "for the family",
        )


def _image_faults(store: Store, record: Record, members: set[str]) -> Iterator[Violation]:
    name = "attribute_as_image"
    attribute = store.get("attributes", record[name])
    if attribute is None:
        return
    if attribute["code"] not in members:
        yield Violation(name, f'Property "{name}" must belong to the family')
    if attribute["type"] != kinds.IMAGE:
        yield Violation(name, f'Property "{name}" only supports "pim_catalog_image" attribute type for the family')
    if attribute["scopable"] or attribute["localizable"]:
        yield Violation(name, f'Property "{name}" must not be scopable nor localizable')


def _axis_faults(store: Store, record: Record, old: Record | None) -> Iterator[Violation]:
    members = set(record["attributes"])
    for variant in store.structure["family_variants"]:
        if old is None or variant["family"] != old["code"]:
            continue
        for level in variant["variant_attribute_sets"]:
            for axis in level["axes"]:
                if axis not in members:
                    yield Violation(
                        "attributes",
                        f'Attribute "{axis}" is an axis in "{variant["code"]}" family variant. '
                        "It must belong to the family.",
                    )


def _keep(store: Store, record: Record, old: Record | None) -> None:
    """Attributes that left the family leave its requirements and its variants too."""
    members = set(record["attributes"])
    required = {
        channel: [code for code in codes if code in members]
        for channel, codes in record["attribute_requirements"].items()
    }
    kept = {name: value for name, value in record.items() if name != "is_new"}
    kept["attribute_requirements"] = {channel: codes for channel, codes in required.items() if codes}
    store.put("families", kept)
    for variant in list(store.structure["family_variants"]) if old else ():
        if variant["family"] == record["code"]:
            sets = [
                {**level, "attributes": [code for code in level["attributes"] if code in members]}
                for level in variant["variant_attribute_sets"]
            ]
            store.put("family_variants", {**variant, "variant_attribute_sets": sets})


FAMILY = Writing(
    setters={
        "attributes": _attributes,
        "attribute_requirements": _requirements,
        "attribute_as_label": _one("attribute_as_label", may_be_empty=False),
        "attribute_as_image": _one("attribute_as_image", may_be_empty=True),
    },
    code_message="Family code may contain only letters, numbers and underscores",
    keep=_keep,
    before=(_faults, _axis_faults),
)
