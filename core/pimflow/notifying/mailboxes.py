"""Who is told of several pipelines at once: an address gets one message, however many tell it something."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pimflow.assemble import Assembly, Recipient
from pimflow.components import Notifier
from pimflow.log import Mask, masker

_OF_ONE_PIPELINE = ("kinds", "families", "categories", "on", "problems_over", "again_after_hours")
"""Options that say of what somebody is told; the others say who it is, and when."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A recipient of a pipeline."""

    assembly: Assembly
    recipient: Recipient

    @property
    def notifier(self) -> Notifier:
        """What tells it."""
        return self.recipient.notifier

    @property
    def pipeline(self) -> str:
        """The name of the pipeline."""
        return self.assembly.pipeline.name

    @property
    def name(self) -> str:
        """What tells it from the others of a project."""
        return f"{self.pipeline} {self.recipient.name}"


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One address, with one reader, language and time of day: what is told there at once comes in one message."""

    subscriptions: tuple[Subscription, ...]

    @property
    def name(self) -> str:
        """What tells it from the others of a project."""
        return self.subscriptions[0].name

    @property
    def mask(self) -> Mask:
        """Replaces the secrets of all pipelines."""
        return masker({secret for one in self.subscriptions for secret in one.assembly.secrets})


def daily_ones(assemblies: Iterable[Assembly]) -> list[Mailbox]:
    """Give all who have a message a day."""
    everybody = (Subscription(assembly, recipient) for assembly in assemblies for recipient in assembly.recipients)
    return mailboxes(one for one in everybody if one.notifier.digest is not None)


def mailboxes(subscriptions: Iterable[Subscription]) -> list[Mailbox]:
    """Give the addresses, each with the pipelines that tell it something."""
    found: list[tuple[Notifier, list[Subscription]]] = []
    for one in subscriptions:
        address = _address(one.notifier)
        known = next((box for there, box in found if there == address), None)
        if known is None:
            found.append((address, [one]))
        else:
            known.append(one)
    return [Mailbox(tuple(box)) for _, box in found]


def _address(notifier: Notifier) -> Notifier:
    """Give a notifier without what may differ between the pipelines that tell the same person something."""
    fields = Notifier.model_fields
    return notifier.model_copy(update={name: fields[name].default for name in _OF_ONE_PIPELINE})
