"""Looks for the product models that derived ones mean, and remembers them: see `adoption_rules`."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import orjson
from loguru import logger

from pimflow import Change, Item, Memory, Problem
from pimflow_akeneo.kinds import MODELS, PRODUCTS
from pimflow_akeneo.products.existence.keys import existence
from pimflow_akeneo.products.levels.ancestor_lookup import Ancestry
from pimflow_akeneo.products.moves.adoption_rules import ADOPTED, MEMBERS, OWNERS, Meant, meant, own_codes
from pimflow_akeneo.session import Session

Derived = Change | Item
"""A model that a transform derived."""


@dataclass(frozen=True, slots=True)
class Found:
    """By the keys of changes: codes of models that are in the PIM, of them the new ones, and what stands against."""

    own: Mapping[str, str] = field(default_factory=dict)
    adopted: frozenset[str] = frozenset()
    problems: Mapping[str, Problem] = field(default_factory=dict)


class Adoption:
    """Safe for several threads: no two groups of one run adopt the same model."""

    def __init__(self, session: Session, memory: Memory, ancestry: Ancestry) -> None:
        self._session = session
        self._memory = memory
        self._ancestry = ancestry
        self._lock = threading.Lock()

    def look(self, batch: Sequence[Derived]) -> Found:
        """Tell which models of the PIM are meant. Those of the same code come first, then those remembered."""
        if not batch:
            return Found()
        keys = [change.key for change in batch]
        with self._lock:
            there = existence(self._session, MODELS).found(keys)
            own = {**own_codes(self._memory, keys), **there}
            derived = [change for change in batch if change.payload.get(MEMBERS)]
            self._remember({change.key: own[change.key] for change in derived if change.key in own}, there)
            missing = [change for change in derived if change.key not in own]
            adopted, problems = self._adopted(missing) if missing else ({}, {})
            made = {change.key for change in missing if change.key not in adopted and change.key not in problems}
            self._remember(dict(zip(made, made, strict=True)), {})
            return Found({**own, **adopted}, frozenset(adopted), problems)

    def _adopted(self, missing: Sequence[Derived]) -> tuple[dict[str, str], dict[str, Problem]]:
        answers = self._meant(missing)
        adopted: dict[str, str] = {}
        for key, answer in sorted(answers.items(), key=lambda one: (-one[1].members, one[0])):
            if answer.code is not None and self._is_free(answer):
                logger.info("The product model '{}' stands for '{}': its variants are there", answer.code, key)
                adopted[key] = answer.code
                self._remember({key: answer.code}, {})
                self._memory.put(ADOPTED, {key: answer.code})
        return adopted, {key: answer.problem for key, answer in answers.items() if answer.problem}

    def _meant(self, missing: Sequence[Derived]) -> dict[str, Meant]:
        members = {change.key: [str(one) for one in change.payload[MEMBERS]] for change in missing}
        parents = existence(self._session, PRODUCTS).parents({sku for skus in members.values() for sku in skus})
        above = {sku: parent.lower() for sku, parent in parents.items() if parent}
        models = self._ancestry.models(above.values())
        answers = {}
        for change in missing:
            family_variant = str(change.payload.get("family_variant") or "")
            tree = self._ancestry.tree(family_variant)
            direct = [models[above[sku]] for sku in members[change.key] if above.get(sku) in models]
            if tree is not None:
                answers[change.key] = meant(direct, tree.last, 1 if change.payload.get("parent") else 0, family_variant)
        return answers

    def _is_free(self, answer: Meant) -> bool:
        """Tell whether no other group writes this model; or one that has no variant left below it."""
        code = str(answer.code)
        if code.lower() not in self._memory.get(OWNERS, [code.lower()]):
            return True
        search = {"parent": [{"operator": "=", "value": code}]}
        params = {"search": orjson.dumps(search).decode(), "limit": "1", "with_count": "true"}
        count = self._session.get(PRODUCTS.path, params).get("items_count")
        return count is not None and int(count) == answer.members

    def _remember(self, own: Mapping[str, str], there: Iterable[str]) -> None:
        """Note which group writes which model; one that has the derived code itself needs no other."""
        owners = {code.lower(): key for key, code in own.items()}
        known = self._memory.get(OWNERS, owners) if owners else {}
        fresh = {code: key for code, key in owners.items() if known.get(code) != key}
        if fresh:
            self._memory.put(OWNERS, fresh)
        if stale := own_codes(self._memory, there):
            self._memory.forget(ADOPTED, stale)


def without_members(change: Change) -> Change:
    """Take the list of variants out of a change: the PIM has no such column."""
    payload = {name: value for name, value in change.payload.items() if name != MEMBERS}
    return replace(change, item=replace(change.item, payload=payload))
