"""The ownership contract of a project, checked without asking anybody: contradictions, and for whom flows write."""

from __future__ import annotations

from collections.abc import Iterator

from pimflow.configuration.forms import Ownership
from pimflow.configuration.parts import Part
from pimflow.errors import Mistake
from pimflow.words import did_you_mean


def contradictions(contract: Part, ownership: Ownership) -> Iterator[Mistake]:
    """Find owners that stand twice in an order, and codes that differ in the case of letters only."""
    seen: dict[tuple[str, ...], tuple[str, ...]] = {}
    for place, owners in ownership.places.items():
        for owner in sorted({one for one in owners if owners.count(one) > 1}):
            yield contract.mistake(f"{owner!r} stands here twice; an order has each owner once", *place)
        first = seen.setdefault((*place[:-1], place[-1].lower()), place)
        if first != place:
            line = contract.document.line((*contract.trail, *first))
            said = f"line {line} has {first[-1]!r}, which is the same code to a PIM; keep one of them"
            yield contract.mistake(said, *place)


def owner_mistakes(flow: Part, owner: str | None, ownership: Ownership) -> Iterator[Mistake]:
    """Check on whose behalf a flow writes where the project says who owns what."""
    known = ownership.names
    if owner is None:
        named = ", ".join(sorted(known))
        yield flow.mistake(f"`owner` is missing: `ownership` says who owns what; one of {named}")
    elif owner not in known:
        yield flow.mistake(f"`ownership` names no {owner!r}{did_you_mean(owner, known)}", "owner")
