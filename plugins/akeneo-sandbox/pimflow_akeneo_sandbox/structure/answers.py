"""Structure entities as the API answers them."""

from pimflow_akeneo_sandbox.collection import Record
from pimflow_akeneo_sandbox.store import Store


def attribute_answer(store: Store, record: Record) -> Record:
    """An attribute with the labels of its group."""
    group = store.get("attribute_groups", record["group"])
    return {**record, "group_labels": group["labels"] if group else None}


def group_answer(store: Store, record: Record) -> Record:
    """An attribute group with its attributes, in the order in which they came."""
    members = [a["code"] for a in store.structure["attributes"] if a["group"] == record["code"]]
    return {**record, "attributes": members}


def variant_answer(_store: Store, record: Record) -> Record:
    """A family variant; the family is known from the path."""
    return {name: value for name, value in record.items() if name != "family"}
