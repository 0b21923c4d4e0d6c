"""Products and product models that the PIM has, found by their keys in as few calls as the length of a URL allows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import orjson

from pimflow_akeneo.kinds import PRODUCTS, Kind
from pimflow_akeneo.session import Session
from pimflow_akeneo.url_length import chunks

_LONGEST_PROJECTION = 2000


def find(
    session: Session, keys: Iterable[str], attributes: Sequence[str] | None = None, kind: Kind = PRODUCTS
) -> Iterator[dict[str, Any]]:
    """Give the records with these keys, with the values of these attributes only, or with all.

    Where the names of the attributes are too long for a URL, all values come. Letter case does not matter to the PIM.
    """
    searched = kind.searched or session.catalog.model.identifier.code
    limited = {} if attributes is None else projection(attributes)
    for some in chunks(keys):
        search = {searched: [{"operator": "IN", "value": some}]}
        found = pages(session, {**limited, "search": orjson.dumps(search).decode()}, kind)
        yield from islice(found, len(some))  # a full page links to a next one, although nothing can follow


def pages(session: Session, params: Mapping[str, str], kind: Kind = PRODUCTS) -> Iterator[dict[str, Any]]:
    """Give records page by page, in the way that holds while others write."""
    return session.pages(kind.path, {"pagination_type": "search_after", **params})


def projection(attributes: Sequence[str]) -> dict[str, str]:
    """Ask for the values of these attributes; for those of all where their names are too long for a URL."""
    codes = ",".join(attributes)
    return {"attributes": codes} if len(codes) <= _LONGEST_PROJECTION else {}
