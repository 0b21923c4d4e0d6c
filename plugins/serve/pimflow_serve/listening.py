"""Where a server listens."""

from __future__ import annotations

import socket

from pimflow.errors import PimflowError
from pimflow_serve.settings import Settings


def listening(settings: Settings) -> socket.socket:
    """Give a socket that listens where the settings say. Raises PimflowError."""
    try:
        family, *_, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        raise PimflowError(f"{settings.host} is no address of this machine: {error.strerror}") from None
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen(128)
    except OSError as error:
        listener.close()
        where = f"{settings.host}:{settings.port}"
        raise PimflowError(
            f"pimflow cannot listen on {where}: {error.strerror}. Another server may be there: stop it, or give "
            "--port another number"
        ) from None
    return listener
