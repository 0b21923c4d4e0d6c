"""Answers while they come: a server that gives a byte a second must not hold a run for hours."""

from __future__ import annotations

from collections.abc import Iterator

import httpx

from pimflow_http.clock import Clock

SLOWEST = 1000
"""Bytes a second that the content of an answer comes with at least, once the time-out of the connection is over."""


class TooSlowError(httpx.ReadTimeout):
    """The content came slower than `SLOWEST`."""


class Watched(httpx.SyncByteStream):
    """The content of a response as it comes. Raises TooSlowError.

    However large the content is, it takes no longer than `patience` seconds and one more for each `SLOWEST` bytes.
    """

    def __init__(self, response: httpx.Response, clock: Clock, patience: float) -> None:
        assert isinstance(response.stream, httpx.SyncByteStream)
        self._content = response.stream
        self._request = response.request
        self._clock = clock
        self._patience = patience

    def __iter__(self) -> Iterator[bytes]:
        end = self._clock.monotonic() + self._patience
        for chunk in self._content:
            end += len(chunk) / SLOWEST
            if self._clock.monotonic() > end:
                raise TooSlowError(f"less than {SLOWEST} bytes a second", request=self._request)
            yield chunk

    def close(self) -> None:
        """Let the connection go."""
        self._content.close()
