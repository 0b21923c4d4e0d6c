"""Writing of association types, attribute groups, options and categories."""

from collections.abc import Iterator
from typing import Any

from pimflow_akeneo_sandbox import php
from pimflow_akeneo_sandbox.collection import Record
from pimflow_akeneo_sandbox.errors import (
    CHECK_FORMAT,
    REFERENCE,
    Violation,
    documented,
    expects,
    expects_entity,
    unprocessable,
)
from pimflow_akeneo_sandbox.search.fields import with_descendants
from pimflow_akeneo_sandbox.store import Store
from pimflow_akeneo_sandbox.structure.writing import Writing, array, not_decimal, plain, type_fault

OPTION_TYPES = ("pim_catalog_simpleselect", "pim_catalog_multiselect")
OTHER = "other"
MOST_GROUPS = 1000


def _keep(kind: str) -> Any:
    def keep(store: Store, record: Record, _old: Record | None) -> None:
        store.put(kind, record)

    return keep


def _association_faults(_store: Store, record: Record, _old: Record | None) -> Iterator[Violation]:
    for name in ("is_two_way", "is_quantified"):
        yield from type_fault(name, record[name], "bool")


def _both_ways(_store: Store, record: Record, _old: Record | None) -> Iterator[Violation]:
    if record["is_two_way"] is True and record["is_quantified"] is True:
        yield Violation("", "Association type can be either quantified or two-way")


ASSOCIATION_TYPE = Writing(
    setters={"is_two_way": plain("is_two_way"), "is_quantified": plain("is_quantified")},
    code_message="Association type code may contain only letters, numbers and underscores",
    keep=_keep("association_types"),
    fixed=("code", "is_two_way", "is_quantified"),
    before=(_both_ways,),
    after=(_association_faults,),
)


def _group_members(store: Store, record: Record, data: Any) -> Record:
    members: list[str] = []
    given = array("attributes", data)
    if record["code"] == OTHER:
        return record
    for code in given:
        attribute = store.get("attributes", code)
        if attribute is None:
            because = "The attribute does not exist"
            raise expects_entity("attributes", "attribute code", because, php.to_text(code))
        members.append(attribute["code"])
    return {**record, "attributes": members}


def _too_many_groups(store: Store, _record: Record, old: Record | None) -> Iterator[Violation]:
    if old is None and len(store.structure["attribute_groups"]) >= MOST_GROUPS:
        yield Violation("", f"You\u2019ve reached the limit of {MOST_GROUPS} attribute groups")


def _sort_faults(_store: Store, record: Record, _old: Record | None) -> Iterator[Violation]:
    order = record["sort_order"]
    yield from type_fault("sort_order", order, "numeric")
    yield from not_decimal("sort_order", order)
    if php.is_numeric(order) and float(order) < 0:
        yield Violation("sort_order", "This value should be greater than or equal to 0.")


def _keep_group(store: Store, record: Record, old: Record | None) -> None:
    """Attributes named move here; those that the group had and that are not named any more go to `other`."""
    before = [a["code"] for a in store.structure["attributes"] if old and a["group"] == old["code"]]
    members = record.pop("attributes")
    store.put("attribute_groups", {**record, "attributes": []})
    if members is None:
        return
    for code in members:
        store.put("attributes", {**store.need("attributes", code), "group": record["code"]})
    for code in before:
        if code not in members:
            store.put("attributes", {**store.need("attributes", code), "group": OTHER})


ATTRIBUTE_GROUP = Writing(
    setters={"sort_order": plain("sort_order"), "attributes": _group_members},
    code_message="Attribute group code may contain only letters, numbers and underscores",
    keep=_keep_group,
    before=(_too_many_groups,),
    after=(_sort_faults,),
)


def _option_order(_store: Store, record: Record, data: Any) -> Record:
    if data is not None and (not isinstance(data, int) or isinstance(data, bool)):
        raise expects("sort_order", "an integer", php.type_name(data))
    return {**record, "sort_order": data}


def _option_attribute(store: Store, record: Record, data: Any) -> Record:
    attribute = store.get("attributes", data)
    if attribute is None:
        because = "The attribute does not exist"
        raise expects_entity("attribute", "attribute code", because, php.to_text(data))
    return {**record, "attribute": attribute["code"]}


def _takes_options(store: Store, record: Record, _old: Record | None) -> Iterator[Violation]:
    attribute = store.get("attributes", record["attribute"])
    if attribute and attribute["type"] not in OPTION_TYPES:
        names = '", "'.join(OPTION_TYPES)
        yield Violation(
            "attribute",
            f'Attribute "{attribute["code"]}" does not support options. '
            f'Only attributes of type "{names}" support options',
        )


def _keep_option(store: Store, record: Record, old: Record | None) -> None:
    if old is None and record["sort_order"] is None:
        orders = [option["sort_order"] or 0 for option in store.options(record["attribute"])]
        record["sort_order"] = max(orders, default=-1) + 1
    store.put("attribute_options", record)


OPTION = Writing(
    setters={"sort_order": _option_order, "attribute": _option_attribute},
    code_message="Option code may contain only letters, numbers and underscores",
    keep=_keep_option,
    longest_code=100,
    label_property="labels",
    longest_label=255,
    fixed=("code", "attribute"),
    after=(_takes_options,),
)


def _parent(store: Store, record: Record, data: Any) -> Record:
    record = plain("parent")(store, record, data)
    if data is None or data == "":
        return {**record, "parent": None}
    parent = store.get("categories", data)
    if parent is None:
        raise expects_entity("parent", "category code", "The category does not exist", php.to_text(data))
    return {**record, "parent": parent["code"]}


def _moved_faults(store: Store, record: Record, old: Record | None) -> Iterator[Violation]:
    yield from ()
    if old is None or record["parent"] is None or record["parent"] == old["parent"]:
        return
    roots = [category["code"] for category in store.structure["categories"] if not category["parent"]]
    if roots[:1] == [old["code"]]:
        message = f"You can't move a category tree linked to a user. {CHECK_FORMAT}"
        raise documented(message, REFERENCE + "patch_categories__code_")
    if record["parent"] in with_descendants(store, [old["code"]]):
        at = [category["code"] for category in store.structure["categories"]].index(old["code"]) + 1
        raise unprocessable(f"Cannot set child as parent to node: {at}")


CATEGORY = Writing(
    setters={"parent": _parent},
    code_message="Category code may contain only letters, numbers and underscores",
    keep=_keep("categories"),
    ignored=frozenset({"updated", "position", "values", "channel_requirements"}),
    before=(_moved_faults,),
)
