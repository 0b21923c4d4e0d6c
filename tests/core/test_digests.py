"""What people hear once a day in place of after each run."""

import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pimflow.daily import daily
from pimflow.errors import LoginError, UnreachableError
from pimflow.notifying.digests import tell_digest
from pimflow.notifying.mailboxes import daily_ones
from pimflow.notifying.standings import Standings
from pimflow.state import servers
from pimflow.state.servers import Server

from .conftest import BORD, JULIA, PETER, of

DIGEST = {**JULIA, "digest": "daily at 07:00"}

pytestmark = pytest.mark.usefixtures("colours")


def digest(bench, days=1, **flow):
    """Let a server look for digests, so many days from now."""
    with bench.database() as database:
        for mailbox in daily_ones([bench.assembly(**flow)]):
            tell_digest(mailbox, database, datetime.now(UTC) + timedelta(days=days))


def test_a_digest_comes_once_a_day_and_tells_what_is_still_open(bench, shop):
    bench.settings["notify"] = [DIGEST]
    shop.tables["products"] = [*BORD, ("D", "GRN")]
    bench.run()
    shop.tables["products"] = [*BORD, ("D", "red")]
    bench.run()
    assert shop.messages == []
    digest(bench)
    digest(bench)
    ((_, message),) = shop.messages
    assert message.title.endswith(": 1 new cause of problems")
    assert message.text.startswith("2 runs since ")
    assert ", all went well.\nWhat you must do:\n" in message.text
    assert "'BORD'" in message.text
    assert "GRN" not in message.text
    assert "Shelf -> shop, products: 4 new, 1 updated." in message.text


def test_a_digest_of_a_day_without_news_is_not_sent(bench, shop):
    bench.settings["notify"] = [DIGEST]
    shop.tables["products"] = BORD
    bench.run()
    digest(bench, 1)
    bench.run()
    digest(bench, 2)
    digest(bench, 3)
    assert len(shop.messages) == 1


def test_who_wants_a_digest_of_good_days_too_is_told_that_there_is_nothing_to_do(bench, shop):
    bench.settings["notify"] = [{**DIGEST, "on": ["success"]}]
    bench.run()
    digest(bench)
    ((_, message),) = shop.messages
    assert message.title.endswith(": nothing to do")
    assert "Nothing to do for you." in message.text


def test_a_digest_that_did_not_arrive_comes_later(bench, shop):
    bench.settings["notify"] = [DIGEST]
    shop.scripts["julia"] = [UnreachableError("shut")]
    shop.tables["products"] = BORD
    bench.run()
    digest(bench)
    assert shop.messages == []
    digest(bench)
    assert len(shop.messages) == 1


def test_an_address_gets_one_digest_of_all_pipelines_the_worst_first(bench, shop):
    bench.settings["notify"] = [DIGEST, {**PETER, "digest": "daily at 07:00"}]
    shop.tables["products"] = BORD
    bench.run()
    first = bench.assembly()
    bench.settings |= {"name": "second", "notify": [{**DIGEST, "families": ["mugs"]}, *bench.settings["notify"][1:]]}
    bench.run()
    shop.scripts["open"] = [LoginError("refused")]
    bench.run()
    both = daily_ones([first, bench.assembly()])
    assert [len(one.subscriptions) for one in both] == [2, 2]
    shop.scripts["julia"] = [UnreachableError("shut")]
    later = datetime.now(UTC) + timedelta(days=1)
    with bench.database() as database:
        assert [tell_digest(one, database, later) for one in both] == [False, True]
        assert [tell_digest(one, database, later) for one in both] == [True, True]
        assert [tell_digest(one, database, later) for one in both] == [True, True]
    (hers,), (his,) = of(shop, "julia"), of(shop, "peter")
    assert hers.title.endswith(": 1 new cause of problems; and one more pipeline")
    lines = hers.text.splitlines()
    assert [line.partition(",")[0] for line in lines[:2]] == ["  - bench", "  - second"]
    assert sum(line.startswith("What you must do:") for line in lines) == 2
    assert his.title.startswith("[pimflow] second, ")
    assert his.title.endswith(": fails: refused")


def test_a_run_leaves_digests_to_a_server_that_lives(bench, shop):
    bench.settings["notify"] = [DIGEST]
    shop.tables["products"] = BORD
    bench.run()
    (recipient,) = bench.assembly().recipients
    now = datetime.now(UTC)
    seven = daily("daily at 07:00").latest(now)
    with bench.database() as database:
        standings = Standings(database, "bench")
        standings.keep(recipient, replace(standings.kept(recipient), digested=seven - timedelta(days=1)))
        servers.beat(database, Server("one", "here", "there", 1, ""), now)
        (mailbox,) = daily_ones([bench.assembly()])
        tell_digest(mailbox, database, seven + timedelta(minutes=1), patience=timedelta(minutes=15))
        assert shop.messages == []
        assert servers.any_lives(database, now)
        assert not servers.any_lives(database, now + timedelta(minutes=5))
        tell_digest(mailbox, database, seven + timedelta(minutes=16), patience=timedelta(minutes=15))
    assert len(shop.messages) == 1


def test_a_digest_tells_the_administrator_of_failures_of_the_day(bench, shop):
    bench.settings["notify"] = [{**PETER, "digest": "daily at 07:00"}]
    bench.run()
    shop.scripts["open"] = [LoginError("The shop refused the credentials. Renew them")]
    bench.run()
    digest(bench)
    ((_, message),) = shop.messages
    assert message.title.endswith(": fails: the shop refused the credentials")
    assert "2 runs since " in message.text
    assert "; 1 failed, the last one at " in message.text
    assert "What you must do: Renew them." in message.text


def test_a_digest_is_sent_by_a_run_where_there_is_no_server(bench, shop):
    bench.settings["notify"] = [DIGEST]
    shop.tables["products"] = BORD
    bench.run()
    with bench.database() as database:
        standings = Standings(database, "bench")
        (recipient,) = bench.assembly().recipients
        ago = datetime.now(UTC) - timedelta(days=2)
        standings.keep(recipient, replace(standings.kept(recipient), digested=ago))
    bench.run()
    assert len(shop.messages) == 1


@pytest.mark.parametrize(
    ("text", "now", "latest"),
    [
        ("daily at 07:00 UTC", "2026-11-23T06:59", "2026-11-22T07:00"),
        ("daily at 07:00 UTC", "2026-11-23T07:00", "2026-11-23T07:00"),
        ("weekdays at 7:30 UTC", "2026-11-22T12:00", "2026-11-20T07:30"),
        ("daily at 07:00 Asia/Tokyo", "2026-11-23T00:00", "2026-11-22T22:00"),
        ("daily at 02:30 Europe/Paris", "2026-03-29T12:00", "2026-03-29T01:30"),
    ],
)
def test_the_time_of_a_digest(text, now, latest):
    moment = daily(text).latest(datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert moment.astimezone(UTC) == datetime.fromisoformat(latest).replace(tzinfo=UTC)


def test_a_digest_that_another_server_sends_just_now_is_not_sent_twice(bench, shop):
    bench.settings["notify"] = [DIGEST]
    shop.tables["products"] = BORD
    bench.run()
    deliver = type(shop.messages).append

    class Window(list):
        """While one server hands its message over, the other looks as well."""

        def append(self, message):
            deliver(self, message)
            digest(bench)

    shop.messages = Window()
    digest(bench)
    assert len(shop.messages) == 1


def test_each_target_of_a_flow_is_counted_by_itself(bench, shop):
    bench.settings["notify"] = [{**JULIA, "families": ["mugs"]}, {**DIGEST, "windows": ["daily"]}]
    shop.tables["products"] = [("sku", "colour", "family"), ("A", "BORD", "mugs"), ("B", "GRN", "lamps")]
    bench.connections["other"] = {"type": "shop", "name": "other"}
    shops = sys.modules["shop_in_memory"]
    shops.SHOPS["other"] = shops.Shop()
    sinks = [{"type": "shop.products", "connection": name} for name in ("shop", "other")]
    bench.run_all(sink=sinks)
    (message,) = of(shop, "julia")
    assert [flow.attention for flow in message.report.flows] == [1, 1]
    digest(bench, sink=sinks)
    (message,) = of(shop, "daily")
    assert [flow.attention for flow in message.report.flows] == [2, 1]
