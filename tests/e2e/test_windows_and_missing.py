"""What a user meets: products that left the file, guards let pass once, changes since a time, a changed table."""

from .conftest import Project

ROWS = [f"MUG-{n:03};mugs;cups;Mug {n};red;0.{n:03}" for n in range(1, 21)]


def pipeline(project: Project, old: str, new: str) -> None:
    file = project.folder / "pipeline.yaml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def test_a_product_that_left_the_file_is_disabled_and_enabled_when_it_comes_back(project: Project) -> None:
    pipeline(project, "          weight:", "          enabled: {constant: true}\n          weight:")
    pipeline(project, "connection: pim}\n", "connection: pim}\n    on_missing: disable\n")
    project.write(*ROWS)
    assert project.run().code == 0
    project.write(*ROWS[1:])
    run = project.run()
    assert "0 new, 1 updated, 19 already up to date" in run.out
    assert "1 sent earlier was not in the source this time, and was disabled: MUG-001" in run.out
    assert [one["identifier"] for one in project.products() if not one["enabled"]] == ["MUG-001"]
    writes = project.writes()
    assert "disabled" not in project.run().out
    assert project.writes() == writes
    project.write(*ROWS)
    project.run()
    assert all(one["enabled"] for one in project.products())


def test_akeneo_products_are_not_deleted_and_that_is_told_before_anything_is_contacted(project: Project) -> None:
    pipeline(project, "connection: pim}\n", "connection: pim}\n    on_missing: delete\n")
    project.write(*ROWS)
    run = project.run()
    assert run.code == 2
    assert "on_missing: 'akeneo.products' cannot delete" in run.err


def test_a_guard_stops_shows_samples_and_lets_one_run_pass(project: Project) -> None:
    pipeline(project, "connection: pim}\n", "connection: pim}\n    guards: {max_changed: 10%}\n")
    project.write(*ROWS)
    assert project.run().code == 0
    project.write(*(row.replace("Mug", "Cup") for row in ROWS))
    writes = project.writes()
    run = project.run()
    assert run.code == 3
    assert "20 would change, and the most allowed is 10% of 20. Nothing was written." in run.out
    assert "Held back, the first 20: MUG-001, MUG-002," in run.out
    assert project.writes() == writes
    assert "20 updated" in project.run("--allow", "max_changed").out
    assert project.run("--allow", "max_failed").code == 2


def export(project: Project) -> None:
    pipeline(
        project,
        "flows:\n",
        """flows:
  back:
    source: {type: akeneo.products, connection: pim, attributes: [weight]}
    transforms:
      - map:
          identifier: identifier
          weight: weight
    sink: {type: akeneo.products, connection: pim}
    mode: update
    needs: [products]
""",
    )


def test_changes_since_a_time_are_read_where_the_source_knows_times(project: Project) -> None:
    export(project)
    project.write(*ROWS)
    assert project.run().code == 0
    run = project.run("--since", "2001-01-01")
    assert run.code == 0, run.out + run.err
    assert "Note: " in run.out
    assert "cannot tell what changed since a time: everything was read." in run.out
    assert "changes only" in run.out
    file = str(project.folder / "pipeline.yaml")
    answer = project.command("state", "set", file, "--flow", "back", "--since", "2001-01-01")
    assert "back <- http" in answer.out
    assert "the next run begins at 2001-01-01T00:00:00+00:00" in answer.out
    assert "20 products read" in project.run().out
    shown = project.command("state", "show", file).out
    assert "read up to 20" in shown
    assert "read up to 2001" not in shown


def test_a_changed_mapping_reads_everything_again(project: Project) -> None:
    export(project)
    project.write(*ROWS)
    project.run()
    assert "everything was read again" not in project.run().out
    pipeline(project, "          identifier: identifier\n", "          identifier: {from: identifier, default: none}\n")
    run = project.run()
    assert "The mapping, an option or a table changed: everything was read again." in run.out
    assert "everything was read again" not in project.run().out
