"""Connections that stay open between pages: logged in once, left alone after an error, never too many at once."""

from threading import Event, Thread

import pytest

from pimflow.errors import LoginError, UnreachableError
from pimflow_serve import systems
from pimflow_serve.systems import OpenSystems

NAME = "products"


@pytest.fixture
def assembly(served):
    return served.serving.project.pipeline(NAME).assembly


@pytest.fixture
def sink(assembly):
    return assembly.flows[0].sinks[0]


class Hands:
    """A clock that is moved by hand."""

    now = 0.0

    def __call__(self):
        return self.now


def logins(served):
    return served.pim.stats()["routes"].get("POST /api/oauth/v1/token", {"calls": 0})["calls"]


def test_twenty_pictures_log_in_once(served, assembly, sink):
    opened = OpenSystems()
    for _ in range(20):
        with opened.session(assembly, sink) as session:
            session.get("channels")
    assert logins(served) == 1
    opened.close()


def test_a_system_that_refused_is_left_alone_for_a_while_and_asked_again_once_the_file_was_read_anew(served):
    pipeline = served.folder / "pipelines" / f"{NAME}.yaml"
    right = pipeline.read_text("utf-8")
    pipeline.write_text(right.replace("password: sandbox", "password: wrong"), "utf-8")
    clock = Hands()
    opened, broken = OpenSystems(clock), served.serving.project.pipeline(NAME).assembly
    sink = broken.flows[0].sinks[0]

    def ask(assembly):
        with opened.session(assembly, sink) as session:
            session.get("channels")

    for _ in range(9):
        with pytest.raises(LoginError, match="refused user"):
            ask(broken)
    first = logins(served)
    assert first <= 2
    clock.now = 61
    with pytest.raises(LoginError):
        ask(broken)
    assert logins(served) > first
    pipeline.write_text(right, "utf-8")
    ask(served.serving.project.pipeline(NAME).assembly)


def test_who_asks_a_slow_system_is_told_when_too_many_do(served, assembly, sink, monkeypatch):
    monkeypatch.setattr(systems, "_PATIENCE", 0.01)
    opened, begun, go = OpenSystems(), [Event() for _ in range(systems._AT_ONCE)], Event()

    def hold(one):
        with opened.session(assembly, sink):
            one.set()
            go.wait(60)

    threads = [Thread(target=hold, args=(one,)) for one in begun]
    for thread in threads:
        thread.start()
    assert all(one.wait(60) for one in begun)
    with pytest.raises(UnreachableError, match="too many at once"), opened.session(assembly, sink):
        pass
    go.set()
    for thread in threads:
        thread.join()
    with opened.session(assembly, sink):
        pass


def test_a_session_in_use_is_closed_only_when_it_is_given_back(served, assembly, sink):
    clock = Hands()
    opened = OpenSystems(clock)
    with opened.session(assembly, sink) as session:
        session.get("channels")
        clock.now = 301
        with opened.session(assembly, sink) as other:
            assert other is not session
        opened.close()
        session.get("channels")
