"""Who answered, and what the account may read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from pimflow import AccessError, said
from pimflow_sql.session import Session

_SHOWN = 8
_ASKED: Mapping[str, str] = {
    "sqlite": "SELECT sqlite_version(), ''",
    "postgresql": "SELECT current_setting('server_version'), current_user",
    "mysql": "SELECT version(), current_user()",
    "mariadb": "SELECT version(), current_user()",
    "mssql": "SELECT CAST(SERVERPROPERTY('ProductVersion') AS VARCHAR(40)), SUSER_SNAME()",
    "oracle": "SELECT (SELECT MAX(version) FROM product_component_version), user FROM dual",
}
_READABLE = """
SELECT has_table_privilege(c.oid, 'SELECT'), c.relname
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f') AND n.nspname = COALESCE(:schema, current_schema())
"""


def told(session: Session) -> str:
    """Say version, database, user and tables. Raises AccessError where the account can read none of them."""
    asked = _ASKED.get(session.dialect)
    version, user = _who(session, asked) if asked else ("", session.place.user)
    tables, closed = _tables(session)
    if closed and not tables:
        raise AccessError(
            said(
                "User {user!r} of {title} may read none of its {number} tables. Its administrator can grant that: "
                "GRANT SELECT ON … TO {user}.",
                user=user,
                title=session.title,
                number=len(closed),
            )
        )
    parts = [f"{session.title} {version}".strip(), f"database {session.place.database}"]
    parts += [f"user {user}"] if user else []
    parts.append(_shown("readable tables", tables) if tables else "no tables")
    return ", ".join(parts) + ("; " + _shown("may not read", closed) if closed else "")


def _who(session: Session, asked: str) -> tuple[str, str]:
    row = session.fetch(sa.text(asked))[1][0]
    return str(row[0]), str(row[1])


def _tables(session: Session) -> tuple[list[str], list[str]]:
    """Name the tables that can be read, and those that cannot; other databases show the readable ones only."""
    if session.dialect != "postgresql":
        return list(session.names()), []
    found: Any = session.fetch(sa.text(_READABLE), {"schema": session.schema})[1]
    return sorted(name for can, name in found if can), sorted(name for can, name in found if not can)


def _shown(what: str, names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{what} {', '.join(names[:_SHOWN])}{more}"
