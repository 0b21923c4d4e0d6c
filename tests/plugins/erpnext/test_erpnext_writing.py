"""Into a site of ERPNext, from YAML through the command line, with every refusal."""

import pytest

from .frappe_forms import RefusedError
from .frappe_site import Fault
from .syncing import BACK, HEADER


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
    "X-2;Bowl;;;;;;;;": ("ERPNext needs an item group, and this one has none.", "give the target a `default_group`"),
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


def test_what_a_deadlock_took_back_is_written_again(sync, monkeypatch):
    update, turns = sync.site.update, []

    def deadlocked(doctype, name, changes):
        turns.append(name)
        if len(turns) == 2:
            sync.site.item("LST-001", item_name="As before")
            raise RefusedError(500, "QueryDeadlockError", "(1213, 'Deadlock found when trying to get lock')")
        return update(doctype, name, changes)

    monkeypatch.setattr(sync.site, "update", deadlocked)
    printed = sync.back("LST-001;One;;;;;;;;", "LST-002;Two;;;;;;;;")
    assert "2 updated" in printed.out, printed.out + printed.err
    assert [sync.site.get("Item", code)["item_name"] for code in ("LST-001", "LST-002")] == ["One", "Two"]


def test_a_record_that_stays_locked_is_sent_again_by_the_next_run(sync, monkeypatch):
    update = sync.site.update

    def locked(doctype, name, changes):
        if name == "LST-002":
            raise RefusedError(500, "QueryTimeoutError", "(1205, 'Lock wait timeout exceeded')")
        return update(doctype, name, changes)

    rows = ("LST-001;One;;;;;;;;", "LST-002;Two;;;;;;;;")
    with monkeypatch.context() as patched:
        patched.setattr(sync.site, "update", locked)
        printed = sync.back(*rows)
    assert (printed.code, "1 updated" in printed.out) == (1, True), printed.out + printed.err
    assert "ERPNext was busy with it for others. 1 product could not be delivered (LST-002)." in printed.out
    assert "1 updated" in sync.back(*rows).out
    assert sync.site.get("Item", "LST-002")["item_name"] == "Two"


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


def test_variants_of_templates_with_numbers_need_a_call_for_each_of_these(sync):
    for name, text in FILES.items():
        (sync.project.folder / name).write_text(text, "utf-8")
    templates = "code;name;group;axes\n" + "".join(f"{axis}-{n};Mallet;Drills;{axis}\n" for axis, n in AXES)
    values = "".join(
        f"{axis}-{n}-{value};Mallet;{axis}-{n};{f';{value}' if axis == 'Width' else f'{value};'}\n"
        for axis, n in AXES
        for value in (("10", "12.5") if axis == "Width" else ("Red", "Blue"))
    )
    (sync.project.folder / "templates.csv").write_text(templates, "utf-8")
    (sync.project.folder / "variants.csv").write_text("code;name;model;colour;width\n" + values, "utf-8")
    path = sync.project.folder / "structure.yaml"
    path.write_text(STRUCTURE.format(url=sync.url), "utf-8")
    printed = sync.project.command("run", str(path))
    assert "8 products read; 8 new" in printed.out, printed.out + printed.err
    calls = [path for path in sync.writes() if path.endswith("insert_many")]
    assert len(calls) == 2 + 1 + 1 + 3  # groups by level, attributes, templates; Colour at once, each Width alone


AXES = (("Colour", 1), ("Width", 1), ("Colour", 2), ("Width", 2))


def test_what_is_too_large_for_one_call_goes_in_several(sync):
    sync.site.largest = 2000
    rows = [f"L-{n};{'long name ' * 13};;;Drills;;;;;" for n in range(12)]
    assert "12 new" in sync.back(*rows).out
    printed = sync.back(*(row.replace("long", "more") for row in rows))
    assert "12 updated" in printed.out, printed.out + printed.err
    sync.site.largest = 180
    printed = sync.back("L-1;Short;;;Drills;;;;;", f"L-2;{'other name ' * 12};;;Drills;;;;;")
    assert "Its texts are longer than ERPNext takes in one call. 1 product did not go through (L-2)." in printed.out
    assert sync.site.get("Item", "L-1")["item_name"] == "Short"


def test_a_description_that_the_site_cleans_is_not_written_again_and_again(sync):
    folder = sync.project.folder
    (folder / "texts.csv").write_text("sku;about;weight\nD-1;Nuts & bolts;0.33333333333333\n", "utf-8")
    text = BACK.format(erp=sync.url, key="pim_key", sink=", default_group: Drills")
    mapped = "    diff: target\n    transforms: [map: {item_code: sku, description: about, weight_per_unit: weight}]\n"
    start, end = text.index("    transforms:"), text.index("    sink:")
    (folder / "back.yaml").write_text(text[:start] + mapped + text[end:], "utf-8")
    assert "1 new" in (printed := sync.project.command("run", str(folder / "back.yaml"))).out, printed.err
    assert sync.site.get("Item", "D-1")["description"] == "Nuts &amp; bolts"
    before = len(sync.site.calls)
    assert "1 already up to date" in (printed := sync.project.command("run", str(folder / "back.yaml"))).out, (
        printed.out
    )
    assert sync.writes(before) == []


def test_names_that_differ_in_the_mark_of_a_letter_alone_are_two_items(sync):
    for code in ("МОЙ", "МОИ"):
        sync.site.item(code)
    printed = sync.back("МОЙ;Mine;;;;;;;;", "МОИ;Ours;;;;;;;;")
    assert "2 updated" in printed.out, printed.out + printed.err
    assert [sync.site.get("Item", code)["item_name"] for code in ("МОЙ", "МОИ")] == ["Mine", "Ours"]


ROUND = """\
version: 1
name: round
connections:
  erp: {{type: erpnext, url: "{erp}", api_key: pim_key, api_secret: pim-secret-1}}
  pim: {{type: akeneo, url: "{pim}", client_id: sandbox, secret: sandbox, username: sandbox, password: sandbox}}
flows:
  to_erp:
    source: {{type: akeneo.products, connection: pim}}
    transforms:
      - map: {{item_code: identifier, item_name: name-en_US, weight_per_unit: weight, active: enabled}}
    sink: {{type: erpnext.products, connection: erp, default_group: Drills}}
"""


def test_what_came_from_the_site_and_goes_back_is_not_written(sync):
    sync.run()
    del sync.site.documents["Item"]["lst-007"]
    stamps = {code: one["modified"] for code, one in sync.site.documents["Item"].items()}
    path = sync.project.folder / "round.yaml"
    path.write_text(ROUND.format(erp=sync.url, pim=sync.project.pim.url), "utf-8")
    printed = sync.project.command("run", str(path))
    assert "11 products read; 1 new, 0 updated, 10 already up to date" in printed.out, printed.out + printed.err
    assert {code: one["modified"] for code, one in sync.site.documents["Item"].items() if code in stamps} == stamps
    assert sync.site.get("Item", "LST-007")["item_name"] == "List item 7"
