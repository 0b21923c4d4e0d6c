"""Templates, attributes and variants that are written to a served Odoo through the command line, and read again."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from pimflow import Change, Run, Status, Window
from pimflow_odoo.sinks import OdooProductsSink
from pimflow_odoo.sources import OdooTemplatesSource

from ...e2e.conftest import command  # noqa: TID252 - tests have no name to import by
from .conftest import fill, opened
from .odoo_database import KEY, Erp
from .odoo_server import serve

__all__ = ["command"]

PIPELINE = """\
version: 1
name: {name}
connections:
  erp: {{type: odoo, url: "{url}", database: shop, username: connector, api_key: "{key}"}}
flows:
  rows:
    source: {{type: files.csv, path: rows.csv}}
    sink: {{type: odoo.{kind}, connection: erp{options}}}
"""
BACK = """\
version: 1
name: back
connections:
  erp: {{type: odoo, url: "{url}", database: shop, username: connector, api_key: "{key}"}}
flows:
  rows:
    source: {{type: odoo.{kind}, connection: erp, locales: [fr_FR]}}
    transforms:
      - map: {{{columns}}}
    sink: {{type: files.jsonl, path: back.jsonl}}
"""
HEADER = "default_code,template_code,name,name@fr_FR,attributes.Hue,attributes.Size,weight,sale_ok"
SHIRTS = [f"T-{hue[0]}{size},TEE,Tee,Tricot,{hue},{size},0.2,0" for hue in ("Red", "Blue") for size in "SML"]
CAPS = [f"C-{hue[0]},CAP 1,Cap,Casquette,{hue},,0.1,0" for hue in ("Red", "Blue", "Green", "White", "Olive", "Pink")]
MADE = ", create_options: true"
WRITES = {"create", "write", "load", "update_field_translations", "action_archive", "action_unarchive"}


@pytest.fixture(params=[(18, 0), (19, 0)], ids=["json-rpc", "json-2"])
def erp(request, no_waiting):
    with serve(fill(Erp(series=request.param))) as running:
        running.unreadable = frozenset({"ir.model.data"})  # as for all who do not manage users
        running.calls.clear()
        yield running


@pytest.fixture
def pimflow(tmp_path, command):
    """Run a pipeline file with this text."""

    def run(text, /, does="run", **settings):
        (tmp_path / "pipeline.yaml").write_text(text.format(key=KEY, **settings), "utf-8")
        answer = command(does, str(tmp_path / "pipeline.yaml"), *(["--full"] if does == "run" else []))
        assert "Traceback" not in answer.out + answer.err
        return type(answer)(answer.code, " ".join(answer.out.split()), " ".join(answer.err.split()))

    return run


@pytest.fixture
def write(tmp_path, erp, pimflow):
    """Send lines of a CSV file to a sink of Odoo."""

    def send(*lines, header=HEADER, kind="products", options=MADE, name="writing"):
        (tmp_path / "rows.csv").write_text("\n".join([header, *lines]) + "\n", "utf-8")
        erp.calls.clear()
        return pimflow(PIPELINE, url=erp.url, kind=kind, options=options, name=name)

    return send


def same(columns):
    return ", ".join(f"{name}: {name}" for name in columns.split(", "))


def writes(erp):
    return [(model, method) for model, method, _ in erp.calls if method in WRITES]


def variants(erp, code):
    """Give reference -> whether it is in use, of all variants of the template of this one; "" for those without."""
    template = erp.named(code)[1]["id"]
    there = [one for one in erp.data["product.product"].values() if one["product_tmpl_id"] == template]
    return sorted((one["default_code"] or "", one["active"]) for one in there)


def test_two_templates_of_six_variants_are_made_in_bulk_and_a_second_time_nothing_is_sent(write, erp):
    answer = write(*SHIRTS, *CAPS)
    assert "12 new" in answer.out, answer.out + answer.err
    assert writes(erp) == [
        ("product.attribute", "create"),
        ("product.attribute.value", "create"),
        ("product.template", "load"),
        ("product.template.attribute.line", "create"),
        ("product.template", "write"),  # the references of six variants
        ("product.template", "write"),
        ("product.product", "update_field_translations"),
        ("product.product", "update_field_translations"),
    ]
    assert len(erp.calls) < 50
    variant, template = erp.named("T-BM")
    assert (template["name"], template["sale_ok"]) == ({"en_US": "Tee", "fr_FR": "Tricot"}, False)
    assert variant["weight"] == 0.2
    assert erp.named("T-RS")[1] is template
    assert [active for _, active in variants(erp, "C-R")] == [True] * 6
    assert "12 already up to date" in write(*SHIRTS, *CAPS).out
    assert "0 new, 0 updated, 12 already up to date" in write(*SHIRTS, *CAPS, name="forgetful").out
    assert writes(erp) == []


def test_a_value_changes_and_a_variant_is_added_and_no_other_comes_along(write, erp):
    write(*SHIRTS)
    changed = [SHIRTS[0].replace("0.2", "0.25"), *SHIRTS[1:]]
    assert "1 updated, 5 already up to date" in write(*changed).out
    assert erp.named("T-RS")[0]["weight"] == 0.25
    assert "1 new, 0 updated" in write(*changed, "T-RXL,TEE,Tee,Tricot,Red,XL,0.3,0").out
    assert [code for code, active in variants(erp, "T-RS") if active] == sorted(
        ["T-BL", "T-BM", "T-BS", "T-RL", "T-RM", "T-RS", "T-RXL"]
    )
    assert ("", False) in variants(erp, "T-RS")  # Odoo made blue in XL as well
    assert "1 new" in write("T-BXL,TEE,Tee,Tricot,Blue,XL,0.3,0").out
    assert ("", False) not in variants(erp, "T-RS")  # that one is taken
    assert erp.named("T-BXL")[0]["active"] is True


def test_variants_that_people_archived_stay_archived_when_odoo_takes_them_back(write, erp):
    write(*SHIRTS)
    erp.change("product.product", erp.named("T-BM")[0]["id"], active=False)
    write("T-RXL,TEE,Tee,Tricot,Red,XL,0.3,0")
    assert dict(variants(erp, "T-RS"))["T-BM"] is False


def test_a_run_that_was_killed_before_it_archived_what_nobody_asked_for_does_it_the_next_time(write, erp):
    erp.faults["action_archive"] = ["cut"]
    write(*SHIRTS[:5])
    erp.faults.clear()
    for one in erp.data["product.product"].values():
        one["active"] = True
    assert "5 new" in write(*SHIRTS[:5]).out
    assert [code for code, active in variants(erp, "T-RS") if not active] == [""]


def test_what_cannot_be_a_variant_is_refused_and_the_others_go(write, erp):
    write(*SHIRTS, *CAPS)
    erp.product("MUG-77", "Mug")
    number = erp.named("MUG-77")[1]["id"]
    before = dict(variants(erp, "C-R"))
    answer = write(
        "C-RS,CAP 1,Cap,Casquette,Red,S,0.1,0",
        "T-X,TEE,Tee,Tricot,Red,,0.2,0",
        "T-RM2,TEE,Tee,Tricot,Red,M,0.2,0",
        f"MUG-78,template_{number},Mug,,Red,,0.2,0",
        "GHOST,template_9999,Ghost,,Red,,0.2,0",
        "NAMELESS,NONE,,,Red,,0.2,0",
        "ALONE,,Alone,Seul,Red,,0.2,0",
        "T-GS,TEE,Tee,Tricot,Green,S,0.2,0",
    )
    for words in (
        "Variants of this template differ only by Hue in Odoo. With Size as well Odoo would replace all of them",
        "Variants of this template differ by no attribute in Odoo. With Hue as well",
        "Variants of this template differ by Size, and this one has no value of it.",
        "SKU T-RM2: variant T-RM of the same template already has these attributes.",
        "it names a template of Odoo by its id, and there is none with that id",
        "Odoo has no such template, and it did not come in this run",
        "variants have attributes in Odoo, and this product names no template. 1 product arrived without it (ALONE)",
    ):
        assert words in answer.out, (words, answer.out)
    assert "2 new" in answer.out
    assert dict(variants(erp, "C-R")) == before
    assert dict(variants(erp, "T-GS"))["T-GS"] is True
    assert erp.named("ALONE")[0]["product_template_attribute_value_ids"] == []


def test_attributes_and_template_of_a_variant_stay(write, erp):
    write(*SHIRTS)
    answer = write("T-RS,TEE,Tee,Tricot,Blue,S,0.2,0", "T-RM,CAP 1,Tee,Tricot,Red,M,0.2,0")
    assert (
        "Hue: rows.csv says 'Blue', Odoo has another one, and it cannot be changed once the record is made"
        in answer.out
    )
    assert "Template: rows.csv says 'CAP 1', Odoo has another one" in answer.out
    assert "0 new" in answer.out


def test_what_odoo_lacks_is_told_unless_it_is_to_be_made(write, erp):
    answer = write(*SHIRTS, options="")
    assert "Odoo has no attribute 'Hue' that makes variants" in answer.out + answer.err
    erp.put("product.attribute", name={"en_US": "Fit"}, create_variant="no_variant", display_type="radio")
    never = write("F-1,FIT,Fit,Slim", header="default_code,template_code,name,attributes.Fit")
    assert "the attribute 'Fit' never makes variants in Odoo" in never.out + never.err
    colours = write("X-1,X,Thing,Mauve", header="default_code,template_code,name,attributes.Colour", options="")
    assert "Colour: rows.csv says 'Mauve', Odoo has no such value of this attribute" in colours.out


def test_attributes_on_demand_have_only_the_variants_that_are_asked_for(write, erp):
    erp.put("product.attribute", name={"en_US": "Hue"}, create_variant="dynamic", display_type="radio")
    answer = write(*SHIRTS)
    assert "6 new" in answer.out, answer.out
    assert "1 new" in write("T-GXL,TEE,Tee,Tricot,Green,XL,0.2,0").out
    assert len(variants(erp, "T-RS")) == 7
    assert all(code and active for code, active in variants(erp, "T-RS"))


def test_a_template_that_was_made_in_odoo_gets_variants_by_its_id(write, erp):
    number = erp.named("TRAY-R")[1]["id"]
    header = "default_code,template_code,attributes.Colour"
    assert "1 new" in write(f"TRAY-W,template_{number},White", header=header).out
    assert dict(variants(erp, "TRAY-R")) == dict.fromkeys(("TRAY-B", "TRAY-G", "TRAY-R", "TRAY-W"), True)
    erp.change("product.template", number, active=False)
    answer = write(f"TRAY-K,template_{number},Black", header=header)
    assert "this template is archived in Odoo, and gets no new variants" in answer.out


def test_templates_attributes_and_variants_in_flows_of_their_own(write, erp):
    options = ["Hue,Red,Rouge,1", "Hue,Blue,Bleu,2"]
    header = "attribute,name,name@fr_FR,position"
    waiting = write(*options, header=header, kind="attribute_options", options="", name="waiting")
    assert "Odoo has no such attribute, and it did not come in this run" in waiting.out
    made = write(*options, header=header, kind="attribute_options", options=", create_attributes: true")
    assert "2 new" in made.out, made.out
    assert [name for _, name in writes(erp)] == ["create", "create", *["update_field_translations"] * 2]
    red = next(one for one in erp.data["product.attribute.value"].values() if one["name"].get("fr_FR") == "Rouge")
    assert red["sequence"] == 1
    moved = write("Hue,Red,Rouge,3", options[1], header=header, kind="attribute_options", options="", name="again")
    assert "1 updated, 1 already up to date" in moved.out

    templates = ["SCARF,Scarf,Écharpe,All / Kitchen,0,12.50,Dishwasher safe", "HAT #1,Hat,,All / Kitchen,1,8,"]
    header = "code,name,name@fr_FR,category,sale_ok,list_price,product_tag_ids"
    assert "2 new" in write(*templates, header=header, kind="templates", options="").out
    assert len(writes(erp)) == 3  # two calls, as one brings no tag, and a translation
    again = write(*templates, header=header, kind="templates", options="", name="forgetful")
    assert "0 new, 0 updated, 2 already up to date" in again.out
    rise = write(templates[0].replace("12.50", "14"), header=header, kind="templates", options="")
    assert "1 updated" in rise.out
    assert len(writes(erp)) == 1

    header = "default_code,template_code,attributes.Hue"
    assert "3 new" in write("S-R,SCARF,Red", "S-B,SCARF,Blue", "H-1,HAT #1,", header=header, options="").out
    template = erp.named("S-R")[1]
    assert (template["list_price"], template["sale_ok"], template["product_tag_ids"]) == (14.0, False, [1])
    assert variants(erp, "S-R") == [("S-B", True), ("S-R", True)]  # the first one, without a SKU, gave way
    assert variants(erp, "H-1") == [("H-1", True)]


def test_two_threads_make_the_variants_of_one_template_one_after_the_other(erp):
    sink = OdooProductsSink(connection="erp", create_options=True)
    rows = [dict(zip(HEADER.split(","), line.split(","), strict=True)) for line in SHIRTS]
    with opened(erp) as session:
        writer = sink.open(session, Run("r", "p", datetime.now(UTC)))
        items = [item for row in rows for item in writer.prepare(row)]
        changes = [Change(item, number, known=False, fingerprint=b"") for number, item in enumerate(items)]
        with ThreadPoolExecutor(2) as pool:
            outcomes = [one for part in pool.map(writer.load, (changes[:3], changes[3:])) for one in part]
    assert {one.status for one in outcomes} == {Status.CREATED}
    assert variants(erp, "T-RS") == sorted((row["default_code"], True) for row in rows)
    tees = [one for one in erp.data["product.template"].values() if one["name"]["en_US"] == "Tee"]
    assert len(tees) == 1


def test_a_template_whose_creation_got_no_answer_is_not_made_twice(write, erp):
    erp.faults["load"] = ["cut"]
    assert write(*SHIRTS).code == 1
    assert "6 new" in write(*SHIRTS).out
    tees = [one for one in erp.data["product.template"].values() if one["name"]["en_US"] == "Tee"]
    assert len(tees) == 1


def test_what_odoo_refuses_of_one_template_costs_that_one_alone(write, erp):
    lines = [f"T{n},TPL-{n},Thing {n}" for n in range(20)]
    header = "default_code,template_code,name"
    erp.forbidden = "Thing 7"
    answer = write(*lines, header=header)
    assert "19 new" in answer.out, answer.out
    assert "Odoo says: Thing 7 is not allowed here" in answer.out
    loads = [one for one in writes(erp) if one[1] == "load"]
    assert len(loads) <= 1 + 2 * 5


def test_a_value_that_odoo_refuses_costs_its_variants_alone(write, erp):
    erp.forbidden = "Blue"
    answer = write(*SHIRTS)
    assert "3 new" in answer.out, answer.out
    assert "Odoo says: Blue is not allowed here. 3 products did not go through (T-BS, T-BM, T-BL)" in answer.out
    options = write("Blue,Hue", header="name,attribute", kind="attribute_options", options="")
    assert "Odoo says: Blue is not allowed here. 1 option did not go through (Blue)" in options.out
    erp.forbidden = "Trim"
    never = write("Lace,Trim", header="name,attribute", kind="attribute_options", options=", create_attributes: true")
    assert "Odoo says: Trim is not allowed here. 1 option did not go through (Lace)" in never.out


def test_faults_while_templates_are_made_cost_nothing(write, erp):
    erp.faults["load"] = [429]
    assert "6 new" in write(*SHIRTS).out  # what was not taken yet is sent again
    erp.faults["load"] = [500]
    failed = write(*CAPS)
    assert failed.code == 1
    assert "failed while it handled the request" in failed.out
    assert "6 new" in write(*CAPS).out
    assert "12 already up to date" in write(*SHIRTS, *CAPS, name="forgetful").out


def test_a_user_who_may_only_read_is_told_what_lacks_for_templates(write, erp):
    erp.readers_only = True
    answer = write("A,A", header="code,name", kind="templates", options="")
    assert answer.code == 3
    assert "may not write templates: product.template. Tick 'Product Creation' under Extra Rights" in answer.out


def test_columns_of_variants_are_not_written_to_templates(write):
    answer = write("A,A,4006381333931", header="code,name,barcode", kind="templates", options="")
    assert "barcode belongs to variants in Odoo, not to templates" in answer.out + answer.err


@pytest.mark.parametrize(
    ("kind", "columns"),
    [
        ("products", "default_code, template_code, name, name@fr_FR, attributes.Hue, attributes.Size, weight, sale_ok"),
        ("templates", "code, name, name@fr_FR, category, sale_ok, list_price, product_tag_ids, active"),
        ("attribute_options", "attribute, name, name@fr_FR, position, html_color, default_extra_price"),
    ],
)
def test_what_is_read_and_written_again_sends_nothing(write, erp, pimflow, tmp_path, kind, columns):
    write(*SHIRTS, *CAPS)
    pimflow(BACK, url=erp.url, kind=kind, columns=same(columns))
    found = [json.loads(line) for line in (tmp_path / "back.jsonl").read_text("utf-8").splitlines()]
    if kind == "products":
        told = next(one for one in found if one["default_code"] == "C-O")
        assert (told["template_code"], told["attributes.Hue"]) == ("CAP 1", "Olive")
        found = [one for one in found if one.get("default_code")]
    again = PIPELINE.replace("files.csv, path: rows.csv", "files.jsonl, path: back.jsonl")
    erp.calls.clear()
    answer = pimflow(again, url=erp.url, kind=kind, options="", name="again")
    assert f"0 new, 0 updated, {len(found)} already up to date" in answer.out, answer.out
    assert writes(erp) == []


def test_who_may_list_external_ids_needs_fewer_calls(write, erp):
    header = "code,name"
    lines = [f"TPL-{n},Thing {n}" for n in range(50)]
    erp.unreadable = frozenset()
    assert "50 new" in write(*lines, header=header, kind="templates", options="").out
    asked = [method for model, method, _ in erp.calls if model == "ir.model.data"]
    assert asked.count("search_read") < 5
    assert "check_object_reference" not in asked
    assert "50 already up to date" in write(*lines, header=header, kind="templates", options="", name="again").out


def test_some_templates_are_read_by_their_codes(write, erp):
    write(*SHIRTS, *CAPS)
    number = erp.named("TRAY-R")[1]["id"]
    with opened(erp) as session:
        source = OdooTemplatesSource(connection="erp", locales=[])
        header, *rows = source.extract(session, Window(keys=("CAP 1", f"template_{number}", "NONE")))
    tray, cap = [dict(zip(header, row, strict=True)) for row in rows]
    assert (cap["code"], cap["axes"], len(cap["variants"])) == ("CAP 1", ["Hue"], 6)
    assert (tray["code"], tray["variant_count"]) == (f"template_{number}", 3)
