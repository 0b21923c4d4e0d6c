"""Alembic's way into the state: over the connection, and in the transaction, of the one who migrates."""

from __future__ import annotations

from alembic import context

from pimflow.state.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
