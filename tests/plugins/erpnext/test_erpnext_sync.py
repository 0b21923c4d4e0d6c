"""From a site of ERPNext into the PIM and back, from YAML through the command line, with every fault."""

import copy
import json
from dataclasses import dataclass
from datetime import timedelta

import pytest

from pimflow_akeneo_sandbox.serve import serve

from ...e2e.conftest import CATALOG, Project, command  # noqa: TID252 - tests have no name to import by
from .conftest import filled
from .frappe_site import Fault, Site, served

__all__ = ["command"]

PIPELINE = """\
version: 1
connections:
  erp: {{type: erpnext, url: "{erp}", api_key: {key}, api_secret: {secret}{more}}}
  pim: {{type: akeneo, url: "{pim}", client_id: sandbox, secret: sandbox, username: sandbox, password: sandbox}}
flows:
  products:
    source: {{type: erpnext.products, connection: erp, page_size: 4, overlap: {overlap}, languages: [de]{source}}}
    transforms:
      - map:
          identifier: item_code
          family: {{constant: mugs}}
          enabled: active
          name-en_US: item_name
          name-de_DE: item_name@de
          weight: {{from: weight_per_unit, unit: KILOGRAM}}
    sink: {{type: akeneo.products, connection: pim}}
    on_missing: disable
"""
BACK = """\
version: 1
name: back
connections:
  erp: {{type: erpnext, url: "{erp}", api_key: {key}, api_secret: pim-secret-1}}
flows:
  texts:
    source: {{type: files.csv, path: texts.csv}}
    transforms:
      - map: {{item_code: sku, item_name: name, "item_name@de": name_de, ean: ean, category: category, brand: brand,
               weight_per_unit: weight, variant_of: model, attributes.Handle: handle, active: active}}
    sink: {{type: erpnext.products, connection: erp{sink}}}
"""
HEADER = "sku;name;name_de;ean;category;brand;weight;model;handle;active"


@dataclass(frozen=True)
class Sync:
    """A project between a site and the PIM."""

    project: Project
    site: Site
    url: str

    def configure(self, *, key="pim_key", secret="pim-secret-1", overlap=10, more="", source="", url=None):
        text = PIPELINE.format(
            erp=url or self.url,
            pim=self.project.pim.url,
            key=key,
            secret=secret,
            overlap=overlap,
            more=more,
            source=source,
        )
        (self.project.folder / "pipeline.yaml").write_text(text, "utf-8")

    def run(self, *options):
        return self.project.run(*options)

    def report(self, *options):
        printed = self.run("--json", *options)
        assert printed.code in {0, 1}, printed.err
        return {name: number for name, number in json.loads(printed.out)["flows"][0]["counts"].items() if number}

    def back(self, *rows, key="pim_key", sink="", command="run"):
        folder = self.project.folder
        (folder / "texts.csv").write_text("\n".join([HEADER, *rows]) + "\n", "utf-8")
        (folder / "back.yaml").write_text(BACK.format(erp=self.url, key=key, sink=sink), "utf-8")
        return self.project.command(command, str(folder / "back.yaml"))

    def lists(self, since=0):
        return [query for verb, path, query in self.site.calls[since:] if (verb, path) == ("GET", "/api/resource/Item")]

    def writes(self, since=0):
        names = ("insert_many", "bulk_update", "upload_file")
        return [path for verb, path, _ in self.site.calls[since:] if verb != "GET" and path.endswith(names)]


@pytest.fixture(scope="module")
def pim():
    with serve(copy.deepcopy(CATALOG)) as sandbox:
        yield sandbox


@pytest.fixture
def sync(tmp_path, pim, command, monkeypatch):
    pim.reset()
    monkeypatch.setattr("time.sleep", lambda _: None)
    site = filled()
    with served(site) as url:
        found = Sync(Project(tmp_path, pim, command), site, url)
        found.configure()
        yield found


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


def test_items_that_share_a_stamp_all_arrive(sync):
    sync.run()
    sync.site.now += timedelta(hours=1)
    stamp = str(sync.site.now)
    for number in range(1, 14):
        sync.site.put("Item", item_code=f"TIE-{number:02}", item_name="Tie", item_group="Drills", modified=stamp)
    assert sync.report()["created"] == 13
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
    told = "may not read Translation (no texts in other languages), DocField (no labels and types of fields), Deleted"
    assert told in " ".join(printed.out.split())


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


def test_new_products_are_created_once_with_all_their_values(sync):
    row = "NEW-1;Hand drill;Handbohrer;5901234123457;Power Tools / Drills;klinge;1.5;;;"
    printed = sync.back(row)
    assert "1 new" in printed.out, printed.out + printed.err
    item = sync.site.get("Item", "NEW-1")
    assert (item["item_name"], item["item_group"], item["brand"]) == ("Hand drill", "Drills", "Klinge")
    assert item["weight_per_unit"] == 1.5
    assert [(one["barcode"], one["barcode_type"]) for one in item["barcodes"]] == [("5901234123457", "EAN")]
    (translation,) = sync.site.documents["Translation"].values()
    assert (translation["source_text"], translation["translated_text"]) == ("Hand drill", "Handbohrer")
    before = len(sync.site.calls)
    assert "1 already up to date" in sync.back(row).out
    assert sync.writes(before) == []


def test_what_the_site_has_already_is_not_written(sync):
    stamp = sync.site.get("Item", "LST-001")["modified"]
    printed = sync.back("lst-001;List item 1;;;;Robur;;;;")
    assert printed.code == 0, printed.out + printed.err
    assert sync.writes() == []
    assert sync.site.get("Item", "LST-001")["modified"] == stamp


def test_a_gtin_takes_the_place_of_that_of_the_unit_and_leaves_the_others(sync):
    sync.back("DRL-18V;Cordless drill 18 V;;5901234123457;;;;;;")
    rows = sync.site.get("Item", "DRL-18V")["barcodes"]
    assert {(one["barcode"], one["uom"]) for one in rows} == {("5901234123457", "Nos"), ("036000291452", "Box")}


def test_a_new_variant_takes_group_and_unit_from_its_template(sync):
    values = [{"attribute_value": value, "abbr": value[:3]} for value in ("Ash wood", "Fibreglass", "Steel")]
    sync.site.put("Item Attribute", attribute_name="Handle", item_attribute_values=values)
    printed = sync.back("HAM-STE;Claw hammer;;;;;;HAM;steel;")
    assert "1 new" in printed.out, printed.out + printed.err
    item = sync.site.get("Item", "HAM-STE")
    assert (item["variant_of"], item["item_group"], item["stock_uom"]) == ("HAM", "Hammers", "Nos")
    assert [(one["attribute"], one["attribute_value"]) for one in item["attributes"]] == [("Handle", "Steel")]


REFUSALS = {
    "X-1;Bowl;;4006381333931;Drills;;;;;": (
        "GTIN: texts.csv says '4006381333931', which item DRL-18V has already in ERPNext.",
        "Correct the GTIN here, or have it corrected there",
    ),
    "X-2;Bowl;;;;;;;;": ("ERPNext needs an item group, and this one has none.", "give the sink a `default_group`"),
    "X-3;Claw hammer;;;;;;HAM;Ash wood;": (
        "Variant HAM-ASH of the same template has the same attributes",
        "Decide with the ERP team which one is right.",
    ),
    "X-4;Claw hammer;;;;;;HAM;;": (
        "Its template tells variants apart by Handle, and this one has no Handle",
        "Fill it in the source",
    ),
    "X-5;Claw hammer;;;;;;DRL-18V;Ash wood;": ("'DRL-18V', which is no template in ERPNext", "Correct the code"),
    "X-6;Claw hammer;;;;;;NOPE;Ash wood;": (
        "'NOPE', ERPNext has no such template, and it did not come",
        "Send that one",
    ),
    "HAM;Claw hammer;;;;;;;;": ("ERPNext has an item with this code, which is a template", "Give it another code"),
    "X<7>;Bowl;;;Drills;;;;;": ("and a name in ERPNext has no < or >", ""),
}


@pytest.mark.parametrize("row", REFUSALS)
def test_a_refusal_costs_the_one_record_and_says_what_to_do(sync, row):
    printed = sync.back(row, "GOOD-1;Good;;;Drills;;;;;")
    text = " ".join(printed.out.split())
    for words in REFUSALS[row]:
        assert words in text, printed.out
    assert sync.site.get("Item", "GOOD-1") is not None
    assert "1 new" in text


VALUES = {
    ";5901234123450;Drills;;;;": "which is no GTIN: its length or check digit is wrong",
    ";;Drills;Zebra;;;": "'Zebra', ERPNext has no such brand",
    ";;Drills;;heavy;;": "'heavy', which is no number",
    ";;Drills;;;;Ash wood": "ERPNext takes attributes of variants only, and this item has no template",
}


@pytest.mark.parametrize("values", VALUES)
def test_a_bad_value_costs_itself_alone(sync, values):
    printed = sync.back(f"V-1;Bowl;{values};")
    assert VALUES[values] in " ".join(printed.out.split()), printed.out + printed.err
    assert sync.site.get("Item", "V-1")["item_name"] == "Bowl"


def test_a_name_that_is_too_long_is_told_with_its_length(sync):
    printed = sync.back(f"V-1;{'x' * 152};;;Drills;;;;;")
    assert "which has 152 characters; ERPNext takes 140" in " ".join(printed.out.split())
    assert sync.site.get("Item", "V-1")["item_name"] == "V-1"


def test_one_bad_record_of_a_batch_costs_few_calls(sync):
    rows = [f"N-{number:02};Bowl;;;Drills;;;;;" for number in range(64)]
    rows[40] = "N-40;Bowl;;4006381333931;Drills;;;;;"
    before = len(sync.site.calls)
    assert "63 new" in sync.back(*rows).out
    assert len(sync.writes(before)) <= 2 * 6 + 1


def test_an_item_that_somebody_changes_meanwhile_is_looked_at_once_more(sync, monkeypatch):
    update, turns = sync.site.update, []

    def changed_meanwhile(doctype, name, changes):
        if not turns:
            turns.append(name)
            rows = [{"barcode": "96385074", "uom": "Box"}]
            sync.site.put("Item", item_code=name, barcodes=rows)
        return update(doctype, name, changes)

    monkeypatch.setattr(sync.site, "update", changed_meanwhile)
    printed = sync.back("LST-001;List item 1;;5901234123457;;;;;;")
    assert printed.code == 0, printed.out + printed.err
    rows = sync.site.get("Item", "LST-001")["barcodes"]
    assert {one["barcode"] for one in rows} == {"5901234123457", "96385074"}


def test_a_product_whose_creation_got_no_answer_is_not_created_twice(sync):
    sync.site.faults[:] = [Fault("insert_many", 504, "<html>Gateway timeout</html>")]
    assert sync.back("NEW-1;Bowl;;;Drills;;;;;").code == 1
    sync.site.item("NEW-1", item_name="Bowl")
    printed = sync.back("NEW-1;Bowl;;;Drills;;;;;")
    assert printed.code == 0, printed.out
    assert [path for path in sync.writes() if path.endswith("insert_many")] == ["/api/method/frappe.client.insert_many"]


def test_a_user_who_may_not_write_is_told_before_anything_is_sent(sync):
    sync.project.folder.joinpath("texts.csv").write_text(f"{HEADER}\nNEW-1;Bowl;;;Drills;;;;;\n")
    text = BACK.format(erp=sync.url, key="reader_key", sink="").replace("pim-secret-1", "reader-secret-1")
    (sync.project.folder / "back.yaml").write_text(text, "utf-8")
    printed = sync.project.command("run", str(sync.project.folder / "back.yaml"))
    assert printed.code == 3
    told = (
        "User 'reader@example.com' of ERPNext may not write products. Give the user a role that may, under User > Roles"
    )
    assert told in " ".join((printed.out + printed.err).split())
    assert sync.writes() == []


def test_asking_for_the_right_to_write_stores_nothing(sync):
    before = len(sync.site.documents["Item"])
    sync.back("NEW-1;Bowl;;;Drills;;;;;", command="check")
    assert len(sync.site.documents["Item"]) == before


def test_a_default_that_is_not_there_is_told(sync):
    printed = sync.back("NEW-1;Bowl;;;;;;;;", sink=", default_group: Zebra")
    assert printed.code in {2, 3}
    assert "default_group: ERPNext has no such item group: 'Zebra'" in " ".join((printed.out + printed.err).split())
    assert "1 new" in sync.back("NEW-1;Bowl;;;;;;;;", sink=", default_group: Power Tools / Drills").out
    assert sync.site.get("Item", "NEW-1")["item_group"] == "Drills"


def test_a_site_that_names_items_by_a_series_is_told_before_anything_is_made(sync):
    sync.site.put("Stock Settings", name="Stock Settings", item_naming_by="Naming Series")
    printed = sync.back("NEW-1;Bowl;;;Drills;;;;;")
    assert printed.code == 3
    told = "each run would make them anew. Set Stock Settings > Item Naming By to `Item Code`."
    assert told in " ".join((printed.out + printed.err).split())
    assert sync.writes() == []
    sync.site.put("Stock Settings", name="Stock Settings", item_naming_by="Item Code")
    sync.site.series = 1  # where the user may not look at the settings, the first new items tell
    printed = sync.back("NEW-1;Bowl;;;Drills;;;;;")
    assert told in " ".join((printed.out + printed.err).split())


def test_a_user_who_may_not_translate_is_told_before_anything_is_made(sync):
    sync.site.closed.add("Translation")
    printed = sync.back("NEW-1;Bowl;Schale;;Drills;;;;;")
    assert printed.code == 3
    assert "may not write translations. Give the user a role that may" in " ".join((printed.out + printed.err).split())
    assert sync.writes() == []


def test_a_picture_is_uploaded_once_and_named_in_the_item(sync):
    folder = sync.project.folder
    (folder / "bowl.png").write_bytes(b"a picture")
    rows = "sku;name;group;picture\nNEW-1;Bowl;Drills;bowl.png\nNEW-2;Jug;Drills;none.png\n"
    (folder / "texts.csv").write_text(rows, "utf-8")
    text = BACK.format(erp=sync.url, key="pim_key", sink=", picture_folder: .")
    mapped = (
        text[: text.index("      - map:")]
        + "      - map: {item_code: sku, item_name: name, category: group, image: picture}\n"
    )
    (folder / "back.yaml").write_text(mapped + text[text.index("    sink:") :], "utf-8")
    for _ in range(2):
        printed = sync.project.command("run", str(folder / "back.yaml"))
        assert printed.code == 0, printed.out + printed.err
    assert "there is no such file in the folder of pictures" in " ".join(printed.out.split())
    assert sync.site.get("Item", "NEW-1")["image"] == "/files/bowl.png"
    assert [path for path in sync.writes() if path.endswith("upload_file")] == ["/api/method/upload_file"]


STRUCTURE = """\
version: 1
name: structure
connections:
  erp: {{type: erpnext, url: "{url}", api_key: pim_key, api_secret: pim-secret-1}}
flows:
  groups:
    source: {{type: files.csv, path: groups.csv}}
    transforms:
      - map: {{item_group_name: code, parent: parent}}
    sink: {{type: erpnext.categories, connection: erp}}
  attributes:
    source: {{type: files.csv, path: attributes.csv}}
    transforms:
      - map: {{attribute_name: code, values: values, numeric_values: numeric, from_range: low, to_range: high,
               increment: step}}
    sink: {{type: erpnext.attributes, connection: erp}}
  templates:
    needs: [groups, attributes]
    source: {{type: files.csv, path: templates.csv}}
    transforms:
      - map: {{item_code: code, item_name: name, category: group, axes: axes}}
    sink: {{type: erpnext.templates, connection: erp}}
  variants:
    needs: [templates]
    source: {{type: files.csv, path: variants.csv}}
    transforms:
      - map: {{item_code: code, item_name: name, variant_of: model, attributes.Colour: colour, attributes.Width: width}}
    sink: {{type: erpnext.products, connection: erp}}
"""
FILES = {
    "groups.csv": "code;parent\nMallets;Wooden\nWooden;Hand Tools\nLost;Nowhere\n",
    "attributes.csv": "code;values;numeric;low;high;step\nColour;Red,Blue;;;;\nWidth;;1;10;30;2.5\n"
    "Handle;Steel,Ash wood;;;;\n",
    "templates.csv": "code;name;group;axes\nMAL;Mallet;Hand Tools / Wooden / Mallets;Colour,Width\n",
    "variants.csv": "code;name;model;colour;width\nMAL-R;Red mallet;MAL;red;12.5\nMAL-X;Bad;MAL;Blue;13\n",
}


def test_groups_attributes_templates_and_variants_are_made_in_order(sync):
    for name, text in FILES.items():
        (sync.project.folder / name).write_text(text, "utf-8")
    path = sync.project.folder / "structure.yaml"
    path.write_text(STRUCTURE.format(url=sync.url), "utf-8")
    printed = sync.project.command("run", str(path))
    text = " ".join(printed.out.split())
    site = sync.site
    assert site.get("Item Group", "Mallets")["parent_item_group"] == "Wooden"
    assert site.get("Item Group", "Wooden")["is_group"] == 1
    assert "'Nowhere', ERPNext has no such item group, and it did not come in this run" in text
    handle = site.get("Item Attribute", "Handle")["item_attribute_values"]
    assert [(one["attribute_value"], one["abbr"]) for one in handle] == [
        ("Ash wood", "ASH"),
        ("Fibreglass", "FIB"),
        ("Steel", "STE"),
    ]
    axes = site.get("Item", "MAL")["attributes"]
    assert [(one["attribute"], one.get("numeric_values"), one.get("to_range")) for one in axes] == [
        ("Colour", None, None),
        ("Width", 1, 30.0),
    ]
    variant = site.get("Item", "MAL-R")
    assert {one["attribute"]: one["attribute_value"] for one in variant["attributes"]} == {
        "Colour": "Red",
        "Width": "12.5",
    }
    assert "'13', ERPNext takes numbers from 10 to 30 in steps of 2.5" in text
    before = len(site.calls)
    sync.project.command("run", str(path))
    assert sync.writes(before) == []


def test_a_reader_gets_items_without_labels_and_types_of_their_fields(sync):
    sync.site.item("DRL-18V", custom_colour="red", supplier_items=[{"supplier": "S", "supplier_part_no": "1"}])
    for one in sync.site.documents["Item"].values():
        one.setdefault("custom_colour", None)
    more = ", more_fields: [custom_colour, supplier_items]"
    sync.configure(key="reader_key", secret="reader-secret-1", source=more)
    path = sync.project.folder / "pipeline.yaml"
    path.write_text(
        path.read_text().replace("languages: [de]", "languages: []").replace("item_name@de", "custom_colour")
    )
    printed = sync.run()
    assert printed.code == 0, printed.out + printed.err
    assert "11 new" in printed.out
