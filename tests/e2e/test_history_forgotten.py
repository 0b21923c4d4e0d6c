"""What is told of values whose runs are kept no longer."""

import pytest

from .conftest import Project


def test_a_value_whose_first_run_is_forgotten_is_not_told_as_written_by_others(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project.folder / "pimflow.yaml").write_text("version: 1\nhistory: {runs: 1}\n", "utf-8")
    monkeypatch.chdir(project.folder)
    for number in range(23):  # the latest 20 stay in any case
        project.write(f"MUG-1;mugs;cups;Mug {max(0, number - 21)};red;1")
        project.run()
    told = project.command("explain", "MUG-1", "name").out
    assert "Mug 1: updated" in told
    assert "Mug 0: there before, by a run that is kept no longer, or not by pimflow" in told
