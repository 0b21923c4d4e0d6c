"""`pimflow plan --save` and `apply` against a PIM that somebody works in meanwhile."""

import json

ROWS = [f"MUG-{n:03};mugs;cups;Mug {n};red;0.{n:03}" for n in range(1, 151)]


def saved(project, *options):
    return project.command("plan", str(project.folder / "pipeline.yaml"), "--save", "the.plan", *options)


def at(project, monkeypatch):
    (project.folder / "pipelines").mkdir(exist_ok=True)
    monkeypatch.chdir(project.folder)


def test_what_was_approved_is_done_and_a_run_has_nothing_left(project, monkeypatch):
    at(project, monkeypatch)
    project.write(*ROWS)
    assert "150 new" in saved(project).out
    assert project.writes() == 0
    done = project.command("apply", "the.plan", "--json")
    assert json.loads(done.out)["flows"][0]["counts"]["created"] == 150
    writes = project.writes()
    assert "150 already up to date" in project.run().out
    assert project.writes() == writes


def test_a_change_in_the_pim_refuses_the_plan_and_is_named(project, monkeypatch):
    at(project, monkeypatch)
    project.write(*ROWS)
    project.run()
    project.write(*(row.replace("red", "blue") for row in ROWS))
    saved(project, "--full")
    colour = [{"locale": None, "scope": None, "data": None}]
    project.pim.seed([{"resource": "products", "data": {"identifier": "MUG-007", "values": {"colour": colour}}}])
    writes = project.writes()
    refused = project.command("apply", "the.plan")
    assert (refused.code, project.writes()) == (3, writes)
    assert "MUG-007 colour: 'red' -> 'blue' in the plan, (empty) -> 'blue' now" in refused.err
    (project.folder / "the.plan").unlink()
    saved(project)
    assert project.command("apply", "the.plan").code == 0
    assert {one["values"]["colour"][0]["data"] for one in project.products()} == {"blue"}


def test_what_a_flow_makes_and_a_later_one_updates_is_planned_and_done_at_once(project, monkeypatch):
    at(project, monkeypatch)
    project.write(*ROWS)
    (project.folder / "texts.csv").write_text("sku;text\nMUG-001;Un mug\nMUG-002;Deux\nNONE-1;Nobody\n", "utf-8")
    pipeline = project.folder / "pipeline.yaml"
    texts = """\
  texts:
    source: {type: files.csv, path: texts.csv}
    transforms: [{map: {identifier: sku, name-de_DE: text}}]
    sink: {type: akeneo.products, connection: pim}
    mode: update
    needs: [products]
"""
    pipeline.write_text(pipeline.read_text("utf-8") + texts, "utf-8")
    assert "3 products read; 0 new, 2 updated, 0 already up to date, 1 needs your attention" in saved(project).out
    done = project.command("apply", "the.plan", "--json")
    first, second = json.loads(done.out)["flows"]
    assert (done.code, first["counts"]["created"]) == (0, 150)
    assert (second["error"], second["counts"]["updated"], second["counts"]["refused"]) == ("", 2, 1)
