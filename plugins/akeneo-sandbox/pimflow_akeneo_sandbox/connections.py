"""What happens to the connection of a call: it is cut, or nobody says anything any more."""

import asyncio

from starlette.types import Receive, Send


async def drop(receive: Receive, send: Send) -> None:
    """Close the connection without an answer: uvicorn's transport is cut; elsewhere the call fails with an OSError."""
    _transport(send).abort()
    await wait_until_gone(receive)


async def hang_up(receive: Receive, send: Send) -> None:
    """Close the connection once all that was said so far is on its way."""
    _transport(send).close()
    await wait_until_gone(receive)


async def wait_until_gone(receive: Receive) -> None:
    """Say nothing until the caller has enough of it."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _transport(send: Send) -> asyncio.Transport:
    """Find uvicorn's own. Raises OSError where something else serves."""
    transport: asyncio.Transport | None = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:
        raise ConnectionResetError("The sandbox dropped the connection.")
    return transport
