"""From files into a Dolibarr in memory, from YAML through the command line."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ...e2e.conftest import command  # noqa: TID252 - tests have no name to import by
from .dolibarr_records import LATE, Dolibarr
from .dolibarr_routes import KEY
from .dolibarr_shop import PNG

__all__ = ["command"]
PIPELINE = """\
version: 1
connections:
  erp: {{type: dolibarr, url: "{erp}", api_key: "{key}"}}
flows:
  {noun}:
    source: {{type: files.csv, path: rows.csv}}
    transforms:
      - map: {{others: same_code}}
    sink: {{type: dolibarr.{noun}, connection: erp{options}}}
{more}"""


@dataclass(frozen=True)
class Back:
    folder: Path
    erp: Dolibarr
    command: Any

    def write(self, noun="products", *, key=KEY, options="", more=""):
        text = PIPELINE.format(erp=self.erp.url, key=key, noun=noun, options=options, more=more)
        (self.folder / "back.yaml").write_text(text, "utf-8")

    def run(self, *rows, word="run"):
        (self.folder / "rows.csv").write_text("\n".join(rows) + "\n", "utf-8")
        return self.command(word, str(self.folder / "back.yaml"))

    def product(self, ref):
        return next((one for one in self.erp.products.values() if one["ref"] == ref), None)

    def writes(self):
        return sum(count for call, count in self.erp.calls.items() if not call.startswith("GET"))


@pytest.fixture
def back(tmp_path, erp, command):
    found = Back(tmp_path, erp, command)
    found.write()
    return found


def test_new_products_are_made_whole_and_the_second_run_sends_nothing(back):
    header = (
        "ref;label;label@fr_FR;description@fr_FR;active;price;tva_tx;ean;weight;weight_units;categories;"
        "options_season;options_launch"
    )
    row = 'JUG-1;"Jug ""big""";Cruche;<p>Grande</p>;1;3.20;21;4006381333948;1.5;kg;luggage,Lighting;Winter;2026-05-01'
    run = back.run(header, row)
    assert (run.code, "1 product read; 1 new" in run.out.replace("rows", "product")) == (0, True) or "1 new" in run.out
    jug = back.product("JUG-1")
    assert (jug["label"], jug["price"], jug["price_base_type"], jug["tva_tx"]) == (
        "Jug big",
        "3.20000000",
        "HT",
        "21.0",
    )
    assert jug["multilangs"]["fr_FR"] == {"label": "Cruche", "description": "<p>Grande</p>", "other": None}
    assert (jug["status"], jug["status_buy"], jug["type"]) == ("1", "0", "0")
    assert (jug["barcode"], jug["barcode_type"], jug["weight_units"]) == ("4006381333948", "2", "0")
    assert (jug["array_options"]["options_season"], jug["array_options"]["options_launch"]) == ("2", 1777593600)
    assert {label for label in (1, 2, 3) if int(jug["id"]) in back.erp.links[label]} == {1, 3}
    before = back.writes()
    assert "1 already up to date" in back.run(header, row).out
    assert back.writes() == before


def test_a_change_writes_what_the_row_names_and_leaves_the_rest(back):
    run = back.run("ref;label;categories", "BAG-TOT;City tote XL;luggage")
    assert "1 updated" in run.out
    tote = back.product("BAG-TOT")
    assert (tote["label"], tote["price"], tote["status"]) == ("City tote XL", "79.90000000", "1")
    assert (back.erp.links[1], back.erp.links[3]) == ({4}, set())
    back.run("ref;label@fr_FR", "BAG-ALP;Sac des Alpes")
    texts = back.product("BAG-ALP")["multilangs"]["fr_FR"]
    assert texts == {"label": "Sac des Alpes", "description": "<p>Deux bretelles</p>", "other": None}


def test_nothing_is_made_twice_where_the_state_was_lost(back, tmp_path):
    assert "1 new" in back.run("ref;label", "JUG-1;Jug").out
    for name in (tmp_path / ".pimflow").glob("state*"):
        name.unlink()
    count = len(back.erp.products)
    back.run("ref;label", "JUG-1;Jug")
    assert len(back.erp.products) == count


def test_what_dolibarr_cleans_and_cuts_is_not_written_again_and_again(back):
    back.write(more="    diff: target\n")
    rows = ("ref;label;description;weight;weight_units", "NUT-1;Nut; Nuts & bolts ;0.33333333333;kg")
    assert "1 new" in (run := back.run(*rows)).out, run.out + run.err
    assert (back.product("NUT-1")["description"], back.product("NUT-1")["weight"]) == ("Nuts &amp; bolts", "0.333333")
    writes = back.writes()
    assert "1 already up to date" in back.run(*rows).out
    assert back.writes() == writes


def test_a_reference_that_would_be_changed_is_refused(back):
    run = back.run("ref;label", "BAG É/2 +x;Special", "A--B;Dashes", "OK-1;Fine")
    assert "Dolibarr would store it as 'BAG_E_2_+x'" in run.out
    assert "Dolibarr would store it as 'A_B'" in run.out
    assert "1 new" in run.out
    assert back.product("OK-1")


def test_references_that_cannot_be_asked_for_are_found_again(back):
    refs = ["X(1)", "X(2)", "UPDATE-1", "RESET-2", "UNION-SELECT"]
    assert "5 new" in back.run("ref;label", *(f"{ref};One" for ref in refs)).out
    count = len(back.erp.products)
    assert "5 updated" in back.run("ref;label", *(f"{ref};Two" for ref in refs)).out
    assert (len(back.erp.products), back.product("X(2)")["label"]) == (count, "Two")


def test_a_barcode_of_another_product_is_told_with_its_owner(back):
    run = back.run("ref;label;ean", "BAG-TOT;City tote;4006381333931", "NEW-1;New;4006381333931")
    words = "in Dolibarr this barcode already belongs to BAG-ALP-RED-S 'Alpine backpack Red Small'"
    assert words in " ".join(run.out.split())
    assert "2 need your attention" in run.out
    assert back.product("BAG-TOT")["barcode"] is None
    run = back.run("ref;label;ean", "NEW-2;New;4006381333948", "NEW-3;Newer;4006381333948")
    assert "already belongs to NEW-2" in run.out


def test_variants_join_their_template_once(back):
    header = "ref;label;template_ref;attributes.COLOR;attributes.SIZE"
    rows = ["BAG-ALP-RED-L;Large red;BAG-ALP;Red;L", "BAG-ALP-RED-X;Twice;BAG-ALP;RED;S", "LOST-1;Lost;NOPE;RED;S"]
    run = back.run(header, *rows)
    told = " ".join(run.out.split())
    assert "1 new" in told
    assert "variant BAG-ALP-RED-S of the same template already has these values" in told
    assert "Dolibarr has no such product, and it did not come in this run" in told
    made = back.erp.combinations[3]
    assert (made["fk_product_parent"], [one["fk_prod_attr_val"] for one in made["attributes"]]) == ("1", ["1", "4"])
    assert back.product("BAG-ALP-RED-L")["label"] == "Large red"
    again = " ".join(back.run(header, "BAG-ALP-RED-S;Small;BAG-ALP;BLUE;S").out.split())
    assert "Dolibarr has another one, and it cannot be changed once the variant is made" in again


def test_changing_variants_asks_for_their_template_once(back, erp):
    header, rows = (
        "ref;label;template_ref;attributes.COLOR",
        ["BAG-ALP-RED-S;A;BAG-ALP;RED", "BAG-ALP-BLUE-L;B;BAG-ALP;BLUE"],
    )
    assert "2 updated" in back.run(header, *rows).out
    erp.calls.clear()
    assert "2 updated" in back.run(header, *(row.replace(";BAG", "2;BAG") for row in rows)).out
    assert (erp.calls["GET products/N/variants"], erp.calls["GET products"], erp.calls["PUT products/N"]) == (1, 4, 2)


def test_a_template_and_its_variants_may_come_together(back):
    header = "ref;label;template_ref;attributes.COLOR"
    run = back.run(header, "CAP-RED;Red cap;CAP;RED", "CAP;Cap;;")
    assert "2 new" in run.out
    assert len(back.erp.combinations) == 3


@pytest.mark.parametrize(
    ("header", "row", "words"),
    [
        ("ref;label;price", "A-1;A;abc", "which is no number"),
        ("ref;label;ean", "A-1;A;4006381333932", "which is no GTIN"),
        ("ref;label;options_season", "A-1;A;Autumn", "Dolibarr knows: 1, 2"),
        ("ref;label;categories", "A-1;A;Nowhere", "Dolibarr has no such category"),
        ("ref;label;weight_units", "A-1;A;stone", "Dolibarr knows: t, kg, g, mg, oz, lb"),
        ("ref;label;attributes.COLOR", "A-1;A;Pink", "Dolibarr knows: RED, BLUE"),
    ],
)
def test_a_bad_value_costs_itself_alone(back, header, row, words):
    run = back.run(header, row)
    assert words in " ".join(run.out.split())
    assert "1 new" in run.out


def test_what_a_new_product_lacks_is_told(back):
    run = back.run("ref;label;price", "A-1;;1", "BAG-TOT;;1")
    assert "is empty, and Dolibarr needs one for a new product" in " ".join(run.out.split())
    assert back.product("BAG-TOT")["label"] == "City tote"


def test_too_long_a_text_is_told_with_its_length(back):
    run = back.run("ref;label;url", f"A-1;A;http://{'x' * 300}")
    assert "which has 307 characters; Dolibarr takes 255" in " ".join(run.out.split())


def test_columns_that_cannot_be_written_are_told_by_check(back):
    header = "ref;label;stock_reel;options_nope;attributes.NOPE;country_code;image;label@de_DE"
    back.write(more="    on_bad_value: leave_out\n")
    text = (back.folder / "back.yaml").read_text().replace("{others: same_code}", named(header))
    (back.folder / "back.yaml").write_text(text)
    back.erp.faults.one_language = True
    told = " ".join(back.run(header, ";" * 7, word="check").out.split())
    for words in (
        "Dolibarr changes stock by movements only",
        "Dolibarr has no extra field 'nope' of products that can be written",
        "Dolibarr has no attribute of variants 'NOPE'",
        "Dolibarr has no field 'country_code' of products that can be written",
        "pictures are written from a folder only",
        "Dolibarr keeps texts in one language",
    ):
        assert words in told


def named(header):
    return "{" + ", ".join(f'"{name}": "{name}"' for name in header.split(";")) + "}"


def test_pictures_are_put_beside_the_other_files(back):
    (back.folder / "pictures").mkdir()
    (back.folder / "pictures" / "jug.png").write_bytes(PNG)
    back.write(options=", picture_folder: pictures")
    run = back.run("ref;label;image", "JUG-1;Jug;jug.png", "JUG-2;Jug;none.png")
    assert back.erp.documents["JUG-1/jug.png"] == PNG
    assert "there is no such file in the folder of pictures" in " ".join(run.out.split())
    calls = back.erp.calls["POST documents/upload"]
    back.run("ref;label;image", "JUG-1;Jug;jug.png")
    assert back.erp.calls["POST documents/upload"] == calls == 1


def test_a_product_that_left_the_source_is_taken_out_of_sale(back):
    back.write(more="    on_missing: disable\n")
    rows = [f"J-{number};Jug;1" for number in range(9)]
    back.run("ref;label;active", *rows)
    back.run("ref;label;active", *rows[1:])
    assert (back.product("J-0")["status"], back.product("J-1")["status"]) == ("0", "1")


def test_a_lost_answer_to_a_create_makes_no_second_product(back, erp, no_waiting):
    erp.faults.answers.append((f"{LATE}POST products", 502, "text/html", b"<html>"))
    assert back.run("ref;label", "JUG-1;Jug").code == 1
    assert back.run("ref;label", "JUG-1;Jug").code == 0
    assert sum(one["ref"] == "JUG-1" for one in erp.products.values()) == 1


def test_a_right_that_lacks_is_told_before_anything_is_written(back, erp):
    erp.faults.forbidden.add("POST")
    run = back.run("ref;label", "JUG-1;Jug")
    assert run.code == 3
    assert "User 'pimflow' of Dolibarr may not write products. Enable 'Create/modify products'" in run.out + run.err


def test_categories_are_made_below_their_parents(back, erp):
    back.write("categories")
    run = back.run("path;description", "Kitchen / Cups;Cups", "Kitchen;All for cooking", "Luggage;New text")
    assert "2 new, 1 updated" in run.out
    made = {one["label"]: one for one in erp.categories.values()}
    assert (made["Cups"]["fk_parent"], made["Luggage"]["description"]) == (int(made["Kitchen"]["id"]), "New text")
    lost = " ".join(back.run("path;description", "Garden / Chairs;Seats").out.split())
    assert "Dolibarr has no category 'Garden', and it did not come in this run" in lost


def test_attributes_get_their_values(back, erp):
    back.write("attributes")
    run = back.run("ref;label;values", '"CUT";Cut;"SLIM:Slim\nWIDE:Wide"', '"COLOR";Color;"RED:Crimson"')
    assert "1 new, 1 updated" in run.out
    values = {one["ref"]: one["value"] for one in erp.values.values()}
    assert (values["SLIM"], values["RED"], values["BLUE"]) == ("Slim", "Crimson", "Blue")
    assert erp.attributes[1]["label"] == "Color"


def test_a_run_can_be_undone(back, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    back.run("ref;label;price", "BAG-TOT;City tote XL;99")
    undone = back.command("undo", "last", "--yes")
    assert undone.code == 0, undone.out + undone.err
    assert (back.product("BAG-TOT")["label"], back.product("BAG-TOT")["price"]) == ("City tote", "79.90000000")
