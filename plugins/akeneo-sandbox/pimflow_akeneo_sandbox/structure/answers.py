"""Structure entities as the API answers them."""

from pimflow_akeneo_sandbox.collection import Record
from pimflow_akeneo_sandbox.store import Store
from pimflow_akeneo_sandbox.values import kinds


def undated(_store: Store, record: Record) -> Record:
    """Return the entity without the time of its last change, which only filters see."""
    return {name: value for name, value in record.items() if name != "updated"}


def with_position(store: Store, record: Record) -> Record:
    """Return a category with its place among its siblings, from 1."""
    siblings = [c["code"] for c in store.structure["categories"] if c["parent"] == record["parent"]]
    return {**record, "position": siblings.index(record["code"]) + 1 if record["parent"] else 1}


def attribute_answer(store: Store, record: Record) -> Record:
    """Return an attribute with the labels of its group; only identifiers tell whether they are the main one."""
    group = store.get("attribute_groups", record["group"])
    answer = {**undated(store, record), "group_labels": group["labels"] if group else None}
    if record["type"] != kinds.IDENTIFIER:
        del answer["is_main_identifier"]
    if store.settings.has_read_only_attributes:
        answer["is_read_only"] = record.get("is_read_only")
    return answer


def group_answer(store: Store, record: Record) -> Record:
    """Return an attribute group with its attributes, in the order in which they came."""
    members = [a["code"] for a in store.structure["attributes"] if a["group"] == record["code"]]
    return {**undated(store, record), "attributes": members}


def variant_answer(_store: Store, record: Record) -> Record:
    """Return a family variant; the family is known from the path."""
    return {name: value for name, value in record.items() if name != "family"}
