"""What changed since the last read: by the server's clock, with an overlap, nothing lost."""

import json
import sys
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pimflow import Window
from pimflow.cli import main
from pimflow_akeneo.connection import AkeneoConnection
from pimflow_akeneo.products.reading import changes
from pimflow_akeneo.sources import AkeneoProductModelsSource, AkeneoProductsSource
from pimflow_akeneo.structure.sources import AkeneoAttributesSource
from pimflow_akeneo_sandbox.serve import serve
from pimflow_akeneo_sandbox.settings import Settings

from .conftest import CATALOG

MINUTE = timedelta(minutes=1)
SEED = [
    *({"resource": "products", "data": {"identifier": f"p-{n}", "family": "footwear"}} for n in range(5)),
    {"resource": "product_models", "data": {"code": "boot", "family_variant": "by_color"}},
    {"resource": "products", "data": {"identifier": "boot-red", "parent": "boot", "values": {
        "color": [{"locale": None, "scope": None, "data": "red"}]}}},
]  # fmt: skip


def age(pim, *keys, minutes):
    """Let records have been written so many minutes ago; all of them without keys."""
    when = datetime.now(UTC) - minutes * MINUTE
    for product in list(pim.store.products.values()):
        if not keys or product.identifier in keys:
            pim.store.put_product(replace(product, updated=when, created=when))
    for model in list(pim.store.models.values()):
        if not keys or model.code in keys:
            pim.store.put_model(replace(model, updated=when, created=when))


@pytest.fixture
def aged(pim):
    pim.seed(SEED)
    age(pim, minutes=24 * 60)
    return pim


def windows(session, source=None, **options):
    """Read once, then give the window of the next read."""
    source = source or AkeneoProductsSource(connection="pim", timezone="UTC", **options)
    first = source.window(session, None)
    list(source.extract(session, first))
    return source, source.window(session, first.cursor)


def read(session, source, window):
    header, *rows = source.extract(session, window)
    return [row[header.index(header[0])] for row in rows]


def test_the_first_read_is_of_everything_and_costs_no_call_more(aged, session):
    source = AkeneoProductsSource(connection="pim")
    assert source.window(session, None).since is None
    assert "GET /api/rest/v1/products" not in aged.stats()["routes"]


def test_the_next_read_is_of_changes_only(aged, session):
    source, window = windows(session)
    assert read(session, source, window) == []
    age(aged, "p-3", minutes=0)
    assert read(session, source, window) == ["p-3"]
    assert source.count(session, window) == 1


def test_variants_of_a_changed_model_come_along(aged, session):
    source, window = windows(session)
    age(aged, "boot", minutes=0)
    assert read(session, source, window) == ["boot-red"]


def test_models_have_a_cursor_of_their_own(aged, session):
    source, window = windows(session, AkeneoProductModelsSource(connection="pim", timezone="UTC"))
    assert read(session, source, window) == []
    age(aged, "boot", minutes=0)
    assert read(session, source, window) == ["boot"]


def test_changes_of_the_second_in_which_a_read_began_are_not_lost(aged, session):
    source = AkeneoProductsSource(connection="pim", timezone="UTC", overlap=0)
    first = source.window(session, None)
    began = changes.last_read(first.cursor, source._asked())
    for product in list(aged.store.products.values()):
        if product.identifier in {"p-1", "p-2"}:
            aged.store.put_product(replace(product, updated=began))
    assert read(session, source, source.window(session, first.cursor)) == ["p-1", "p-2"]


def test_a_change_during_the_read_is_not_lost(aged, session):
    source = AkeneoProductsSource(connection="pim", timezone="UTC", overlap=0)
    first = source.window(session, None)
    rows = iter(source.extract(session, first))
    next(rows), next(rows)
    age(aged, "p-0", minutes=0)
    list(rows)
    assert read(session, source, source.window(session, first.cursor)) == ["p-0"]


def test_what_the_search_shows_late_is_read_within_the_overlap(aged, session):
    source, _ = windows(session, overlap=10)
    first = source.window(session, None)
    age(aged, "p-1", minutes=9)  # written before the read above, as a search that lags shows it after it
    age(aged, "p-2", minutes=12)
    assert read(session, source, source.window(session, first.cursor)) == ["p-1"]


@pytest.mark.parametrize("hours", [-7, 7])
def test_a_wrong_clock_of_this_machine_does_not_matter(aged, session, monkeypatch, hours):
    wrong = SimpleNamespace(time=lambda: time.time() + hours * 3600, monotonic=time.monotonic)
    monkeypatch.setattr("pimflow_akeneo.session.time", wrong)
    source, window = windows(session)
    age(aged, "p-1", minutes=5)
    age(aged, "p-2", minutes=15)
    assert read(session, source, window) == ["p-1"]


def test_a_search_for_a_time_is_combined_with_that_for_changes(aged, session):
    source, window = windows(session, search={"updated": {"operator": ">", "value": "2999-01-01"}})
    age(aged, "p-1", minutes=0)
    assert read(session, source, window) == []


@pytest.mark.parametrize(
    "options",
    [{"attributes": ["name"]}, {"search": {"enabled": {"operator": "=", "value": True}}}, {"by_uuid": True}],
)
def test_a_cursor_of_a_read_that_asked_for_something_else_is_not_used(aged, session, options):
    kept = AkeneoProductsSource(connection="pim").window(session, None).cursor
    assert AkeneoProductsSource(connection="pim", **options).window(session, kept).since is None
    assert AkeneoProductsSource(connection="pim", overlap=60).window(session, kept).since is not None


@pytest.mark.parametrize("kept", ["", "yesterday", "2026-01-01T00:00:00+00:00", "2026-01-01T00:00:00+00:00 other"])
def test_a_cursor_that_is_none_leads_to_a_full_read(aged, session, kept):
    assert AkeneoProductsSource(connection="pim").window(session, kept).since is None


@pytest.mark.parametrize("kept", ["rubbish", "2026-11-23", "2026-11-23T05:15:00"])
def test_a_cursor_of_structure_that_is_none_leads_to_a_full_read(aged, session, kept):
    assert AkeneoAttributesSource(connection="pim").window(session, kept).since is None


def test_a_server_whose_clock_was_set_back_hides_no_changes():
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert changes.beginning(now + 4 * MINUTE, now, 10 * MINUTE) == now - 10 * MINUTE - timedelta(seconds=1)
    assert changes.beginning(now + 60 * MINUTE, now, 10 * MINUTE) is None


@pytest.mark.parametrize(
    "source",
    [AkeneoProductsSource(connection="pim"), AkeneoAttributesSource(connection="pim")],
    ids=["products", "structure"],
)
def test_after_a_read_in_the_future_everything_is_read(aged, session, source):
    later = source.cursor_at(datetime.now(UTC) + timedelta(days=365))
    window = source.window(session, later)
    assert window.since is None
    assert window.cursor < later
    assert source.window(session, window.cursor).since is not None


def test_the_clock_of_this_machine_may_be_set_while_a_session_goes_on(aged, session, monkeypatch):
    before = session.catalog.model and session.now()
    monkeypatch.setattr("time.time", lambda: 0.0)
    assert abs((session.now() - before).total_seconds()) < 60


def test_the_clock_of_the_server_is_found_out_in_one_call(aged, session):
    source = AkeneoProductsSource(connection="pim", overlap=0)
    kept = source.window(session, None).cursor
    window = source.window(session, kept)
    assert window.since == changes.beginning(
        changes.last_read(kept, source._asked()), datetime.now(UTC), timedelta()
    ).strftime("%Y-%m-%d %H:%M:%S")
    assert aged.stats()["routes"]["GET /api/rest/v1/products"]["calls"] == 1


def test_the_clock_of_an_empty_pim_may_be_anywhere(session):
    source = AkeneoProductsSource(connection="pim", overlap=0)
    window = source.window(session, source.window(session, None).cursor)
    began = datetime.fromisoformat(window.since).replace(tzinfo=UTC)
    assert timedelta(hours=12) <= datetime.now(UTC) - began < timedelta(hours=12, minutes=1)


def _offset(zone, month):
    return datetime(2026, month, 15, tzinfo=ZoneInfo(zone)).utcoffset()


NEVER_AT_UTC = sorted(
    zone
    for zone in available_timezones()
    if not (min(_offset(zone, 1), _offset(zone, 7)) < timedelta() <= max(_offset(zone, 1), _offset(zone, 7)))
)
MOMENTS = st.integers(1_577_836_800, 1_893_456_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@given(st.sampled_from(NEVER_AT_UTC), MOMENTS, st.lists(MOMENTS, max_size=3))
def test_no_server_reads_a_time_later_than_it_is_meant(zone, moment, sampled):
    seen = {one.astimezone(ZoneInfo(zone)).utcoffset() for one in sampled}
    wall = datetime.fromisoformat(changes.on_server_clock(moment, seen, None))
    assert wall.replace(tzinfo=UTC) <= moment
    assert wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) <= moment


@given(st.sampled_from(sorted(available_timezones())), MOMENTS)
def test_a_time_zone_that_is_named_is_met_to_the_second_but_for_the_hour_that_comes_twice(zone, moment):
    wall = datetime.fromisoformat(changes.on_server_clock(moment, set(), ZoneInfo(zone)))
    read_as = wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    assert timedelta() <= moment.replace(microsecond=0) - read_as <= timedelta(hours=2)


@contextmanager
def away(time_zone):
    """Serve a PIM in another time zone, with products that are a day old, and one that changed just now."""
    with serve(CATALOG, settings=Settings(time_zone=time_zone)) as pim:
        pim.seed(SEED)
        age(pim, minutes=24 * 60)
        connection = AkeneoConnection(
            url=pim.url, client_id="sandbox", secret="sandbox", username="sandbox", password="sandbox"
        )
        with connection.open() as session:
            yield pim, session


@pytest.mark.parametrize("time_zone", ["UTC", "Europe/Paris", "America/New_York", "Asia/Kolkata", "Pacific/Honolulu"])
@pytest.mark.parametrize("told", [False, True])
def test_changes_are_found_wherever_the_server_is(time_zone, told):
    with away(time_zone) as (pim, session):
        source = AkeneoProductsSource(connection="pim", timezone=time_zone if told else None)
        first = source.window(session, None)
        age(pim, "p-1", minutes=0)
        age(pim, "p-2", minutes=12 * 60)
        assert read(session, source, source.window(session, first.cursor)) == ["p-1"]


def test_what_the_index_shows_after_the_read_comes_with_the_next(aged, session):
    source = AkeneoProductsSource(connection="pim")
    aged.faults(index_lag_ms=60_000)
    session.call("PATCH", "products/late", json={"family": "footwear"})
    first = source.window(session, None)
    assert "late" not in read(session, source, first)
    aged.faults(index_lag_ms=0)
    assert read(session, source, source.window(session, first.cursor)) == ["late"]


def test_a_time_zone_that_does_not_exist_is_told():
    with pytest.raises(ValidationError, match="did you mean 'Europe/Paris'"):
        AkeneoProductsSource(connection="pim", timezone="Europe/Pari")


PIPELINE = """\
version: 1
connections:
  old: {{type: akeneo, url: "{old}", client_id: sandbox, secret: sandbox, username: sandbox, password: sandbox}}
  new: {{type: akeneo, url: "{new}", client_id: sandbox, secret: sandbox, username: sandbox, password: sandbox}}
flows:
  products:
    source: {{type: akeneo.products, connection: old, attributes: [name], search: {search}}}
    transforms:
      - filter: {{field: parent, present: false}}
    sink: {{type: akeneo.products, connection: new}}
"""


@pytest.fixture
def pipeline(tmp_path, monkeypatch, capsys, aged):
    """Run a pipeline from one PIM into another; gives the report of its one flow."""
    with serve(CATALOG) as other:

        def run(*options, search="{}"):
            (tmp_path / "pipeline.yaml").write_text(PIPELINE.format(old=aged.url, new=other.url, search=search))
            monkeypatch.setattr(sys, "argv", ["pimflow", "run", str(tmp_path / "pipeline.yaml"), "--json", *options])
            capsys.readouterr()
            with pytest.raises(SystemExit):
                main()
            (flow,) = json.loads(capsys.readouterr().out)["flows"]
            assert not flow["error"]
            return flow

        yield run


def test_the_second_run_reads_only_what_changed(pipeline, aged):
    assert (pipeline()["read"], pipeline()["read"]) == (6, 0)
    age(aged, "p-2", minutes=0)
    flow = pipeline()
    assert (flow["read"], flow["full"]) == (1, False)
    assert pipeline("--full")["read"] == 6


def test_a_new_search_reads_everything_once(pipeline):
    pipeline()
    enabled = "{enabled: {operator: '=', value: true}}"
    assert pipeline(search=enabled)["read"] == 6
    assert pipeline(search=enabled)["read"] == 0


def test_a_run_of_some_keys_keeps_no_cursor(pipeline):
    assert pipeline("--only", "p-1")["read"] == 1
    assert pipeline()["read"] == 6


def test_a_window_of_keys_needs_no_cursor(aged, session):
    source = AkeneoProductsSource(connection="pim")
    assert read(session, source, Window(keys=("p-1",))) == ["p-1"]
