"""What is the same for every test is looked at once in a process.

These are certificates, what is installed, where Python is, and how statements to a state read in SQL.
"""

import functools
import os
import sysconfig
from importlib.metadata import Distribution, PathDistribution

import sqlalchemy as sa
from httpx import create_ssl_context
from loguru._better_exceptions import ExceptionFormatter

from pimflow.state import sqlite

INSTALLED = sysconfig.get_path("purelib") + os.sep
STORAGE = sqlite.storage


def install(patch):
    """Keep what tests share and none of them changes, until the patch is undone."""
    patch.setattr("httpx._transports.default.create_ssl_context", create_context)
    patch.setattr(PathDistribution, "entry_points", property(entry_points))
    patch.setattr(sqlite, "storage", storage)
    patch.setattr(ExceptionFormatter, "_get_lib_dirs", staticmethod(functools.cache(ExceptionFormatter._get_lib_dirs)))


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


def storage(path, place):
    """Give a file whose statements are put into SQL once: each that is opened would else begin with none."""
    found = STORAGE(path, place)
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
