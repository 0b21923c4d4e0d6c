"""How far a run is, in a small file beside its log: for whoever watches it from another process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class FlowProgress:
    """How far one flow is. `total` is not known of every source; `rate` is in records a second.

    `source` and `target` are named as reports name them; `counts` has a number per status, of the records done so far.
    """

    flow: str
    noun: tuple[str, str]
    source: str
    target: str
    done: int = 0
    total: int | None = None
    rate: float | None = None
    remaining_seconds: float | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is. `began` and `updated` are times as ISO 8601 says them; `pid` and `birth` name its process.

    `flows` are those that have begun, in their order; `flows_in_all` counts those of the pipeline.
    """

    run: str
    pipeline: str
    began: str
    updated: str
    place: str
    pid: int
    birth: str
    flows_in_all: int
    dry: bool = False
    full: bool = False
    only: tuple[str, ...] = ()
    flows: tuple[FlowProgress, ...] = ()
