"""Long sequences in pieces, so that memory does not grow with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def chunked(things: Iterable[T], size: int) -> Iterator[list[T]]:
    """Give the things in lists of this many; the last one may be shorter."""
    rest = iter(things)
    while chunk := list(islice(rest, size)):
        yield chunk
