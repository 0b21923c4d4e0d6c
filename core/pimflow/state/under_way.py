"""Renames that were begun, so that a run that comes after a killed one still knows which record is which.

While keys are passed on, the target may have a record under the key of another one: then a key no longer tells.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import orjson

from pimflow.plain import to_json
from pimflow.state.memory import KeptMemory

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Begun:
    """A record by its id in the source, the key that the target had for it, and the columns by which it is written.

    No columns where the target did not have it.
    """

    id: str
    was: str
    columns: Mapping[str, Any] | None


class UnderWay:
    """The renames of one entity that one system has in one target.

    Without them nothing would be overwritten either: the target refuses a key that another record has.
    """

    def __init__(self, memory: KeptMemory, entity: str, system: str) -> None:
        self._memory = memory
        self._name = f"renames of {entity} in {system}"

    def note(self, begun: Iterable[Begun]) -> None:
        """Keep these until they are done."""
        self._memory.put(self._name, {one.id: to_json(asdict(one)).decode() for one in begun})

    def of(self, ids: Collection[str]) -> dict[str, Begun]:
        """Give what was begun with these records."""
        found = self._memory.get(self._name, ids)
        return {id_: Begun(**orjson.loads(text)) for id_, text in found.items()}

    def forget_done(self, keys: Callable[[Collection[str]], Mapping[str, str]]) -> None:
        """Forget those whose record has another key by now; `keys` gives the keys of the target by ids."""
        for page in self._memory.pages(self._name, _AT_ONCE):
            begun = [Begun(**orjson.loads(text)) for text in page]
            now = keys([one.id for one in begun])
            self._memory.forget(self._name, [one.id for one in begun if now.get(one.id) != one.was])
