"""From a served Odoo into the PIM, through the command line: both transports, changes, faults."""

import copy
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from pimflow_akeneo_sandbox.serve import serve as serve_pim

from ...e2e.conftest import CATALOG, Project, command  # noqa: TID252 - tests have no name to import by
from .conftest import fill
from .odoo_database import KEY, Erp
from .odoo_server import serve

__all__ = ["command"]

PIPELINE = """\
version: 1
connections:
  erp: {{type: odoo, url: "{erp}", database: {database}, username: connector, api_key: "{key}"{more}}}
  pim: {{type: akeneo, url: "{pim}", client_id: sandbox, secret: sandbox, username: sandbox, password: sandbox}}
flows:
  products:
    source: {{type: odoo.products, connection: erp, locales: [en_US, fr_FR]{options}}}
    transforms:
      - filter: {{field: default_code, present: true}}
      - map:
          identifier: default_code
          family: {{constant: mugs}}
          categories: {{from: category, table: paths.csv, default: master}}
          enabled: active
          name-en_US: name@en_US
          name-fr_FR: name@fr_FR
          weight: {{from: weight, unit: KILOGRAM}}
{maps}    sink: {{type: akeneo.products, connection: pim}}
"""

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="


def catalog() -> dict[str, Any]:
    found = copy.deepcopy(CATALOG)
    picture = {**found["attributes"][2], "code": "picture", "type": "pim_catalog_image"}
    found["attributes"].append({**picture, "allowed_extensions": ["png"], "max_file_size": "2"})
    found["families"][0]["attributes"].append("picture")
    found["locales"].append({"code": "fr_FR", "enabled": True})
    found["channels"][0]["locales"].append("fr_FR")
    return found


@pytest.fixture(scope="module")
def pim():
    with serve_pim(catalog()) as sandbox:
        yield sandbox


@dataclass(frozen=True)
class Sync:
    """A project from the ERP to the PIM."""

    project: Project
    erp: Erp
    pim: Any

    def write(self, *, key=KEY, database="shop", more="", options="", maps="") -> None:
        words = {"erp": self.erp.url, "pim": self.pim.url, "key": key, "database": database}
        text = PIPELINE.format(**words, more=more, options=options, maps=maps)
        (self.project.folder / "pipeline.yaml").write_text(text, "utf-8")
        (self.project.folder / "paths.csv").write_text("path;code\nAll / Kitchen / Cups;cups\n", "utf-8")

    def run(self, *options):
        answer = self.project.run(*options)
        assert "Traceback" not in answer.out + answer.err
        assert KEY not in answer.out + answer.err
        return answer

    def asked(self, model, method):
        """Give the arguments of the calls of a method so far."""
        return [named for *called, named in self.erp.calls if called == [model, method]]

    def name(self, code, locale="en_US"):
        names = self.project.product(code)["values"].get("name", [])
        return {one["locale"]: one["data"] for one in names}.get(locale)


@pytest.fixture(params=[(18, 0), (19, 0)], ids=["json-rpc", "json-2"])
def sync(request, tmp_path, pim, command, no_waiting):
    pim.reset()
    with serve(fill(Erp(series=request.param))) as erp:
        found = Sync(Project(tmp_path, pim, command), erp, pim)
        found.write()
        yield found


def test_a_full_load_arrives_then_nothing_then_changes(sync):
    first = sync.run()
    assert first.code == 0, first.out + first.err
    assert "15 products read; 15 new" in first.out
    mug = sync.project.product("MUG-01")
    assert (sync.name("MUG-01"), sync.name("MUG-01", "fr_FR")) == ("Mug 1", "Chope 1")
    assert (mug["categories"], mug["enabled"]) == (["cups"], True)
    assert mug["values"]["weight"][0]["data"] == {"amount": "0.3500", "unit": "KILOGRAM"}
    assert sync.name("MUG-02", "fr_FR") is None  # Odoo shows the English name there
    assert sync.project.product("MUG-12")["enabled"] is False
    writes = sync.project.writes()
    assert "3 products read; 0 new, 0 updated, 3 already up to date" in sync.run().out
    assert sync.project.writes() == writes
    sync.erp.tick(3600)
    variant, template = sync.erp.named("MUG-03")
    sync.erp.change("product.product", variant["id"], name="Mug three")
    assert "4 products read; 0 new, 1 updated" in sync.run().out
    sync.erp.change("product.template", template["id"], name="Mug III")  # moves the template's stamp alone
    assert "0 new, 1 updated" in sync.run().out
    assert sync.name("MUG-03") == "Mug III"


def test_what_a_long_transaction_commits_late_is_read_within_the_overlap(sync):
    sync.write(options=", overlap: 0")
    sync.run()
    sync.erp.tick(300)
    sync.erp.change("product.product", sync.erp.named("MUG-04")[0]["id"], name="Quick")
    sync.run()
    before = sync.erp.now - timedelta(minutes=4)
    variant, template = sync.erp.named("MUG-05")
    sync.erp.change("product.product", variant["id"], stamp=False, name="Late")
    variant["write_date"] = template["write_date"] = before
    assert "0 updated" in sync.run().out
    sync.write()
    sync.run()
    sync.erp.change("product.product", variant["id"], stamp=False, name="Later")
    assert "1 updated" in sync.run().out
    assert sync.name("MUG-05") == "Later"


def test_a_stamp_in_the_future_hides_nothing(sync):
    variant = sync.erp.named("MUG-10")[0]
    variant["write_date"] = sync.erp.now + timedelta(days=365)
    sync.run()
    sync.erp.tick(3600)
    sync.erp.change("product.product", sync.erp.named("MUG-11")[0]["id"], name="Changed meanwhile")
    assert "1 updated" in sync.run().out
    assert sync.name("MUG-11") == "Changed meanwhile"


def test_ties_are_read_again_and_not_sent_again(sync):
    sync.write(options=", overlap: 0")
    sync.run()
    sync.erp.tick()
    for code in ("MUG-06", "MUG-07"):
        sync.erp.change("product.product", sync.erp.named(code)[0]["id"], name=f"Twin {code}")
    assert "5 products read; 0 new, 2 updated" in sync.run().out
    sync.erp.change("product.product", sync.erp.named("MUG-08")[0]["id"], name="Third of that second")
    assert "3 products read; 0 new, 1 updated, 2 already up to date" in sync.run().out


def test_a_renamed_category_tag_or_value_brings_its_products(sync):
    sync.run()
    sync.erp.tick(3600)
    kitchen = next(one for one in sync.erp.data["product.category"].values() if one["name"] == "Kitchen")
    sync.erp.change("product.category", kitchen["id"], name="Scullery")
    answer = sync.run()
    assert "15 products read" in answer.out  # all are in that category, or below it
    sync.erp.tick(3600)
    sync.erp.change("product.template", sync.erp.named("MUG-01")[1]["id"], name="Mug one")
    sync.run()
    sync.erp.tick(3600)
    value = next(one for one in sync.erp.data["product.attribute.value"].values() if one["name"]["en_US"] == "Red")
    sync.erp.change("product.attribute.value", value["id"], name="Crimson")
    assert "2 products read" in sync.run().out  # one of them is that of the run before
    sync.erp.tick(3600)
    sync.erp.change("product.tag", 1, name="Dishwasher proof")
    assert "13 products read" in sync.run().out


def test_an_archived_product_is_disabled_and_its_successor_takes_its_reference(sync):
    sync.run()
    sync.erp.tick(3600)
    old = sync.erp.named("MUG-09")[0]
    sync.erp.change("product.product", old["id"], active=False)
    assert "1 updated" in sync.run().out
    assert sync.project.product("MUG-09")["enabled"] is False
    sync.erp.tick(3600)
    sync.erp.product("MUG-09", "Its successor")
    sync.run("--full")
    assert (sync.name("MUG-09"), sync.project.product("MUG-09")["enabled"]) == ("Its successor", True)


def test_a_missing_translation_is_a_copy_only_where_that_is_asked_for(sync):
    sync.write(options=", fallback: copy")
    sync.run()
    assert sync.name("MUG-02", "fr_FR") == "Mug 2"


def test_texts_that_were_first_written_in_french_are_no_missing_translations(sync):
    _, template = sync.erp.named("MUG-02")
    template["name"] = {"en_US": "Chope 2", "fr_FR": "Chope 2"}  # as Odoo stores what a French user makes
    sync.write(more=", language: fr_FR")
    sync.run()
    assert (sync.name("MUG-02", "fr_FR"), sync.name("MUG-02")) == ("Chope 2", None)


def test_one_language_feeds_several_locales(sync):
    file = sync.project.folder / "pipeline.yaml"
    text = file.read_text("utf-8").replace("locales: [en_US, fr_FR]", "locales: {fr_FR: fr_FR, de_DE: fr_FR}")
    file.write_text(text.replace("name-en_US: name@en_US", "name-de_DE: name@de_DE"), "utf-8")
    sync.run()
    assert (sync.name("MUG-01", "de_DE"), sync.name("MUG-01", "fr_FR")) == ("Chope 1", "Chope 1")


def test_reading_5000_products_makes_no_more_calls_than_the_page_size_implies(sync):
    sync.erp.data["product.product"].clear()
    sync.erp.data["product.template"].clear()
    for number in range(5000):
        sync.erp.product(f"P-{number:04}", f"Product {number}")
    sync.write(options=", locales: [en_US]")
    file = sync.project.folder / "pipeline.yaml"
    text = file.read_text("utf-8").replace("locales: [en_US, fr_FR], ", "").replace("name-fr_FR: name@fr_FR", "")
    text = text.replace("akeneo.products, connection: pim", "files.jsonl, path: out.jsonl").replace(
        "identifier: ", "sku: "
    )
    file.write_text(text, "utf-8")
    answer = sync.run()
    assert "5,000 products read" in answer.out or "5,000 records read" in answer.out, answer.out + answer.err
    pages = [asked for asked in sync.asked("product.product", "search_read") if asked.get("limit") == 500]
    assert len(pages) == 5000 // 500 + 1  # the last one is empty
    assert len(sync.erp.calls) < len(pages) + 30


def test_check_says_who_answered_and_warns_of_hot_columns(sync):
    sync.write()
    file = sync.project.folder / "pipeline.yaml"
    file.write_text(file.read_text("utf-8").replace("from: weight", "from: lst_price"), "utf-8")
    answer = sync.project.command("check", str(sync.project.folder / "pipeline.yaml"))
    transport = "JSON-RPC" if sync.erp.series[0] < 19 else "JSON-2"
    told = (
        f"Odoo {sync.erp.series[0]}.0 over {transport}, database shop, user connector, company My Company, languages "
        "en_US, fr_FR, de_DE"
    )
    assert told in " ".join(answer.out.split())
    assert "Odoo changes it all day; stock and current prices do not belong into a PIM" in " ".join(answer.out.split())


FAULTS = {
    "a wrong key": ({"key": "wrong-key-hush"}, "it was tried once"),
    "another database": ({"database": "Shop"}, "has no database 'Shop'"),
    "a language that is not active": ({"more": ", language: es_ES"}, "language: not active in Odoo: es_ES"),
    "a company that is not there": ({"more": ", company: Elsewhere"}, "has no company 'Elsewhere'; has: My Company"),
    "a field that is not there": ({"options": ", more_fields: [colour]"}, "products have no field colour; known: "),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_wrong_in_the_configuration_is_told_with_the_way_out(sync, fault):
    options, words = FAULTS[fault]
    sync.write(**options)
    answer = sync.run()
    assert answer.code in {2, 3}
    assert words in " ".join((answer.out + answer.err).split())
    assert "wrong-key-hush" not in answer.out + answer.err
    assert sync.project.products() == []


def test_a_database_without_products_is_told(sync):
    sync.erp.hidden = frozenset({"product.product"})
    answer = sync.run()
    assert answer.code == 3
    assert "has no model 'product.product'. Its administrator can install the app" in " ".join(answer.out.split())
    check = sync.project.command("check", str(sync.project.folder / "pipeline.yaml"))
    assert "the app Sales, Purchase or Inventory is not installed" in " ".join(check.out.split())


def test_a_user_who_may_not_read_products_is_told_what_to_ask_for(sync):
    sync.erp.unreadable = frozenset({"product.product"})
    answer = sync.run()
    assert answer.code == 3
    told = "refused: You are not allowed to access 'It' (product.product) records. Its administrator can add the right"
    assert told in " ".join(answer.out.split())
    check = sync.project.command("check", str(sync.project.folder / "pipeline.yaml"))
    words = "User 'connector' of Odoo may not read all that is needed: product.product. Make it an internal user"
    assert words in " ".join(check.out.split())


def test_some_products_are_read_alone(sync):
    assert "2 new" in sync.run("--only", "MUG-02", "--only", "TRAY-B").out
    asked = sync.asked("product.product", "search_read")[-1]
    assert len(sync.project.products()) == 2
    assert ["default_code", "in", ["MUG-02", "TRAY-B"]] in asked["domain"]


def test_a_key_that_ends_in_mid_read_fails_the_run_and_the_next_one_loses_nothing(sync):
    sync.write(options=", page_size: 5")
    pages = []

    def expire():
        pages.append(1)
        if len(pages) == 1:
            sync.erp.key = "f" * 40

    sync.erp.before["product.product", "read"] = expire
    failed = sync.run()
    assert failed.code == 3
    assert "no longer takes the credentials" in " ".join(failed.out.split()) or "refused the key" in failed.out
    sync.erp.key = KEY
    assert sync.run().code == 0
    assert len(sync.project.products()) == 15


def test_a_page_of_html_with_500_is_asked_again_and_then_told(sync):
    sync.erp.faults["search_read"] = [0, 0, 500, 502]
    assert sync.run().code == 0
    sync.erp.faults["search_read"] = [500] * 100
    failed = sync.run("--full")
    assert failed.code == 3
    assert "failed while it handled the request" in " ".join(failed.out.split())


def test_a_rate_limit_is_waited_for(sync):
    sync.erp.faults["search_read"] = [429, 429]
    assert sync.run().code == 0
    assert len(sync.project.products()) == 15
    sync.erp.faults["search_read"] = [429] * 200
    failed = sync.run("--full")
    assert failed.code == 3
    assert "kept answering that it gets too many calls. Run at a quieter time" in " ".join(failed.out.split())


def test_a_picture_arrives_in_the_pim_and_is_not_sent_again(sync):
    sync.erp.change("product.product", sync.erp.named("MUG-01")[0]["id"], image_1920=PIXEL)
    sync.write(options=", pictures: true", maps="          picture: image\n")
    assert "15 new" in sync.run().out
    assert sync.project.product("MUG-01")["values"]["picture"]
    assert "picture" not in sync.project.product("MUG-02")["values"]
    writes = sync.project.writes()
    assert "15 already up to date" in sync.run("--full").out
    assert sync.project.writes() == writes


def test_an_erp_without_a_product_is_no_error(sync):
    sync.erp.data["product.product"].clear()
    answer = sync.run()
    assert answer.code == 0
    assert "0 products read" in answer.out or "no products read" in answer.out
