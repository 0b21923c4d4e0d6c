"""The product models above records that are written, read in a number of calls that does not grow with the records."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from math import ceil
from typing import Any

from pimflow_akeneo.kinds import MODELS
from pimflow_akeneo.products import lines
from pimflow_akeneo.products.existence import lookup
from pimflow_akeneo.products.existence.keys import Existence, existence
from pimflow_akeneo.products.levels.ancestors import MOST, Ancestor, Ancestors
from pimflow_akeneo.products.levels.tree import Tree
from pimflow_akeneo.session import PAGE, Session
from pimflow_akeneo.url_length import chunks


def ancestry(session: Session) -> Ancestry:
    """Give what all writers of one session know together."""
    there = existence(session, MODELS)
    return session.shared("ancestry", lambda: Ancestry(session, there))


class Ancestry:
    """Finds product models with the values that records below them could repeat. Safe for several threads.

    Models are asked for by the hundred until that has cost as much as reading all of them; then all are read, where
    they are no more than can be kept in mind.
    """

    def __init__(self, session: Session, there: Existence) -> None:
        self.known = Ancestors()
        self._session = session
        self._existence = there
        self._lock = threading.Lock()
        self._attributes: frozenset[str] = frozenset()
        self._reads = 0
        self._listed: frozenset[str] | None = None

    def __bool__(self) -> bool:
        """Tell whether there are product models at all."""
        return bool(self.known) or self._existence.count() > 0

    def models(self, codes: Iterable[str], attributes: frozenset[str] = frozenset()) -> dict[str, Ancestor]:
        """Give the models that there are, by lower-case code, with the values of these attributes. Raises FlowError."""
        asked = sorted({code.lower() for code in codes})
        with self._lock:
            found = self.known.get(asked, attributes)
            missing = [code for code in asked if code not in found]
            if missing and self._existence.count():
                self._attributes |= attributes
                self._read(missing)
                found |= self.known.get(missing, attributes)
        return found

    def tree(self, family_variant: str, family: str | None = None) -> Tree | None:
        """Give the levels of a family variant; None where the PIM has no such variant."""
        catalog = self._session.catalog
        variant = catalog.family_variant(family_variant, family)
        return None if variant is None else Tree(variant, catalog.family_attributes(variant.family))

    def tree_of(self, model: Ancestor) -> Tree | None:
        """Give the levels of a model's family variant."""
        return self.tree(model.family_variant, model.family)

    def _read(self, missing: list[str]) -> None:
        if self._listed is not None and self._attributes <= self._listed:
            return
        attributes = sorted(self._attributes) or [self._session.catalog.model.identifier.code]
        projection = lookup.projection(attributes)
        tells = self._attributes if projection else None
        count = self._existence.count()
        if count <= MOST and self._reads >= ceil(count / PAGE):
            self._listed = self._attributes
            found: Iterable[dict[str, Any]] = lookup.pages(self._session, projection, MODELS)
        else:
            self._reads += len(list(chunks(missing)))
            found = lookup.find(self._session, missing, attributes, MODELS)
        self.known.put(self._ancestor(one, tells) for one in found)

    def _ancestor(self, record: Mapping[str, Any], attributes: frozenset[str] | None) -> Ancestor:
        values = lines.flat({"code": record["code"], "values": record["values"]}, self._session.catalog.model, MODELS)
        del values["code"]
        return Ancestor(
            record["code"], record["family_variant"], record.get("family"), record.get("parent"), values, attributes
        )
