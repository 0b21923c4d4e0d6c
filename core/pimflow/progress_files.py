"""How far a run is, in a small file: for whoever watches it from another process."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson

from pimflow.processes import lives, place

_ENDING = ".json"
_ELSEWHERE = 3600.0
"""Seconds for which a run is believed to go on whose process cannot be looked for from here, without news of it."""


@dataclass(frozen=True, slots=True)
class FlowProgress:
    """How far one flow is. `total` is not known of every source; `rate` is in records a second.

    `source` and `target` are named as reports name them; `counts` has a number per status, of the records done so far;
    `part` names the group that is brought.
    """

    flow: str
    noun: tuple[str, str]
    source: str
    target: str
    done: int = 0
    total: int | None = None
    rate: float | None = None
    remaining_seconds: float | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    ended: bool = False
    part: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is. `began` and `updated` are times as ISO 8601 says them; `pid` and `birth` name its process.

    `flows` are those that have begun, in their order; `flows_in_all` counts those of the pipeline.
    """

    run: str
    pipeline: str
    began: str
    updated: str
    place: str
    pid: int
    birth: str
    flows_in_all: int
    dry: bool = False
    full: bool = False
    only: tuple[str, ...] = ()
    flows: tuple[FlowProgress, ...] = ()


def write(folder: Path, progress: Progress) -> None:
    """Put a file in place of the one before, at once. What the disk does not take is not shown, and does no harm."""
    file = folder / f"{progress.run}{_ENDING}"
    beside = file.with_suffix(".new")
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(orjson.dumps(asdict(progress)))
        beside.replace(file)


def remove(folder: Path, run: str) -> None:
    """Take the file of a run away."""
    for ending in (_ENDING, ".new"):
        with suppress(OSError):
            (folder / f"{run}{ending}").unlink(missing_ok=True)


def under_way(folder: Path) -> Iterator[Progress]:
    """Give the runs that go on, the first begun first; files of killed ones are passed over."""
    yield from (progress for progress, _ in _read(folder) if _goes_on(progress, folder))


def remove_dead(folder: Path) -> None:
    """Take the files of killed runs away."""
    for progress, file in _read(folder):
        if not _goes_on(progress, folder):
            remove(folder, file.stem)


def _read(folder: Path) -> Iterator[tuple[Progress, Path]]:
    for name in sorted(one.name for one in folder.iterdir()) if folder.is_dir() else ():
        if name.endswith(_ENDING):
            with suppress(OSError, ValueError, TypeError, KeyError):  # gone by now, or somebody else's
                yield progress_of(orjson.loads((folder / name).read_bytes())), folder / name


def progress_of(data: dict[str, Any]) -> Progress:
    """Give what was written as JSON. Raises TypeError, KeyError where it is of another form."""
    flows = tuple(FlowProgress(**{**flow, "noun": tuple(flow["noun"])}) for flow in data["flows"])
    return Progress(**{**data, "flows": flows, "only": tuple(data["only"])})


def _goes_on(progress: Progress, folder: Path) -> bool:
    if progress.place == place():
        return lives(progress.pid, progress.birth)
    try:
        changed = (folder / f"{progress.run}{_ENDING}").stat().st_mtime
    except OSError:
        return False
    return time.time() - changed < _ELSEWHERE
