"""From a site of ERPNext into the PIM, from YAML through the command line, with every fault."""

import json
from datetime import timedelta

import pytest

from .frappe_site import Fault


def test_a_full_load_arrives_then_nothing_then_three_changes_are_three_updates(sync):
    assert sync.report() == {"created": 11}
    drill = sync.project.product("DRL-18V")
    assert drill["values"]["name"] == [{"locale": "en_US", "scope": None, "data": "Cordless drill 18 V"}]
    assert drill["values"]["weight"][0]["data"] == {"amount": "1.8500", "unit": "KILOGRAM"}
    assert not sync.project.product("OLD-1")["enabled"]
    before = sync.project.writes()
    assert set(sync.report()) <= {"unchanged"}
    assert sync.project.writes() == before
    sync.site.now += timedelta(hours=1)
    for code in ("LST-001", "LST-002", "LST-003"):
        sync.site.item(code, item_name=f"{code} changed")
    assert sync.report()["updated"] == 3
    assert sync.project.product("LST-002")["values"]["name"][0]["data"] == "LST-002 changed"


def test_pages_are_read_by_key_and_no_cookie_is_sent_back(sync):
    sync.run()
    pages = [query for query in sync.lists() if query.get("limit_page_length") == "4"]
    asked = [json.loads(query["filters"])[1:] for query in pages]
    assert asked == [[], [["name", ">", "LST-001"]], [["name", ">", "LST-005"]]]
    assert set(sync.site.cookies) == {None}


def test_what_a_long_transaction_commits_late_is_read_within_the_overlap(sync):
    sync.run()
    late = str(sync.site.now - timedelta(minutes=5))
    sync.site.put("Item", item_code="LATE", item_name="Late", item_group="Drills", modified=late)
    assert sync.report()["created"] == 1
    early = str(sync.site.now - timedelta(minutes=50))
    sync.site.put("Item", item_code="LOST", item_name="Too late", item_group="Drills", modified=early)
    assert "created" not in sync.report()
    assert sync.report("--full")["created"] == 1


@pytest.mark.parametrize("ties", [(13,), (3, 3, 3), (2, 4, 2, 5, 1), (4, 4, 1), (1, 4, 4)])
def test_items_that_share_a_stamp_all_arrive_wherever_a_page_of_four_ends(sync, ties):
    sync.run()
    for at, number in enumerate(ties):
        sync.site.now += timedelta(hours=1)
        stamp = str(sync.site.now)
        for name in range(number):
            sync.site.put("Item", item_code=f"TIE-{name}-{at}", item_name="T", item_group="Drills", modified=stamp)
    assert sync.report()["created"] == sum(ties)
    assert "created" not in sync.report()


def test_the_hour_that_comes_twice_is_read_again(sync):
    sync.site.put("Item", item_code="AUTUMN-1", item_group="Drills", modified="2026-10-25 02:58:00.000000")
    for one in sync.site.documents["Item"].values():
        one["modified"] = min(one["modified"], "2026-10-25 02:58:00.000000")
    sync.run()
    sync.site.put("Item", item_code="AUTUMN-2", item_group="Drills", modified="2026-10-25 02:05:00.000000")
    assert sync.report()["created"] == 1


def test_a_disabled_item_is_disabled_and_a_deleted_one_by_a_full_read(sync):
    sync.run()
    sync.site.now += timedelta(hours=1)
    sync.site.item("LST-001", disabled=1)
    del sync.site.documents["Item"]["lst-002"]
    sync.report()
    assert not sync.project.product("LST-001")["enabled"]
    sync.run("--full")
    assert not sync.project.product("LST-002")["enabled"]


def test_a_translation_arrives_in_its_locale_and_one_that_is_equal_counts_as_missing(sync):
    translated = {"language": "de", "translated_text": "Akku-Bohrschrauber 18 V"}
    sync.site.put("Translation", source_text="Cordless drill 18 V", **translated)
    sync.site.put("Translation", source_text="List item 1", language="de", translated_text="List item 1")
    sync.run()
    names = {one["locale"]: one["data"] for one in sync.project.product("DRL-18V")["values"]["name"]}
    assert names == {"en_US": "Cordless drill 18 V", "de_DE": "Akku-Bohrschrauber 18 V"}
    assert {one["locale"] for one in sync.project.product("LST-001")["values"]["name"]} == {"en_US"}


def test_a_renamed_item_renames_the_product_where_its_creation_identifies_it(sync):
    sync.configure(source=", id_field: creation")
    path = sync.project.folder / "pipeline.yaml"
    path.write_text(path.read_text().replace("  products:\n", "  products:\n    entity: product\n"))
    sync.run()
    before = sync.project.product("LST-003")["uuid"]
    items = sync.site.documents["Item"]
    item = items.pop("lst-003")
    sync.site.now += timedelta(hours=1)
    items["lst-003-new"] = item | {"name": "LST-003-NEW", "item_code": "LST-003-NEW", "modified": str(sync.site.now)}
    sync.run()
    assert sync.project.product("LST-003") is None
    assert sync.project.product("LST-003-NEW")["uuid"] == before


NO_GROUPS = json.dumps([json.dumps({"message": "DocType Item Group not found"})])


@pytest.mark.parametrize("key", ["LST-003", "2026-11-22 20:00:02.603210"])
def test_single_items_are_read_by_code_or_id(sync, key):
    sync.configure(source=", id_field: creation")
    assert sync.site.get("Item", "LST-003")["creation"] == "2026-11-22 20:00:02.603210"
    before = len(sync.site.calls)
    sync.run("--only", key)
    asked = [json.loads(query["filters"]) for query in sync.lists(before) if query.get("limit_page_length") == "4"]
    assert [len(one) for one in asked] == [2, 3]
    assert asked[0] == [["has_variants", "=", 0], ["name", "in", [key]]]


FAULTS = {
    "a wrong secret": ({"secret": "wrong-secret"}, [], "refused the API key. Check `api_key` and `api_secret`"),
    "a user who may not": (
        {"key": "nobody_key", "secret": "nobody-secret-1"},
        [],
        "User nobody@example.com does not have doctype access via role permission for document",
    ),
    "an unknown field": (
        {"source": ", more_fields: [custom_color]"},
        [],
        "more_fields: products have no field custom_color; known: ",
    ),
    "a page in place of data": ({}, [Fault("/api/", 200, "<html>Login</html>", times=9)], "something else than data"),
    "a server in trouble": ({}, [Fault("/api/", 500, "<html>Oops</html>", times=9)], "failed while it handled"),
    "another site": ({}, [Fault("/api/", 404, "<p>x does not exist</p>", times=9)], "There is no site of ERPNext at"),
    "a mistake in a call": (
        {},
        [Fault("/Item?", 500, {"exc_type": "OperationalError", "exception": "MySQLdb.OperationalError: (1054)"})],
        "ERPNext failed at what it was asked. Report it",
    ),
    "an unknown DocType": (
        {},
        [Fault("Item%20Group", 404, {"exc_type": "DoesNotExistError", "_server_messages": NO_GROUPS})],
        "ERPNext at {url} says: DocType Item Group not found",
    ),
    "a key that is revoked in mid read": (
        {},
        [Fault("LST", 401, {"exc_type": "AuthenticationError"}, times=9)],
        "refused the API key",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_what_goes_wrong_is_told_and_costs_nothing(sync, name):
    changed, faults, told = FAULTS[name]
    sync.configure(**changed)
    sync.site.faults[:] = faults
    printed = sync.run()
    assert printed.code in {2, 3}
    assert told.format(url=sync.url) in printed.out + printed.err
    assert "secret-1" not in printed.out + printed.err
    sync.site.faults[:] = []
    sync.configure()
    assert sum(sync.report().values()) >= 11
    assert len(sync.project.products()) == 11


def test_a_site_in_trouble_for_a_moment_is_asked_again(sync):
    sync.site.faults[:] = [Fault("/Item?", 502, "<html>Bad gateway</html>", times=2)]
    assert sync.report() == {"created": 11}


def test_a_rate_limit_is_waited_for(sync):
    sync.site.faults[:] = [Fault("/Item?", 429, {"exc_type": "TooManyRequestsError"}, {"Retry-After": "0"}, times=2)]
    assert sync.report() == {"created": 11}


def test_a_site_without_items_gives_none(sync):
    sync.site.documents["Item"].clear()
    assert sync.report() == {}


def test_check_tells_who_answered_and_warns_of_hot_data(sync):
    printed = sync.project.command("check", str(sync.project.folder / "pipeline.yaml"))
    assert "ERPNext 15.2.0, user pim@example.com, company Acme Tools, time zone Europe/Paris" in printed.out
    path = sync.project.folder / "pipeline.yaml"
    path.write_text(
        path.read_text().replace("{from: weight_per_unit, unit: KILOGRAM}", "{from: standard_rate, unit: GRAM}")
    )
    printed = sync.project.command("check", str(path))
    assert "changes it all day" in printed.out + printed.err, printed.out


def test_check_tells_what_a_reader_may_not_read(sync):
    sync.configure(key="reader_key", secret="reader-secret-1")
    printed = sync.project.command("check", str(sync.project.folder / "pipeline.yaml"))
    told = " ".join(printed.out.split())
    assert "may not read Item Attribute (no values that variants could have), Translation (no texts in other" in told
    assert "languages), DocField (no labels and types of fields), Deleted Document (no deleted items)" in told
    assert "User Permissions hide what does not belong to Item Group 'Drills'" in told


def test_5000_products_take_no_more_calls_than_pages_of_the_best_size(sync):
    for number in range(4989):
        sync.site.put("Item", item_code=f"BULK-{number:05}", item_name="Bulk", item_group="Drills")
    path = sync.project.folder / "pipeline.yaml"
    pipeline = path.read_text().replace("type: akeneo.products, connection: pim", "type: files.jsonl, path: out.jsonl")
    path.write_text(pipeline.replace("    on_missing: disable\n", "").replace("page_size: 4, ", ""))
    before = len(sync.site.calls)
    printed = sync.run()
    assert printed.code == 0, printed.out + printed.err
    lists = [query for query in sync.lists(before) if query.get("limit_page_length") == "1000"]
    assert len(lists) == 6  # five full pages, and one that tells that there is no more
    assert len(sync.site.calls) - before < 40  # with barcodes, units, attributes and translations of each page
    assert len((sync.project.folder / "out.jsonl").read_text().splitlines()) == 5000


def test_a_reader_gets_items_without_labels_and_types_of_their_fields(sync):
    sync.site.item("DRL-18V", custom_colour="red", supplier_items=[{"supplier": "S", "supplier_part_no": "1"}])
    for one in sync.site.documents["Item"].values():
        one.setdefault("custom_colour", None)
    more = ", more_fields: [custom_colour, supplier_items]"
    sync.configure(key="reader_key", secret="reader-secret-1", source=more)
    path = sync.project.folder / "pipeline.yaml"
    path.write_text(
        path.read_text().replace("languages: [de]", "languages: []").replace("item_name@de", "attributes.Handle")
    )
    printed = sync.run()
    assert printed.code == 0, printed.out + printed.err
    assert "11 new" in printed.out
    names = {one["locale"]: one["data"] for one in sync.project.product("HAM-ASH")["values"]["name"]}
    assert names["de_DE"] == "Ash wood"


def test_a_site_is_found_by_its_name_whatever_the_address(sync):
    sync.site.host = "erp.example.com"
    assert "There is no site of ERPNext at" in sync.run().out
    sync.configure(more=", site: erp.example.com")
    assert sync.report() == {"created": 11}


def test_only_the_defaults_of_the_named_company_are_read(sync):
    defaults = [{"company": name, "default_warehouse": f"Stores - {name[:2]}"} for name in ("Acme Tools", "Zebra")]
    sync.site.put("Company", name="Zebra")
    sync.site.item("DRL-18V", item_defaults=defaults)
    sync.configure(more=", company: Zebra", source=", more_fields: [item_defaults]")
    path = sync.project.folder / "pipeline.yaml"
    text = path.read_text().replace("item_name@de", "item_defaults")
    path.write_text(text.replace("type: akeneo.products, connection: pim", "type: files.jsonl, path: out.jsonl"))
    path.write_text(path.read_text().replace("    on_missing: disable\n", ""))
    assert sync.run().code == 0
    rows = [json.loads(line) for line in (sync.project.folder / "out.jsonl").read_text().splitlines()]
    (drill,) = [row for row in rows if row["identifier"] == "DRL-18V"]
    assert [one["default_warehouse"] for one in drill["name-de_DE"]] == ["Stores - Ze"]
