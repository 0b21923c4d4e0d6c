"""How past runs are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pimflow.state.database import Database
    from pimflow.state.history import PastRun


def ended(database: Database, past: PastRun) -> str:
    """Say how a run ended; one that never told so goes on only while it holds the lock of its pipeline."""
    from pimflow.running.holding import is_dead, who
    from pimflow.state import locks

    if past.report is not None:
        return f"exit code {past.exit_code}" + (f", undid run {past.undid}" if past.undid else "")
    holder = None if past.finished else locks.holder(database, past.pipeline)
    if holder is None or holder.owner.run != past.id or is_dead(holder):
        return "broken off, its process was killed; what was written stays, and the next run goes on from there"
    return f"goes on ({who(holder)})"
