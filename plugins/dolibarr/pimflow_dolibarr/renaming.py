"""Which references products are to get in place of those that they have, and whether these are free."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pimflow import Change, ProblemKind, RowProblem, Who, said
from pimflow_dolibarr import existing
from pimflow_dolibarr.answers import TITLE
from pimflow_dolibarr.session import Record, Session


class NewRefs:
    """The references that the products of a batch get, one after the other: what one gives up is free for the next."""

    def __init__(self, session: Session, batch: Sequence[Change], there: Mapping[str, Record]) -> None:
        refs = {one.key: str(one.payload.get("ref") or one.key) for one in batch if one.key in there}
        self._wanted = {key: ref for key, ref in refs.items() if _differs(ref, str(there[key]["ref"]))}
        found = existing.find(session, sorted(set(self._wanted.values())), ("label",)) if self._wanted else {}
        self._holders = {str(one["ref"]).casefold(): one for one in found.values()}

    def of(self, change: Change) -> str:
        """Give the reference that a product gets; empty where it keeps its own. Raises RowProblem for one in use."""
        ref = self._wanted.get(change.key, "")
        holder = self._holders.get(ref.casefold()) if ref else None
        if holder is not None:
            raise RowProblem(
                "ref",
                ref,
                said("and {name!r} has this reference in {title} already", name=str(holder.get("label")), title=TITLE),
                kind=ProblemKind.DUPLICATE,
                remedy=said("Give one of the two another reference; this one then goes by itself."),
                who=Who.PRODUCT_MANAGER,
            )
        return ref

    def given(self, ref: str, record: Record) -> None:
        """Take note that a product has another reference now."""
        self._holders.pop(str(record["ref"]).casefold(), None)
        record["ref"] = ref
        self._holders[ref.casefold()] = record


def _differs(ref: str, now: str) -> bool:
    return ref.casefold() != now.casefold()
