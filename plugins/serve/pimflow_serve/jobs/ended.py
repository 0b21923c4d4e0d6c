"""What became of a run, as its process told it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from pimflow.sentences import said
from pimflow.words import capital, full_stop

BROKEN_OFF, BUSY = 3, 4


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of a run: its exit code, its id where one was begun, what people should know, what it printed."""

    exit_code: int
    run: str | None
    told: str
    said: bytes
    defect: str = ""


def understood(exit_code: int, printed: bytes, complaint: bytes, *, stopped: str) -> Ended:
    """Make sense of what a process printed, on standard output and error; `stopped` is who had it stopped."""
    data = _json(printed)
    run = _run_of(data)
    if stopped:
        told = said("Stopped by {person}. What was written stays; ask for it again, and it goes on.", person=stopped)
        return Ended(exit_code if exit_code > 0 else BROKEN_OFF, run, told, printed)
    if "errors" in data:
        return Ended(exit_code, run, " ".join(full_stop(capital(text.strip())) for text in data["errors"]), printed)
    if exit_code < 0:
        told = said(
            "Broken off: its process was killed (signal {signal}). "
            "What was written stays; ask for it again, and it goes on.",
            signal=-exit_code,
        )
        return Ended(BROKEN_OFF, run, told, printed)
    if not data:
        defect = complaint.decode("utf-8", "replace")
        told = said(
            "It ended in a way that pimflow does not foresee. Your administrator finds why in the log of the server."
        )
        return Ended(exit_code or BROKEN_OFF, run, told, printed, defect)
    return Ended(exit_code, run, "", printed)


def _json(said: bytes) -> dict[str, Any]:
    try:
        data = orjson.loads(said)
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def _run_of(data: dict[str, Any]) -> str | None:
    report = data.get("report", data)
    run = report.get("run") if isinstance(report, dict) else None
    return str(run["id"]) if isinstance(run, dict) else None
