"""Values that both sides changed since they were sent last: whose was kept, and what the other one was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pimflow.model import Change, Item
from pimflow.plain import as_json
from pimflow.sentences import joined, said
from pimflow.sinks import Writer
from pimflow.state.changes import Overwritten
from pimflow.words import plainly

_NAMED = 20
_LONGEST = 40


@dataclass(slots=True)
class Conflicts:
    """Counts such values, and keeps the first of them; `pimflow explain` tells of each record."""

    writer: Writer
    count: int = 0
    first: list[Overwritten] = field(default_factory=list)

    def see(self, found: Sequence[Overwritten]) -> None:
        """Take note of values that were written over others."""
        real = [one for one in found if self._is_other(one)]
        self.count += len(real)
        self.first += real[: _NAMED - len(self.first)]

    def notes(self, owner: str | None, source: str, target: str, names: Mapping[str, str]) -> Iterator[str]:
        """Tell it in a sentence; `owner` is the one for whom the flow writes, where a contract says who owns what.

        `names` are what people call records, by key, where that is something else.
        """
        if not self.count:
            return
        told = [self._told(each, names.get(each.key, each.key), source, target) for each in self.first]
        more = "; …" if self.count > len(told) else ""
        parts = {
            "number": self.count,
            "owner": f"'{owner}'" if owner else said(source),
            "source": said(source),
            "values": joined([joined(told, "; "), more], ""),
        }
        if self.count == 1:
            yield said(
                "{number:,} value was changed on both sides since the last run. As {owner} owns it, what {source} says "
                "was kept: {values}",
                **parts,
            )
        else:
            yield said(
                "{number:,} values were changed on both sides since the last run. As {owner} owns them, what {source} "
                "says was kept: {values}",
                **parts,
            )

    def _told(self, one: Overwritten, name: str, source: str, target: str) -> str:
        label = self.writer.label(one.column)
        return said(
            "{label} of {record}: {ours} in {source}, {theirs} in {target}",
            label=label,
            record=name,
            ours=_short(one.now),
            source=said(source),
            theirs=_short(one.theirs),
            target=said(target),
        )

    def _is_other(self, one: Overwritten) -> bool:
        """Tell whether the target had another value than was sent, in the form in which it has it."""
        sent = Change(Item(one.resource, one.key, {one.column: one.sent}), 0, known=True, fingerprint=b"")
        (held,) = self.writer.as_held([sent])
        return one.column in held.payload and as_json(dict(held.payload))[one.column] != one.theirs


def _short(value: Any) -> str:
    text = "" if value is None else plainly(value)
    return f"'{text[:_LONGEST]}…'" if len(text) > _LONGEST else f"'{text}'"
