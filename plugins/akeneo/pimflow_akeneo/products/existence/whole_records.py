"""Records of the PIM with all their values, found although its search may lag behind."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from urllib.parse import quote

from pimflow_akeneo.kinds import Kind
from pimflow_akeneo.products import lines
from pimflow_akeneo.products.existence import lookup
from pimflow_akeneo.session import Session


def whole(session: Session, keys: Sequence[str], kind: Kind, sure: Collection[str] = ()) -> dict[str, dict[str, Any]]:
    """Give records by lower-case key.

    The search of the PIM finds a record a moment after its creation only; asked for by its key, it is there at once.
    So what the search does not find is asked for by itself, unless it is `sure` without.
    """
    model = session.catalog.model
    found = {str(lines.key_of(one, model, kind)).lower(): one for one in lookup.find(session, keys, kind=kind)}
    for key in keys:
        if key.lower() not in found and key.lower() not in sure:
            record = session.find(f"{kind.path}/{quote(key, safe='')}")
            if record is not None:
                found[key.lower()] = record
    return found
