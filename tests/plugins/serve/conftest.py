"""A project from files into the served sandbox, the server's application, and browsers of people who are signed in."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from limits import RateLimitItemPerSecond
from starlette.responses import Response
from starlette.testclient import TestClient

from pimflow.configuration.loading import environment_of
from pimflow.model import RunReport
from pimflow.running.run import RunOptions, run_pipeline, state_file
from pimflow.state import people
from pimflow.state.database import Database, open_database
from pimflow.state.people import PersonRow
from pimflow_akeneo_sandbox.serve import Served, serve
from pimflow_serve.access import attempts, passwords
from pimflow_serve.access.sessions import begin_session, cookie_name
from pimflow_serve.access.tokens import form_secret
from pimflow_serve.app import create_app, hand_over
from pimflow_serve.jobs.runner import Runner
from pimflow_serve.project import Project
from pimflow_serve.roles import Role
from pimflow_serve.serving import Serving
from pimflow_serve.settings import Settings

from ...e2e.conftest import CATALOG, HEADER, PIPELINE  # noqa: TID252 - tests are no package

HERE = "http://127.0.0.1:8700"
NAME = "products"
"""The pipeline of the project."""


@dataclass
class Hands:
    """A clock that goes on by itself, and further when told."""

    passed: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.passed


@dataclass(frozen=True)
class ServedProject:
    """A project with one pipeline from `products.csv` into the PIM, and the application that serves it."""

    folder: Path
    pim: Served
    clock: Hands
    serving: Serving
    app: FastAPI

    @property
    def database(self) -> Database:
        return self.serving.database

    def write(self, *rows: str) -> None:
        """Let the file have these rows."""
        (self.folder / "products.csv").write_text("\n".join([HEADER, *rows]) + "\n", "utf-8")

    def run(self, **options: Any) -> RunReport:
        """Run the pipeline here, as its file is now."""
        pipeline = self.serving.project.pipeline(NAME)
        assert pipeline is not None
        assert pipeline.assembly is not None, pipeline.mistakes
        return run_pipeline(pipeline.assembly, self.database, RunOptions(**options))

    def browser(self) -> TestClient:
        """Give a browser in which nobody is signed in, whose forms come from our own pages."""
        return TestClient(self.app, HERE, headers={"Origin": HERE})


@pytest.fixture(autouse=True)
def _quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords with next to no work: how much it takes is the library's matter."""
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    monkeypatch.setattr(attempts, "AT_ONCE", RateLimitItemPerSecond(1000, 1))


@pytest.fixture(scope="module")
def pim() -> Iterator[Served]:
    with serve(CATALOG) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def empty_state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state with nothing in it, to be copied: its tables are made once."""
    path = tmp_path_factory.mktemp("state") / "state.sqlite"
    open_database(path).close()
    return path


@pytest.fixture(scope="session")
def app_made() -> list[FastAPI]:
    """The application, once it was made: its routes take longer than most tests."""
    return []


@pytest.fixture
def served(
    tmp_path: Path, pim: Served, empty_state: Path, app_made: list[FastAPI], monkeypatch: pytest.MonkeyPatch
) -> Iterator[ServedProject]:
    """The project; each test has its own, and an empty PIM."""
    monkeypatch.delenv("PIMFLOW_STATE", raising=False)
    pim.reset()
    (tmp_path / "pipelines").mkdir()
    (tmp_path / "pimflow.yaml").write_text("version: 1\n", "utf-8")
    pipeline = PIPELINE.format(url=pim.url).replace("products.csv", "../products.csv")
    (tmp_path / "pipelines" / f"{NAME}.yaml").write_text(pipeline, "utf-8")
    clock = Hands()
    place = state_file(tmp_path, environment_of(tmp_path, None))
    place.parent.mkdir()
    database = open_database(Path(shutil.copyfile(empty_state, place)))
    project = Project(tmp_path)
    serving = Serving(project, database, clock, Runner(project, database, clock), Settings())
    if not app_made:
        app_made.append(create_app(serving))
    hand_over(app_made[0], serving)
    made = ServedProject(tmp_path, pim, clock, serving, app_made[0])
    made.write("CUP;mugs;cups;Cup;red;1", "POT;mugs;cups;Pot;blue;2")
    yield made
    database.close()


@pytest.fixture
def stranger(served: ServedProject) -> TestClient:
    """A browser in which nobody is signed in."""
    return served.browser()


@pytest.fixture
def signed_in(served: ServedProject) -> Callable[..., TestClient]:
    """Give the browser of somebody with this role; what it sends holds the secret of its forms."""

    def sign_in(role: str | Role = Role.OPERATOR, name: str = "", language: str = "") -> TestClient:
        name = name or {"viewer": "Vera", "operator": "Julia", "administrator": "Peter"}[role]
        if people.find(served.database, name) is None:
            person = PersonRow(name, str(Role(role)), "no password fits", language, True, served.clock())
            people.add(served.database, person)
        answer = Response()
        begin_session(served.serving, name, answer)
        secret = answer.headers["set-cookie"].partition("=")[2].partition(";")[0]
        browser = served.browser()
        browser.cookies.set(cookie_name(served.serving), secret)
        browser.headers["X-CSRF-Token"] = form_secret(secret)
        return browser

    return sign_in


def is_in(browser: TestClient) -> bool:
    """Tell whether somebody is signed in, or a token is taken."""
    return browser.get("/api/v1/me").status_code == 200
