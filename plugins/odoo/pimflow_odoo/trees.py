"""Makes categories by their path, parents before children."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pimflow import Change, Outcome, Problem, Status, said
from pimflow_erp.jobs import Job, Values, each
from pimflow_erp.wording import awaited
from pimflow_odoo import wording
from pimflow_odoo.catalog import TITLE
from pimflow_odoo.kinds import CATEGORIES
from pimflow_odoo.refusals import RefusedError
from pimflow_odoo.session import Session

_BETWEEN = " / "


class TreeLoading:
    """Makes categories in one session, level by level."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def load(self, batch: Sequence[Change]) -> Iterator[Outcome]:
        """Create what is missing; a category whose parent is neither there nor in the batch waits."""
        self._session.catalog.forget(CATEGORIES.model)
        refused: dict[str, Problem] = {}
        there = {one.path: one.id for one in self._session.catalog.categories.values()}
        old = set(there)
        left = [change for change in batch if change.key not in there]
        while going := [one for one in left if one.key not in refused and _above(one.key) in {None, *there}]:
            refused |= self._created(going, there)
            left = [one for one in left if one.key not in there]
        self._session.catalog.forget(CATEGORIES.model)
        for change in batch:
            if change.key in there:
                status = Status.UNCHANGED if change.key in old else Status.CREATED
                yield Outcome(change.resource, change.key, status, (), str(there[change.key]))
            elif change.key in refused:
                yield Outcome(change.resource, change.key, Status.REFUSED, (refused[change.key],))
            else:
                yield Outcome(
                    change.resource,
                    change.key,
                    Status.WAITING,
                    (awaited(TITLE, said("category"), "path", _above(change.key)),),
                )

    def _created(self, going: Sequence[Change], there: dict[str, int]) -> dict[str, Problem]:
        def send(jobs: Sequence[Job]) -> None:
            vals = [job.values for job in jobs]
            ids = self._session.call(CATEGORIES.model, "create", vals_list=vals, writes=True)
            there.update(zip((job.key for job in jobs), ids, strict=True))

        jobs = [Job(change.key, _values(change.key, there)) for change in going]
        return each(jobs, send, RefusedError, wording.told)


def _above(path: str) -> str | None:
    """Give the path of the parent; None for a root."""
    return path.rpartition(_BETWEEN)[0] or None


def _values(path: str, there: dict[str, int]) -> Values:
    above = _above(path)
    return {"name": path.rpartition(_BETWEEN)[2], "parent_id": there[above] if above else False}
