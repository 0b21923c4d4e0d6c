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

from ...crash.stage import CHILD, quiet  # noqa: TID252 - tests have no name to import by
from ...samples.runs import hold_report, hold_text  # noqa: TID252
from ...started import run as started  # noqa: TID252

SAMPLE = Path(__file__).parents[3] / "sample_pipelines" / "pim_first_tryton"
PIPELINE = "pim_first_tryton.yaml"
PRODUCTS = "/api/rest/v1/products-uuid"
CUP, NEW, BARE = (f"{n}a4b1c2d-3e4f-4a5b-8c6d-7e8f9a0b1c2d" for n in (0, 3, 4))
pytestmark = pytest.mark.slow


def start_tryton():
    """Give what the sample starts its Tryton with."""
    spec = importlib.util.spec_from_file_location("start_tryton", SAMPLE / "start_tryton.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class World:
    """A copy of the sample, its PIM and its Tryton."""

    def __init__(self, folder, pim, port):
        self.folder, self.pim = folder, pim
        self._tryton = httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60)
        self._header = None
        lines = (folder / "sandbox.env").read_text("utf-8").splitlines()
        given = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
        urls = {"AKENEO_URL": pim.url, "TRYTON_URL": f"http://127.0.0.1:{port}"}
        self.environment = os.environ | given | urls

    def python(self, *words, code=0):
        done = started(words, self.folder, self.environment)
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
            found = {
                code: [
                    {"locale": locale, "scope": None, "data": data}
                    for locale in (("en_US", "fr_FR") if code == "name" else (None,))
                ]
                for code, data in values.items()
            }
            headers = {"Authorization": f"Bearer {token}"}
            data = {"uuid": uuid, "values": found, **(properties or {})}
            client.patch(f"{PRODUCTS}/{uuid}", json=data, headers=headers).raise_for_status()

    def call(self, method, *params, language="en"):
        """Call a method of a model of Tryton, as its administrator."""
        if self._header is None:
            self._header = start_tryton().wait_and_log_in(self._tryton)
        body = {"id": 1, "method": f"model.{method}", "params": [*params, {"language": language}]}
        answer = self._tryton.post("/erp/rpc/", json=body, headers={"Authorization": self._header}).json()
        assert "error" not in answer, answer
        return answer["result"]

    def in_tryton(self, language="en"):
        """Give the products of Tryton by code: name, and when product and template were changed last."""
        asked = ["code", "name", "write_date", "template.write_date"]
        found = self.call("product.product.search_read", [], 0, None, None, asked, language=language)
        return {one["code"]: (one["name"], one["write_date"], one["template."]["write_date"]) for one in found}

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
            tryton.terminate()


def test_products_go_over_and_come_back_and_a_second_run_sends_nothing(world, request):
    world.python("create_products.py")
    hold_report(world.run(), SAMPLE, request.config)
    hold_text(world.pimflow("runs", "last"), SAMPLE, request.config)
    expected, products = SAMPLE / "expected_products.txt", world.python("show_products.py")
    if request.config.getoption("--write-expected"):
        expected.write_text(products, "utf-8")
    assert products == expected.read_text("utf-8")
    shown = world.shown()
    assert "sku: CRO-000001  hand_over_status: in_erp" in shown["Cup"]
    assert "sku: CRO-000002  hand_over_status: in_erp" in shown["Bowl"]
    assert "sku: LAM-000001  hand_over_status: attention" in shown["Lamp"]
    assert "Tryton needs a default unit, and family 'lamps' has none. Nothing to do for you" in shown["Lamp"]
    assert [world.in_tryton(language)["CRO-000001"][0] for language in ("en", "fr")] == ["Cup", "Tasse"]
    world.python("weigh_in_tryton.py", "CRO-000001", "0.35")
    world.run()
    assert "erp_category: Kitchen  erp_weight: 0.3500 KILOGRAM" in world.shown()["Cup"]
    assert "hand_over_status: in_erp" in world.shown()["Cup"]


def test_ten_alternating_runs_without_edits_send_nothing_in_either_direction(world):
    before, there = world.writes(), world.in_tryton()
    for number in range(10):
        found = world.run(*(["--full"] if number % 2 else []))
        changed = [flow["counts"].get(status, 0) for flow in found["flows"] for status in ("created", "updated")]
        assert not any(changed), found
    assert (world.writes(), world.in_tryton()) == (before, there)


def test_what_the_administrator_mends_goes_by_itself(world):
    defaults = world.folder / "erp_defaults.csv"
    defaults.write_text(defaults.read_text("utf-8") + "lamps;u;goods\n", "utf-8")
    world.run()
    assert "sku: LAM-000001  hand_over_status: in_erp" in world.shown()["Lamp"]
    assert "hand_over_reason" not in world.shown()["Lamp"]


def test_what_tryton_refuses_is_told_in_the_product_and_among_the_problems(world):
    world.patch(NEW, {"family": "crockery"}, starting_price="1.234567", send_to_erp=True, name="Jug")
    world.run()
    assert "hand_over_status: attention" in world.shown()["Jug"]
    assert "Tryton says: " in world.shown()["Jug"]
    assert "Tryton says: " in world.pimflow("problems", PIPELINE)
    world.patch(NEW, starting_price="1.23")
    world.run()
    assert "hand_over_status: in_erp" in world.shown()["Jug"]
    assert "hand_over_reason" not in world.shown()["Jug"]


def test_a_product_that_gets_no_sku_says_why_in_the_product(world):
    world.patch(BARE, starting_price="3", send_to_erp=True, name="Ewer")
    world.run()
    assert "hand_over_status: attention" in world.shown()["Ewer"]
    assert "Family: is empty, and the SKU is made of it. Product manager: Fill it in" in world.shown()["Ewer"]
    assert "Family: is empty" in world.pimflow("problems", PIPELINE)
    world.patch(BARE, {"family": "crockery"})
    world.run()
    assert "hand_over_status: in_erp" in world.shown()["Ewer"]
    assert "hand_over_reason" not in world.shown()["Ewer"]


def test_what_both_sides_changed_is_listed_and_stays_with_its_owner(world):
    world.patch(CUP, name="Cup with handle")
    (number,) = world.call("product.template.search", [["code", "=", "CRO-000001"]], 0, None, None)
    world.call("product.template.write", [number], {"name": "Beaker"})
    told = json.dumps(world.run(), ensure_ascii=False)
    assert "Name of CRO-000001: 'Cup with handle' in the PIM, 'Beaker' in Tryton" in told, told
    assert world.in_tryton()["CRO-000001"][0] == "Cup with handle"
    assert "both sides" not in json.dumps(world.run())


@pytest.mark.parametrize("far", [0.3, 0.55, 0.75])
def test_a_run_that_is_killed_ends_as_any_other(world, far):
    def child(point=0):
        words = [CHILD, point, 0.0, world.folder / "points.txt", "run", PIPELINE, "--json"]
        done = started(words, world.folder, world.environment)
        assert done.returncode in {0, -signal.SIGKILL}, done.stdout + done.stderr
        return done.returncode == 0

    new = {"family": "crockery"}
    for number in (10, 11):
        uuid = f"{number + int(100 * far)}4b1c2d-3e4f-4a5b-8c6d-7e8f9a0b{number}{int(100 * far):02}"
        world.patch(uuid, new, starting_price="5", send_to_erp=True, name=f"Vase {number} {far}")
        if number == 10:
            assert child()
    point = int(far * int((world.folder / "points.txt").read_text()))
    assert not child(point), point
    quiet(world.pim)
    assert child()
    shown = world.shown()[f"Vase 11 {far}"]
    assert "hand_over_status: in_erp" in shown, shown
    assert [name for name, *_ in world.in_tryton().values()].count(f"Vase 11 {far}") == 1
    before, there = world.writes(), world.in_tryton()
    assert child()
    assert (world.writes(), world.in_tryton()) == (before, there)


def test_a_product_changed_in_the_pim_follows_and_its_price_stays_the_erps(world):
    world.patch(CUP, ean="4006381333931", starting_price="99")
    world.run()
    before = world.writes()
    world.run()
    assert world.writes() == before
