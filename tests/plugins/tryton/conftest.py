"""A live Tryton, filled once and copied for each module that changes it."""

import hashlib
import importlib.util
import shutil
from contextlib import contextmanager
from importlib.metadata import distributions
from pathlib import Path

import pytest

from . import erp as erps
from .erp import BIN, Erp, fill


@pytest.fixture(scope="session")
def filled(tmp_path_factory, request):
    """A folder with the database of an ERP that has products; made anew when it or Tryton changed, as it takes long."""
    if importlib.util.find_spec("trytond") is None:
        pytest.skip("Tryton is not installed: pip install 'pimflow-tryton[live]'")
    kept = request.config.cache.mkdir("tryton") / _key()
    if not kept.exists():
        erp = Erp(tmp_path_factory.mktemp("tryton") / "erp")
        erp.prepare()
        erp.start()
        try:
            fill(erp)
        finally:
            erp.stop()
        shutil.copytree(erp.folder, unfinished := kept.with_name(f"{kept.name}-{tmp_path_factory.getbasetemp().name}"))
        try:
            unfinished.rename(kept)
        except OSError:  # another process was first
            shutil.rmtree(unfinished)
    return kept


def _key():
    """Tell what the database depends on: what fills it, and the versions of Tryton and its modules."""
    packages = sorted(f"{one.name} {one.version}" for one in distributions() if one.name.startswith("trytond"))
    told = [Path(erps.__file__).read_text("utf-8"), str(BIN), *packages]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]


@pytest.fixture(scope="session")
def erp(filled, tmp_path_factory):
    """A running server on a copy of the filled database, for tests that count nothing in it."""
    with served(filled, tmp_path_factory.mktemp("erp")) as running:
        yield running


@pytest.fixture(scope="module")
def untouched(filled, tmp_path_factory):
    """Another one, in which nobody has written before the module that asks for it, whatever ran earlier."""
    with served(filled, tmp_path_factory.mktemp("untouched")) as running:
        yield running


@contextmanager
def served(filled, folder):
    copy = Erp(folder / "erp")
    shutil.copytree(filled, copy.folder)
    copy.configure()
    copy.start()
    try:
        yield copy
    finally:
        copy.stop()
