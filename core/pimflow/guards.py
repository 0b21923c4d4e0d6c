"""The limits under `guards:` that are known before anything is written."""

from __future__ import annotations

from pimflow.config import Guards
from pimflow.diff import Candidate
from pimflow.errors import GuardError
from pimflow.spool import Spool
from pimflow.state.records import Records


def allowed(limit: int | str, of: int) -> float:
    """Give the number that a limit allows: itself, or its share of `of`."""
    return limit if isinstance(limit, int) else of * float(limit.rstrip("% ")) / 100


def check_guards(guards: Guards, held: Spool[Candidate], records: Records, run: int, read: int, *, full: bool) -> None:
    """Hold a flow back where more would change than the pipeline allows. Raises GuardError."""
    changed = sum(candidate.change.known for candidate in held)
    cleared = sum(value is None for candidate in held for value in candidate.change.payload.values())
    known = records.count()
    missing, _ = records.unseen(run, 0) if full else (0, [])
    if full and read < guards.min_rows:
        raise GuardError(f"the source gave {read} rows, and `min_rows` is {guards.min_rows}. Nothing was written")
    for name, number, of in (
        ("max_changed", changed, known),
        ("max_missing", missing - changed, known),
        ("max_cleared", cleared, known),
    ):
        limit = getattr(guards, name)
        if limit is not None and number > allowed(limit, of):
            raise GuardError(
                f"{name.removeprefix('max_')} would be {number}, and `{name}` is {limit}. "
                "Nothing was written. See `pimflow plan`, or raise the limit for this run"
            )
