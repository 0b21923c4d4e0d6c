"""A change on its way into the PIM. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from pimflow import Change, Lead, Outcome, Problem, Status, said
from pimflow_akeneo.kinds import BY_UUID, Kind
from pimflow_akeneo.products.judging.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class Pending:
    """A change under the key by which it is written, and what was left out of it so far."""

    change: Change
    key: str
    payload: Mapping[str, Any]
    problems: tuple[Problem, ...] = ()
    waits: bool = False

    @classmethod
    def of(cls, change: Change, kind: Kind) -> Self:
        """Take a change whole."""
        key = change.payload["uuid"] if kind is BY_UUID else change.payload.get(kind.key, change.key)
        return cls(change, key, change.payload)

    def may_go_without(self, verdict: Verdict) -> bool:
        """Tell whether it goes without what the verdict names; what only waits follows later in any case."""
        return not self.change.whole or verdict.status is Status.WAITING

    def without(self, verdict: Verdict) -> Self:
        """Leave out what the verdict names."""
        kept = {name: value for name, value in self.payload.items() if name not in verdict.left_out}
        kept.update(verdict.instead)
        waits = self.waits or verdict.status is Status.WAITING
        return replace(self, payload=kept, problems=self.problems + verdict.problems, waits=waits)

    def outcome(self, status: Status, problems: tuple[Problem, ...] = ()) -> Outcome:
        """Tell what became of it, with all that was left out."""
        uuid = self.payload.get("uuid")
        if status is Status.REFUSED:
            effect = said("Not created") if self.change.absent else said("Not updated")
            problems = tuple(replace(one, effect=effect) if one.lead is Lead.RECORD else one for one in problems)
        return Outcome(self.change.resource, self.change.key, status, self.problems + problems, remote_id=uuid)
