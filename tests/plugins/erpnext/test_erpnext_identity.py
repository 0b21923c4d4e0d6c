"""Items of a served ERPNext that are known by an id of theirs: a SKU that changes anywhere makes no second item."""

import json
import threading

import pytest

from ..erp.random_renames import rename_at_random  # noqa: TID252 - tests have no name to import by
from .frappe_forms import RefusedError
from .frappe_server import served

PIPELINE = """\
version: 1
name: identity
connections:
  erp: {{type: erpnext, url: "{url}", api_key: pim_key, api_secret: pim-secret-1{erp}}}
flows:
  products:
    entity: product
    identity: uuid
    source: {{type: files.jsonl, path: rows.jsonl}}
    transforms:
      - map: {{item_code: sku, item_name: name, variant_of: model, attributes.Handle: handle{mapped}}}
    sink: {{type: erpnext.products, connection: erp, default_group: Drills{sink}}}
{more}"""
COLUMNS = ("uuid", "sku", "name", "model", "handle")


class Erp:
    """A site, and the pipeline that writes into it."""

    def __init__(self, site, url, folder, command):
        self.site, self.url, self._folder, self.command = site, url, folder, command
        self.options = {"erp": "", "sink": "", "mapped": "", "more": ""}

    def run(self, *rows, words=("run", "--full")):
        told = [dict(zip(COLUMNS, (*row, None, None)[:5], strict=True)) for row in rows]
        (self._folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in told), "utf-8")
        (self._folder / "identity.yaml").write_text(PIPELINE.format(url=self.url, **self.options), "utf-8")
        self.site.calls.clear()
        answer = self.command(words[0], str(self._folder / "identity.yaml"), *words[1:])
        assert "Traceback" not in answer.out + answer.err
        return " ".join((answer.out + answer.err).split())

    def undo(self):
        """Take the last run back."""
        return self.command("undo", "last", "--yes")

    def made(self, code):
        """Tell when an item was made: so it is known whatever it is called."""
        return self.site.get("Item", code)["creation"]

    def names(self):
        return {one["name"]: one["item_name"] for one in self.site.documents["Item"].values()}

    def forget(self):
        """Lose the state."""
        for file in (self._folder / ".pimflow").glob("state*"):
            file.unlink()


@pytest.fixture
def erp(tmp_path, site, command, no_waiting, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with served(site) as url:
        yield Erp(site, url, tmp_path, command)


def test_a_changed_sku_becomes_the_code_of_the_same_item_and_what_links_to_it_follows(erp):
    assert "1 new" in erp.run(("u-1", "LAMP-1", "Lamp"))
    made = erp.made("LAMP-1")
    assert "0 new, 1 updated" in erp.run(("u-1", "LAMP-9", "Lamp, green"))
    assert (erp.made("LAMP-9"), erp.site.get("Item", "LAMP-1")) == (made, None)
    assert erp.names()["LAMP-9"] == "Lamp, green"
    assert "1 already up to date" in erp.run(("u-1", "LAMP-9", "Lamp, green"))
    assert not [path for verb, path, _ in erp.site.calls if verb != "GET" and "get_list" not in path][1:]


def test_a_code_changed_in_erpnext_is_followed_and_no_second_item_made(erp):
    erp.run(("u-2", "BULB-2", "Bulb"))
    erp.site.rename("Item", "BULB-2", "THEIRS-2")
    count = len(erp.names())
    told = erp.run(("u-2", "BULB-2", "Bulb, bright"))
    assert "0 new, 1 updated" in told, told
    assert "'BULB-2' is 'THEIRS-2' there" in told
    assert "0 new, 1 updated" in erp.run(("u-2", "BULB-2", "Bulb, brighter"))
    assert (len(erp.names()), erp.names()["THEIRS-2"]) == (count, "Bulb, brighter")


def test_a_code_that_both_sides_changed_becomes_that_of_the_source(erp):
    erp.run(("u-2", "BULB-2", "Bulb"))
    made = erp.made("BULB-2")
    erp.site.rename("Item", "BULB-2", "THEIRS-2")
    assert "0 new, 1 updated" in erp.run(("u-2", "BULB-3", "Bulb"))
    assert (erp.made("BULB-3"), erp.site.get("Item", "THEIRS-2")) == (made, None)


def test_a_plan_shows_a_renamed_item_as_changed_and_a_run_can_be_undone(erp):
    erp.run(("u-1", "LAMP-1", "Lamp"))
    made = erp.made("LAMP-1")
    assert "0 new, 1 updated" in erp.run(("u-1", "LAMP-9", "Lamp, green"), words=("plan",))
    assert erp.made("LAMP-1") == made
    erp.run(("u-1", "LAMP-9", "Lamp, green"))
    assert erp.undo().code == 0
    assert (erp.made("LAMP-1"), erp.names()["LAMP-1"]) == (made, "Lamp")
    assert "LAMP-9" not in erp.names()


@pytest.mark.parametrize(
    "after", [("CUP-6", "CUP-5", "CUP-7"), ("CUP-6", "CUP-7", "CUP-8"), ("CUP-7", "CUP-5", "CUP-6")]
)
def test_items_that_pass_their_skus_on_keep_what_they_are(erp, after):
    before = [("u-5", "CUP-5", "Five"), ("u-6", "CUP-6", "Six"), ("u-7", "CUP-7", "Seven")]
    assert "3 new" in erp.run(*before)
    made = {name: erp.made(code) for _, code, name in before}
    rows = [(uuid, code, name) for (uuid, _, name), code in zip(before, after, strict=True)]
    told = erp.run(*rows)
    assert "need your attention" not in told, told
    assert {name: erp.made(code) for _, code, name in rows} == made
    assert f"{len(rows)} already up to date" in erp.run(*rows)


def test_a_rename_may_take_longer_than_other_calls(erp, monkeypatch):
    erp.options["erp"] = ", timeout: 0.6"
    erp.run(("u-1", "LAMP-1", "Lamp"))
    rename = erp.site.rename

    def slow(*words):
        threading.Event().wait(1)
        return rename(*words)

    monkeypatch.setattr(erp.site, "rename", slow)
    assert "0 new, 1 updated" in erp.run(("u-1", "LAMP-9", "Lamp"))


def test_what_erpnext_refuses_to_rename_is_told_and_the_rest_is_not_written(erp, monkeypatch):
    erp.run(("u-1", "LAMP-1", "Lamp"))

    def refused(*_):
        raise RefusedError(417, "ValidationError", "Item not allowed to be renamed")

    monkeypatch.setattr(erp.site, "rename", refused)
    told = erp.run(("u-1", "LAMP-9", "Lamp, green"))
    assert "ERPNext says: Item not allowed to be renamed" in told
    assert erp.names()["LAMP-1"] == "Lamp"


def test_the_sku_of_another_item_is_not_taken(erp):
    erp.run(("u-7", "POT-7", "Pot"))
    told = erp.run(("u-7", "LST-003", "Pot"))
    assert "says 'LST-003', item LST-003 'List item 3' has this code in ERPNext already" in told, told
    assert "Give one of the two another code; this one then goes by itself." in told
    assert erp.names()["LST-003"] == "List item 3"
    assert erp.names()["POT-7"] == "Pot"


def test_an_item_deleted_in_erpnext_is_made_anew_when_it_changes(erp):
    erp.run(("u-3", "JUG-3", "Jug"))
    del erp.site.documents["Item"]["jug-3"]
    erp.run(("u-3", "JUG-4", "Jug, large"))
    assert erp.names()["JUG-4"] == "Jug, large"
    assert "JUG-3" not in erp.names()


def test_items_that_an_import_made_at_one_moment_are_never_taken_for_each_other(erp):
    for code in ("OLD-A", "OLD-B"):
        erp.site.item(code, item_name=code, creation="2020-01-01 00:00:00.000000")
    erp.run(("u-4", "OLD-A", "A"))
    del erp.site.documents["Item"]["old-a"]
    erp.run(("u-4", "OLD-A", "A, changed"))
    assert (erp.names()["OLD-A"], erp.names()["OLD-B"]) == ("A, changed", "OLD-B")
    erp.site.item("OLD-C", item_name="OLD-C", creation="2020-01-01 00:00:00.000000")
    erp.run(("u-8", "OLD-C", "C"))
    assert "0 new, 1 updated" in erp.run(("u-8", "NEW-C", "C"))
    assert erp.names()["NEW-C"] == "C"
    assert "OLD-C" not in erp.names()


def test_a_template_takes_the_place_of_nothing(erp):
    erp.run(("u-7", "POT-7", "Pot"))
    made = erp.made("POT-7")
    erp.site.documents["Item"]["pot-7"]["has_variants"] = 1
    told = erp.run(("u-7", "POT-8", "Pot"))
    assert "ERPNext has an item with this code, which is a template" in told
    assert erp.made("POT-7") == made


def with_field(erp):
    for document in erp.site.documents["Item"].values():
        document["custom_pim_uuid"] = None
    erp.site.put("Custom Field", dt="Item", fieldname="custom_pim_uuid", label="PIM", fieldtype="Data", length=0)
    erp.options |= {"mapped": ", custom_pim_uuid: uuid", "sink": ", uuid_field: custom_pim_uuid"}


def test_an_item_is_known_by_the_uuid_in_a_field_where_the_state_and_the_code_were_lost(erp):
    with_field(erp)
    assert "1 new" in erp.run(("u-1", "LAMP-1", "Lamp"))
    made = erp.made("LAMP-1")
    erp.forget()
    told = erp.run(("u-1", "LAMP-9", "Lamp"))
    assert "Traceback" not in told
    assert erp.made("LAMP-9") == made
    assert "LAMP-1" not in erp.names()
    assert "1 already up to date" in erp.run(("u-1", "LAMP-9", "Lamp"))


def test_an_item_whose_creation_got_no_answer_is_met_again_though_its_sku_changed_meanwhile(erp, monkeypatch):
    with_field(erp)
    insert = erp.site._insert_many

    def lost(user, documents):
        insert(user, documents)
        raise RefusedError(504, "GatewayTimeout", messages=False)

    with monkeypatch.context() as patch:
        patch.setattr(erp.site, "_insert_many", lost)
        erp.run(("u-1", "LAMP-1", "Lamp"))
    made = erp.made("LAMP-1")
    told = erp.run(("u-1", "LAMP-9", "Lamp"))
    assert "need your attention" not in told, told
    assert erp.made("LAMP-9") == made
    assert "LAMP-1" not in erp.names()


def test_the_field_with_the_uuid_is_written_by_a_user_who_may_not_look_at_types_of_fields(erp):
    with_field(erp)
    erp.site.closed |= {"DocField", "Custom Field"}
    assert "1 new" in erp.run(("u-1", "LAMP-1", "Lamp"))
    assert erp.site.get("Item", "LAMP-1")["custom_pim_uuid"] == "u-1"


def test_an_item_that_was_renamed_there_is_disabled_when_its_record_goes_and_met_again_when_it_comes(erp):
    with_field(erp)
    erp.options["more"] = "    on_missing: disable\n    guards: {max_missing: 100%}\n"
    erp.run(("u-1", "LAMP-1", "Lamp"), ("u-2", "LAMP-2", "Lamp"))
    erp.site.rename("Item", "LAMP-1", "THEIRS-1")
    erp.run(("u-2", "LAMP-2", "Lamp"))
    assert [erp.site.get("Item", code)["disabled"] for code in ("THEIRS-1", "LAMP-2")] == [1, 0]
    erp.run(("u-1", "LAMP-1", "Lamp"), ("u-2", "LAMP-2", "Lamp"))
    assert erp.site.get("Item", "LAMP-1")["disabled"] == 0
    assert "THEIRS-1" not in erp.names()


def test_two_items_with_one_uuid_tell_nothing(erp):
    with_field(erp)
    for code in ("COPY-1", "COPY-2"):
        erp.site.item(code, item_name=code, custom_pim_uuid="u-1")
    assert "1 new" in erp.run(("u-1", "LAMP-1", "Lamp"))
    assert (erp.names()["COPY-1"], erp.names()["LAMP-1"]) == ("COPY-1", "Lamp")


def test_the_field_with_the_uuid_has_to_be_mapped(erp):
    erp.options["sink"] = ", uuid_field: custom_pim_uuid"
    told = erp.run(("u-1", "LAMP-1", "Lamp"))
    assert "uuid_field" in told
    assert "custom_pim_uuid" in told
    assert "LAMP-1" not in erp.names()


RUGS = [("u-3", "RUG-A", "Rug", "RUG", "Ash wood"), ("u-4", "RUG-F", "Rug", "RUG", "Fibreglass")]


def test_a_template_is_made_with_the_first_of_its_variants(erp):
    assert "ERPNext has no such template, and it did not come in this run" in erp.run(*RUGS)
    erp.options["sink"] = ", create_templates: true"
    assert "2 new" in erp.run(*RUGS)
    template = erp.site.get("Item", "RUG")
    assert (template["has_variants"], template["item_name"], template["item_group"]) == (1, "Rug", "Drills")
    assert [row["attribute"] for row in template["attributes"]] == ["Handle"]
    assert [erp.site.get("Item", code)["variant_of"] for code in ("RUG-A", "RUG-F")] == ["RUG", "RUG"]
    assert "2 already up to date" in erp.run(*RUGS)


def test_a_variant_that_nothing_tells_apart_makes_no_template(erp):
    erp.options["sink"] = ", create_templates: true"
    told = erp.run(("u-3", "RUG-A", "Rug", "RUG", None))
    assert "has no value by which its variants would be told apart" in told
    assert "RUG" not in erp.names()


def test_a_renamed_variant_stays_one_and_a_renamed_template_gets_the_next_one(erp):
    erp.options["sink"] = ", create_templates: true"
    erp.run(RUGS[0])
    made = erp.made("RUG-A")
    erp.site.rename("Item", "RUG", "CARPET")
    told = erp.run(("u-3", "RUG-X", "Rug", "RUG", "Ash wood"), RUGS[1])
    assert "1 new, 1 updated" in told, told
    assert "need your attention" not in told
    assert erp.made("RUG-X") == made
    assert [erp.site.get("Item", code)["variant_of"] for code in ("RUG-X", "RUG-F")] == ["CARPET", "CARPET"]
    assert "RUG" not in erp.names()


def test_a_template_that_gets_another_code_keeps_its_variants(erp, tmp_path):
    def run(code):
        text = PIPELINE.format(url=erp.url, **erp.options).replace("erpnext.products", "erpnext.templates")
        text = text.replace("variant_of: model, attributes.Handle: handle", "axes: handle")
        row = {"uuid": "u-9", "sku": code, "name": "Claw hammer", "handle": "Handle"}
        (tmp_path / "rows.jsonl").write_text(json.dumps(row) + "\n", "utf-8")
        (tmp_path / "templates.yaml").write_text(text, "utf-8")
        return erp.command("run", str(tmp_path / "templates.yaml"), "--full").out

    run("HAM")
    assert "0 new, 1 updated" in run("MALLET")
    assert [erp.site.get("Item", code)["variant_of"] for code in ("HAM-ASH", "HAM-FIB")] == ["MALLET", "MALLET"]
    assert "HAM" not in erp.names()


def test_an_id_of_another_system_is_not_passed_along(erp, tmp_path):
    made = erp.made("LST-003")
    text = PIPELINE.format(url=erp.url, **erp.options)
    text = text[: text.index("      - map")] + "      - map: {others: same_code}\n" + text[text.index("    sink") :]
    (tmp_path / "rows.jsonl").write_text(json.dumps({"uuid": "u", "item_code": "MUG", "id": made}) + "\n", "utf-8")
    (tmp_path / "identity.yaml").write_text(text, "utf-8")
    erp.command("run", str(tmp_path / "identity.yaml"))
    assert erp.names()["LST-003"] == "List item 3"
    assert "MUG" in erp.names()


def test_a_hundred_new_items_cost_one_call_more_than_before(erp):
    rows = [(f"u-{number}", f"N-{number:03}", "Bowl") for number in range(100)]
    assert "100 new" in erp.run(*rows)
    asked = [path for _, path, _ in erp.site.calls if path.endswith(("Item", "get_list", "insert_many"))]
    assert len(asked) <= 8, asked


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2, 3))])
def test_whatever_is_renamed_on_both_sides_each_record_stays_one_item(erp, seed):
    with_field(erp)

    def items():
        return [one for one in erp.site.documents["Item"].values() if one["custom_pim_uuid"]]

    def rename(uuid, code):
        erp.site.rename("Item", next(one["name"] for one in items() if one["custom_pim_uuid"] == uuid), code)

    def ids():
        found = {one["custom_pim_uuid"]: one["creation"] for one in items()}
        return found | {None: len(erp.site.documents["Item"]), "of records": len(items())}

    def labels():
        return {one["custom_pim_uuid"]: one["item_name"] for one in items()}

    rename_at_random(seed, lambda rows: erp.run(*rows), rename, ids, labels)
