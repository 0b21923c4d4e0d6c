"""With faults of network and server the end state and the report are right."""

import pytest

from .conftest import Project

ROWS = [f"MUG-{n:03};mugs;cups;Mug {n};red;0.{n:03}" for n in range(1, 451)]


@pytest.fixture(autouse=True)
def _short_pauses(no_waiting: None) -> None:
    """Retries wait as they should elsewhere; here they need not."""


@pytest.mark.parametrize("fault", ["drop_before", "drop_after", "error_500", "error_429", "missing_lines"])
def test_every_third_write_fails_and_all_arrives_once(project: Project, fault: str) -> None:
    project.pim.faults(**{fault: 3})
    project.write(*ROWS)
    first = project.run()
    assert first.code == 0, first.out + first.err
    assert "450 products read; 450 new, 0 updated, 0 already up to date." in first.out
    assert len(project.products()) == 450
    project.pim.faults(**{fault: 0})
    writes = project.writes()
    assert "450 already up to date." in project.run().out
    assert project.writes() == writes


def test_a_pim_that_never_answers_costs_nothing_that_is_lost(project: Project) -> None:
    project.pim.faults(error_500=1)
    project.write(*ROWS[:120])
    first = project.run()
    assert first.code == 1
    assert "120 need your attention (1 cause)" in first.out
    project.pim.faults(error_500=0)
    second = project.run()
    assert second.code == 0
    assert len(project.products()) == 120
    assert "need" not in second.out


def test_tokens_that_expire_in_the_middle_are_made_anew(project: Project) -> None:
    project.write(*ROWS)
    project.run("--limit", "100")
    project.pim.expire_tokens(refresh=True)
    assert "350 new" in project.run().out


def test_a_wrong_secret_is_told_once_and_not_tried_again(project: Project) -> None:
    file = project.folder / "pipeline.yaml"
    file.write_text(file.read_text("utf-8").replace("secret: sandbox", "secret: wrong-secret-value"), "utf-8")
    project.write(*ROWS[:1])
    run = project.run()
    assert run.code == 3
    assert "client_id" in run.out
    assert "wrong-secret-value" not in run.out + run.err
    assert project.pim.stats()["routes"]["POST /api/oauth/v1/token"]["calls"] == 1
    for log in (project.folder / ".pimflow" / "logs").iterdir():
        assert "wrong-secret-value" not in log.read_text("utf-8")
