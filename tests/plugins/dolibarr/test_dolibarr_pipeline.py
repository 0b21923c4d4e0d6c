"""From a Dolibarr in memory into the PIM, from YAML through the command line."""

import copy
import math
from dataclasses import dataclass

import pytest

from pimflow import Window
from pimflow_akeneo_sandbox.serve import serve
from pimflow_dolibarr.connection import DolibarrConnection
from pimflow_dolibarr.sources import DolibarrProductsSource

from ...e2e.conftest import CATALOG, Project, command  # noqa: TID252 - tests have no name to import by
from .dolibarr_records import Dolibarr
from .dolibarr_routes import KEY
from .dolibarr_server import served
from .dolibarr_shop import PNG

__all__ = ["command"]
PIPELINE = """\
version: 1
connections:
  erp: {{type: dolibarr, url: "{erp}", api_key: "{key}"}}
  pim: {{type: akeneo, url: "{pim}", client_id: sandbox, secret: sandbox, username: sandbox, password: sandbox}}
flows:
  products:
    source: {{type: dolibarr.products, connection: erp, languages: [fr_FR], page_size: 3, overlap: {overlap}}}
    transforms:
      - map:
          identifier: ref
          family: {{constant: mugs}}
          categories: {{from: category_codes}}
          enabled: active
          name-en_US: label
          name-fr_FR: label@fr_FR
          weight: {{from: weight, unit: KILOGRAM}}{more}
    sink: {{type: akeneo.products, connection: pim}}
"""
HTML = b"<html><body>It does not work</body></html>"


def catalog():
    found = copy.deepcopy(CATALOG)
    found["locales"].append({"code": "fr_FR", "enabled": True})
    found["channels"][0]["locales"].append("fr_FR")
    picture = {"code": "picture", "type": "pim_catalog_image", "group": "erp", "labels": {}}
    found["attributes"].append(picture | dict.fromkeys(["localizable", "scopable", "unique"], False))
    found["families"][0]["attributes"].append("picture")
    codes = ("luggage", "category_2", "category_3")
    found["categories"] += [{"code": code, "parent": "master", "labels": {}} for code in codes]
    return found


@pytest.fixture(scope="module")
def pim():
    with serve(catalog()) as sandbox:
        yield sandbox


@dataclass(frozen=True)
class Sync:
    project: Project
    erp: Dolibarr
    pim: object

    def write(self, *, key=KEY, overlap=0, more="", url=None):
        words = {"erp": url or self.erp.url, "pim": self.pim.url, "key": key, "overlap": overlap, "more": more}
        (self.project.folder / "pipeline.yaml").write_text(PIPELINE.format(**words), "utf-8")

    def lines(self):
        return self.pim.stats()["routes"]["PATCH /api/rest/v1/products"]["lines"]

    def command(self, word, *options):
        return self.project.command(word, str(self.project.folder / "pipeline.yaml"), *options)


@pytest.fixture
def sync(tmp_path, erp, pim, command):
    pim.reset()
    found = Sync(Project(tmp_path, pim, command), erp, pim)
    found.write()
    return found


def test_a_full_load_arrives_then_nothing_then_two_changes_are_two_lines(sync, erp):
    first = sync.project.run()
    assert first.code == 0, first.out + first.err
    assert "Dolibarr -> PIM" in first.out
    assert "5 products read; 5 new" in first.out
    bag = sync.project.product("BAG-ALP-RED-S")
    assert (bag["categories"], bag["enabled"]) == (["category_2"], True)
    assert bag["values"]["weight"][0]["data"] == {"amount": "1.3500", "unit": "KILOGRAM"}
    assert sync.project.product("BAG-ALP") is None  # the template is no product of its own
    tote = sync.project.product("BAG-TOT")
    assert sorted(tote["categories"]) == ["category_3", "luggage"]
    assert [one["locale"] for one in tote["values"]["name"]] == ["en_US"]  # the French text is the English one
    assert sync.project.product("POU-001")["enabled"] is False

    lines, erp.now = sync.lines(), erp.now + 60
    erp.touch(4, label="City tote L")
    assert "0 new, 1 updated" in sync.project.run().out
    erp.now += 60
    erp.touch(5, status="0")
    third = sync.project.run()
    assert "2 products read; 0 new, 1 updated, 1 already up to date" in third.out
    assert sync.lines() == lines + 2
    assert sync.project.product("SRV-REPAIR")["enabled"] is False


def test_rows_that_are_committed_behind_the_cursor_arrive_within_the_overlap(sync, erp):
    sync.write(overlap=10)
    erp.now += 3600
    erp.touch(4)
    sync.project.run()
    erp.touch(5, label="Zip repair, late")
    erp.stamps[5] = erp.now - 300  # a long import began five minutes ago, and ends now
    assert "1 updated" in sync.project.run().out
    names = [one["data"] for one in sync.project.product("SRV-REPAIR")["values"]["name"]]
    assert names == ["Zip repair, late"]


def test_rows_that_share_the_last_second_are_not_lost(sync, erp):
    sync.project.run()
    erp.now += 60
    erp.touch(4, label="First")
    sync.project.run()
    erp.touch(5, label="Second")  # in the same second
    assert "2 products read; 0 new, 1 updated, 1 already up to date" in sync.project.run().out


def test_a_change_of_an_extra_field_alone_is_seen(sync, erp):
    sync.write(more="\n          colour: options_material")
    sync.project.run()
    erp.now += 60
    erp.products[5]["array_options"] = {"options_material": "red"}
    erp.extra_stamps[5] = erp.now
    assert "1 updated" in sync.project.run().out


def test_a_database_in_another_zone_than_php_loses_nothing(sync, erp):
    erp.zone = "America/Los_Angeles"
    sync.project.run()
    erp.now += 60
    erp.touch(5, label="Changed")
    assert "1 updated" in sync.project.run().out


def test_changes_are_read_where_the_server_tells_no_stamps(sync, erp):
    erp.faults.no_stamps = True
    sync.project.run()
    erp.now += 86_400
    erp.touch(5, label="Changed")
    sync.project.run()
    erp.now += 86_400
    assert "1 product read; 0 new, 0 updated, 1 already up to date" in sync.project.run().out


def test_a_stamp_far_in_the_future_hides_nothing(sync, erp):
    erp.stamps[6] = erp.now + 365 * 86_400
    sync.project.run()
    erp.now += 3600
    erp.touch(5, label="Changed")
    assert "1 updated" in sync.project.run().out


def test_pictures_come_along(sync, erp):
    folder = sync.project.folder / "pictures"
    folder.mkdir()
    sync.write(more="\n          picture: image")
    file = sync.project.folder / "pipeline.yaml"
    text = file.read_text("utf-8").replace("connection: pim}", "connection: pim, media: {folder: pictures}}")
    file.write_text(text.replace("page_size: 3", "picture_folder: pictures"), "utf-8")
    assert sync.project.run().code == 0
    assert "front.png" in sync.project.product("BAG-TOT")["values"]["picture"][0]["data"]
    assert (folder / "BAG-TOT" / "front.png").read_bytes() == PNG
    sync.project.run("--full")
    assert erp.calls["GET documents/download"] == 1


def test_retry_and_only_read_the_records_that_are_meant(sync, erp):
    sync.project.run()
    erp.touch(5, label="Changed")
    assert "1 product read; 0 new, 1 updated" in sync.project.run("--only", "SRV-REPAIR").out
    for number in (4, 5):
        erp.touch(number, ref=("UPDATE-1", "RESET-2")[number - 4])  # words of an attack, so that all are read
    assert "2 new" in sync.project.run("--only", "UPDATE-1", "--only", "RESET-2").out
    erp.touch(6, ref="X(1)", label="Brackets", barcode="4006381333948")
    assert "1 product read; 1 new" in sync.project.run("--only", "X(1)").out
    assert "1 product read; 0 new, 0 updated, 1 already" in sync.project.run("--only", "X(1)", "--only", "y" * 300).out


FAULTS = [
    (".*", 500, "text/html", HTML, "failed while it handled the request"),
    ("GET products", 502, "text/html", HTML, "is not reached by the gateway in front of it"),
    ("GET products", 429, "text/plain", b"", "kept answering that it gets too many calls"),
    ("GET products", 200, "text/html", HTML, "answered with something else than data"),
    ("GET status", 200, "application/json", b'{"a": 1}', "answered something else than Dolibarr does. Check the `url`"),
    ("GET status", 200, "text/html", b"Module <b>Api</b> must be enabled.<br><br>", "has its API switched off. Enable"),
    ("GET status", 501, "text/html", b"API not found (failed to include API file)", "has switched this part off"),
]


@pytest.mark.parametrize(("where", "status", "kind", "answer", "words"), FAULTS)
def test_a_lasting_fault_ends_the_run_with_a_message(sync, erp, no_waiting, where, status, kind, answer, words):
    erp.faults.answers += [(where, status, kind, answer)] * 100
    run = sync.project.run()
    assert run.code == 3
    assert words in run.out + run.err
    assert KEY not in run.out + run.err


@pytest.mark.parametrize(("status", "answer"), [(500, HTML), (503, b""), (429, b"")])
def test_a_passing_fault_is_not_noticed(sync, erp, no_waiting, status, answer):
    erp.faults.answers += [("GET products", status, "text/html", answer)] * 2
    run = sync.project.run()
    assert (run.code, "5 new" in run.out) == (0, True)


def test_a_key_that_ends_while_a_run_is_under_way_ends_it(sync, erp):
    refused = b'{"error": {"code": 401, "message": "Unauthorized: Error user not valid (bad validity dates)"}}'
    erp.faults.answers.append((r"GET products/\d+", 401, "application/json", refused))
    run = sync.project.run()
    assert run.code == 3
    assert "refused the API key. Check `api_key`" in run.out + run.err
    assert "5 new" in sync.project.run().out


def test_an_old_server_says_404_where_there_is_nothing(sync, erp):
    erp.products.clear()
    erp.categories.clear()
    erp.faults.old = True
    run = sync.project.run()
    assert (run.code, "0 products read" in run.out) == (0, True)


def test_a_field_that_products_do_not_have_is_told(sync):
    file = sync.project.folder / "pipeline.yaml"
    file.write_text(file.read_text("utf-8").replace("page_size: 3", "more_fields: [nope, pmp]"), "utf-8")
    check = sync.command("check")
    assert check.code == 2
    assert "more_fields: products of Dolibarr have no field nope; known: " in check.out + check.err


def test_a_right_that_lacks_in_an_old_server_is_no_wrong_key(sync, erp):
    refused = b'{"error": {"code": 401, "message": "Unauthorized"}}'
    erp.faults.answers += [("GET products", 401, "application/json", refused)] * 9
    check = sync.command("check")
    assert check.code == 3
    assert "may not read products. Enable 'Read products' under Users & Groups" in check.out + check.err


def test_check_tells_of_wrong_keys_and_addresses(sync):
    sync.write(key="not-this-key-0000000000")
    check = sync.command("check")
    assert "refused the API key. Check `api_key`" in check.out + check.err
    assert "not-this-key" not in check.out + check.err
    sync.write(url=f"{sync.erp.url}/wrong")
    assert "Check the `url` of the connection" in (told := sync.command("check")).out + told.err


def test_check_warns_of_prices_that_go_into_the_pim(sync):
    sync.write(more="\n          colour: price")
    check = sync.command("check")
    assert "ok    connection erp: Dolibarr 22.0.4, user pimflow, times in UTC, texts in en_US, fr_FR" in check.out
    assert "Dolibarr changes it all day" in check.out


def test_a_wrong_check_digit_is_told_to_the_erp_team(sync):
    sync.write(more="\n          colour: ean")
    out = sync.project.run().out
    assert "which is no GTIN: its check digit is wrong" in out


def test_without_the_right_to_read_extra_fields_they_come_as_they_are(erp):
    erp.faults.forbidden |= {"setup", "categories", "products/attributes"}
    rows = read(erp, DolibarrProductsSource(connection="erp"))
    assert rows["BAG-ALP"]["options_launch"] == "1772323200"
    assert rows["BAG-ALP-RED-S"]["template_id"] is None
    assert "categories" not in rows["BAG-ALP"]


def test_copies_stand_in_for_texts_that_lack(erp):
    rows = read(erp, DolibarrProductsSource(connection="erp", languages=["fr_FR"], fallback="copy"))
    assert [rows[ref]["label@fr_FR"] for ref in ("BAG-TOT", "SRV-REPAIR")] == ["City tote", "Zip repair"]


def test_5000_products_take_no_more_calls_than_pages_imply():
    erp = Dolibarr()
    for number in range(5000):
        erp.product(f"P-{number:04}")
    categories = [erp.category(f"C-{number}") for number in range(20)]
    for number in range(1, 5001):
        erp.links[categories[number % 20]].add(number)
    with served(erp):
        source = DolibarrProductsSource(connection="erp")
        rows = read(erp, source)
    assert (len(rows), rows["P-0000"]["categories"]) == (5000, ["C-1"])
    pages = math.ceil(5000 / source.page_size)
    the_end, each_category = 1, 20
    assert erp.calls["GET products"] == pages + the_end + each_category
    assert sum(erp.calls.values()) - erp.calls["GET products"] == 4  # status, categories, attributes, extra fields


def test_variants_take_two_calls_for_each_template(erp):
    for number in range(20):
        parent = erp.product(f"T-{number}")
        for value in (1, 2):
            erp.combine(parent, erp.product(f"T-{number}-{value}"), {1: value})
    rows = read(erp, DolibarrProductsSource(connection="erp"))
    assert (rows["T-7-2"]["template_ref"], rows["T-7-2"]["attributes.COLOR"]) == ("T-7", "BLUE")
    assert (erp.calls["GET products/N"], erp.calls["GET products/N/variants"]) == (21, 21)


def test_records_that_are_deleted_while_they_are_read_end_nothing(erp):
    with DolibarrConnection(url=erp.url, api_key=KEY).open() as session:
        pages = session.pages("products", "", 2)
        next(pages)
        del erp.products[4]
        left = [int(one["id"]) for page in pages for one in page]
    assert left == [3, 5, 6]


def read(erp, source):
    with DolibarrConnection(url=erp.url, api_key=KEY).open() as session:
        header, *rows = source.extract(session, Window())
        return {row["ref"]: row for row in (dict(zip(header, row, strict=True)) for row in rows)}
