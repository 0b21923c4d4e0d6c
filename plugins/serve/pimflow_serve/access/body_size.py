"""How much somebody may send: what is larger is refused before it fills the memory."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pimflow_serve.refusals import N_, Refused

LARGEST = 1 << 20
"""Bytes of a body: forms, JSON and events are far smaller."""


class BodySize:
    """Refuses a body that is larger: as it is announced, or as it comes."""

    def __init__(self, app: ASGIApp, largest: int = LARGEST) -> None:
        self._app = app
        self._largest = largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "0")
        left = self._largest

        async def measured() -> Message:
            nonlocal left
            if announced.isdigit() and int(announced) > self._largest:
                raise self._too_large()
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise self._too_large()
            return message

        await self._app(scope, measured, send)

    def _too_large(self) -> Refused:
        told = N_("this is larger than %(bytes)s bytes")
        return Refused(413, told, N_("Send less at once."), fields={"bytes": f"{self._largest:,}"})
