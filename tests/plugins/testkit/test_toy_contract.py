# ruff: noqa: ARG002 - signatures are those of the contract
"""The suites on a toy system that is reached over HTTP: what an author of a connector writes."""

from contextlib import contextmanager

import httpx
import pytest
from loguru import logger
from pydantic import Field, SecretStr

from pimflow import (
    Connection,
    Item,
    LoginError,
    Outcome,
    RemoteError,
    RowProblem,
    Sink,
    Source,
    Status,
    UnreachableError,
    Use,
    Window,
    Writer,
)
from pimflow_testkit import RowMatcher, Setup, connection_suite, replayed, sink_suite, source_suite

TOYS = [
    {"sku": "007", "name": "Train", "changed": "2026-01-01 10:00"},
    {"sku": "008", "name": "Été", "changed": "2026-01-02 10:00"},
    {"sku": "009", "name": "Doll", "changed": "2026-01-02 10:00"},
]


class ToyConnection(Connection):
    """A toy ERP."""

    type = "toy"
    url: str = Field("https://toy.example.com", description="Address.")
    api_key: SecretStr = Field(description="Key of the user.")

    @contextmanager
    def open(self):
        with httpx.Client(base_url=self.url, headers={"key": self.api_key.get_secret_value()}) as http:
            yield http

    def check(self, session):
        return f"Toy {ask(session, '/status')['version']}"


def ask(session, path, **query):
    try:
        answer = session.get(path, params=query)
    except httpx.TransportError as error:
        raise UnreachableError("The toy ERP cannot be reached.") from error
    logger.debug("asked {}", answer.url)
    if answer.status_code == 401:
        raise LoginError("The toy ERP refused the key.")
    if answer.status_code != 200:
        raise RemoteError("The toy ERP answered strangely.", detail=str(answer.status_code))
    return answer.json()


class ToyProducts(Source):
    """Products of a toy ERP."""

    type = "toy.products"
    connection: Use[ToyConnection] = Field("erp", description="The connection.")
    page_size: int = Field(100, description="Records a call.")

    def window(self, session, cursor):
        return Window(since=cursor, cursor="2026-01-02 10:00")

    def extract(self, session, window):
        yield ("sku", "name", "changed")
        page = 1
        while rows := ask(session, "/toys", size=self.page_size, page=page, since=window.since or ""):
            yield from ((row["sku"], row["name"], row["changed"]) for row in rows)
            if len(rows) < self.page_size:
                return
            page += 1


class ToyWriter(Writer):
    def __init__(self, session):
        self.session = session
        self.kept = {}

    def knows(self, column):
        return column in {"sku", "name"}

    def check_columns(self, header):
        return {
            name: RowProblem(name, None, "the toy ERP has no such field") for name in header if not self.knows(name)
        }

    def prepare(self, row):
        if "sku" not in row:
            raise RowProblem("sku", None, "a toy needs a number")
        yield Item("toys", row["sku"], row)

    def current(self, resource, keys, columns):
        return {key: {name: self.kept[key][name] for name in columns} for key in keys if key in self.kept}

    def load(self, batch):
        for change in batch:
            self.kept[change.key] = change.payload
            yield Outcome(change.resource, change.key, Status.CREATED)


class ToySink(Sink):
    """Products of a toy ERP."""

    type = "toy.products"
    connection: Use[ToyConnection] = Field("erp", description="The connection.")

    def open(self, session, run):
        ask(session, "/status")
        return ToyWriter(session)


def answer(path, json=None, status=200, **query):
    return {"request": {"method": "GET", "path": path, "query": query}, "response": {"status": status, "json": json}}


def page(size, number, rows, since=""):
    return answer("/toys", rows, size=size, page=number, since=since)


STATUS = answer("/status", {"version": "1.0"})
RECORDING = [
    STATUS,
    page(100, 1, TOYS),
    page(2, 1, TOYS[:2]),
    page(2, 2, TOYS[2:]),
    page(100, 1, TOYS[1:], since="2026-01-02 10:00"),
]
OPTIONS = {"api_key": "hush-hush"}


def session_on(*recordings):
    @contextmanager
    def session():
        with replayed(*recordings, matcher=RowMatcher()), ToyConnection(**OPTIONS).open() as http:
            yield http

    return session


@contextmanager
def cut_off():
    def refuse(_, request):
        raise httpx.ConnectError("refused", request=request)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(httpx.HTTPTransport, "handle_request", refuse)
        with ToyConnection(**OPTIONS).open() as http:
            yield http


def refused(path):
    return [answer(path, {"error": "key"}, 401, **({} if path == "/status" else {"size": 100, "page": 1, "since": ""}))]


NOT_FILLED = (
    "empty_source_has_a_header",
    "unicode_arrives_as_it_is",
    "very_long_cell_arrives_whole",
    "codes_stay_text",
)

test_connection = connection_suite(
    ToyConnection,
    OPTIONS,
    session=lambda: replayed(RECORDING),
    failing={
        "wrong key": Setup(session=lambda: replayed(refused("/status")), raises=LoginError),
        "cut off": Setup(session=cut_off, raises=UnreachableError),
    },
)
test_source = source_suite(
    ToyProducts,
    {},
    session=session_on(RECORDING),
    changed="changed",
    pages={"page_size": 2},
    secrets=["hush-hush"],
    failing={
        "wrong key": Setup(session=session_on(refused("/toys")), raises=LoginError),
        "cut off": Setup(session=cut_off, raises=UnreachableError),
    },
    without=dict.fromkeys(NOT_FILLED, "a toy shop cannot be filled"),
)
test_sink = sink_suite(
    ToySink,
    {},
    rows=[{"sku": "007", "name": "Train"}, {"sku": "008"}],
    session=session_on(RECORDING),
    failing={"cut off": Setup(session=cut_off, raises=UnreachableError)},
)
