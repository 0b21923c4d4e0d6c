"""Lists of codes cut into pieces that fit into the URL of one call. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import quote

import orjson

from pimflow_akeneo.session import PAGE

_LONGEST_SEARCH = 5000


def chunks(codes: Iterable[str]) -> Iterator[list[str]]:
    """Cut into lists of at most 100 that fit into a URL."""
    some: list[str] = []
    length = 0
    for code in codes:
        size = len(quote(orjson.dumps(code))) + 3
        if some and (len(some) == PAGE or length + size > _LONGEST_SEARCH):
            yield some
            some, length = [], 0
        some.append(code)
        length += size
    if some:
        yield some
