"""Which rows the target has under another key: as people decided it, or an undo left it."""

from __future__ import annotations

from collections.abc import Mapping

from pimflow.delivering.identification import Identification
from pimflow.model import Row
from pimflow.state.database import Database
from pimflow.state.links import Links

Keyed = Mapping[int, tuple[Row, str]]
"""Rows of the source, each with its own key, by their place."""


def linked_rows(
    links: Links, identification: Identification | None, database: Database, rows: Keyed
) -> Mapping[int, str]:
    """Give the keys of the target for those rows that it has under another one.

    Where records are known by an id, a link counts for its own record only: another may have got the key since. It is
    forgotten once the source gives the record the key that the target has.
    """
    if identification is None:
        return _followed(links, rows)
    own = identification.holds(rows)
    mine = {key for place, (_, key) in rows.items() if own[place]}
    corrected = links.aimed_at(mine) if mine else frozenset()
    if corrected:
        with database.writing() as connection:
            links.drop(connection, sorted(corrected))
    found = _followed(links, rows)
    theirs = identification.holds({place: (rows[place][0], key) for place, key in found.items()})
    return {place: key for place, key in found.items() if theirs[place] is not False}


def _followed(links: Links, rows: Keyed) -> dict[int, str]:
    linked = links.of({key for _, key in rows.values()})
    return {place: linked[key] for place, (_, key) in rows.items() if key in linked}
