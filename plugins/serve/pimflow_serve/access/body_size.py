"""How much somebody may send, and for how long: what is larger is refused before it fills the memory."""

from __future__ import annotations

import asyncio

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pimflow_serve.refusals import N_, Refused

LARGEST = 1 << 20
"""Bytes of a body: forms and JSON are far smaller."""
OF_EVENTS = 4 << 20
"""Bytes of a body at /hooks/: Akeneo's Events API sends up to ten products with all their values."""
LONGEST = 60.0
"""Seconds until the last byte of it is there; who sends one now and then would hold a connection for ever."""


class BodySize:
    """Refuses a body that is larger, as it is announced or as it comes; and one that does not come to an end."""

    def __init__(self, app: ASGIApp, largest: int = LARGEST, longest: float = LONGEST) -> None:
        self._app, self._largest, self._longest = app, largest, longest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "0")
        largest = OF_EVENTS if scope["path"].startswith("/hooks/") else self._largest
        left, ends, whole = largest, asyncio.get_running_loop().time() + self._longest, False

        async def measured() -> Message:
            nonlocal left, whole
            if announced.isdigit() and int(announced) > largest:
                raise _too_large(largest)
            try:
                async with asyncio.timeout_at(None if whole else ends):
                    message = await receive()
            except TimeoutError:
                raise Refused(408, N_("this took too long to arrive"), N_("Send it again.")) from None
            whole = not message.get("more_body", False)
            left -= len(message.get("body", b""))
            if left < 0:
                raise _too_large(largest)
            return message

        await self._app(scope, measured, send)


def _too_large(largest: int) -> Refused:
    told = N_("this is larger than %(bytes)s bytes")
    return Refused(413, told, N_("Send less at once."), fields={"bytes": f"{largest:,}"})
