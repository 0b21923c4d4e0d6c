"""Which product is which: uuids of products by identifier, by which they are found when people rename them.

They are taken from what is read anyway; of products that were made they are asked for afterwards, a hundred a call, by
two calls a run: the calls of a first load must not grow with its products.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import orjson
from loguru import logger

from pimflow import Change, FlowError, Memory, Moved, Outcome, Status
from pimflow_akeneo.kinds import BY_UUID, PRODUCTS
from pimflow_akeneo.products import lines
from pimflow_akeneo.products.existence import lookup
from pimflow_akeneo.products.existence.keys import existence
from pimflow_akeneo.session import PAGE, Session

_NAME = "uuids"
"""What the memory keeps: the uuid of a product, by its identifier in lower case."""

_WANTED = "uuids wanted"
"""What the memory keeps under one key: identifiers of products that were made, for this run or a later one to ask."""

_MOST_WANTED = 20_000
_CALLS = 2
_ARRIVED = frozenset({Status.CREATED, Status.UPDATED, Status.UNCHANGED})


class Whereabouts:
    """Safe for several threads. A PIM before 7.0 has no uuids: then nothing is known."""

    def __init__(self, session: Session, memory: Memory) -> None:
        self._session = session
        self._memory = memory
        self._lock = threading.Lock()
        self._new: list[str] = []
        self._has_uuids = True

    def moved(self, keys: Sequence[str]) -> dict[str, Moved]:
        """Tell which products that were written under these identifiers are not there any more. Raises FlowError."""
        if not self._has_uuids or not keys:
            return {}
        present = existence(self._session, PRODUCTS).uuids(keys)
        self._has_uuids = None not in present.values()
        now = {key: uuid for key, uuid in present.items() if uuid is not None}
        return self.compared(keys, now)

    def compared(self, keys: Iterable[str], now: Mapping[str, str]) -> dict[str, Moved]:
        """Hold the uuids that the PIM has under these identifiers against those that it had."""
        asked = list(keys)
        kept = self._kept(asked)
        self._keep({key: uuid for key, uuid in now.items() if key not in kept})
        gone = {uuid: key for key, uuid in kept.items() if now.get(key) != uuid}
        elsewhere = self._by_uuid(gone) if gone else {}
        found: dict[str, Moved] = {}
        for uuid, key in gone.items():
            if uuid not in elsewhere and key in now:
                self._keep({key: now[key]})
                found[key] = Moved(None, taken=True)
            elif uuid in elsewhere and elsewhere[uuid].lower() != key.lower():
                found[key] = Moved(elsewhere[uuid], {"uuid": uuid}, taken=key in now)
        self._keep({one.key: str(one.columns["uuid"]) for one in found.values() if one.key})
        return found

    def wrote(self, batch: Sequence[Change], outcomes: Iterable[Outcome]) -> None:
        """Take note of what was written: under which uuid where that is known, otherwise it is asked for later."""
        became = {one.key: one.status for one in outcomes if one.status in _ARRIVED}
        by_uuid = [one for one in batch if one.payload.get("uuid") and one.key in became]
        self._keep({str(one.payload["identifier"]): one.payload["uuid"] for one in by_uuid if _names(one)})
        others = [one for one in batch if not one.payload.get("uuid") and one.key in became]
        made = [one.key for one in others if became[one.key] is Status.CREATED]
        seen = existence(self._session, PRODUCTS).uuids_seen(
            one.key for one in others if not one.known and became[one.key] is not Status.CREATED
        )
        self._keep(seen)
        with self._lock:
            self._new += made
            if len(self._new) > 2 * _MOST_WANTED:
                del self._new[_CALLS * PAGE : -_MOST_WANTED]  # nobody would ask for these

    def close(self) -> None:
        """Ask for the uuids of products that were made, the oldest first; the rest waits for the next runs."""
        before = orjson.loads(self._memory.get(_WANTED, [""]).get("", "[]"))
        wanted = list(dict.fromkeys([*before, *self._new]))
        unfound: list[str] = []
        asked = [wanted[start : start + PAGE] for start in range(0, min(len(wanted), _CALLS * PAGE), PAGE)]
        if asked:
            with ThreadPoolExecutor(_CALLS, thread_name_prefix="pimflow-uuids") as pool:
                unfound = [key for keys in pool.map(self._learned, asked) for key in keys]
        wanted = [*wanted[_CALLS * PAGE :], *unfound][-_MOST_WANTED:]
        if wanted != before:
            self._memory.put(_WANTED, {"": orjson.dumps(wanted).decode()})

    def _learned(self, keys: Sequence[str]) -> list[str]:
        """Keep the uuids of products, and give the identifiers that the PIM's search does not find."""
        if not keys or not self._has_uuids:
            return []
        model = self._session.catalog.model
        try:
            found = list(lookup.find(self._session, keys, [model.identifier.code]))
        except FlowError as error:  # they are known once they are read another time
            logger.warning("the uuids of {} products are not known yet: {}", len(keys), error)
            return list(keys)
        self._has_uuids = not found or "uuid" in found[0]
        uuids = {str(lines.identifier_of(one, model)).lower(): one["uuid"] for one in found if "uuid" in one}
        self._keep(uuids)
        return [key for key in keys if key.lower() not in uuids] if self._has_uuids else []

    def _by_uuid(self, uuids: Iterable[str]) -> dict[str, str]:
        """Give the identifiers of products that the PIM has; empty for those without."""
        model = self._session.catalog.model
        found = lookup.find(self._session, list(uuids), [model.identifier.code], BY_UUID)
        return {one["uuid"]: lines.identifier_of(one, model) or "" for one in found}

    def _kept(self, keys: Sequence[str]) -> dict[str, str]:
        kept = self._memory.get(_NAME, {key.lower() for key in keys})
        return {key: kept[key.lower()] for key in keys if key.lower() in kept}

    def _keep(self, uuids: Mapping[str, str]) -> None:
        if uuids:
            self._memory.put(_NAME, {key.lower(): uuid for key, uuid in uuids.items()})


def _names(change: Change) -> bool:
    return bool(change.payload.get("identifier"))
