"""The sample `pim_first_tryton`, from nothing: its own Tryton, a served sandbox, and what people do in both."""

import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from pimflow_akeneo_sandbox.serve import serve

from ...samples.runs import hold_report, hold_text  # noqa: TID252 - tests have no name to import by

SAMPLE = Path(__file__).parents[3] / "sample_pipelines" / "pim_first_tryton"
PIPELINE = "pim_first_tryton.yaml"
PRODUCTS = "/api/rest/v1/products-uuid"
CUP, NEW = (f"{n}a4b1c2d-3e4f-4a5b-8c6d-7e8f9a0b1c2d" for n in (0, 3))
pytestmark = pytest.mark.slow


class World:
    """A copy of the sample, its PIM and its Tryton."""

    def __init__(self, folder, pim, port):
        self.folder, self.pim = folder, pim
        lines = (folder / "sandbox.env").read_text("utf-8").splitlines()
        given = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
        urls = {"AKENEO_URL": pim.url, "TRYTON_URL": f"http://127.0.0.1:{port}"}
        self.environment = os.environ | given | urls

    def python(self, *words, code=0):
        command = [sys.executable, *words]
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == code, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def pimflow(self, *words, code=0):
        return self.python("-m", "pimflow", *words, code=code)

    def run(self, *words):
        return json.loads(self.pimflow("run", PIPELINE, "--json", *words))

    def shown(self):
        """Give what the product manager sees of each product, by its English name."""
        lines = self.python("show_products.py").splitlines()
        return {line.partition(" / ")[0]: line for line in lines}

    def patch(self, uuid, properties=None, **values):
        """Change values of a product in the PIM by hand, or create it."""
        with httpx.Client(base_url=self.pim.url, trust_env=False) as client:
            body = {"grant_type": "password", "username": "sandbox", "password": "sandbox"}
            token = client.post("/api/oauth/v1/token", json=body, auth=("sandbox", "sandbox")).json()["access_token"]
            found = {code: [{"locale": None, "scope": None, "data": data}] for code, data in values.items()}
            headers = {"Authorization": f"Bearer {token}"}
            data = {"uuid": uuid, "values": found, **(properties or {})}
            client.patch(f"{PRODUCTS}/{uuid}", json=data, headers=headers).raise_for_status()

    def writes(self):
        routes = self.pim.stats()["routes"].items()
        return sum(one["calls"] for route, one in routes if not route.startswith("GET") and "/oauth/" not in route)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Everything as the README says, up to the first product."""
    if importlib.util.find_spec("trytond") is None:
        pytest.skip("Tryton is not installed: pip install 'pimflow-tryton[live]'")
    folder = tmp_path_factory.mktemp("pim_first")
    shutil.copytree(
        SAMPLE, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".pimflow", ".tryton", "__pycache__")
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command, log = [sys.executable, "start_tryton.py", str(port)], folder / "tryton.log"
    with (
        log.open("w") as errors,
        subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=errors, text=True) as tryton,
        serve(folder / "catalog.json") as pim,
    ):
        try:
            assert any(line.startswith("Tryton: http") for line in tryton.stdout), log.read_text("utf-8")
            made = World(folder, pim, port)
            made.pimflow(
                *("akeneo", "provision", "--hand-over", "--all-families", "--connection", "pim"),
                *("--pipeline", PIPELINE),
            )
            made.pimflow("check", PIPELINE)
            yield made
        finally:
            tryton.send_signal(signal.SIGINT)


def test_products_go_over_and_come_back_and_a_second_run_sends_nothing(world, request):
    world.python("create_products.py")
    hold_report(world.run(), SAMPLE, request.config)
    hold_text(world.pimflow("runs", "last"), SAMPLE, request.config)
    shown = world.shown()
    assert "sku: CRO-000001  hand_over_status: in_erp" in shown["Cup"]
    assert "sku: CRO-000002  hand_over_status: in_erp" in shown["Bowl"]
    assert "sku: LAM-000001  hand_over_status: attention" in shown["Lamp"]
    assert "Tryton needs a default unit, and family 'lamps' has none. Nothing to do for you" in shown["Lamp"]
    world.python("weigh_in_tryton.py", "CRO-000001", "0.35")
    world.run()
    assert "erp_category: Kitchen  erp_weight: 0.3500 KILOGRAM" in world.shown()["Cup"]
    before = world.writes()
    for words in ((), ("--full",)):
        found = world.run(*words)
        assert world.writes() == before
        changed = [flow["counts"].get(status, 0) for flow in found["flows"] for status in ("created", "updated")]
        assert not any(changed), found


def test_what_the_administrator_mends_goes_by_itself(world):
    defaults = world.folder / "erp_defaults.csv"
    defaults.write_text(defaults.read_text("utf-8") + "lamps;u;goods\n", "utf-8")
    world.run()
    assert "sku: LAM-000001  hand_over_status: in_erp" in world.shown()["Lamp"]
    assert "hand_over_reason" not in world.shown()["Lamp"]


def test_what_tryton_refuses_is_told_in_the_product_and_among_the_problems(world):
    world.patch(NEW, {"family": "crockery"}, starting_price="1.234567", send_to_erp=True)
    names = {"name": [{"locale": locale, "scope": None, "data": "Jug"} for locale in ("en_US", "fr_FR")]}
    world.patch(NEW, {"values": names})
    world.run()
    assert "hand_over_status: attention" in world.shown()["Jug"]
    assert "Tryton says: " in world.shown()["Jug"]
    assert "Tryton says: " in world.pimflow("problems", PIPELINE)
    world.patch(NEW, starting_price="1.23")
    world.run()
    assert "hand_over_status: in_erp" in world.shown()["Jug"]
    assert "hand_over_reason" not in world.shown()["Jug"]


def test_a_product_changed_in_the_pim_follows_and_its_price_stays_the_erps(world):
    world.patch(CUP, ean="4006381333931", starting_price="99")
    world.run()
    before = world.writes()
    world.run()
    assert world.writes() == before
