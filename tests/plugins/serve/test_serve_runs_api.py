"""Runs and schedules for programs: asked for, followed, stopped, looked up; and events as they happen."""

import asyncio

import pytest

from pimflow.state import requests, schedules
from pimflow_serve.jobs.feed import Feed


def test_a_run_is_asked_for_followed_and_looked_up(served, signed_in):
    julia = signed_in("operator")
    asked = julia.post("/api/v1/pipelines/products/runs", json={"kind": "only", "keys": ["CUP"]})
    assert asked.status_code == 202
    number = asked.json()["number"]
    assert asked.json()["wish"] | {"kind": "only", "keys": ["CUP"], "asked_by": "Julia"} == asked.json()["wish"]
    report = served.run(only=("CUP",))
    requests.claim(served.database, number, "server", served.clock())
    requests.end(served.database, number, served.clock(), 0, report.run.id, "")
    vera = signed_in("viewer")
    assert vera.get(f"/api/v1/requests/{number}").json()["run"] == report.run.id
    assert [one["number"] for one in vera.get("/api/v1/requests", params={"pipeline": "products"}).json()] == [number]
    (line,) = vera.get("/api/v1/runs").json()
    assert (line["id"], line["asked_by"], line["counts"]["new"]) == (report.run.id, "Julia", 1)
    one = vera.get(f"/api/v1/runs/{report.run.id}").json()
    assert one["report"]["flows"][0]["counts"] == {"created": 1}
    assert one["request"]["number"] == number
    again = julia.post(f"/api/v1/requests/{number}/again").json()
    assert (again["wish"]["keys"], again["status"]) == (["CUP"], "waiting")
    stopped = julia.post(f"/api/v1/requests/{again['number']}/stop").json()
    assert (stopped["status"], stopped["stopped"]) == ("ended", "Julia")
    german = vera.get(f"/api/v1/requests/{again['number']}", headers={"Accept-Language": "de"}).json()
    assert german["told"] == "Von Julia zurückgenommen, bevor es begann."


@pytest.mark.parametrize(
    ("method", "path", "sent", "status", "message"),
    [
        ("post", "/api/v1/pipelines/none/runs", {}, 404, "there is no pipeline of this name"),
        ("post", "/api/v1/pipelines/products/runs", {"kind": "all"}, 400, "kind"),
        ("post", "/api/v1/pipelines/products/runs", {"kind": "only"}, 409, "which SKUs?"),
        ("post", "/api/v1/pipelines/products/runs", {"kind": "apply", "plan": 7}, 409, "preview is not here"),
        ("post", "/api/v1/pipelines/products/runs", {"kinds": "changes"}, 400, "kinds"),
        ("get", "/api/v1/requests/7", None, 404, "there is no request of this number"),
        ("post", "/api/v1/requests/7/stop", None, 404, "there is no request of this number"),
        ("post", "/api/v1/requests/7/again", None, 404, "there is no request of this number"),
        ("get", "/api/v1/runs/..%2f..%2fetc", None, 404, "there is no"),
        ("get", "/api/v1/runs/none", None, 404, "there is no run of this id"),
        ("post", "/api/v1/pipelines/none/pause", None, 404, "there is no pipeline of this name"),
    ],
)
def test_what_cannot_be_done_is_told_in_words(signed_in, method, path, sent, status, message):
    answer = signed_in("operator").request(method, path, json=sent)
    assert answer.status_code == status
    assert message in answer.json()["error"]["message"]


def test_who_may_look_only_can_begin_stop_and_pause_nothing(served, signed_in):
    vera = signed_in("viewer")
    number = served.serving.runner.ask("products", "changes", "Julia").number
    for path in (
        "/api/v1/pipelines/products/runs",
        "/api/v1/pipelines/products/pause",
        "/api/v1/pipelines/products/resume",
        f"/api/v1/requests/{number}/stop",
        f"/api/v1/requests/{number}/again",
    ):
        assert vera.post(path, json={}).status_code == 403, path
    assert [one.status for one in served.serving.runner.requests()] == ["waiting"]


def test_a_schedule_is_told_paused_and_goes_on(served, signed_in):
    file = served.folder / "pipelines" / "products.yaml"
    file.write_text(file.read_text("utf-8") + 'schedule: {changes: "*/15 * * * *", time_zone: Europe/Paris}\n', "utf-8")
    schedules.met(served.database, "products", "changes", "*/15 * * * * Europe/Paris", served.clock())
    julia = signed_in("operator")
    (one,) = julia.get("/api/v1/schedules").json()
    assert (one["kinds"][0]["cron"], one["time_zone"], one["paused"]) == ("*/15 * * * *", "Europe/Paris", None)
    assert one["kinds"][0]["next"] is not None
    paused = julia.post("/api/v1/pipelines/products/pause").json()
    assert (paused["paused_by"], paused["kinds"][0]["next"]) == ("Julia", None)
    assert julia.post("/api/v1/pipelines/products/resume").json()["paused"] is None


def test_a_schedule_can_be_paused_before_its_first_time(served, signed_in):
    file = served.folder / "pipelines" / "products.yaml"
    file.write_text(file.read_text("utf-8") + "schedule: {changes: every hour}\n", "utf-8")
    assert signed_in("operator").post("/api/v1/pipelines/products/pause").json()["paused_by"] == "Julia"


def test_events_reach_everybody_and_a_slow_one_gets_the_latest_only():
    async def scene():
        feed = Feed()
        feed.tell("progress", b'{"runs": [0]}', keep=True)
        quick, slow = feed.listen(60), feed.listen(60)
        assert [await anext(quick), await anext(slow)] == [b"retry: 3000\n\n"] * 2
        assert await anext(quick) == b'event: progress\ndata: {"runs": [0]}\n\n', "who comes later is told, too"
        for number in range(1, 6):
            await asyncio.to_thread(feed.tell, "progress", b'{"runs": [%d]}' % number)
            assert await anext(quick) == b'event: progress\ndata: {"runs": [%d]}\n\n' % number
        feed.tell("changed", b"{}")
        assert await anext(slow) == b'event: progress\ndata: {"runs": [5]}\n\n'
        feed.close()
        assert [one async for one in slow] in ([], [b"event: changed\ndata: {}\n\n"])
        await quick.aclose()
        assert not feed._listeners

    asyncio.run(asyncio.wait_for(scene(), 10))


def test_events_are_for_who_is_signed_in(stranger, signed_in, served):
    assert stranger.get("/api/v1/events").status_code == 401
    served.serving.runner.feed.tell("progress", b'{"runs": []}', keep=True)
    served.serving.runner.feed.close()
    answer = signed_in("viewer").get("/api/v1/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store"
