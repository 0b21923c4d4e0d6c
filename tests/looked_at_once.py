"""What is the same for every test is looked at once in a process.

These are certificates, what is installed, where Python is, what a pipeline's YAML says, and how the tables of a state
and the statements to it read in SQL.
"""

import copy
import functools
import os
import sysconfig
from dataclasses import replace
from importlib.metadata import Distribution, PathDistribution, distributions

import sqlalchemy as sa
from httpx import create_ssl_context
from loguru._better_exceptions import ExceptionFormatter

from pimflow import Component
from pimflow.configuration import document
from pimflow.errors import ConfigError
from pimflow.state import schema, sqlite

INSTALLED = sysconfig.get_path("purelib") + os.sep
STORAGE = sqlite.storage
PARSE = document.parse_document


def install(patch):
    """Keep what tests share and none of them changes, until the patch is undone."""
    patch.setattr("httpx._transports.default.create_ssl_context", create_context)
    patch.setattr(PathDistribution, "entry_points", property(entry_points))
    patch.setattr(document, "parse_document", parse_document)
    patch.setattr(sqlite, "storage", storage)
    patch.setattr(sqlite, "create", create)
    patch.setattr(ExceptionFormatter, "_get_lib_dirs", staticmethod(functools.cache(ExceptionFormatter._get_lib_dirs)))


def look():
    """Look at what is the same in all processes that are forked from this one."""
    create_context()
    for one in distributions():
        _ = one.entry_points
    ExceptionFormatter._get_lib_dirs()
    _statements()
    _tables()
    for component in _below(Component):
        component.model_rebuild()


def _below(kind):
    for one in kind.__subclasses__():
        yield one
        yield from _below(one)


def create_context(verify=True, cert=None, trust_env=True):
    """Share the context that clients of httpx get by default; nobody loosens it, as mail does with one of its own."""
    if verify is True and cert is None:
        named = (os.environ.get(name) for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"))
        return _usual_context(*(named if trust_env else (None, None)), trust_env=trust_env)
    return create_ssl_context(verify=verify, cert=cert, trust_env=trust_env)


def entry_points(distribution):
    """Read those of what is installed beside pytest once: it stays. A test installs its own elsewhere."""
    path = distribution._path
    return _entry_points(path) if str(path).startswith(INSTALLED) else Distribution.entry_points.fget(distribution)


def parse_document(text, file):
    """Read a text once that stands in many files, or is read by many commands."""
    found = _parsed(text)
    if found is None:
        return PARSE(text, file)
    return replace(found, file=file, data=copy.deepcopy(found.data), lines=dict(found.lines))


@functools.lru_cache(500)
def _parsed(text):
    try:
        return PARSE(text, "")
    except ConfigError:  # which names the file
        return None


def create(connection):
    """Make all tables as they were made the first time."""
    for statement in _tables():
        connection.exec_driver_sql(statement)


@functools.cache
def _tables():
    engine = sa.create_engine("sqlite://")
    with engine.begin() as connection:
        schema.create(connection)
        made = [*connection.connection.driver_connection.iterdump()]
    engine.dispose()
    return [one for one in made if one not in {"BEGIN TRANSACTION;", "COMMIT;"}]


def storage(path, place):
    """Give a file whose statements are put into SQL once: each that is opened would else begin with none.

    Nothing waits until the file is on its disk: no test takes the power away.
    """
    found = STORAGE(path, place)
    sa.event.listen(found.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous = OFF"))
    found.engine.dialect, found.engine._compiled_cache = _statements()
    return found


@functools.cache
def _statements():
    engine = sa.create_engine("sqlite://", query_cache_size=5000)
    engine.connect().close()
    engine.dispose()
    return engine.dialect, engine._compiled_cache


@functools.cache
def _usual_context(_file, _folder, *, trust_env):
    return create_ssl_context(trust_env=trust_env)


@functools.cache
def _entry_points(path):
    return Distribution.entry_points.fget(PathDistribution(path))
