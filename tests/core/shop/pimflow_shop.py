# ruff: noqa: ARG002 - the signatures are those of the components
"""A plugin for the tests of the core: a shop in memory whose answers a test can script."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, ClassVar

from pydantic import Field, SecretStr
from shop_in_memory import SHOPS, Shop

from pimflow import (
    Change,
    Connection,
    Finding,
    Header,
    Item,
    Level,
    Message,
    Notifier,
    Origin,
    Outcome,
    Outlook,
    Problem,
    Row,
    RowProblem,
    Run,
    Sink,
    Source,
    Status,
    Target,
    Transform,
    Use,
    Who,
    WholeTransform,
    Window,
    Writer,
    hookimpl,
)


class ShopConnection(Connection):
    """A shop in memory."""

    type = "shop"
    name: str = Field("main", description="Which shop.")
    token: SecretStr | None = Field(None, description="Secret.")

    @property
    def address(self) -> str:
        return f"shop://{self.name}"

    @contextmanager
    def open(self) -> Iterator[Shop]:
        shop = SHOPS[self.name]
        shop.sessions += 1
        for answer in shop.scripts.pop("open", []):
            raise answer
        shop.events.append(("opened", self.token.get_secret_value() if self.token else ""))
        try:
            yield shop
        finally:
            shop.sessions -= 1

    def check(self, session: Shop) -> str:
        return f"shop {self.name}, {len(session.records)} records"


class ShopRows(Source):
    """Rows of a table of the shop."""

    type = "shop.rows"
    connection: Use[ShopConnection]
    table: str = Field("products", description="Which table.")
    incremental: bool = Field(False, description="Whether to read only what changed.")
    cut: int = Field(1, description="Into how many parts a read is cut.")

    @property
    def title(self) -> str:
        return "Shelf"

    def parts(self, session: Shop, window: Window) -> Sequence[Window]:
        return [replace(window, partition=str(number)) for number in range(self.cut)]

    def window(self, session: Shop, cursor: str | None) -> Window:
        if not self.incremental:
            return Window()
        return Window(since=cursor, cursor=str(session.now))

    def cursor_at(self, moment: datetime) -> str | None:
        return str(moment.astimezone(UTC).year) if self.incremental else None

    def count(self, session: Shop, window: Window) -> int | None:
        table = session.tables[self.table]
        return len(table) - 1 if isinstance(table, list) else None

    def extract(self, session: Shop, window: Window) -> Any:
        session.windows.append(window)
        table = session.tables[self.table]
        if callable(table):
            return table()
        if self.cut > 1 and window.partition:
            return [table[0], *table[1 + int(window.partition) :: self.cut]]
        if window.since is None:
            return table
        changed = table[0].index("changed")
        return [table[0], *(row for row in table[1:] if row[changed] >= int(window.since))]


class ShopWriter(Writer):
    def __init__(self, shop: Shop, run: Run) -> None:
        self.shop = shop
        self.run = run
        shop.runs.append(run)

    def knows(self, column: str) -> bool:
        return column != "nonsense"

    def check_columns(self, header: Sequence[str]) -> Mapping[str, RowProblem]:
        return {name: problem for name, problem in self.shop.unknown_columns.items() if name in header}

    def check(self, outlook: Outlook) -> Iterable[Finding]:
        self.shop.outlooks.append(outlook)
        return self.shop.findings

    def prepare(self, row: Mapping[str, Any]) -> Iterable[Item]:
        return self.shop.prepare(row)

    def current(self, resource: str, keys: Sequence[str], columns: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        self.shop.asked.append(keys)
        found = {key: self.shop.records[resource, key] for key in keys if (resource, key) in self.shop.records}
        return {key: {name: row[name] for name in columns if name in row} for key, row in found.items()}

    def taken(self, keys: Sequence[str]) -> set[str]:
        self.shop.asked_free.append(list(keys))
        return {key for _, key in self.shop.records} & {*keys}

    def fit(self, batch: Sequence[Change]) -> Sequence[Change]:
        return self.shop.fit(batch)

    def load(self, batch: Sequence[Change]) -> Iterable[Outcome]:
        assert not self.run.dry, "a dry run must not write"
        return self.shop.load(batch)

    def delete(self, resource: str, keys: Sequence[str]) -> Iterable[Outcome]:
        for key in keys:
            script = self.shop.scripts[key]
            answer = script.pop(0) if script else None
            if answer is None:
                self.shop.records.pop((resource, key), None)
            self.shop.deleted.append(key)
            problems = (Problem("which is on an order", who=Who.PRODUCT_MANAGER),) if answer else ()
            yield Outcome(resource, key, answer or Status.DELETED, problems)

    def close(self, ok: bool) -> bool:
        self.shop.closed.append(ok)
        return True


class FeedWriter(ShopWriter):
    def __init__(self, shop: Shop, run: Run) -> None:
        super().__init__(shop, run)
        self.rows: list[Mapping[str, Any]] = []

    def prepare(self, row: Mapping[str, Any]) -> Iterable[Item]:
        yield Item("rows", "any", dict(row))

    def load(self, batch: Sequence[Change]) -> Iterable[Outcome]:
        self.rows.extend(change.payload for change in batch)
        return [Outcome(change.resource, change.key, Status.CREATED) for change in batch]

    def close(self, ok: bool) -> bool:
        self.shop.closed.append(ok)
        same = bool(self.shop.feeds) and self.shop.feeds[-1] == self.rows
        if ok and not self.run.dry and not same:
            self.shop.feeds.append(self.rows)
        return not same


class ShopProducts(Sink):
    """Products of the shop."""

    type = "shop.products"
    key = "sku"
    noun = ("product", "products")
    deletes = True
    batch_size: ClassVar[int] = 5
    connection: Use[ShopConnection]

    @property
    def title(self) -> str:
        return "shop"

    def open(self, session: Shop, run: Run) -> Writer:
        return ShopWriter(session, run)


class ShopLanes(ShopProducts):
    """Products of the shop, several batches at once."""

    type = "shop.lanes"
    batch_size = 2
    in_flight = 4


class ShopDrafts(ShopProducts):
    """Products of the shop, not enabled at first."""

    type = "shop.drafts"
    creation_defaults: ClassVar[Mapping[str, Any]] = {"enabled": False}
    enabled = "enabled"
    deletes = False


class ModelWriter(ShopWriter):
    def knows(self, column: str) -> bool:
        return column in {"code", "name"}

    def check_columns(self, header: Sequence[str]) -> Mapping[str, RowProblem]:
        return {name: RowProblem(name, None, "no model has it") for name in header if not self.knows(name)}

    def levels(self, family_variant: str, columns: Header) -> Sequence[Level]:
        return [Level((), frozenset({"name"})), Level(("size",), frozenset(columns) - {"name"})]

    def prepare(self, row: Mapping[str, Any]) -> Iterable[Item]:
        yield Item("products", row["code"], row)


class ShopModels(ShopProducts):
    """Models of the shop: their own key, the same shelf."""

    type = "shop.models"
    key = "code"
    noun = ("model", "models")

    def open(self, session: Shop, run: Run) -> Writer:
        return ModelWriter(session, run)


class ShopFeed(ShopProducts):
    """A feed: every row every time."""

    type = "shop.feed"
    deletes = False
    key = None
    whole = True

    def open(self, session: Shop, run: Run) -> Writer:
        return FeedWriter(session, run)


class BlindWriter(ShopWriter):
    def current(self, resource: str, keys: Sequence[str], columns: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        raise NotImplementedError

    def taken(self, keys: Sequence[str]) -> Collection[str]:
        return Writer.taken(self, keys)


class ShopBlind(ShopProducts):
    """Products of a shop that cannot be asked what it has."""

    type = "shop.blind"

    def open(self, session: Shop, run: Run) -> Writer:
        return BlindWriter(session, run)


class Spoil(Transform):
    """Fails in the way that its option tells."""

    type = "shop.spoil"
    row: str = Field(description="The value of the first cell at which it fails.")
    how: str = Field("problem", description="problem, defect or drop.")

    def compile(self, header: Sequence[str], knows: Callable[[str], bool]) -> tuple[Any, Any]:
        def step(row: Sequence[Any]) -> Sequence[Any] | None:
            assert len(row) == len(header), "rows have the length of the header"
            if row[0] != self.row:
                return row
            if self.how == "problem":
                raise RowProblem("sku", row[0], "which spoils", remedy="Mend it.")
            if self.how == "defect":
                raise KeyError(row[0])
            return None

        return tuple(header), step


class Slow(Transform):
    """Takes its time."""

    type = "shop.slow"
    seconds: float = Field(0.01, description="How long for a row.")

    def compile(self, header: Sequence[str], knows: Callable[[str], bool]) -> tuple[Any, Any]:
        def step(row: Sequence[Any]) -> Sequence[Any]:
            time.sleep(self.seconds)
            return row

        return tuple(header), step


class Grouped(WholeTransform):
    """Puts a row for each group, the part of `sku` before the `-`, before all others."""

    type = "shop.grouped"
    fail: str = Field("", description="How it fails: problem, defect; or the sku of a row that it refuses.")

    def apply(
        self, header: Header, rows: Iterable[tuple[Origin, Row]], target: Target
    ) -> tuple[Header, Iterator[tuple[Origin, Row | RowProblem]]]:
        levels = target.levels("by_size", header)
        return ("code", "parent", *header), self._given(header, rows, [level.axes for level in levels])

    def _given(self, header: Header, rows: Iterable[tuple[Origin, Row]], axes: Sequence[Any]) -> Iterator[Any]:
        found = list(rows)
        if self.fail == "problem":
            raise RowProblem("sku", None, "which cannot be grouped")
        if self.fail == "defect":
            raise KeyError("sku")
        groups = {str(row[0]).partition("-")[0]: (origin, row) for origin, row in reversed(found)}
        assert axes in ([], [(), ("size",)])
        for group in sorted(groups):
            origin, row = groups[group]
            yield origin, (group, None, None, *row[1:])
        for origin, row in found:
            if row[0] == self.fail:
                yield origin, RowProblem("sku", row[0], "which is refused")
            else:
                yield origin, (None, str(row[0]).partition("-")[0], *row)


class ShopNotice(Notifier):
    """A notice in the window of the shop."""

    type = "shop.notice"
    name: str = Field("main", description="Which shop.")
    windows: tuple[SecretStr, ...] = Field((SecretStr("window"),), description="Which windows, each a secret.")

    def recipients(self) -> Sequence[ShopNotice]:
        return [self.model_copy(update={"windows": (window,)}) for window in self.windows]

    def deliver(self, message: Message) -> None:
        shop, (window,) = SHOPS[self.name], self.windows
        script = shop.scripts[window.get_secret_value()]
        answer = script.pop(0) if script else None
        if answer is not None:
            raise answer
        shop.messages.append((window.get_secret_value(), message))


@hookimpl
def pimflow_components() -> list[type[Any]]:
    return [
        ShopConnection, ShopRows, ShopProducts, ShopLanes, ShopDrafts, ShopModels, ShopFeed, ShopBlind,
        Spoil, Slow, Grouped, ShopNotice,
    ]  # fmt: skip


@hookimpl
def pimflow_batch_loaded(run: Run, flow: str, outcomes: Sequence[Outcome]) -> None:
    for shop in SHOPS.values():
        shop.events.append((flow, [(outcome.key, outcome.status) for outcome in outcomes]))
        if "observe" in shop.scripts:
            raise RuntimeError("this observer fails")
