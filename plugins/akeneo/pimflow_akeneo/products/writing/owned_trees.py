"""Categories of the trees that a flow owns; those of other trees are left as they are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pimflow import Problem, ProblemKind, Who, said
from pimflow_akeneo.catalog import Catalog
from pimflow_akeneo.checks import listed
from pimflow_akeneo.columns import ADD_CATEGORIES, REMOVE_CATEGORIES
from pimflow_akeneo.kinds import Kind
from pimflow_akeneo.products import lines
from pimflow_akeneo.products.existence import lookup
from pimflow_akeneo.products.writing.pending import Pending
from pimflow_akeneo.session import Session

_COLUMNS = ("categories", ADD_CATEGORIES, REMOVE_CATEGORIES)
_REMEDY = said("Take it out of the mapping, or change `ownership:` if this is not so.")
Payload = Mapping[str, Any]


class OwnedTrees:
    """Without a contract, or before one is told, every tree is the flow's."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._owns: Callable[[str, str], bool] | None = None
        self._columns: tuple[str, ...] = _COLUMNS

    def own(self, owns: Callable[[str, str], bool], once: Collection[str]) -> None:
        """Take note of the trees that the flow owns. Of new records, which nobody owns yet, `once` may have any."""
        self._owns = owns
        self._columns = tuple(name for name in _COLUMNS if name not in once)

    def ours(self, code: str) -> bool:
        """Tell whether a category stands in a tree that the flow owns."""
        tree = self._catalog.tree(code) if self._owns else None
        return self._owns is None or tree is None or self._owns("categories", tree)

    def foreign(self, name: str, cell: Any) -> list[Problem]:
        """Tell of the categories of one cell that stand in trees of others."""
        if self._owns is None or name not in self._columns:
            return []
        there = [found[0] for code in listed(cell) if (found := self._catalog.parents.get(code.lower()))]
        return [self._named(name, code) for code in there if not self.ours(code)]

    def limited(self, payload: Payload) -> tuple[Payload, list[Problem]]:
        """Leave out the categories of other trees, and tell them: for nobody to mend, as that is what was agreed."""
        if self._owns is None or not any(payload.get(name) for name in self._columns):
            return payload, []
        kept, told = dict(payload), []
        for name in self._columns:
            codes = payload.get(name) or ()
            told += [self._left_alone(name, code) for code in codes if not self.ours(code)]
            left = [code for code in codes if self.ours(code)]
            if codes and not left:
                del kept[name]
            elif codes:
                kept[name] = left
        return kept, told

    def shown(self, values: Payload) -> Payload:
        """Show of what the PIM has only the categories that are the flow's business."""
        if self._owns is None or not values.get("categories"):
            return values
        left = [code for code in values["categories"] if self.ours(code)]
        rest = {name: value for name, value in values.items() if name != "categories"}
        return {**rest, "categories": left} if left else rest

    def merged(self, session: Session, kind: Kind, pending: Sequence[Pending]) -> Sequence[Pending]:
        """Let records that exist keep their categories of other trees: ours are added to those, and removed."""
        if self._owns is None:
            return pending
        asked = [one.key for one in pending if "categories" in one.payload and not one.change.absent]
        if not asked:
            return pending
        model = session.catalog.model
        found = lookup.find(session, asked, [model.identifier.code], kind)
        now = {str(lines.key_of(one, model, kind)).lower(): one["categories"] for one in found}
        return [
            replace(one, payload=self._merged(one.payload, now[one.key.lower()])) if one.key.lower() in now else one
            for one in pending
        ]

    def _merged(self, payload: Payload, now: Iterable[str]) -> Payload:
        if "categories" not in payload:
            return payload
        wanted = {*(payload["categories"] or ()), *(payload.get(ADD_CATEGORIES) or ())}
        wanted.difference_update(payload.get(REMOVE_CATEGORIES) or ())
        added, removed = wanted.difference(now), {code for code in now if self.ours(code)} - wanted
        rest = {name: value for name, value in payload.items() if name not in _COLUMNS}
        return {
            **rest,
            **({ADD_CATEGORIES: sorted(added)} if added else {}),
            **({REMOVE_CATEGORIES: sorted(removed)} if removed else {}),
        }

    def _named(self, name: str, code: str) -> Problem:
        tree = self._catalog.tree(code)
        reason = said("which stands in the tree '{tree}' of others; each run would leave it alone", tree=tree)
        return Problem(reason, ProblemKind.PERMISSION, name, code, _REMEDY, Who.ADMINISTRATOR)

    def _left_alone(self, name: str, code: str) -> Problem:
        tree = self._catalog.tree(code)
        reason = said("the tree '{tree}' belongs to others; categories of it were left alone", tree=tree)
        return Problem(reason, ProblemKind.PERMISSION, name, code, _REMEDY, Who.ADMINISTRATOR)
