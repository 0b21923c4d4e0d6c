"""Who is told of what, and in which words: through runs of the bench."""

from datetime import UTC, datetime, timedelta

import pytest

from pimflow.errors import ConfigError, LoginError, UnreachableError
from pimflow.model import Event, ProblemKind, Status, Who
from pimflow.notifying.missing import Missed, tell_missed
from pimflow.running.run import RunOptions

from .conftest import BORD, JULIA, PETER, of

pytestmark = pytest.mark.usefixtures("colours")


@pytest.fixture
def told(bench, shop):
    """The bench; both are told."""
    bench.settings["notify"] = [JULIA, PETER]
    return bench


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
