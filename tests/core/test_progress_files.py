"""What a run shows of itself while it goes on, for whoever looks from another process."""

import os
from dataclasses import replace
from datetime import UTC, datetime

from pimflow import Run, context, progress_files
from pimflow.processes import birth_of, place
from pimflow.progress_files import FlowProgress, Progress
from pimflow.running.run import RunOptions, run_pipeline
from pimflow.running.showing import Showing

NOW = datetime(2026, 11, 23, 15, tzinfo=UTC).isoformat()


def progress(**changes):
    pid = os.getpid()
    flow = FlowProgress("products", ("product", "products"), "Odoo", "the PIM", 40, 100, 12.5, 4.8, {"created": 40})
    one = Progress("R-1", "shop", NOW, NOW, place(), pid, birth_of(pid) or "", 2, only=("A",), flows=(flow,))
    return replace(one, **changes)


def test_what_a_run_writes_is_read_as_it_was(tmp_path):
    progress_files.write(tmp_path, progress())
    progress_files.write(tmp_path, progress(run="R-0"))
    assert list(progress_files.under_way(tmp_path)) == [progress(run="R-0"), progress()]
    progress_files.remove(tmp_path, "R-1")
    assert [one.run for one in progress_files.under_way(tmp_path)] == ["R-0"]


def test_a_killed_run_is_passed_over_and_its_file_goes_with_the_next_run(tmp_path):
    progress_files.write(tmp_path, progress(birth="the one before"))
    assert not list(progress_files.under_way(tmp_path))
    progress_files.remove_dead(tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_run_of_another_machine_is_believed_for_an_hour(tmp_path):
    progress_files.write(tmp_path, progress(place="another"))
    assert len(list(progress_files.under_way(tmp_path))) == 1
    os.utime(tmp_path / "R-1.json", (1, 1))
    assert not list(progress_files.under_way(tmp_path))


def test_other_files_and_a_folder_that_is_not_there_show_nothing(tmp_path):
    (tmp_path / "note.json").write_text("[1]")
    (tmp_path / "half.json").write_text('{"run": "R-1", "flo')
    assert not list(progress_files.under_way(tmp_path))
    assert not list(progress_files.under_way(tmp_path / "none"))


def test_a_folder_that_cannot_be_made_does_no_harm(tmp_path):
    (tmp_path / "file").write_text("")
    progress_files.write(tmp_path / "file" / "below", progress())
    assert (tmp_path / "file").read_text() == ""


def test_a_run_shows_how_far_each_flow_is_and_then_nothing(bench, shop, monkeypatch):
    monkeypatch.setattr("pimflow.running.showing._BETWEEN", 0)
    shop.tables["products"] = [("sku", "name"), *((f"S-{n}", f"Name {n}") for n in range(40))]
    folder = bench.folder / ".pimflow" / "under_way"
    seen = []
    with bench.database() as database:
        assembly = bench.assembly({"first": {}, "second": {"needs": ["first"]}})
        run_pipeline(assembly, database, RunOptions(), lambda *_: seen.extend(progress_files.under_way(folder)))
    assert {(one.pipeline, one.flows_in_all, one.pid) for one in seen} == {("bench", 2, os.getpid())}
    first, second = seen[-1].flows
    assert (first.flow, first.done, first.total, first.ended, first.counts) == ("first", 40, 40, True, {"created": 40})
    assert (second.flow, second.noun, second.ended) == ("second", ("product", "products"), False)
    assert any(one.flows[0].rate and one.flows[0].remaining_seconds is not None for one in seen)
    assert not list(folder.iterdir())


def test_a_run_writes_its_file_at_most_twice_a_second(bench, shop, monkeypatch):
    writes = []
    monkeypatch.setattr("pimflow.progress_files.write", lambda _folder, one: writes.append(one))
    shop.tables["products"] = [("sku", "name"), *((f"S-{n}", f"Name {n}") for n in range(400))]
    report = bench.run()
    assert 1 <= len(writes) <= 2 + report.seconds / 0.5


def test_a_run_that_is_broken_off_leaves_no_file(bench, shop):
    shop.tables["products"] = lambda: 1 / 0
    bench.run()
    assert not list((bench.folder / ".pimflow" / "under_way").iterdir())


def test_what_is_no_flow_is_not_shown_as_one(bench, tmp_path):
    run = Run("R-1", "bench", datetime(2026, 11, 23, tzinfo=UTC))
    showing = Showing(bench.assembly(), run, tmp_path, lambda: run.started)
    showing.take("products in the PIM", 1, 2)
    showing.write()
    (shown,) = progress_files.under_way(tmp_path)
    assert shown.flows == ()


def test_what_came_between_two_writes_is_in_the_next_one(bench, tmp_path):
    run, assembly = Run("R-1", "bench", datetime(2026, 11, 23, tzinfo=UTC)), bench.assembly()
    showing = Showing(assembly, run, tmp_path, lambda: run.started)
    showing.begun[assembly.flows[0].name] = context.FlowProgress(0.0)
    for done in range(3):
        showing.take(assembly.flows[0].name, done, 2)
    showing.write()
    (shown,) = progress_files.under_way(tmp_path)
    assert [flow.done for flow in shown.flows] == [2]
