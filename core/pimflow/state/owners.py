"""On whose behalf flows write, so that one owner can see what another has written into the same record."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pimflow.state.database import Database
from pimflow.state.records import Scope
from pimflow.state.statements import upsert
from pimflow.state.tables import owners, scopes


def keep_owner(database: Database, scope: Scope, owner: str) -> None:
    """Note on whose behalf a flow writes."""
    with database.writing() as connection:
        upsert(connection, owners, [{"scope": scope.id, "owner": owner}])


def scopes_of(connection: Connection, scope: Scope, names: Collection[str]) -> Sequence[tuple[str, Scope]]:
    """Give the scopes in which these owners write to the same place as `scope`, of all pipelines."""
    ours = sa.select(scopes.c.sink, scopes.c.address).where(scopes.c.id == scope.id).subquery()
    query = (
        sa.select(owners.c.owner, scopes.c.id)
        .join(scopes, scopes.c.id == owners.c.scope)
        .join(ours, (ours.c.sink == scopes.c.sink) & (ours.c.address == scopes.c.address))
        .where(owners.c.owner.in_(sorted(names)), scopes.c.id != scope.id)
    )
    return [(row.owner, Scope(row.id)) for row in connection.execute(query)]
