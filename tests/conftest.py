"""Fixtures of the whole suite."""

import gc
import itertools
import tempfile
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings

from pimflow.state.place import state_place
from pimflow_http.clock import Clock

from . import looked_at_once
from .openapi_requests.contract import Contract
from .openapi_requests.watch import Watch
from .plugins.sql.databases import CannotStartError, Server, commands

SHARED = Path(__file__).parents[2] / "shared"
OPENAPI = SHARED / "reference" / "akeneo-openapi30.json"


def pytest_addoption(parser):
    parser.addoption(
        "--write-expected", action="store_true", help="Write the expected reports of the sample pipelines anew."
    )
    parser.addoption(
        "--state", choices=["sqlite", "postgresql"], default="sqlite", help="Where tests of core and e2e keep it."
    )


def pytest_configure(config):
    """Validate every request of pimflow's client against Akeneo's API description, where it is there."""
    # How fast examples are made and tried says something about the machine, and nothing about what is tested.
    settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("any machine")
    patch = pytest.MonkeyPatch()
    config.add_cleanup(patch.undo)
    looked_at_once.install(patch)
    if OPENAPI.is_file():
        folder = tempfile.TemporaryDirectory()
        config.add_cleanup(folder.cleanup)
        watch = Watch(Contract(OPENAPI), Path(folder.name) / "found.txt")
        watch.install(patch)
        config.pluginmanager.register(watch, "openapi_requests")


def pytest_collection_finish():
    """Look for garbage among what tests make, as seldom as a command does: what was collected for pytest stays."""
    gc.set_threshold(50_000)
    _look_past_what_is_there()


def _look_past_what_is_there():
    gc.collect()
    gc.freeze()


def pytest_report_header():
    """Tell people that requests go unvalidated."""
    return None if OPENAPI.is_file() else "requests to Akeneo are not validated: the folder `shared` is not there"


@pytest.fixture(scope="module", autouse=True)
def _leaks_are_looked_for_among_new_objects(request):
    """Contract suites collect garbage twice a test: let that pass over everything that was there before."""
    if any(name.endswith("_suite") for name in vars(request.module)):
        _look_past_what_is_there()


@pytest.fixture(scope="session")
def postgres():
    """A running PostgreSQL."""
    binaries = commands()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed: pip install 'pimflow-sql[live]'")
    pytest.importorskip("psycopg", reason="the driver of PostgreSQL: pip install 'pimflow-sql[live]'")
    try:
        server = Server(binaries)
    except (CannotStartError, OSError) as error:
        pytest.skip(f"PostgreSQL cannot be started on this machine: {error}")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres_database(postgres):
    """A database for states, each of which gets a schema of its own."""
    return postgres.database()


_SCHEMAS = itertools.count(1)


@pytest.fixture
def postgres_state(postgres_database):
    """The address of an empty schema in PostgreSQL, with the password of the user who owns it."""
    name = f"state{next(_SCHEMAS)}"
    postgres_database.execute(f"CREATE SCHEMA {name}")
    url = sa.make_url(postgres_database.url).set(drivername="postgresql+psycopg", password=postgres_database.password)
    return url.update_query_dict({"options": f"-csearch_path={name}"}).render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", "postgresql"])
def state(request, tmp_path):
    """The place of a state that is not there yet, in each database that can hold one."""
    if request.param == "sqlite":
        return tmp_path / ".pimflow" / "state.sqlite"
    return state_place(request.getfixturevalue("postgres_state"))


@pytest.fixture
def no_waiting(monkeypatch):
    """Let waits pass at once, and time with them: who waits for a moment would otherwise ask for it without end."""
    passed = 0.0

    def sleep(seconds):
        nonlocal passed
        passed += seconds

    monkeypatch.setattr("time.sleep", sleep)
    monkeypatch.setattr("pimflow_http.limiter.Clock", lambda: Clock(monotonic=lambda: time.monotonic() + passed))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of recordings and references beside the checkout."""
    if not SHARED.is_dir():
        pytest.skip("the folder `shared` with recordings is not beside the checkout")
    return SHARED


@pytest.fixture(scope="session")
def watched_sandbox(request) -> dict[str, str]:
    """Give the environment of openapi_requests/child.py, whose sandbox is watched; empty where nothing is validated."""
    watch = request.config.pluginmanager.get_plugin("openapi_requests")
    if watch is None:
        return {}
    return {
        "PIMFLOW_TEST_PATH": str(Path(__file__).parent),
        "PIMFLOW_TEST_OPENAPI": str(OPENAPI),
        "PIMFLOW_TEST_FOUND": str(watch.file),
    }
