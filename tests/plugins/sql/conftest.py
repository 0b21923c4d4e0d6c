"""The same tests on SQLite and on a PostgreSQL that really runs."""

import pytest

from .databases import Server, commands, sqlite


@pytest.fixture(scope="session")
def postgres():
    """A running PostgreSQL."""
    binaries = commands()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed: pip install 'pimflow-sql[live]'")
    pytest.importorskip("psycopg", reason="the driver of PostgreSQL: pip install 'pimflow-sql[live]'")
    server = Server(binaries)
    yield server
    server.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def db(request, tmp_path):
    """An empty database of each kind."""
    if request.param == "sqlite":
        return sqlite(tmp_path)
    return request.getfixturevalue("postgres").database()


@pytest.fixture
def pg(postgres):
    """An empty PostgreSQL database."""
    return postgres.database()
