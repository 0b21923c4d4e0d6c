"""Who is told of what, in which words, and when: through runs of the bench."""

import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pimflow.daily import daily
from pimflow.errors import ConfigError, LoginError, UnreachableError
from pimflow.model import Event, Item, Problem, ProblemKind, Status, Who
from pimflow.notifying.digests import tell_digest
from pimflow.notifying.mailboxes import daily_ones
from pimflow.notifying.missing import Missed, tell_missed
from pimflow.notifying.standings import Standings
from pimflow.running.run import RunOptions
from pimflow.state import servers
from pimflow.state.servers import Server

COLOURS = {"BORD", "GRN", "BLU"}
JULIA = {"type": "shop.notice", "windows": ["julia"], "for": "product manager"}
PETER = {"type": "shop.notice", "windows": ["peter"], "for": "administrator"}
DIGEST = {**JULIA, "digest": "daily at 07:00"}
BORD = [("sku", "colour"), ("A", "BORD"), ("B", "red"), ("C", "BORD")]


@pytest.fixture(autouse=True)
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


@pytest.fixture
def told(bench, shop):
    """The bench; both are told."""
    bench.settings["notify"] = [JULIA, PETER]
    return bench


def of(shop, window):
    return [message for to, message in shop.messages if to == window]


def test_a_value_is_the_product_managers_and_says_what_to_do(told, shop):
    shop.tables["products"] = BORD
    told.run()
    (message,) = of(shop, "julia")
    assert of(shop, "peter") == []
    assert message.title == "[pimflow] bench: 2 products need attention"
    lines = message.text.splitlines()
    assert lines[0] == "What you must do:"
    assert "says 'BORD', the shop has no such colour. 2 products arrived without a colour (A, C)." in lines[1]
    assert "3 products read; 3 new" in message.text


def test_what_did_not_arrive_because_of_others_is_not_counted_with_ones_own(told, shop, colours):
    colours["who"] = Who.ADMINISTRATOR
    shop.tables["products"] = [("sku", "colour"), ("A", "red"), ("A", "red"), ("A", "red"), ("B", "BORD")]
    told.run()
    (message,) = of(shop, "peter")
    assert "1 needs your attention (1 cause)" in message.text
    assert "Of these" not in message.text


def test_a_login_that_is_refused_is_the_administrators_with_what_to_do(told, shop):
    shop.scripts["open"] = [LoginError("The shop refused the credentials. Put new ones into the project")]
    told.run()
    (message,) = of(shop, "peter")
    assert of(shop, "julia") == []
    assert "What you must do: Put new ones into the project." in message.text


def test_what_was_not_done_is_no_duty(told, shop):
    shop.tables["products"] = BORD[:1]
    told.run(guards={"min_rows": 1})
    (message,) = of(shop, "peter")
    assert "Nothing was written." in message.text
    (duty,) = [line for line in message.text.splitlines() if line.startswith("What you must do: ")]
    assert "Nothing was" not in duty
    assert "--allow min_rows" in duty


def test_an_error_that_asks_for_nothing_is_to_be_looked_into(told, shop):
    shop.scripts["open"] = [LoginError("the shop refused the credentials")]
    told.run()
    assert "What you must do: find out why; the log has every detail." in of(shop, "peter")[0].text


def test_a_server_that_is_away_asks_nobody_to_do_anything_yet(told, shop):
    shop.scripts["open"] = [UnreachableError("the shop did not answer")]
    told.run()
    (message,) = of(shop, "peter")
    assert "Nothing to do yet: the next run tries again by itself." in message.text


def test_the_product_manager_hears_of_a_run_whose_failure_is_no_concern_of_hers_only_what_is(told, shop):
    shop.tables["products"] = BORD
    shop.scripts["B"] = [Status.FAILED]
    told.run()
    (hers,), (his,) = of(shop, "julia"), of(shop, "peter")
    assert (hers.event, his.event) == (Event.PROBLEMS, Event.FAILURE)
    assert "BORD" in hers.text
    assert "BORD" not in his.text


def test_the_same_problem_is_told_once_also_when_more_products_have_it(told, shop):
    shop.tables["products"] = BORD
    told.run()
    shop.tables["products"] = [*BORD, ("D", "BORD")]
    told.run()
    assert len(of(shop, "julia")) == 1
    shop.tables["products"] = [*BORD, ("D", "BORD"), ("E", "GRN")]
    told.run()
    text = of(shop, "julia")[1].text
    assert "'GRN'" in text
    assert "'BORD'" not in text
    assert "Told before and still open: 1 cause." in text


def test_what_others_have_to_mend_is_told_as_such(bench, shop, colours):
    bench.settings["notify"] = [JULIA]
    colours["who"] = Who.SOURCE_TEAM
    shop.tables["products"] = BORD
    bench.run()
    (message,) = of(shop, "julia")
    assert message.text.startswith("Nothing to do for you.\nTo pass on to the ERP team:\n  - ")


def test_who_is_told_that_others_were_told_has_nothing_to_do(bench, shop, colours):
    bench.settings["notify"] = [JULIA, {**PETER, "windows": ["erp"], "for": "ERP team"}]
    colours["who"] = Who.SOURCE_TEAM
    shop.tables["products"] = BORD
    bench.run()
    assert "Nothing to do for you here: the ERP team was told." in of(shop, "julia")[0].text
    assert of(shop, "erp")[0].text.startswith("What you must do:")


def test_a_monitor_is_no_administrator(bench, shop, colours):
    bench.settings["notify"] = [JULIA, {"type": "shop.notice", "windows": ["monitor"], "on": ["success", "failure"]}]
    colours["who"] = Who.ADMINISTRATOR
    shop.tables["products"] = BORD
    bench.run()
    assert "To pass on to your administrator:" in of(shop, "julia")[0].text


def test_who_is_new_hears_of_no_recovery_from_what_was_no_concern_of_theirs(bench, shop):
    shop.scripts["open"] = [LoginError("refused")]
    bench.run()
    bench.settings["notify"] = [JULIA, PETER]
    bench.run()
    assert [window for window, _ in shop.messages] == ["peter"]


def test_kinds_that_an_entry_names_are_told_and_no_others(bench, shop):
    bench.settings["notify"] = [{"type": "shop.notice", "kinds": ["duplicate"]}]
    shop.tables["products"] = BORD
    bench.run()
    assert shop.messages == []
    shop.tables["products"] = [("sku", "colour"), ("A", "red"), ("A", "red")]
    bench.run()
    ((_, message),) = shop.messages
    assert {cause.problem.kind for flow in message.report.flows for cause in flow.causes} == {ProblemKind.DUPLICATE}


def test_each_looks_after_families_of_their_own(bench, shop):
    bench.settings["notify"] = [
        {**JULIA, "windows": ["mugs"], "families": ["mugs"]},
        {**JULIA, "windows": ["chairs"], "families": ["chairs"]},
        {**JULIA, "windows": ["sale"], "categories": ["sale", "outlet"]},
    ]
    header = ("sku", "colour", "family", "categories")
    rows = [("A", "BORD", "mugs", "sale,new"), ("B", "GRN", "mugs", "new"), ("C", "BLU", "lamps", "new")]
    shop.tables["products"] = [header, *rows]
    bench.run()
    assert [(window, message.title) for window, message in shop.messages] == [
        ("mugs", "[pimflow] bench: 2 products need attention"),
        ("sale", "[pimflow] bench: 1 product needs attention"),
    ]
    assert "'GRN'" in of(shop, "mugs")[0].text
    assert "'BLU'" not in of(shop, "mugs")[0].text


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


def test_a_record_of_no_family_is_told_to_all(bench, shop):
    bench.settings["notify"] = [{**JULIA, "families": ["mugs"]}]
    shop.tables["products"] = BORD
    bench.run()
    assert len(shop.messages) == 1


def test_messages_lead_to_the_pages_of_the_server_where_there_is_one(told, shop):
    told.folder.joinpath("pimflow.yaml").write_text(
        "version: 1\nserve: {public_url: 'https://pimflow.example.com/'}\n"
        "environments: {test: {serve: {public_url: 'https://test.example.com'}}, live: {}}\ndefault_environment: live\n"
    )
    shop.tables["products"] = BORD
    shop.scripts["B"] = [Status.FAILED]
    told.run()
    (hers,), (his,) = of(shop, "julia"), of(shop, "peter")
    assert "See and answer them here: https://pimflow.example.com/problems?pipeline=bench\n" in hers.text
    assert "pimflow runs" not in hers.text
    assert f"In the browser: https://pimflow.example.com/runs/{his.report.run.id}\n" in his.text


def test_a_run_of_some_records_tells_where_nobody_sits_in_front_of_it(told, shop):
    shop.tables["products"] = BORD
    told.run(RunOptions(only=("A",)))
    assert shop.messages == []
    told.run(RunOptions(only=("C",), tell=True))
    assert len(of(shop, "julia")) == 1
    told.run(RunOptions(only=("C",), tell=True))
    told.run()
    assert len(of(shop, "julia")) == 1


def test_a_run_of_some_records_that_went_well_is_no_recovery_even_where_it_tells(told, shop):
    shop.scripts["open"] = [LoginError("refused")]
    told.run()
    told.run(RunOptions(only=("A",), tell=True))
    assert [message.event for message in of(shop, "peter")] == [Event.FAILURE]
    told.run()
    assert [message.event for message in of(shop, "peter")] == [Event.FAILURE, Event.RECOVERY]


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


def test_pipelines_that_did_not_run_are_told_in_one_message(told, shop):
    first = told.assembly()
    told.settings["name"] = "second"
    late, now = [Missed(first, None), Missed(told.assembly(), None)], datetime.now(UTC)
    shop.scripts["peter"] = [UnreachableError("shut")]
    with told.database() as database:
        assert [tell_missed(late, database, now) for _ in range(3)] == [0, 1, 0]
    (message,) = of(shop, "peter")
    assert message.title == "[pimflow] bench did not run: no good run yet; and one more pipeline"
    assert "second was to run by its schedule" in message.text


def test_a_run_that_did_not_take_place_is_told_once_and_that_it_works_again(told, shop):
    now = datetime.now(UTC)
    with told.database() as database:
        assert tell_missed([Missed(told.assembly(), None)], database, now) == 1
        assert tell_missed([Missed(told.assembly(), None)], database, now + timedelta(hours=1)) == 0
        assert tell_missed([Missed(told.assembly(), None)], database, now + timedelta(hours=25)) == 1
    assert of(shop, "julia") == []
    assert of(shop, "peter")[0].title == "[pimflow] bench did not run: no good run yet"
    assert "What you must do: see whether the server runs" in of(shop, "peter")[0].text
    told.run()
    assert of(shop, "peter")[-1].event is Event.RECOVERY


def test_who_knows_that_runs_fail_is_not_told_that_there_is_no_good_one(told, shop):
    shop.scripts["open"] = [LoginError("refused")]
    told.run()
    with told.database() as database:
        assert tell_missed([Missed(told.assembly(), None)], database, datetime.now(UTC)) == 0


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


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        (
            {"digest": "at seven"},
            "`daily at 07:00`, or `weekdays at 07:00 Europe/Paris`, was expected; found 'at seven'",
        ),
        ({"digest": "daily at 24:00"}, "was expected; found 'daily at 24:00'"),
        ({"digest": "daily at 07:00 Mars/Base"}, "no time zone is called 'Mars/Base'"),
        ({"for": "julia"}, "'product manager', 'ERP team' or 'administrator' was expected"),
        ({"kinds": ["values"]}, "'value', 'missing', "),
    ],
)
def test_mistakes_of_an_entry_are_told(bench, entry, says):
    bench.settings["notify"] = [{"type": "shop.notice", **entry}]
    with pytest.raises(ConfigError, match="notify") as caught:
        bench.assembly()
    assert says in str(caught.value)


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
