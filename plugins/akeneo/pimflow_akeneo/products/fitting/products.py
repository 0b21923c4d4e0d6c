"""Products before they are written: below which model they stand, and what of them the PIM can take there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pimflow import Change, Item, Outcome, Problem, ProblemKind, Run, Who, said
from pimflow_akeneo.columns import Column, ValueColumn
from pimflow_akeneo.kinds import BY_UUID, PRODUCTS, Kind, product_kind
from pimflow_akeneo.products.existence.keys import existence
from pimflow_akeneo.products.fitting.emptying import Emptying
from pimflow_akeneo.products.levels.ancestor_lookup import ancestry
from pimflow_akeneo.products.levels.ancestors import PLANNED, Ancestor
from pimflow_akeneo.products.levels.place import Place, attributes_of, fitted, same_in, without
from pimflow_akeneo.products.moves.adoption_rules import own_codes
from pimflow_akeneo.products.moves.conversion import Converting
from pimflow_akeneo.products.moves.conversion_rules import Move
from pimflow_akeneo.session import Session

Models = Mapping[str, Ancestor]


@dataclass(frozen=True, slots=True)
class _Standing:
    """A change, the model that it names, and the one below which the PIM has the product.

    `named` is None where the change does not tell, and empty where the product is to become simple.
    """

    change: Change
    named: str | None
    is_there: bool
    now: str | None

    @property
    def parent(self) -> str | None:
        """The model below which the product will stand."""
        return self.now if self.named is None else self.named or None

    @property
    def moves(self) -> bool:
        """Tell whether a variant goes from one model to another."""
        return bool(self.named and self.now and self.named.lower() != self.now.lower())


class ProductFitting:
    """Fits changes of products to the PIM as it is now. Safe for several threads.

    How variants move:

    - To another model of the same family variant: by `parent`, the PIM does it.
    - To a model of another family variant: the PIM refuses that. The product keeps its model and the rest of the
      change is written; once it was made a simple product in the PIM, with all its values, it moves by itself.
    - A simple product becomes a variant: see `conversion`.
    - A variant becomes simple with an emptied `parent`: the PIM leaves it what it had inherited.
    - A variant of a model that the PIM does not have waits for it: nothing of it is left out, as its level is unknown.
      A plan tells that and shows nothing to be written.
    - A model that was derived anew, and is in the PIM under a code of its own, is meant by that code: see
      `adoption_rules`.
    """

    def __init__(self, session: Session, run: Run, parse: Callable[[str], Column], emptying: Emptying) -> None:
        self._emptying = emptying
        self._session = session
        self._run = run
        self._parse = parse
        self._ancestry = ancestry(session)
        self._same = same_in(run.memory)
        self._converting = Converting(session, self._ancestry, self._same, dry=run.dry)

    def fit(self, batch: Sequence[Change]) -> list[Change]:
        """Leave out what the products cannot have, each told; give the changes in the same order."""
        batch = self._adopted(batch)
        if not any(change.payload.get("parent") for change in batch) and not self._ancestry:
            return self._emptying.fit(batch)
        standing = list(self._standing(batch))
        codes = {code for one in standing for code in (one.parent, one.now) if code}
        models = self._ancestry.models(codes, attributes_of(batch, self._parse))
        placed = [self._placed(one, models) for one in standing]
        moves = [Move(change, place) for change, place, simple in placed if place and simple]
        looked_at = self._converting.fit(moves) if moves else {}
        return self._emptying.fit(
            [self._fitted(change, place, looked_at.get(change.key)) for change, place, _ in placed]
        )

    def note(self, item: Item) -> None:
        """Let the item pass: nothing has to be known of products before they are asked for."""

    def own(self, keys: Sequence[str]) -> dict[str, str]:
        """Give the identifiers by which the PIM has these products: their own."""
        return {key: key for key in keys}

    def meant(self, items: Sequence[Item]) -> dict[str, str]:  # noqa: ARG002 - as of models
        """Give nothing: products go by their identifiers."""
        return {}

    def planned(self, batch: Sequence[Change]) -> None:
        """Let the batch pass: nothing stands below products."""

    def hold(self, batch: Sequence[Change]) -> dict[str, Outcome]:
        """Bring values of products that become variants to their models; give outcomes where that failed, by key."""
        return self._converting.lift(batch)

    def _adopted(self, batch: Sequence[Change]) -> list[Change]:
        """Name adopted models by their own codes."""
        named = {str(change.payload["parent"]) for change in batch if change.payload.get("parent")}
        own = own_codes(self._run.memory, named)
        return [_with_parent(change, own.get(change.payload.get("parent") or "")) for change in batch]

    def _standing(self, batch: Sequence[Change]) -> Iterator[_Standing]:
        there = {kind: self._parents(kind, batch) for kind in (PRODUCTS, BY_UUID)}
        for change in batch:
            parents = there[product_kind(change.payload)]
            key = _key(change)
            named = (change.payload["parent"] or "") if "parent" in change.payload else None
            yield _Standing(change, named, key in parents, parents.get(key))

    def _parents(self, kind: Kind, batch: Sequence[Change]) -> dict[str, str | None]:
        asked = (change for change in batch if product_kind(change.payload) is kind and not change.absent)
        keys = [_key(change) for change in asked if "parent" in change.payload or self._has_values(change)]
        return existence(self._session, kind).parents(keys) if keys else {}

    def _has_values(self, change: Change) -> bool:
        return any(isinstance(self._parse(name), ValueColumn) for name in change.payload)

    def _placed(self, one: _Standing, models: Models) -> tuple[Change, Place | None, bool]:
        """Give a change, its place below a model if it has one, and whether the product is a simple one as yet."""
        change = one.change
        target, now = (models.get((code or "").lower()) for code in (one.parent, one.now))
        if one.moves and target and now and target.family_variant.lower() != now.family_variant.lower():
            change, target = without(change, {"parent"}, _between_variants(now, target)), now
        elif one.named and target:
            change = _with_parent(change, target.code)
        elif one.named and self._run.dry and not self._run.memory.get(PLANNED, [one.named.lower()]):
            change = without(change, set(change.payload), _absent(one.named))
        tree = self._ancestry.tree_of(target) if target else None
        if target is None or tree is None or target.level + 1 != tree.last:
            return change, None, False
        return change, Place(tree, tree.last, target), one.is_there and not one.now

    def _fitted(self, change: Change, place: Place | None, looked_at: Change | None) -> Change:
        """Leave out values of other levels; a product that stays simple keeps all of its own."""
        change = looked_at or change
        stays_simple = looked_at is not None and "parent" not in looked_at.payload
        if place is None or stays_simple:
            return change
        self._emptying.note_levels(change, place)
        return fitted(change, place if looked_at is None else self._now(place), self._parse, self._same)

    def _now(self, place: Place) -> Place:
        """Give the model above with the values that a product brings to it."""
        code = place.parent.code.lower() if place.parent else ""
        return replace(place, parent=self._ancestry.known.get([code], frozenset()).get(code, place.parent))


def _key(change: Change) -> str:
    return str(change.payload.get("uuid") or change.key)


def _with_parent(change: Change, code: str | None) -> Change:
    if code is None or change.payload["parent"] == code:
        return change
    return replace(change, item=replace(change.item, payload={**change.payload, "parent": code}))


def _between_variants(now: Ancestor, target: Ancestor) -> Problem:
    reason = said(
        "is of family variant '{wanted}', and the variant stands below '{code}' of family variant '{now}'; the PIM "
        "moves no variant from one to the other, so it stays where it is",
        wanted=target.family_variant,
        code=now.code,
        now=now.family_variant,
    )
    remedy = said(
        "Make it a simple product in the PIM (it keeps all its values, those of its product model too); it then moves "
        "by itself."
    )
    return Problem(reason, ProblemKind.VALUE, "parent", target.code, remedy, Who.PRODUCT_MANAGER)


def _absent(code: str) -> Problem:
    remedy = said("It goes by itself once that product model is there.")
    return Problem(said("the PIM has no such product model"), ProblemKind.REFERENCE, "parent", code, remedy)
