"""A folder into which an ERP drops its exports, from the YAML through the command line."""

import json
import os
from datetime import datetime, timedelta

import pytest

SOURCE = "source: {type: files.csv, path: products.csv}"
HEADER = "sku;family;category;name;colour;weight"


@pytest.fixture
def drop(project):
    inbox = project.folder / "in"
    inbox.mkdir()

    class Dropped:
        def __init__(self):
            self.folder = inbox

        def options(self, options, path="in/*.csv"):
            file = project.folder / "pipeline.yaml"
            given = f"source: {{type: files.csv, path: {path}, drop: {{seconds: 0, {options}}}}}"
            file.write_text(file.read_text().replace(SOURCE, given))

        def put(self, name, *rows, age=0):
            (inbox / name).write_text("\n".join([HEADER, *rows]) + "\n")
            self.age(name, age)

        def age(self, name, hours):
            then = (datetime.now().astimezone() - timedelta(hours=hours)).timestamp()
            os.utime(inbox / name, (then, then))

        def run(self, *words, code=0):
            done = project.run("--json", *words)
            assert done.code == code, done.out + done.err
            return json.loads(done.out)["flows"][0]

        def names(self, folder=""):
            return sorted(one.name for one in (inbox / folder).iterdir() if one.is_file())

    return Dropped()


def counts(flow):
    return {name: number for name, number in flow["counts"].items() if number}


def test_each_file_is_read_once_and_then_archived(project, drop):
    drop.options("archive: archive, failed: failed")
    drop.put("a.csv", "M-1;mugs;cups;Mug;red;1")
    first = drop.run()
    assert counts(first) == {"created": 1}
    assert first["notes"][-1] == "Read a.csv."
    assert (drop.names(), drop.names("archive")) == ([], ["a.csv"])
    second = drop.run()
    assert (second["read"], second["full"], second["exit_code"]) == (0, False, 0)
    assert "No new file had come." in second["notes"]


def test_without_an_archive_files_stay_and_are_remembered(project, drop):
    drop.options("full: '*'")
    drop.put("a.csv", "M-1;mugs;cups;Mug;red;1")
    assert counts(drop.run()) == {"created": 1}
    assert drop.run()["read"] == 0
    drop.put("a.csv", "M-1;mugs;cups;Mug;blue;1")
    assert counts(drop.run()) == {"updated": 1}
    assert drop.names() == ["a.csv"]


def test_a_file_with_changes_concludes_nothing_about_the_others(project, drop):
    drop.options("archive: done, full: '*full*', delta: '*delta*'")
    drop.put("1-full.csv", "M-1;mugs;cups;Mug;red;1", "M-2;mugs;cups;Cup;red;1")
    assert drop.run()["full"] is True
    drop.put("2-delta.csv", "M-2;mugs;cups;Cup;blue;1")
    delta = drop.run()
    assert (delta["full"], counts(delta)) == (False, {"updated": 1})
    assert not any("not in the source" in note for note in delta["notes"])
    drop.put("3-full.csv", "M-2;mugs;cups;Cup;blue;1")
    assert any("1 sent earlier was not in the source this time" in note for note in drop.run()["notes"])


def test_files_are_taken_in_order_one_a_run(project, drop):
    drop.options("archive: done, delta: '*'")
    drop.put("b.csv", "M-1;mugs;cups;Late;red;1")
    drop.put("a.csv", "M-1;mugs;cups;Early;red;1")
    first = drop.run()
    assert "1 more wait for the next run." in first["notes"]
    assert drop.names() == ["b.csv"]
    drop.run()
    assert project.product("M-1")["values"]["name"][0]["data"] == "Late"


def test_with_a_key_all_that_wait_are_read_and_the_last_word_counts(project, drop):
    drop.options("archive: done, full: '*full*', delta: '*delta*', key: sku")
    drop.put("0-full.csv", "M-9;mugs;cups;Old;red;1")
    drop.put("1-full.csv", "M-1;mugs;cups;First;red;1", "M-2;mugs;cups;Cup;red;1", "M-2;mugs;cups;Twin;red;1")
    drop.put("2-delta.csv", "M-1;mugs;cups;Second;red;1")
    drop.put("3-delta.csv", "M-1;mugs;cups;Third;red;1", "M-3;mugs;cups;New;red;1")
    found = drop.run()
    assert counts(found) == {"created": 3, "refused": 1}
    assert found["full"] is True
    assert "0-full.csv went unread: a full file came after." in found["notes"]
    assert project.product("M-1")["values"]["name"][0]["data"] == "Third"
    assert project.product("M-9") is None
    assert drop.names() == []


def test_the_broken_file_is_moved_to_failed(project, drop):
    drop.options("archive: archive, failed: failed, delta: '*'")
    drop.put("a.csv", 'M-1;mugs;cups;"open;red;1')
    drop.put("b.csv", "M-2;mugs;cups;Cup;red;1")
    broken = drop.run(code=3)
    assert "never closed" in broken["error"]
    assert "a.csv was moved to failed." in broken["notes"]
    assert (drop.names(), drop.names("failed")) == (["b.csv"], ["a.csv"])
    assert counts(drop.run()) == {"created": 1}


def test_a_file_stays_when_the_target_is_at_fault(project, drop):
    drop.options("archive: archive, failed: failed")
    drop.put("a.csv", "M-1;mugs;cups;Mug;red;1")
    file = project.folder / "pipeline.yaml"
    right = file.read_text()
    file.write_text(right.replace("secret: sandbox", "secret: wrong"))
    drop.run(code=3)
    assert drop.names() == ["a.csv"]
    file.write_text(right)
    assert counts(drop.run()) == {"created": 1}


def test_an_empty_file_is_a_problem_unless_told_otherwise(project, drop):
    drop.options("archive: archive, failed: failed")
    drop.put("a.csv")
    assert "a.csv holds no record" in drop.run(code=3)["error"]
    assert drop.names("failed") == ["a.csv"]
    drop.options("")
    file = project.folder / "pipeline.yaml"
    file.write_text(file.read_text().replace("seconds: 0,", "seconds: 0, empty: accept,"))
    drop.put("b.csv")
    assert drop.run()["read"] == 0


def test_a_file_waits_for_its_ok_file_and_holds_back_those_behind(project, drop):
    drop.options("archive: archive, wait: ok_file, delta: '*'")
    drop.put("a.csv", "M-1;mugs;cups;Mug;red;1")
    drop.put("b.csv", "M-2;mugs;cups;Mug;red;1")
    (drop.folder / "b.csv.ok").touch()
    waiting = drop.run()
    assert waiting["read"] == 0
    assert waiting["notes"] == [
        "a.csv is not complete yet, neither a.csv.ok nor a.ok is there; it holds back what comes behind it."
    ]
    (drop.folder / "a.ok").touch()
    assert counts(drop.run()) == {"created": 1}
    assert (drop.names(), drop.names("archive")) == (["b.csv", "b.csv.ok"], ["a.csv", "a.ok"])


def test_a_file_that_still_grows_is_named_and_left(project, drop, monkeypatch):
    drop.options("archive: archive, key: sku")
    drop.put("a.csv", "M-1;mugs;cups;Mug;red;1")
    drop.put("b.csv", "M-2;mugs;cups;Mug;red;1")
    with monkeypatch.context() as patch:
        patch.setattr("pimflow_files.taking.time.sleep", lambda _: drop.put("b.csv", "M-2;mugs;cups;Mug;red;12"))
        first = drop.run()
    assert first["notes"][-2:] == [
        "Read a.csv.",
        "b.csv is not complete yet, it still changes; it holds back what comes behind it.",
    ]
    assert "Read b.csv." in drop.run()["notes"]


def test_nothing_has_ever_come(project, drop):
    drop.options("archive: archive")
    idle = drop.run()
    assert (idle["exit_code"], idle["error"], idle["read"]) == (0, "", 0)
    assert idle["notes"] == ["No file has come yet that fits in/*.csv."]


def test_a_file_that_is_overdue_is_a_problem(project, drop):
    hour = (datetime.now().astimezone() - timedelta(hours=1)).strftime("%H:%M")
    drop.options(f'archive: archive, by: "{hour}"')
    drop.put("a.csv", "M-1;mugs;cups;Mug;red;1", age=20)
    drop.run()
    late = drop.run(code=3)
    assert f"No file that fits in/*.csv came by {hour}" in late["error"]
    assert "The last one, a.csv, is of" in late["error"]
    drop.put("b.csv", "M-1;mugs;cups;Mug;red;1")
    assert drop.run()["read"] == 1
    assert drop.run()["read"] == 0


def test_a_preview_and_a_partial_run_leave_the_file(project, drop):
    drop.options("archive: archive")
    drop.put("a.csv", "M-1;mugs;cups;Mug;red;1", "M-2;mugs;cups;Mug;red;1")
    assert project.command("plan", str(project.folder / "pipeline.yaml")).code == 0
    drop.run("--only", "M-1")
    assert drop.names() == ["a.csv"]
    assert counts(drop.run()) == {"created": 1, "unchanged": 1}
    assert drop.names() == []


def test_killed_before_the_move_the_same_file_sends_nothing(project, drop, monkeypatch):
    drop.options("archive: archive")
    drop.put("a.csv", "M-1;mugs;cups;Mug;red;1")
    content = (drop.folder / "a.csv").read_text()
    drop.run()
    (drop.folder / "archive" / "a.csv").unlink()
    (drop.folder / "a.csv").write_text(content)
    before = project.writes()
    assert counts(drop.run()) == {"unchanged": 1}
    assert project.writes() == before


def test_a_second_file_of_one_name_does_not_replace_the_first(project, drop):
    drop.options("archive: archive", "in/products.csv")
    for name in ("Mug", "Cup"):
        drop.put("products.csv", f"M-1;mugs;cups;{name};red;1")
        drop.run()
    assert len(drop.names("archive")) == 2
    assert drop.run()["read"] == 0


def test_what_was_refused_is_tried_again_although_no_file_comes(project, drop):
    drop.options("archive: archive, delta: '*'")
    drop.put("a.csv", "M-1;lamps;cups;Mug;red;1")
    assert counts(drop.run()) == {"refused": 1}
    again = project.command("retry", str(project.folder / "pipeline.yaml"), "--json")
    flow = json.loads(again.out)["flows"][0]
    assert (counts(flow), flow["notes"]) == ({"refused": 1}, ["1 left open by earlier runs was tried again."])
