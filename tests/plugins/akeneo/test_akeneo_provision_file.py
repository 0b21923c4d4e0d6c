"""The file of `pimflow akeneo provision`, its schema, and where its connection is found."""

import json

import jsonschema
import pytest
import yaml

from pimflow_akeneo.provisioning.calling import ERP
from pimflow_akeneo.provisioning.form import Attribute
from pimflow_akeneo.structure.resources import ATTRIBUTES

WRONG = """\
version: 1
attribute: {}
once: [labls]
read_only_label: {en: from the ERP}
attributes:
  colour: {typ: pim_catalog_simpleselect}
  x-y: {type: pim_catalog_text}
  size:
    type: pim_catalog_txt
    max_characters: many
    labels: {en_US: , Deutsch: Grösse}
families:
  shoes: {attribut: [sku], variants: {v: {levels: [{axes: [], attribute: [a]}]}}}
categories:
  master: {children: {a: , b: {labels: {en: B}, childs: {}}}}
"""
NO_TYPE = "the PIM has no such type of attribute"
NO_LOCALE = "is neither a locale (de_DE), nor a language (de), nor `other`"


def test_all_mistakes_are_told_at_once_with_their_line_and_nothing_is_asked_of_the_pim(desk):
    done = desk.provision(WRONG, code=2)
    errors = dict(one.removeprefix("catalog.yaml:").split(": ", 1) for one in done["errors"][:-4])
    assert errors == {
        "2": "attribute: unknown key; did you mean 'attributes'?",
        "3": "once: no property 'labls' can be written once; did you mean 'labels'?",
        "4": "read_only_label.en: expected a text with {label} in it, such as '{label} (from the ERP)'",
        "6": "attributes.colour.typ: unknown key; did you mean 'type'?",
        "7": "attributes.x-y: 'x-y' is no code: letters of the English alphabet, digits and _ only",
        "9": f"attributes.size.type: 'pim_catalog_txt': {NO_TYPE}, but 'pim_catalog_text'",
        "10": "attributes.size.max_characters: a whole number was expected; found 'many'",
        "11": "attributes.size.labels.en_US: text was expected; found nothing",
    }
    assert f"catalog.yaml:11: attributes.size.labels.Deutsch: 'Deutsch' {NO_LOCALE}" in done["errors"]
    assert done["errors"][-4:] == [
        "catalog.yaml:13: families.shoes.variants.v.levels.0.attribute: unknown key; did you mean 'attributes'?",
        "catalog.yaml:13: families.shoes.attribut: unknown key; did you mean 'attributes'?",
        "catalog.yaml:13: families.shoes.variants.v.levels.0.axes: at least 1 entry was expected; found an empty list",
        "catalog.yaml:15: categories.master.children.b.childs: unknown key; did you mean 'children'?",
    ]
    assert desk.pim.stats()["routes"] == {}


def test_a_record_stands_in_the_file_once(desk):
    text = "version: 1\ncategories:\n  a:\n    children:\n      b:\n  B:\n  c: {children: {b: }}\n"
    done = desk.provision(text, code=2)
    assert done["errors"] == [
        "catalog.yaml:6: categories.B: this category is also on line 5 as 'b': letter case tells no codes apart",
        "catalog.yaml:7: categories.c.children.b: this category is also on line 5",
    ]


def test_the_same_option_may_belong_to_two_attributes(desk):
    text = "version: 1\nattributes:\n  colour: {options: {none: }}\n  size: {options: {none: }}\n"
    assert desk.provision(text)["counts"] == {"unchanged": 2, "created": 2}


def test_the_schema_takes_what_ships_and_refuses_what_is_unknown(desk):
    printed = json.loads(desk.printed("akeneo", "schema"))
    jsonschema.Draft202012Validator.check_schema(printed)
    shipped = yaml.safe_load(ERP.read_text("utf-8"))
    jsonschema.validate(shipped, printed)
    for wrong in ({"attribute": {}}, {"attributes": {"a": {"type": "pim_catalog_txt"}}}, {"families": {"f": {"x": 1}}}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({"version": 1, **wrong}, printed)


def test_a_file_can_say_of_an_attribute_all_that_csv_files_can():
    names = {column.api_name if column.per else column.name for column in ATTRIBUTES.columns}
    assert set(Attribute.model_fields) == names | {"options", "is_read_only"}


def test_a_file_or_what_ships_is_asked_for(desk):
    assert "one of them" in desk.printed("akeneo", "provision", code=2)
    assert "one of them" in desk.printed("akeneo", "provision", "catalog.yaml", "--erp", code=2)
    assert "with --erp" in desk.printed("akeneo", "provision", "catalog.yaml", "--print", code=2)


def test_a_file_that_is_not_there(desk):
    assert "catalog.yaml: cannot be read" in desk.printed("akeneo", "provision", "catalog.yaml", code=2)


def connections(desk, **named):
    project = yaml.safe_load((desk.folder / "pimflow.yaml").read_text())
    one = project["connections"]["pim"]
    return yaml.safe_dump({"version": 1, "connections": {name: one | more for name, more in named.items()}})


def test_of_several_connections_one_is_named(desk):
    (desk.folder / "pimflow.yaml").write_text(connections(desk, live={"url": "http://127.0.0.1:1"}, trial={}))
    text = "version: 1\nattribute_groups: {facts: }\n"
    assert "--connection takes one of: live, trial" in str(desk.provision(text, code=2)["errors"])
    assert "did you mean 'trial'?" in str(desk.provision(text, "--connection", "trail", code=2)["errors"])
    assert desk.provision(text, "--connection", "trial")["counts"] == {"created": 1}


def test_the_connection_may_be_that_of_a_pipeline(desk):
    flows = "flows: {a: {source: {type: files.csv, path: a.csv}, sink: {type: files.csv, path: b.csv}}}\n"
    (desk.folder / "own.yaml").write_text(connections(desk, pim={}) + flows)
    (desk.folder / "a.csv").write_text("a\n")
    (desk.folder / "pimflow.yaml").write_text("version: 1\n")
    text = "version: 1\nattribute_groups: {facts: }\n"
    (error,) = desk.provision(text, code=2)["errors"]
    assert error.endswith("no connection of type 'akeneo' stands here; --pipeline takes that of a pipeline")
    assert desk.provision(text, "--pipeline", "own.yaml")["counts"] == {"created": 1}
    (desk.folder / "pipelines").mkdir()
    (desk.folder / "own.yaml").rename(desk.folder / "pipelines" / "own.yaml")
    assert desk.provision(text)["counts"] == {"unchanged": 1}


@pytest.mark.parametrize(
    ("words", "code"), [(["--plan"], 3), (["-e", "production", "--plan"], 3), (["--environment", "test"], 0)]
)
def test_the_connection_is_that_of_the_environment(desk, no_waiting, words, code):
    project = yaml.safe_load((desk.folder / "pimflow.yaml").read_text())
    project["environments"] = {
        "test": {},
        "production": {"production": True, "connections": {"pim": {"url": "http://127.0.0.1:1"}}},
    }
    (desk.folder / "pimflow.yaml").write_text(yaml.safe_dump({**project, "default_environment": "production"}))
    desk.provision("version: 1\nattribute_groups: {facts: }\n", *words, code=code)


def test_an_environment_is_named_where_none_is_the_default(desk):
    project = yaml.safe_load((desk.folder / "pimflow.yaml").read_text())
    (desk.folder / "pimflow.yaml").write_text(yaml.safe_dump({**project, "environments": {"test": {}, "live": {}}}))
    text = "version: 1\nattribute_groups: {facts: }\n"
    assert "pimflow.yaml" in desk.provision(text, code=2)["errors"][0]
    assert "did you mean 'test'?" in desk.provision(text, "--environment", "tset", code=2)["errors"][0]
    assert desk.provision(text, "--environment", "test")["counts"] == {"created": 1}


def test_a_connection_of_another_system_is_told(desk):
    (desk.folder / "pimflow.yaml").write_text("version: 1\nconnections: {erp: {type: tryton}}\n")
    text = "version: 1\nattribute_groups: {facts: }\n"
    (error,) = desk.provision(text, code=2)["errors"]
    assert error.endswith("no connection of type 'akeneo' stands here; --pipeline takes that of a pipeline")


def test_a_pim_that_does_not_answer_is_told_in_words(desk):
    project = (desk.folder / "pimflow.yaml").read_text()
    (desk.folder / "pimflow.yaml").write_text(project.replace("password: sandbox", "password: wrong"))
    done = desk.provision("version: 1\nattribute_groups: {facts: }\n", code=3)
    assert "password" in done["errors"][0]
