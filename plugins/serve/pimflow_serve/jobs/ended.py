"""What became of a run, as its process told it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from pimflow.state.requests import KILLED
from pimflow.words import capital, full_stop

BROKEN_OFF, BUSY = 3, 4
_STOPPED = "What was written stays; ask for it again, and it goes on from there."


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of a run: its exit code, its id where one was begun, what people should know, what it printed."""

    exit_code: int
    run: str | None
    told: str
    said: bytes
    defect: str = ""


def understood(exit_code: int, said: bytes, complaint: bytes, *, stopped: str) -> Ended:
    """Make sense of what a process printed, on standard output and error; `stopped` is who had it stopped."""
    data = _json(said)
    run = _run_of(data)
    if stopped:
        return Ended(exit_code if exit_code > 0 else BROKEN_OFF, run, f"Stopped by {stopped}. {_STOPPED}", said)
    if "errors" in data:
        return Ended(exit_code, run, " ".join(full_stop(capital(text.strip())) for text in data["errors"]), said)
    if exit_code < 0:
        return Ended(BROKEN_OFF, run, f"{KILLED} its process was killed (signal {-exit_code}). {_STOPPED}", said)
    if not data:
        text = complaint.decode("utf-8", "replace")
        told = "It ended in a way that pimflow does not foresee. Your administrator finds why in the log of the server."
        return Ended(exit_code or BROKEN_OFF, run, told, said, text)
    return Ended(exit_code, run, "", said)


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
