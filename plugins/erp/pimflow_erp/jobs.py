"""Many records a call; where the ERP refuses a call it goes in halves, so that one bad record costs itself alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pimflow import Problem, RemoteError

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Job:
    """One record's part of a call: `id` is that of the record to be written, 0 for a new one."""

    key: str
    values: Values
    id: int = 0


def each(
    jobs: Sequence[Job],
    send: Callable[[Sequence[Job]], None],
    refused: type[RemoteError],
    told: Callable[[Any], Problem],
) -> dict[str, Problem]:
    """Send jobs, and give by key those that the ERP refused alone; `told` tells such an error to people."""
    if not jobs:
        return {}
    try:
        send(jobs)
    except refused as error:
        if len(jobs) == 1:
            return {jobs[0].key: told(error)}
        middle = len(jobs) // 2
        first = each(jobs[:middle], send, refused, told)
        return first | each(jobs[middle:], send, refused, told)
    return {}
