"""The limits under `guards:` that are known before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice

from pimflow.configuration.forms import Guards
from pimflow.delivering.diff import Candidate
from pimflow.errors import GuardError
from pimflow.sentences import said
from pimflow.spool import Spool
from pimflow.state.records import Records

_SAMPLES = 20
_HELD_BACK = said("Nothing was written. If it is right, your administrator can let one run pass")
_WOULD: Mapping[str, str] = {
    "max_changed": said("{number} would change, and the most allowed is {limit}. {held_back}"),
    "max_missing": said("{number} would be missing, and the most allowed is {limit}. {held_back}"),
    "max_cleared": said("{number} would be emptied, and the most allowed is {limit}. {held_back}"),
}


@dataclass(frozen=True, slots=True)
class Found:
    """How many there are of what a guard limits, of how many, and the first of them."""

    number: int
    of: int
    samples: tuple[str, ...]


def allowed(limit: int | str, of: int) -> float:
    """Give the number that a limit allows: itself, or its share of `of`."""
    return limit if isinstance(limit, int) else of * float(limit.rstrip("% ")) / 100


def _told(limit: int | str, of: int) -> str:
    return f"{limit}" if isinstance(limit, int) else said("{limit} of {all}", limit=limit, all=of)


def check_guards(
    guards: Guards,
    held: Spool[Candidate],
    records: Records,
    run: int,
    read: int,
    *,
    full: bool,
    passing: frozenset[str],
) -> None:
    """Hold a flow back where more would change than the pipeline allows; `passing` are guards not asked this time.

    The run has marked what is held as seen. Raises GuardError with samples.
    """
    check_min_rows(guards, read, full=full, passing=passing)
    for name, found in _found(held, records, run, full=full):
        limit = getattr(guards, name)
        if limit is not None and name not in passing and found.number > allowed(limit, found.of):
            raise GuardError(
                said(str(_WOULD[name]), number=found.number, limit=_told(limit, found.of), held_back=_HELD_BACK),
                detail=_way_out(name, limit),
                samples=found.samples,
                guard=name,
            )


def check_min_rows(guards: Guards, read: int, *, full: bool, passing: frozenset[str]) -> None:
    """Hold a flow back whose source gave too few rows. Raises GuardError."""
    if full and read < guards.min_rows and "min_rows" not in passing:
        raise GuardError(
            said(
                "the source gave {number} rows, and the least allowed is {least}. {held_back}",
                number=read,
                least=guards.min_rows,
                held_back=_HELD_BACK,
            ),
            detail=_way_out("min_rows", guards.min_rows),
            guard="min_rows",
        )


@contextmanager
def samples_told(notes: list[str]) -> Iterator[None]:
    """Note which records a guard holds back, before its error goes on."""
    try:
        yield
    except GuardError as error:
        if error.samples:
            names = ", ".join(error.samples)
            notes.append(said("Held back, the first {number}: {names}", number=len(error.samples), names=names))
        raise


def _found(held: Spool[Candidate], records: Records, run: int, *, full: bool) -> Iterator[tuple[str, Found]]:
    known = records.count()
    yield "max_changed", _counted((one.change.key for one in held if one.change.known and not one.resting), known)
    missing, keys = records.unseen(run, _SAMPLES) if full else (0, [])
    yield "max_missing", Found(missing, known, tuple(keys))
    yield "max_cleared", _counted(_cleared(held), known)


def _cleared(held: Spool[Candidate]) -> Iterator[str]:
    for one in held:
        for name, value in one.change.payload.items():
            if value is None and not one.resting:
                yield f"{one.change.key} ({name})"


def _counted(things: Iterable[str], of: int) -> Found:
    rest = iter(things)
    samples = tuple(islice(rest, _SAMPLES))
    return Found(len(samples) + sum(1 for _ in rest), of, samples)


def _way_out(name: str, limit: int | str) -> str:
    return said(
        "The guard is `{guard}`. `pimflow plan` shows what would be; if it is right, let one run pass with `{option}`.",
        guard=f"{name}: {limit}",
        option=f"--allow {name}",
    )
