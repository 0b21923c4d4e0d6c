"""Proves that messages arrive: a test message to everyone who is told of a pipeline."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from datetime import datetime

from pimflow.assemble import Assembly
from pimflow.languages import words_of
from pimflow.log import masker
from pimflow.notifying.delivering import deliver
from pimflow.notifying.wording import trial


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of a test message: `to` names the services; `error` is empty where it went through."""

    notifier: str
    place: str
    to: str
    reader: str
    ok: bool
    error: str = ""
    detail: str = ""


def try_all(assembly: Assembly, now: datetime) -> list[Tried]:
    """Send a test message to each recipient of a pipeline. Nothing is run."""
    pipeline, mask, found = assembly.pipeline, masker(assembly.secrets), []
    for recipient in assembly.recipients:
        notifier = recipient.notifier
        told = trial(
            pipeline.name, notifier.on[0], now, platform.node(), pipeline.environment_name, words_of(notifier.language)
        )
        error = deliver(recipient, told, mask)
        outcome = (error is None, str(error or ""), error.detail if error else "")
        found.append(Tried(notifier.type, recipient.place, notifier.title, notifier.for_ or "", *outcome))
    return found
