"""20 signed-in browsers follow a run of 20,000 products: what that costs the run, in rounds that take turns.

The server and the browsers are processes of their own; the sandbox answers as in bench_push.py.
"""

from __future__ import annotations

import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import psutil

from .bench_push import OURS, PIPELINE
from .measuring import PIMFLOW, took
from .pim import model, pim, write_products

PRODUCTS = int(os.environ.get("BENCH_PRODUCTS", "20000"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
BROWSERS = 20
HERE = Path(__file__).parent
PASSWORD = "as long as it takes, and longer"


def project(folder, served):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / "pipeline.yaml").write_text(PIPELINE.format(url=served.url), "utf-8")
    (folder / "pimflow.yaml").write_text("version: 1\n", "utf-8")
    write_products(folder / "products.csv", PRODUCTS)
    served.reset()
    return folder


@contextmanager
def server(folder: Path) -> Iterator[tuple[str, psutil.Process]]:
    """Serve a project in which Julia may sign in; gives its address and process."""
    command = [*PIMFLOW, "serve", "add-person", "Julia", "--role", "operator"]
    subprocess.run(command, cwd=folder, input=PASSWORD, text=True, check=True, stdout=subprocess.DEVNULL)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [*PIMFLOW, "serve", "--port", str(port)]
    with (folder / "server.txt").open("w") as output:
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=output)
        try:
            url = f"http://127.0.0.1:{port}"
            wait_for(url)
            yield url, psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait()


def wait_for(url):
    for _ in range(150):
        with suppress(httpx.TransportError):
            if httpx.get(f"{url}/healthz", trust_env=False).is_success:
                return
        time.sleep(0.2)
    raise AssertionError("the server did not begin")


def cookie_of(url):
    """Sign in, and give what a browser then holds."""
    form = {"name": "Julia", "password": PASSWORD}
    answer = httpx.post(f"{url}/login", data=form, headers={"Origin": url}, trust_env=False)
    assert answer.status_code == 303, answer.text
    return answer.headers["set-cookie"].partition(";")[0]


def followed(folder):
    """Run while browsers follow it; gives what the run took, and the processor time of the server meanwhile."""
    with server(folder) as (url, process):
        command = [sys.executable, str(HERE / "browsers.py"), url, cookie_of(url), str(BROWSERS)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as browsers:
            time.sleep(8)  # all have their page by then
            before = sum(process.cpu_times()[:2])
            taken = took(OURS, folder)
            meanwhile = sum(process.cpu_times()[:2]) - before
            browsers.terminate()
            events, pages = map(int, browsers.communicate()[0].split())
        assert events > BROWSERS * taken.wall / 3, "each is told of the progress about once a second"
        assert pages > BROWSERS, "and has a new page when the run begins"
        return taken, meanwhile


def test_a_run_that_browsers_follow(record, tmp_path):
    cpu, own = [], []
    with pim(tmp_path, model(), concurrency=4, latency_ms=50, latency_per_line_ms=2) as served:
        for _ in range(ROUNDS):
            alone = took(OURS, project(tmp_path / "alone", served))
            taken, server_took = followed(project(tmp_path / "followed", served))
            cpu.append(taken.cpu / alone.cpu)
            own.append(server_took / alone.cpu)
            sys.stdout.write(f"run {alone.cpu:.1f} s, followed {taken.cpu:.1f} s, server {server_took:.1f} s of CPU; ")
            sys.stdout.write(f"{alone.wall:.1f} s, followed {taken.wall:.1f} s\n")
    baseline = "the same run without server and browsers"
    record.ratio("serve_run_cpu", statistics.median(cpu), baseline, ROUNDS)
    record.ratio("serve_own_cpu", statistics.median(own), "what the run takes", ROUNDS)
