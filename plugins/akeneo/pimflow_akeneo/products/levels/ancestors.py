"""What is known of product models while records below them are written. No I/O; safe for several threads."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

MOST = 10_000
"""So many product models are kept in mind; those that were not asked for longest are read anew."""

PLANNED = "planned models"
"""Memory: lower-case code of a product model that the plan under way would create -> its code."""


@dataclass(frozen=True, slots=True)
class Ancestor:
    """A product model. `values` are by column, those of its own parent among them; what is empty is left out.

    `attributes` are those whose values are known here; None means all.
    """

    code: str
    family_variant: str
    family: str | None = None
    parent: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    attributes: frozenset[str] | None = None

    @property
    def level(self) -> int:
        """0 for a root model, 1 for one below it."""
        return 1 if self.parent else 0

    def tells(self, attributes: frozenset[str]) -> bool:
        """Tell whether the values of these attributes are known."""
        return self.attributes is None or attributes <= self.attributes


class Ancestors:
    """Remembers product models by code, in whatever case; models that this run writes are as they will be then."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[str, Ancestor] = OrderedDict()
        self._written: OrderedDict[str, dict[str, Any]] = OrderedDict()
        self._claimed: OrderedDict[str, dict[str, Any]] = OrderedDict()

    def get(self, codes: Iterable[str], attributes: frozenset[str], *, claimed: bool = True) -> dict[str, Ancestor]:
        """Give those that are known with the values of these attributes, by lower-case code.

        Values that were claimed may never arrive: who would lose his own without them asks for models not `claimed`.
        """
        with self._lock:
            found = {code: self._known[code] for code in map(str.lower, codes) if code in self._known}
            for code in found:
                self._known.move_to_end(code)
            return {code: self._complete(one, claimed) for code, one in found.items() if one.tells(attributes)}

    def __bool__(self) -> bool:
        """Tell whether any model is known."""
        with self._lock:
            return bool(self._known)

    def put(self, models: Iterable[Ancestor]) -> None:
        """Remember models as the PIM has them."""
        with self._lock:
            for model in models:
                _keep(self._known, model.code.lower(), model)

    def write(self, code: str, values: Mapping[str, Any]) -> None:
        """Remember what this run writes to a model; None empties a value."""
        with self._lock:
            _keep(self._written, code.lower(), {**self._written.get(code.lower(), {}), **values})

    def claim(self, code: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """Take these values of a model for the one who asks: nobody else in this run may write others there.

        Gives those that another claimed before, with what they say; then nothing is taken.
        """
        with self._lock:
            claimed = self._claimed.get(code.lower(), {})
            written = {**self._written.get(code.lower(), {}), **claimed}
            others = {name: written[name] for name in values if written.get(name) not in [None, values[name]]}
            if not others:
                _keep(self._claimed, code.lower(), {**claimed, **values})
            return others

    def _complete(self, model: Ancestor, claimed: bool) -> Ancestor:
        kept = (self._written, self._claimed) if claimed else (self._written,)
        codes = ((model.parent or "").lower(), model.code.lower())
        written = {name: value for code in codes for one in kept for name, value in one.get(code, {}).items()}
        if not written:
            return model
        values = {name: value for name, value in {**model.values, **written}.items() if value is not None}
        return replace(model, values=values)


def _keep(kept: OrderedDict[str, Any], key: str, value: Any) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > MOST:
        kept.popitem(last=False)
