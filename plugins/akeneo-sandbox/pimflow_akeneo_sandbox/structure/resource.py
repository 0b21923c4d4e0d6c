"""What the API offers of one kind of structure entity: where it is, how it is listed, answered and written."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pimflow_akeneo_sandbox.collection import Record
from pimflow_akeneo_sandbox.store import Store

# an entity and the payload in, the entity to keep out; raises PropertyProblem, Refusal
Update = Callable[[Store, Record, Record], Record]
# checks of an entity before it is kept; raises Refusal with its violations; the flag tells that it is new
Check = Callable[[Store, Record, Record | None], None]
Answer = Callable[[Store, Record], Record]
Keep = Callable[[Store, Record, Record | None], None]
Filters = Callable[[Store, list[Record], dict[str, Any]], list[Record]]


def as_kept(_store: Store, record: Record) -> Record:
    """The entity as it is."""
    return record


def put_in(kind: str) -> Keep:
    """Keep it without further ado."""
    return lambda store, record, _old: store.put(kind, record)


@dataclass(frozen=True)
class Resource:
    """`noun` begins the message for an unknown code; `anchors` are the chapters for POST and PATCH."""

    kind: str
    path: str
    noun: str
    plural: str
    anchors: tuple[str, str] = ("", "")
    answer: Answer = as_kept
    filters: Filters | None = None
    update: Update | None = None
    check: Check | None = None
    keep: Keep | None = None
