"""One place where events come in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from pimflow_serve.refusals import Refused


@dataclass(frozen=True, slots=True)
class Hook:
    """One place where events come in: /hooks/`kind`/`name`.

    `keys` are the secrets with which its events are signed: two while one takes the other's place. `own` are authors
    whose events are told of nobody, as they write what pimflow itself sent. `wait`: for so long are events gathered.
    """

    name: str
    kind: str
    pipelines: tuple[str, ...]
    keys: tuple[str, ...] = field(repr=False)
    own: frozenset[str] = frozenset()
    wait: timedelta = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Told:
    """What a sender told: events by their ids, each with the key of a record, None where it names none.

    `ignored` counts those that lead to nothing: our own, and removals.
    """

    events: Mapping[str, str | None]
    ignored: int = 0


def unsigned() -> Refused:
    """Refuse what nobody knows who sent it."""
    return Refused(401, "the signature is missing, or wrong, or too old", "Sign it with the key that pimflow.yaml has.")


def not_understood(what: str) -> Refused:
    """Refuse what has another form than its sender promises."""
    return Refused(400, f"this is no event: {what}", "See the documentation of webhooks for its form.")
