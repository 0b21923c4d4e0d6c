"""What cannot be provisioned: told with the line of the file and in words, while the rest goes through."""

import pytest

from pimflow_akeneo.structure.writing import StructureWriter

from .provision_setup import did, told
from .structure_setup import calls


def attributes(*lines):
    """Write a file whose attributes begin on line 3."""
    return "\n".join(["version: 1", "attributes:", *lines, ""])


def test_the_type_of_an_attribute_never_changes_and_nothing_else_of_it_does(desk):
    text = attributes("  name:", "    type: pim_catalog_textarea", "    labels: {en: Title}")
    for options in (["--plan"], []):
        done = desk.provision(text, *options, code=1)
        reason = "the PIM keeps an attribute's type for ever: it is text there"
        assert told(done) == [(4, "name", "type", "textarea", reason)]
        assert done["problems"][0]["who"] == "administrator"
        assert done["problems"][0]["remedy"].startswith("Give the attribute another code in the file")
        assert did(done) == [("refused", "attribute", "name")]
    assert desk.writes() == 0


def test_what_else_the_pim_keeps_is_left_out_and_the_rest_written(desk):
    text = attributes("  name:", "    localizable: false", "    labels: {en: Title}")
    done = desk.provision(text, code=1)
    reason = "the PIM keeps an attribute's value per locale for ever: it is yes there"
    assert told(done) == [(4, "name", "localizable", "no", reason)]
    assert did(done) == [("updated", "attribute", "name")]
    assert desk.record("attributes", "name")["labels"]["en_US"] == "Title"


def test_a_new_attribute_needs_type_and_group_and_a_near_one_may_be_meant(desk):
    done = desk.provision(attributes("  colours: {options: {green: , black: }}"), code=1)
    reason = "the PIM has no such attribute, and a new one needs `type` and `group`"
    assert told(done) == [
        (3, "colours", None, None, reason),
        *[(3, code, "attribute", "colours", "the PIM has no such attribute") for code in ("green", "black")],
    ]
    remedies = [one["remedy"] for one in done["problems"]]
    assert remedies[0] == "Did you mean 'colour'?"
    assert remedies[1] == "The attribute stands in the file, and was refused itself: correct it there."


def test_letters_of_a_code_are_the_pims(desk):
    done = desk.provision(attributes("  Name: {labels: {en: Title}}"), code=1)
    reason = "the PIM has it as 'name', and keeps the letters of a code for ever"
    assert told(done) == [(3, "Name", "code", None, reason)]


@pytest.mark.parametrize(
    ("line", "column", "value", "reason", "remedy"),
    [
        ("group: otter", "group", "otter", "the PIM has no such attribute group", "Did you mean 'other'?"),
        (
            "metric_family: Lenght",
            "metric_family",
            "Lenght",
            "the PIM has no such measurement family",
            "Did you mean 'Length'?",
        ),
    ],
)
def test_a_new_attribute_is_not_made_without_what_it_keeps_for_ever(desk, line, column, value, reason, remedy):
    given = {"type": "pim_catalog_metric", "group": "other", "metric_family": "Length", "default_metric_unit": "METER"}
    lines = {name: f"{name}: {one}" for name, one in given.items()} | {column: line}
    text = attributes("  depth:", *(f"    {one}" for one in lines.values()))
    done = desk.provision(text, "--plan", code=1)
    at = 4 + list(lines).index(column)
    assert told(done) == [(at, "depth", column, value, reason)]
    assert done["problems"][0]["remedy"] == remedy
    assert did(done) == [("refused", "attribute", "depth")]


def test_only_selects_have_options(desk):
    done = desk.provision(attributes("  name:", "    options: {a: , b: }"), code=1)
    reason = "only simple and multi selects have options, and this attribute is of another type"
    assert told(done) == [(4, code, "attribute", "name", reason) for code in ("a", "b")]
    text = desk.printed("akeneo", "provision", "catalog.yaml", code=1)
    assert text.count("options of attribute name") == 1


def test_members_of_a_family_that_are_nowhere_are_left_out_on_their_line(desk):
    done = desk.provision(
        """\
version: 1
families:
  footwear:
    attributes:
      - size
      - colr
    attribute_as_label: title
    requirements:
      shop: [name, size, sise]
      print: [name]
""",
        code=1,
    )
    assert told(done) == [
        (6, "footwear", "attributes", "colr", "the PIM has no such attribute"),
        (7, "footwear", "attribute_as_label", "title", "the PIM has no such attribute"),
        (9, "footwear", "requirements-shop", "sise", "the PIM has no such attribute"),
        (10, "footwear", "requirements-print", None, "the PIM has no channel 'print'"),
    ]
    assert did(done) == [("updated", "family", "footwear")]
    assert desk.record("families", "footwear")["attribute_requirements"]["shop"] == ["name", "size", "sku"]
    assert calls(desk.pim, "PATCH") == {"PATCH /api/rest/v1/families": 1}
    again = desk.provision((desk.folder / "catalog.yaml").read_text(), code=1)
    assert (again["counts"], len(again["problems"])) == ({"unchanged": 1}, 4)


def test_a_family_asks_for_its_own_attributes_only(desk):
    done = desk.provision("version: 1\nfamilies:\n  footwear:\n    requirements: {shop: [size]}\n", code=1)
    assert told(done) == [
        (4, "footwear", "requirements-shop", "size", "family 'footwear' does not have this attribute")
    ]
    assert desk.writes() == 0


def test_a_family_variant_is_not_made_with_a_part_of_its_axes(desk):
    text = """\
version: 1
families:
  footwear:
    variants:
      by_colour:
        levels:
          - axes: [colour, sise]
"""
    done = desk.provision(text, code=1)
    assert told(done) == [(7, "by_colour", "variant-axes_1", "sise", "the PIM has no such attribute")]
    assert did(done) == [("refused", "family variant", "by_colour")]


def test_a_family_variant_splits_by_attributes_of_its_family_also_of_one_that_comes_with_it(desk):
    text = """\
version: 1
families:
  bags:
    attributes: [colour]
    variants:
      bags_by_size: {levels: [{axes: [size]}]}
      bags_by_colour: {levels: [{axes: [colour], attributes: [sku, name]}]}
"""
    for words in (["--plan"], []):
        done = desk.provision(text, *words, code=1)
        reason = "family 'bags' does not have this attribute"
        assert told(done) == [
            (6, "bags_by_size", "variant-axes_1", "size", reason),
            (7, "bags_by_colour", "variant-attributes_1", "name", reason),
        ]
        assert [one[0] for one in did(done)] == ["created", "refused", "created"]


def test_axes_stay_and_attributes_of_a_level_are_added(desk):
    text = """\
version: 1
families:
  footwear:
    attributes: [size, name]
    variants:
      by_colour:
        levels:
          - axes: [%s]
            attributes: [%s]
"""
    desk.provision(text % ("colour", "size"))
    done = desk.provision(text % ("size", "name"), code=1)
    reason = "the PIM keeps a family variant's axes of level 1 for ever: it is colour there"
    assert told(done) == [(8, "by_colour", "variant-axes_1", "size", reason)]
    assert desk.record("family_variants", "by_colour")["variant_attribute_sets"] == [
        {"level": 1, "axes": ["colour"], "attributes": ["colour", "name", "size", "sku"]}
    ]


def test_locales_and_languages_that_the_pim_does_not_know(desk):
    labels = "      en: Facts\n      xx: Nothing\n      de_XX: Fakten\n"
    text = f"version: 1\nattribute_groups:\n  facts:\n    labels:\n{labels}"
    done = desk.provision(text, code=1)
    assert told(done) == [
        (6, "facts", "label-xx", None, "the PIM knows no locale of this language"),
        (7, "facts", "label-de_XX", None, "the PIM has no locale 'de_XX'"),
    ]
    assert desk.record("attribute_groups", "facts")["labels"] == {"en_US": "Facts"}


def test_what_only_the_pim_can_judge_is_told_in_its_words(desk):
    done = desk.provision(
        attributes("  long:", "    type: pim_catalog_text", "    group: other", "    max_characters: 999"), code=1
    )
    assert told(done) == [
        (6, "long", "max_characters", 999, "the PIM says: This value should be less than or equal to 255")
    ]
    assert done["problems"][0]["remedy"] == "Correct the file, and call again."


def test_a_missing_right_ends_the_command_and_what_was_written_is_told(desk):
    desk.pim.sandbox.permissions.deny("sandbox", ["create or update families"])
    text = "version: 1\nattribute_groups: {facts: }\nfamilies: {bags: }\n"
    done = desk.provision(text, code=3)
    assert "Web API permissions" in done["error"]
    assert did(done) == [("created", "attribute group", "facts")]
    printed = desk.printed("akeneo", "provision", "catalog.yaml", code=3)
    assert "error: " in printed


def test_a_person_who_stops_it_reads_what_was_written(desk, monkeypatch):
    load = StructureWriter.load

    def stopped(writer, batch):
        if batch[0].resource == "families":
            raise KeyboardInterrupt
        return load(writer, batch)

    text = "version: 1\nattribute_groups: {facts: }\nfamilies: {bags: }\n"
    with monkeypatch.context() as patch:
        patch.setattr(StructureWriter, "load", stopped)
        done = desk.provision(text, code=3)
    assert (did(done), done["error"][:14]) == ([("created", "attribute group", "facts")], "stopped by you")
    assert desk.provision(text)["counts"] == {"unchanged": 1, "created": 1}


def test_a_pim_that_fails_ends_it_with_what_was_written(desk, no_waiting):
    desk.pim.faults(error_500=1)
    text = "version: 1\nattribute_groups: {facts: }\n"
    done = desk.provision(text, code=3)
    assert (done["records"], bool(done["error"])) == ([], True)
    desk.pim.faults(error_500=0)
    assert desk.provision(text)["counts"] == {"created": 1}


def test_a_lost_answer_does_no_harm(desk):
    desk.pim.faults(missing_lines=1)
    done = desk.provision("version: 1\nattribute_groups: {a: , b: , c: }\n", code=1)
    assert {one["status"] for one in done["records"]} <= {"created", "updated", "unknown"}
    desk.pim.faults(missing_lines=0)
    assert desk.provision("version: 1\nattribute_groups: {a: , b: , c: }\n")["counts"] == {"unchanged": 3}


def test_people_read_line_reason_effect_and_way_out(desk):
    (desk.folder / "catalog.yaml").write_text(attributes("  name: {type: pim_catalog_number}"))
    printed = desk.printed("akeneo", "provision", "catalog.yaml", code=1).splitlines()
    assert printed[0] == (
        "catalog.yaml:3: attribute name, Type: the file says 'number', "
        "the PIM keeps an attribute's type for ever: it is text there. Nothing of it was written."
    )
    assert printed[1] == "    Give the attribute another code in the file, or write the type that is there."
    assert printed[2].endswith(": 0 already there; 1 refused.")
