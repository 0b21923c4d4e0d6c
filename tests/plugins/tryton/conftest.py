"""A live Tryton, filled once and copied for each module that changes it."""

import importlib.util
import shutil

import pytest

from .erp import Erp, fill


@pytest.fixture(scope="session")
def filled(tmp_path_factory):
    """A folder with the database of an ERP that has products; it takes half a minute to make."""
    if importlib.util.find_spec("trytond") is None:
        pytest.skip("Tryton is not installed: pip install 'pimflow-tryton[live]'")
    erp = Erp(tmp_path_factory.mktemp("tryton") / "erp")
    erp.prepare()
    erp.start()
    try:
        fill(erp)
    finally:
        erp.stop()
    return erp.folder


@pytest.fixture(scope="module")
def erp(filled, tmp_path_factory):
    """A running server on a copy of the filled database."""
    copy = Erp(tmp_path_factory.mktemp("erp") / "erp")
    shutil.copytree(filled, copy.folder)
    configuration = copy.folder / "trytond.conf"
    lines = configuration.read_text().replace(str(filled), str(copy.folder)).splitlines()
    configuration.write_text("\n".join([*lines[:-1], f"listen = 127.0.0.1:{copy.port}"]) + "\n")
    copy.start()
    yield copy
    copy.stop()
