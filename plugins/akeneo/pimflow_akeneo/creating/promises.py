"""What rows named and the PIM lacks: it counts as there, and is made before the first record goes that has it."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pimflow_akeneo.catalog import Catalog
from pimflow_akeneo.creating.allowance import Allowance
from pimflow_akeneo.creating.codes import code_of
from pimflow_akeneo.creating.wishes import CreateMissing


@dataclass(frozen=True, slots=True, order=True)
class Promise:
    """One option or category to be made. `owner` is the attribute of an option, empty for a category."""

    owner: str
    code: str
    text: str

    @property
    def key(self) -> tuple[str, str]:
        """Owner and code, as the PIM compares them."""
        return self.owner, self.code.lower()


class Promises:
    """Safe for several threads. There are no more of them than are allowed."""

    def __init__(self, catalog: Catalog, asked: CreateMissing, allowance: Allowance) -> None:
        self._catalog = catalog
        self._asked = asked
        self._allowance = allowance
        self._lock = threading.Lock()
        self._made: dict[tuple[str, str], Promise] = {}

    def option(self, attribute: str, text: str) -> str | None:
        """Give the code that a missing option has or will have; None where none is to be made."""
        if "options" not in self._asked.what:
            return None
        return self._code(attribute, text, self._catalog.options(attribute))

    def category(self, text: str) -> str | None:
        """Give the code that a missing category has or will have; None where none is to be made."""
        if "categories" not in self._asked.what:
            return None
        return self._code("", text, self._catalog.categories)

    def of(self, owner: str, codes: Iterable[str]) -> Sequence[Promise]:
        """Give those of the codes that were promised: by rows, or now where a saved plan that is applied names them."""
        for code in codes:
            if (owner, code.lower()) not in self._made:
                _ = self.option(owner, code) if owner else self.category(code)
        keys = [(owner, code.lower()) for code in codes]
        return [self._made[key] for key in keys if key in self._made]

    @property
    def all(self) -> Collection[Promise]:
        """Everything that was promised."""
        return self._made.values()

    def _code(self, owner: str, text: str, there: Mapping[str, str]) -> str | None:
        text = text.strip()
        code = code_of(text)
        if not text or code.lower() in there:
            return there.get(code.lower())
        promise = Promise(owner, code, text)
        with self._lock:
            if promise.key in self._made:
                return self._made[promise.key].code
            if not self._allowance.take():
                return None
            self._made[promise.key] = promise
        return code
