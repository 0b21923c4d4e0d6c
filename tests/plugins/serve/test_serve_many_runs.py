"""A state with years of runs in it: pages and calls answer as with few."""

import time
from datetime import timedelta

import pytest

from pimflow.plain import to_json
from pimflow.report import report_data
from pimflow.state.server_tables import requests
from pimflow.state.tables import runs

RUNS = 10_000
QUICK = 1.0
"""Seconds of processor time: each takes some hundredths."""


@pytest.fixture
def many(served):
    report = report_data(served.run())
    begun = served.clock() - timedelta(minutes=15 * RUNS)

    def run(number):
        started = (begun + timedelta(minutes=15 * number)).isoformat()
        told = {**report, "run": {**report["run"], "id": f"R-{number:05}", "started": started}}
        common = {"pipeline": "products", "started": started, "finished": started, "exit_code": 0}
        return {"id": f"R-{number:05}", "log": None, "report": to_json(told).decode(), **common}

    def request(number):
        what = to_json({"keys": [], "plan": None, "allow": [], "confirm": "", "full": False}).decode()
        asked = (begun + timedelta(minutes=15 * number)).isoformat()
        who = {"pipeline": "products", "kind": "changes", "cause": "schedule", "asked_by": "schedule", "what": what}
        done = {"status": "ended", "server": "one", "stopped": "", "told": "", "exit_code": 0, "ended": asked}
        return {**who, **done, "asked": asked, "run": f"R-{number:05}"}

    with served.database.writing() as connection:
        connection.execute(runs.insert(), [run(number) for number in range(RUNS)])
        connection.execute(requests.insert(), [request(number) for number in range(RUNS)])
    return served


def test_pages_and_calls_answer_with_10_000_runs(many, signed_in):
    julia = signed_in("operator")
    slow = {}
    for path in (
        "/",
        "/pipelines/products",
        "/pipelines/products?before=5000",
        "/runs/R-05000",
        "/api/v1/pipelines",
        "/api/v1/runs?limit=100",
        "/api/v1/runs?before=5000",
        "/api/v1/runs/R-00001",
        "/api/v1/requests?limit=100",
        "/api/v1/requests?pipeline=products",
        "/api/v1/schedules",
        "/metrics",
    ):
        begun = time.process_time()
        answer = julia.get(path)
        slow[path] = time.process_time() - begun
        assert answer.status_code == 200, path
    assert {path: seconds for path, seconds in slow.items() if seconds > QUICK} == {}
    assert len(julia.get("/api/v1/runs?limit=100").json()) == 100
    assert julia.get("/api/v1/runs?before=5000&limit=1").json()[0]["number"] == 4999
    assert julia.get("/api/v1/requests?before=5000&limit=1").json()[0]["number"] == 4999
