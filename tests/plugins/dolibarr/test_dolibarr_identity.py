"""Products of a served Dolibarr that are known by their ids: a SKU that changes anywhere makes no second product."""

import json

import pytest

from ...e2e.conftest import command  # noqa: TID252 - tests have no name to import by
from ..erp.random_renames import rename_at_random  # noqa: TID252
from .dolibarr_records import LATE
from .dolibarr_routes import KEY

__all__ = ["command"]
PIPELINE = """\
version: 1
name: identity
connections:
  erp: {{type: dolibarr, url: "{url}", api_key: "{key}"}}
flows:
  products:
    entity: product
    identity: uuid
    source: {{type: files.jsonl, path: rows.jsonl}}
    transforms:
      - map: {{ref: sku, label: name, template_ref: model, attributes.COLOR: colour, ean: ean{mapped}}}
    sink: {{type: dolibarr.products, connection: erp{sink}}}
"""
COLUMNS = ("uuid", "sku", "name", "model", "colour", "ean")


class Shop:
    """A Dolibarr, and the pipeline that writes into it."""

    def __init__(self, erp, folder, command):
        self.erp, self._folder, self.command = erp, folder, command
        self.options = {"sink": "", "mapped": ""}

    def run(self, *rows, words=("run", "--full")):
        told = [dict(zip(COLUMNS, (*row, *[None] * 3)[:6], strict=True)) for row in rows]
        (self._folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in told), "utf-8")
        text = PIPELINE.format(url=self.erp.url, key=KEY, **self.options)
        (self._folder / "identity.yaml").write_text(text, "utf-8")
        answer = self.command(words[0], str(self._folder / "identity.yaml"), *words[1:])
        assert "Traceback" not in answer.out + answer.err
        return " ".join((answer.out + answer.err).split())

    def undo(self):
        """Take the last run back."""
        return self.command("undo", "last", "--yes")

    def ids(self):
        return {one["ref"]: int(one["id"]) for one in self.erp.products.values()}

    def label(self, ref):
        return self.erp.products[self.ids()[ref]]["label"]

    def writes(self):
        return sum(count for call, count in self.erp.calls.items() if not call.startswith("GET"))

    def parent(self, ref):
        number = str(self.ids()[ref])
        found = [one for one in self.erp.combinations.values() if one["fk_product_child"] == number]
        return self.erp.products[int(found[0]["fk_product_parent"])]["ref"] if found else None

    def forget(self):
        """Lose the state."""
        for file in (self._folder / ".pimflow").glob("state*"):
            file.unlink()


@pytest.fixture
def shop(tmp_path, erp, command, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Shop(erp, tmp_path, command)


def test_a_changed_sku_becomes_the_reference_of_the_same_product(shop):
    assert "1 new" in shop.run(("u-1", "LAMP-1", "Lamp"))
    number = shop.ids()["LAMP-1"]
    assert "0 new, 1 updated" in shop.run(("u-1", "LAMP-9", "Lamp, green"))
    assert (shop.ids()["LAMP-9"], "LAMP-1" in shop.ids()) == (number, False)
    assert shop.label("LAMP-9") == "Lamp, green"
    before = shop.writes()
    assert "1 already up to date" in shop.run(("u-1", "LAMP-9", "Lamp, green"))
    assert shop.writes() == before


def test_a_reference_changed_in_dolibarr_is_followed_and_no_second_product_made(shop):
    shop.run(("u-2", "BULB-2", "Bulb"))
    count, number = len(shop.ids()), shop.ids()["BULB-2"]
    shop.erp.touch(number, ref="THEIRS-2")
    told = shop.run(("u-2", "BULB-2", "Bulb, bright"))
    assert "0 new, 1 updated" in told, told
    assert "'BULB-2' is 'THEIRS-2' there" in told
    assert "0 new, 1 updated" in shop.run(("u-2", "BULB-2", "Bulb, brighter"))
    assert (len(shop.ids()), shop.label("THEIRS-2")) == (count, "Bulb, brighter")
    assert "0 new, 1 updated" in shop.run(("u-2", "BULB-3", "Bulb, brighter"))
    assert shop.ids()["BULB-3"] == number


def test_a_plan_shows_a_changed_reference_as_changed_and_a_run_can_be_undone(shop):
    shop.run(("u-1", "LAMP-1", "Lamp"))
    number = shop.ids()["LAMP-1"]
    assert "0 new, 1 updated" in shop.run(("u-1", "LAMP-9", "Lamp, green"), words=("plan",))
    assert shop.ids()["LAMP-1"] == number
    shop.run(("u-1", "LAMP-9", "Lamp, green"))
    assert shop.undo().code == 0
    assert (shop.ids()["LAMP-1"], shop.label("LAMP-1")) == (number, "Lamp")
    assert "LAMP-9" not in shop.ids()


@pytest.mark.parametrize(
    "after", [("CUP-6", "CUP-5", "CUP-7"), ("CUP-6", "CUP-7", "CUP-8"), ("CUP-7", "CUP-5", "CUP-6")]
)
def test_products_that_pass_their_skus_on_keep_what_they_are(shop, after):
    before = [("u-5", "CUP-5", "Five"), ("u-6", "CUP-6", "Six"), ("u-7", "CUP-7", "Seven")]
    assert "3 new" in shop.run(*before)
    numbers = {name: shop.ids()[ref] for _, ref, name in before}
    rows = [(uuid, ref, name) for (uuid, _, name), ref in zip(before, after, strict=True)]
    told = shop.run(*rows)
    assert "need your attention" not in told, told
    assert {name: shop.ids()[ref] for _, ref, name in rows} == numbers
    assert {shop.label(ref) for _, ref, _ in rows} == {"Five", "Six", "Seven"}
    assert "3 already up to date" in shop.run(*rows)


def test_the_sku_of_another_product_is_not_taken(shop):
    shop.run(("u-7", "POT-7", "Pot"))
    told = shop.run(("u-7", "BAG-TOT", "Pot"))
    assert "says 'BAG-TOT', and 'City tote' has this reference in Dolibarr already" in told, told
    assert (shop.label("BAG-TOT"), shop.label("POT-7")) == ("City tote", "Pot")


def test_a_product_keeps_its_barcode_under_its_new_reference(shop):
    shop.run(("u-1", "LAMP-1", "Lamp", None, None, "4006381333948"))
    told = shop.run(("u-1", "LAMP-9", "Lamp", None, None, "4006381333948"))
    assert "1 updated" in told, told
    assert "need your attention" not in told


def test_files_go_along_with_a_product_that_gets_another_reference(shop):
    shop.run(("u-1", "LAMP-1", "Lamp"))
    shop.erp.documents |= {"LAMP-1/front.png": b"a picture", "LAMP-1/back.png": b"another"}
    shop.run(("u-1", "LAMP-9", "Lamp"))
    found = {path: content for path, content in shop.erp.documents.items() if path.startswith("LAMP")}
    assert found == {"LAMP-9/front.png": b"a picture", "LAMP-9/back.png": b"another"}


def test_files_that_may_not_be_moved_are_told(shop):
    shop.run(("u-1", "LAMP-1", "Lamp"))
    shop.erp.documents["LAMP-1/front.png"] = b"a picture"
    shop.erp.faults.answers.append(("DELETE documents", 403, "application/json", b'{"error": {"code": 403}}'))
    told = shop.run(("u-1", "LAMP-9", "Lamp"))
    assert "its files are still under its old reference LAMP-1 in Dolibarr" in told
    assert "LAMP-9" in shop.ids()


def test_a_product_deleted_in_dolibarr_is_made_anew_when_it_changes(shop):
    shop.run(("u-3", "JUG-3", "Jug"))
    del shop.erp.products[shop.ids()["JUG-3"]]
    shop.run(("u-3", "JUG-4", "Jug, large"))
    assert shop.label("JUG-4") == "Jug, large"
    assert "JUG-3" not in shop.ids()


FIELDS = {"ref_ext": "ref_ext", "an extra field": "options_material"}


@pytest.mark.parametrize("field", FIELDS.values(), ids=FIELDS)
def test_a_product_is_known_by_the_uuid_in_a_field_where_the_state_and_the_reference_were_lost(shop, field):
    shop.options |= {"mapped": f", {field}: uuid", "sink": f", uuid_field: {field}"}
    assert "1 new" in shop.run(("u-1", "LAMP-1", "Lamp"))
    number = shop.ids()["LAMP-1"]
    shop.forget()
    shop.run(("u-1", "LAMP-9", "Lamp"))
    assert (shop.ids()["LAMP-9"], "LAMP-1" in shop.ids()) == (number, False)


def test_a_product_whose_creation_got_no_answer_is_met_again_though_its_sku_changed_meanwhile(shop, no_waiting):
    shop.options |= {"mapped": ", ref_ext: uuid", "sink": ", uuid_field: ref_ext"}
    shop.erp.faults.answers.append((f"{LATE}POST products", 504, "text/html", b"<html>Gateway timeout</html>"))
    shop.run(("u-1", "LAMP-1", "Lamp"))
    number = shop.ids()["LAMP-1"]
    told = shop.run(("u-1", "LAMP-9", "Lamp"))
    assert "need your attention" not in told, told
    assert (shop.ids()["LAMP-9"], "LAMP-1" in shop.ids()) == (number, False)


RUGS = [("u-3", "RUG-R", "Rug, red", "RUG", "RED"), ("u-4", "RUG-B", "Rug, blue", "RUG", "BLUE")]


def test_a_template_is_made_with_the_first_of_its_variants(shop):
    assert "Dolibarr has no such product, and it did not come in this run" in shop.run(*RUGS)
    field = ", ref_ext: uuid"
    shop.options |= {"mapped": field, "sink": ", create_templates: true, uuid_field: ref_ext"}
    assert "2 new" in shop.run(*RUGS)
    template = shop.erp.products[shop.ids()["RUG"]]
    assert (template["label"], template["status"], template["ref_ext"]) == ("Rug, red", "0", None)
    assert (shop.parent("RUG-R"), shop.parent("RUG-B")) == ("RUG", "RUG")
    assert shop.erp.products[shop.ids()["RUG-B"]]["ref_ext"] == "u-4"
    before = shop.writes()
    assert "2 already up to date" in shop.run(*RUGS)
    assert shop.writes() == before


def test_a_variant_that_nothing_tells_apart_makes_no_template(shop):
    shop.options["sink"] = ", create_templates: true"
    assert "none of the attributes of a variant is filled" in shop.run(("u-3", "RUG-R", "Rug", "RUG", None))
    assert "RUG" not in shop.ids()


def test_a_renamed_variant_stays_one_and_a_renamed_template_gets_the_next_one(shop):
    shop.options["sink"] = ", create_templates: true"
    shop.run(RUGS[0])
    number = shop.ids()["RUG-R"]
    shop.erp.touch(shop.ids()["RUG"], ref="CARPET")
    told = shop.run(("u-3", "RUG-X", "Rug, red", "RUG", "RED"), RUGS[1])
    assert "1 new, 1 updated" in told, told
    assert "need your attention" not in told
    assert shop.ids()["RUG-X"] == number
    assert (shop.parent("RUG-X"), shop.parent("RUG-B")) == ("CARPET", "CARPET")
    assert "RUG" not in shop.ids()


def test_an_id_of_another_system_is_not_passed_along(shop, tmp_path):
    text = PIPELINE.format(url=shop.erp.url, key=KEY, **shop.options)
    text = text[: text.index("      - map")] + "      - map: {others: same_code}\n" + text[text.index("    sink") :]
    (tmp_path / "rows.jsonl").write_text(json.dumps({"uuid": "u", "ref": "MUG", "label": "Mug", "id": 4}) + "\n")
    (tmp_path / "identity.yaml").write_text(text, "utf-8")
    shop.command("run", str(tmp_path / "identity.yaml"))
    assert (shop.label("BAG-TOT"), shop.label("MUG")) == ("City tote", "Mug")


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2, 3))])
def test_whatever_is_renamed_on_both_sides_each_record_stays_one_product(shop, seed):
    shop.options["mapped"] = ", ref_ext: uuid"

    def products():
        return [one for one in shop.erp.products.values() if one["ref_ext"]]

    def rename(uuid, ref):
        shop.erp.touch(next(int(one["id"]) for one in products() if one["ref_ext"] == uuid), ref=ref)

    def ids():
        found = {one["ref_ext"]: one["id"] for one in products()}
        return found | {None: len(shop.erp.products), "of records": len(products())}

    def labels():
        return {one["ref_ext"]: one["label"] for one in products()}

    rename_at_random(seed, lambda rows: shop.run(*rows), rename, ids, labels)
