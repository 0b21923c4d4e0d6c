"""A scripted shop behind real entry points, and a runner of small pipelines into it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import pytest
import sqlalchemy as sa

from pimflow.assemble import Assembly, assemble
from pimflow.configuration.loading import load_pipeline
from pimflow.model import FlowReport, Item, Problem, ProblemKind, RunReport, Who
from pimflow.plan import PlannedChange, plan_pipeline
from pimflow.plugins import create_registry
from pimflow.running.run import RunOptions, run_pipeline
from pimflow.state import open_items, records
from pimflow.state.database import Database, open_database
from pimflow.state.open_items import OpenItem
from pimflow.state.place import StatePlace, state_place
from pimflow.state.tables import about, alembic_version, metadata

SHOP = Path(__file__).parent / "shop"


@pytest.fixture
def shop_plugin(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.syspath_prepend(SHOP)
    import pimflow_shop

    pimflow_shop.SHOPS.clear()
    pimflow_shop.SHOPS["main"] = pimflow_shop.Shop()
    yield pimflow_shop
    pimflow_shop.SHOPS.clear()


@pytest.fixture
def shop(shop_plugin: Any) -> Any:
    """The shop called `main`; its table `products` is the source."""
    return shop_plugin.SHOPS["main"]


@pytest.fixture
def distribution(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Install a distribution: `distribution("pimflow-x", {"x": "module_x"}, module_x="source text")`."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(site)
    installed: list[str] = []

    def install(name: str, points: Mapping[str, str], *, group: str = "pimflow", **modules: str) -> Path:
        info = site / f"{name.replace('-', '_')}-0.5.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.5\nSummary: About {name}.\n")
        lines = [f"[{group}]", *(f"{point} = {value}" for point, value in points.items())]
        (info / "entry_points.txt").write_text("\n".join(lines))
        for module, text in modules.items():
            (site / f"{module}.py").write_text(text)
            installed.append(module)
        monkeypatch.syspath_prepend(site)
        return info

    yield install
    for module in installed:
        sys.modules.pop(module, None)


@dataclass
class Bench:
    """Runs pipelines whose flow `products` goes from a table of the shop into the shop."""

    folder: Path
    shop: Any
    state: StatePlace
    connections: dict[str, Any] = field(default_factory=lambda: {"shop": {"type": "shop"}})
    settings: dict[str, Any] = field(default_factory=dict)

    def write(self, flows: Mapping[str, Any] | None = None, **flow: Any) -> Path:
        """Write the pipeline file; JSON is YAML."""
        plain = {
            "source": {"type": "shop.rows", "connection": "shop"},
            "sink": {"type": "shop.products", "connection": "shop"},
        }
        pipeline = {
            "version": 1,
            "name": "bench",
            **self.settings,
            "connections": self.connections,
            "flows": {name: {**plain, **one} for name, one in (flows or {"products": flow}).items()},
        }
        file = self.folder / "pipeline.yaml"
        file.write_bytes(orjson.dumps(pipeline, option=orjson.OPT_INDENT_2))
        return file

    def assembly(self, flows: Mapping[str, Any] | None = None, **flow: Any) -> Assembly:
        return assemble(load_pipeline(self.write(flows, **flow)), create_registry())

    def run_all(
        self, flows: Mapping[str, Any] | None = None, options: RunOptions | None = None, **flow: Any
    ) -> RunReport:
        assembly = self.assembly(flows, **flow)
        with self.database() as database:
            return run_pipeline(assembly, database, options or RunOptions())

    def run(self, options: RunOptions | None = None, **flow: Any) -> FlowReport:
        """Run the one flow and give its report."""
        (report,) = self.run_all(None, options, **flow).flows
        return report

    def plan(self, options: RunOptions | None = None, **flow: Any) -> tuple[FlowReport, list[PlannedChange]]:
        assembly = self.assembly(**flow)
        planned: list[PlannedChange] = []
        with self.database() as database:
            report = plan_pipeline(assembly, database, options or RunOptions(), planned.append)
        (flow_report,) = report.flows
        return flow_report, planned

    def database(self) -> Any:
        from contextlib import closing

        return closing(open_database(self.state))

    def open_items(self) -> list[OpenItem]:
        with self.database() as database:
            return [item for _, item in open_items.of_pipeline(database, "bench", 1000)]

    def sent_records(self) -> int:
        with self.database() as database:
            return sum(summary.records for summary in records.summaries(database, "bench"))

    def sql(self, statement: str) -> list[Any]:
        with self.database() as database, database.writing() as connection:
            result = connection.execute(sa.text(statement))
            return list(result) if result.returns_rows else []

    def forget_all(self) -> None:
        """Let the state be as it is before the first run."""
        with self.database() as database, database.writing() as connection:
            for table in metadata.sorted_tables:
                if table not in {about, alembic_version}:
                    connection.execute(table.delete())

    def yesterday(self) -> None:
        """Let the last tries of all open items be older than a day."""
        self.sql("UPDATE open_items SET tried = '2020-01-01T00:00:00+00:00' WHERE tried IS NOT NULL")


@pytest.fixture
def bench(request: pytest.FixtureRequest, tmp_path: Path, shop: Any) -> Bench:
    """A bench with its state in a file; where a test asks for `state`, in that, else in the one of `--state`."""
    shop.tables["products"] = [("sku", "name"), ("A", "Anvil"), ("B", "Bucket"), ("C", "Candle")]
    place = tmp_path / ".pimflow" / "state.sqlite"
    if "state" in request.fixturenames:
        place = request.getfixturevalue("state")
    elif request.config.getoption("--state") == "postgresql":
        place = state_place(request.getfixturevalue("postgres_state"))
    return Bench(tmp_path, shop, place)


@pytest.fixture
def database(state: StatePlace) -> Iterator[Database]:
    opened = open_database(state)
    yield opened
    opened.close()


COLOURS = {"BORD", "GRN", "BLU"}
JULIA = {"type": "shop.notice", "windows": ["julia"], "for": "product manager"}
PETER = {"type": "shop.notice", "windows": ["peter"], "for": "administrator"}
BORD = [("sku", "colour"), ("A", "BORD"), ("B", "red"), ("C", "BORD")]


@pytest.fixture
def colours(shop):
    """Who has to do something about a colour that the shop does not have."""
    whose = {"who": Who.PRODUCT_MANAGER}

    def prepare(row):
        value, payload = row.get("colour"), dict(row)
        problems = ()
        if value in COLOURS:
            reason, remedy = "the shop has no such colour", "Choose another one."
            problems = (Problem(reason, ProblemKind.REFERENCE, "colour", value, remedy, whose["who"]),)
            del payload["colour"]
        yield Item("products", str(row["sku"]), payload, problems)

    shop.prepare = prepare
    return whose


def of(shop, window):
    """Give the messages to one of those who are told."""
    return [message for to, message in shop.messages if to == window]
