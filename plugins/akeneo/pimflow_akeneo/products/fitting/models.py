"""Product models before they are written: which ones are meant, and what of them the PIM can take at their level."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from pimflow import Change, Item, Outcome, Problem, ProblemKind, Run, Status, Who, said
from pimflow_akeneo.columns import Column, ValueColumn
from pimflow_akeneo.kinds import MODELS
from pimflow_akeneo.products.fitting.emptying import Emptying
from pimflow_akeneo.products.levels.ancestor_lookup import ancestry
from pimflow_akeneo.products.levels.ancestors import MOST, PLANNED, Ancestor
from pimflow_akeneo.products.levels.place import Place, attributes_of, fitted, same_in
from pimflow_akeneo.products.moves.adoption import Adoption, Found, without_members
from pimflow_akeneo.products.moves.adoption_rules import MEMBERS, own_codes
from pimflow_akeneo.session import Session

Models = Mapping[str, Ancestor]


_KNOWN_BY = (MEMBERS, "family_variant", "parent")
"""What of a derived model tells which one is meant."""


class ModelFitting:
    """Fits changes of product models to the PIM as it is now. Safe for several threads.

    A change for a model that is adopted names it in the column `code`; one for a model of which nobody can tell
    which is meant is refused.
    """

    def __init__(self, session: Session, run: Run, parse: Callable[[str], Column], emptying: Emptying) -> None:
        self._emptying = emptying
        self._run = run
        self._parse = parse
        self._ancestry = ancestry(session)
        self._adoption = Adoption(session, run.memory, self._ancestry)
        self._same = same_in(run.memory)
        self._noted: OrderedDict[str, Item] = OrderedDict()
        self._held: dict[str, Outcome] = {}
        """Outcomes of changes that are about to be loaded and will not be sent now."""

    def fit(self, batch: Sequence[Change]) -> list[Change]:
        """Leave out what the models cannot have, each told; give the changes in the same order."""
        found = self._adoption.look(batch)
        above = [str(change.payload["parent"]) for change in batch if change.payload.get("parent")]
        parents = own_codes(self._run.memory, above)
        named = [self._named(change, found, parents) for change in batch]
        codes = {str(one.payload[name]) for one in named for name in (MODELS.key, "parent") if one.payload.get(name)}
        models = self._ancestry.models({*codes, *found.own.values()}, attributes_of(named, self._parse))
        fits = []
        for change in named:  # one after the other: a model of the batch may stand above another
            code = str(change.payload.get(MODELS.key) or found.own.get(change.key) or change.key)
            now = models.get(code.lower())
            place = self._place(change, now, models)
            change = change if place is None else self._fitted(change, place)  # noqa: PLW2901
            fits.append(change)
            if place is not None and change.key not in found.problems:
                models[code.lower()] = self._as_written(change, code, now, place)
        return fits

    def note(self, item: Item) -> None:
        """Keep in mind the variants of the models that are to be written next: by these they are known."""
        if item.payload.get(MEMBERS):
            self._noted[item.key] = replace(item, payload={name: item.payload.get(name) for name in _KNOWN_BY})
            if len(self._noted) > MOST:
                self._noted.popitem(last=False)

    def own(self, keys: Sequence[str]) -> dict[str, str]:
        """Give the codes by which the PIM has these models, by key: that of an adopted one is another."""
        self._adoption.look([item for key in keys if (item := self._noted.get(key))])
        return {**{key: key for key in keys}, **own_codes(self._run.memory, keys)}

    def meant(self, items: Sequence[Item]) -> dict[str, str]:
        """Give the codes of the models that derived ones mean, by key; empty ones where nobody can tell which."""
        found = self._adoption.look(items)
        known = own_codes(self._run.memory, [item.key for item in items])
        return {**dict.fromkeys(found.problems, ""), **known}

    def planned(self, batch: Sequence[Change]) -> None:
        """Remember the codes of models that a plan would create; they may be more than are kept in mind."""
        self._run.memory.put(PLANNED, {change.key.lower(): change.key for change in batch if change.absent})

    def hold(self, batch: Sequence[Change]) -> dict[str, Outcome]:
        """Give the outcomes of changes that are not to be sent now, by key."""
        return {change.key: self._held.pop(change.key) for change in batch if change.key in self._held}

    def _named(self, change: Change, found: Found, parents: Mapping[str, str]) -> Change:
        change = without_members(change)
        payload = dict(change.payload)
        if found.own.get(change.key, change.key).lower() != change.key.lower():
            payload[MODELS.key] = found.own[change.key]
        if payload.get("parent") in parents:
            payload["parent"] = parents[payload["parent"]]
        problems = change.item.problems
        if change.key in found.problems and self._run.dry:
            payload, problems = {}, (*problems, found.problems[change.key])
        elif change.key in found.problems:
            told = (found.problems[change.key],)
            self._held[change.key] = Outcome(change.resource, change.key, Status.REFUSED, told)
        elif change.key in found.adopted and change.absent:
            self._held[change.key] = _once_more(change, found.own[change.key])
        return replace(change, item=replace(change.item, payload=payload, problems=problems))

    def _fitted(self, change: Change, place: Place) -> Change:
        self._emptying.note_levels(change, place)
        return fitted(change, place, self._parse, self._same)

    def _place(self, change: Change, now: Ancestor | None, models: Models) -> Place | None:
        """Find the level of a model; None where that cannot be known, or where the PIM will refuse it."""
        parent = change.payload.get("parent") or (now.parent if now else None)
        variant = change.payload.get("family_variant") or (now.family_variant if now else None)
        tree = self._ancestry.tree(str(variant), now.family if now else None) if variant else None
        level = 1 if parent else 0
        if tree is None or level >= tree.last:
            return None
        return Place(tree, level, models.get(str(parent).lower()) if parent else None)

    def _as_written(self, change: Change, code: str, now: Ancestor | None, place: Place) -> Ancestor:
        """Remember the model as it will be once the change is written: variants are held against that."""
        values = {name: value for name, value in change.payload.items() if isinstance(self._parse(name), ValueColumn)}
        if now is not None:
            self._ancestry.known.write(code, values)
            return self._ancestry.known.get([code], frozenset()).get(code.lower(), now)
        above = place.parent
        attributes = frozenset[str]() if place.level and above is None else above.attributes if above else None
        parent = above.code if above else change.payload.get("parent")
        own = {name: value for name, value in values.items() if value is not None}
        variant = place.tree.variant
        written = Ancestor(
            code, variant.code, variant.family, parent, {**(above.values if above else {}), **own}, attributes
        )
        self._ancestry.known.put([written])
        return written


def _once_more(change: Change, code: str) -> Outcome:
    """Let a model that turned out to be there wait, so that it is not written as a new one."""
    reason = said("the PIM has it under the code '{code}'", code=code)
    remedy = said("It is written under that code by itself.")
    problem = Problem(reason, ProblemKind.REFERENCE, MODELS.key, change.key, remedy, Who.ADMINISTRATOR)
    return Outcome(change.resource, change.key, Status.WAITING, (problem,))
