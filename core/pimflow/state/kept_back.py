"""Records that were told to be kept back: when they neither arrive nor are kept back any more, that is told as well."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from pimflow.state.memory import KeptMemory
from pimflow.state.met_ids import MetIds

_PAGE = 500
_BEGINS = "kept back of "


class KeptBack:
    """The ids of those records of one flow. A run that is killed may tell of one again."""

    def __init__(self, memory: KeptMemory, flow: str) -> None:
        self._memory = memory
        self._name = f"{_BEGINS}{flow}"

    def note(self, ids: Collection[str]) -> None:
        """Take note that these are told to be kept back."""
        known = self._memory.get(self._name, ids)
        self._memory.put(self._name, {id_: _text(id_, "") for id_ in ids if known.get(id_) != _text(id_, "")})

    def withdrawn(
        self, kept_back: MetIds, arrived: Callable[[Collection[str]], Collection[str]], run: int, since: str | None
    ) -> Iterator[str]:
        """Give those that are no longer `kept_back` and have not `arrived`.

        Each is given until a run that begins after one that gave it was completed: `since` is the latest of those.
        """
        for page in self._memory.pages(self._name, _PAGE):
            noted = dict(_read(text) for text in page)
            gone = noted.keys() - kept_back.of(noted.keys())
            there = set(arrived(gone)) if gone else set()
            told = {id_ for id_ in gone - there if noted[id_] and int(noted[id_]) < int(since or 0)}
            self._memory.forget(self._name, sorted(there | told))
            left = sorted(gone - there - told)
            self._memory.put(self._name, {id_: _text(id_, str(run)) for id_ in left if not noted[id_]})
            yield from left


def _text(id_: str, run: str) -> str:
    return f"{run} {id_}"


def _read(text: str) -> tuple[str, str]:
    run, _, id_ = text.partition(" ")
    return id_, run
