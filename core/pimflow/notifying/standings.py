"""What each recipient knows of a pipeline, in the state; what cannot be read or kept is logged, and told again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from loguru import logger
from pydantic import TypeAdapter, ValidationError

from pimflow.assemble import Recipient
from pimflow.errors import StateError
from pimflow.model import Run
from pimflow.notifying.audience import failure_concerns
from pimflow.notifying.occasions import Standing, has_failed
from pimflow.plain import to_json
from pimflow.report import report_from_json
from pimflow.state import history
from pimflow.state.database import Database
from pimflow.state.history import PastRun
from pimflow.state.memory import KeptMemory

_ADDRESS = "pimflow:notify"
_LOOK_BACK = 20
_RUN = TypeAdapter(Run)
_STANDING = TypeAdapter(Standing)


class Standings:
    """What the recipients of one pipeline know."""

    def __init__(self, database: Database, pipeline: str) -> None:
        self._database = database
        self._pipeline = pipeline
        self._memory = KeptMemory(database, _ADDRESS)

    def earlier(self, number: int) -> Sequence[PastRun]:
        """Give the latest runs before one, the latest first, as far as they count."""
        try:
            found = history.past_runs(self._database, self._pipeline, _LOOK_BACK, of_all=True)
        except StateError as error:
            logger.warning("how earlier runs ended is not known: {}", error)
            return ()
        return [one for one in found if one.number < number and (one.report is None or is_regular(one.report))]

    def kept(self, recipient: Recipient) -> Standing | None:
        """Give what a recipient knows; None for one that was never told of this pipeline."""
        try:
            kept = self._memory.get(self._pipeline, [recipient.name]).get(recipient.name)
            return None if kept is None else _STANDING.validate_json(kept)
        except (StateError, ValidationError) as error:
            logger.warning("what {} was told before is not known: {}", recipient.notifier.type, error)
            return None

    def of(self, recipient: Recipient, earlier: Sequence[PastRun]) -> Standing:
        """Give what a recipient knows; one that was never told of this pipeline knows how the last run ended."""
        kept = self.kept(recipient)
        ended = next((one for one in earlier if one.report is not None), None)
        if kept is not None or ended is None:
            return kept or Standing()
        report = report_from_json(ended.report)
        return Standing(ended.number, failed=has_failed(report) and failure_concerns(recipient.notifier, report))

    def keep(self, recipient: Recipient, standing: Standing) -> None:
        """Keep what a recipient knows now."""
        try:
            self._memory.put(self._pipeline, {recipient.name: to_json(asdict(standing)).decode()})
        except StateError as error:
            logger.warning("what {} was told is not kept; it may be told again: {}", recipient.notifier.type, error)


def is_regular(report: dict[str, Any]) -> bool:
    """Tell what a kept report says of its run, without reading all of it."""
    return _RUN.validate_python(report["run"]).is_regular


def broken_off(earlier: Sequence[PastRun], before: Standing) -> Sequence[datetime]:
    """Give the begins of the runs that were killed since a recipient was told last."""
    killed = [one for one in earlier if one.report is None and one.number > before.number]
    return [datetime.fromisoformat(one.started) for one in reversed(killed)]
