"""The same tests on SQLite and on a PostgreSQL that really runs.

`PIMFLOW_TEST_MARIADB` is the address of a MariaDB or MySQL, as in mariadb://root@127.0.0.1:3306/: then on that as well.
"""

import itertools
import os

import pytest

from .databases import mariadb, sqlite

MARIADB = os.environ.get("PIMFLOW_TEST_MARIADB")
NUMBERS = itertools.count(1)


@pytest.fixture(params=["sqlite", "postgresql", *(["mariadb"] if MARIADB else [])])
def db(request, tmp_path):
    """An empty database of each kind."""
    if request.param == "sqlite":
        return sqlite(tmp_path)
    if request.param == "mariadb":
        return mariadb(MARIADB, next(NUMBERS))
    return request.getfixturevalue("postgres").database()


@pytest.fixture
def pg(postgres):
    """An empty PostgreSQL database."""
    return postgres.database()
