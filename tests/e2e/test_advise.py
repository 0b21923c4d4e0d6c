"""How often to run what, asked after some runs and before there were any."""

import json
import re


def test_before_the_first_run_there_is_a_proposal_with_lines_for_cron(project):
    project.write()
    said = project.command("advise", str(project.folder / "pipeline.yaml")).out
    assert "Changes only: every 15 minutes." in said
    assert "-59/15 * * * *  pimflow run pipeline.yaml\n" in said
    assert "* * 0  pimflow run pipeline.yaml --full" in said
    assert re.search(
        r'^    schedule: \{changes: "\d+-59/15 \* \* \* \*", everything: "\d+ 2 \* \* 0"\}$', said, re.MULTILINE
    )
    assert "Nothing was measured yet. Ask again when it has run for a week." in said


def test_after_runs_it_goes_by_what_they_took(project):
    project.write("A-1;mugs;cups;Mug;red;1")
    for _ in range(2):
        assert project.run().code == 0
    before = project.pim.stats()["routes"]
    [told] = json.loads(project.command("advise", str(project.folder / "pipeline.yaml"), "--json").out)
    assert told["runs"] == 2
    assert 0 < told["everything"]["longest_seconds"] < 60
    assert told["schedule"] == f'schedule: {{everything: "{told["everything"]["cron"]}"}}'
    assert told["changes_only"] is None, "a file is read as a whole each time"
    assert project.pim.stats()["routes"] == before, "nobody is asked"


def test_all_pipelines_of_a_project_are_told(project, monkeypatch):
    folder = project.folder / "pipelines"
    folder.mkdir()
    text = (project.folder / "pipeline.yaml").read_text("utf-8").replace("path: products", "path: ../products")
    (project.folder / "pimflow.yaml").write_text("version: 1\n", "utf-8")
    for name in ("morning", "evening"):
        (folder / f"{name}.yaml").write_text(text, "utf-8")
    project.write("A-1;mugs;cups;Mug;red;1")
    monkeypatch.chdir(project.folder)
    done = project.command("advise")
    assert done.code == 0, done.err
    assert [line for line in done.out.splitlines() if not line.startswith(" ")] == ["evening", "morning"]
    assert "pimflow run morning\n" in done.out
