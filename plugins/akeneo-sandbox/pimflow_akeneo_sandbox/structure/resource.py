"""What the API offers of one kind of structure entity: where it is, how it is listed, answered and written."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pimflow_akeneo_sandbox.collection import Record
from pimflow_akeneo_sandbox.store import Store
from pimflow_akeneo_sandbox.structure.writing import Writing

Answer = Callable[[Store, Record], Record]
Filters = Callable[[Store, list[Record], dict[str, Any]], list[Record]]


def as_kept(_store: Store, record: Record) -> Record:
    """Return the entity as it is."""
    return record


@dataclass(frozen=True)
class Resource:
    """`noun` begins the message for an unknown code; `anchors` are the chapters for POST and PATCH.

    Kinds without `writing` can only be read.
    """

    kind: str
    path: str
    noun: str
    plural: str
    anchors: tuple[str, str] = ("", "")
    answer: Answer = as_kept
    filters: Filters | None = None
    writing: Writing | None = None
