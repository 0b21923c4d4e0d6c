"""Messages to people, through any service that apprise knows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated
from urllib.parse import urlsplit

import apprise
from apprise import NotifyFormat, NotifyType
from apprise.plugins import NotifyBase
from loguru import logger
from pydantic import AfterValidator, Field, SecretStr

from pimflow import Event, Message, Notifier, UnreachableError, said
from pimflow_http import redact
from pimflow_notify.overhearing import overheard, private_parts

_LOOKS: Mapping[Event, NotifyType] = {
    Event.FAILURE: NotifyType.FAILURE,
    Event.PROBLEMS: NotifyType.WARNING,
    Event.RECOVERY: NotifyType.SUCCESS,
    Event.SUCCESS: NotifyType.SUCCESS,
}
_LONGEST_TITLE = 200
_MAIL = {"mailto", "mailtos"}
_AT_LENGTH = re.compile(r"\b(Payload|Headers)\b")
"""Lines of apprise that repeat the whole message."""


def _understood(address: SecretStr) -> SecretStr:
    if _service(address) is None:
        raise ValueError(
            "apprise knows no such address; a mail goes to mailtos://USER:PASSWORD@HOST?to=ADDRESS, and "
            "https://appriseit.com/services/ lists other services"
        )
    return address


def _service(address: SecretStr) -> NotifyBase | None:
    asset = apprise.AppriseAsset(app_id="pimflow", app_desc="pimflow", async_mode=False)
    with overheard():
        return apprise.Apprise.instantiate(address.get_secret_value(), asset=asset)


class NotifyMessage(Notifier):
    """A message to people: by mail, into a chat, onto a telephone; through every service that apprise knows."""

    type = "notify.message"
    to: tuple[Annotated[SecretStr, AfterValidator(_understood)], ...] = Field(
        min_length=1, description='Addresses as apprise has them, each best as `"${env:NAME}"`: they hold passwords.'
    )
    longest: int = Field(
        20_000, ge=500, strict=True, description="Most characters of a message; services that take less get less."
    )
    timeout: float = Field(20.0, gt=0, description="Seconds to wait for each answer.")

    @property
    def title(self) -> str:
        """Give the names of the services."""
        names = [str(service.service_name) for address in self.to if (service := _service(address))]
        return ", ".join(dict.fromkeys(names))

    def recipients(self) -> Sequence[NotifyMessage]:
        """Give one for each address."""
        return [self.model_copy(update={"to": (address,)}) for address in self.to]

    def deliver(self, message: Message) -> None:
        """Send it to each address. Raises UnreachableError after all were tried."""
        failed = [error for address in self.to if (error := self._sent(address, message)) is not None]
        if failed:
            raise failed[0]

    def _sent(self, address: SecretStr, message: Message) -> UnreachableError | None:
        service = _service(address)
        assert service is not None, "the address was understood when the component was made"
        service.socket_connect_timeout = service.socket_read_timeout = self.timeout
        hidden = _private(address.get_secret_value(), service)
        with overheard() as lines:
            well = self._handed_over(service, message, lines)
        told = [redact(line, hidden) for line in lines if not _AT_LENGTH.search(line)]
        for line in told:
            logger.debug("{}: {}", service.service_name, line)
        if well:
            return None
        return UnreachableError(
            said(
                "{service} did not take the message. Check the address under `to`, and whether this machine reaches "
                "the service",
                service=str(service.service_name),
            ),
            detail="; ".join(told),
        )

    def _handed_over(self, service: NotifyBase, message: Message, lines: list[str]) -> bool:
        title = message.title[:_LONGEST_TITLE]
        room = service.body_maxlen if service.title_maxlen > 0 else service.body_maxlen - len(title) - 10
        body = shortened(message, min(self.longest, room))
        try:
            done = service.notify(
                title=title, body=body, body_format=NotifyFormat.TEXT, notify_type=_LOOKS[message.event]
            )
        except Exception as error:  # noqa: BLE001 - one of many services, each with failures of its own
            lines.append(f"{type(error).__name__}: {error}")
            return False
        return bool(done)


def _private(address: str, service: NotifyBase) -> set[str]:
    """Give the parts of an address that nobody may see: what apprise hides; unless it is of mail, all but host."""
    written: Callable[..., str] = service.url  # apprise does not type it
    shown = written(privacy=True)
    parts = urlsplit(shown)
    public = shown if parts.scheme in _MAIL else f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    return private_parts([written()], shown) | private_parts([address], public)


def shortened(message: Message, longest: int) -> str:
    """Give the text in at most so many characters: whole lines from its begin, and where the rest is."""
    if len(message.text) <= longest:
        return message.text
    lines = message.text.splitlines()
    rest = f"… this is not all. The whole report: pimflow runs {message.report.run.id}"
    kept, room = 0, longest - len(rest) - 1
    while kept < len(lines) and len(lines[kept]) + 1 <= room:
        room -= len(lines[kept]) + 1
        kept += 1
    return "\n".join([*(lines[:kept] or [message.text[: max(room, 0)]]), rest])[:longest]
