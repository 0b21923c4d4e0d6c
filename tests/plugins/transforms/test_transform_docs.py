"""The examples of the README are valid, for pimflow and for an editor that knows the JSON Schema."""

import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from pimflow_transforms import pimflow_components

CLASSES = {cls.type: cls for cls in pimflow_components(None)}
README = Path(__file__).parents[3] / "plugins" / "transforms" / "README.md"
MORE = """
- filter: {field: ref, in: [A, 1, true]}
- filter: [{field: price, greater: 5.5}, {field: ref, not_in: [1]}]
- convert: {active: {to: boolean, "true": [oui, 1], "false": [0]}, weight: {to: number, thousands: " "}}
- map: {sku: ref, n: {constant: 12}, groups: {constant: [a, b]}, f: {from: g, default: 0}}
- value_map: {field: colour, map: {"1": 2, BORD: true}}
- variants: {group: style, family_variant: {from: family, map: {1: a, shirts: ""}}}
"""


def examples():
    blocks = [*re.findall(r"```yaml\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL), MORE]
    return [each for block in blocks for each in yaml.load(block, yaml.BaseLoader)]


def schema_of(cls):
    schema = cls.model_json_schema()
    return {**schema["properties"][cls.root], "$defs": schema.get("$defs", {})} if cls.root else schema


@pytest.mark.parametrize("example", examples(), ids=lambda example: next(iter(example)))
def test_examples_are_valid(example, tmp_path):
    ((name, value),) = example.items()
    for table in ("families.csv", "colours.csv", "erp_defaults.csv"):
        (tmp_path / table).write_text("a,b\n")
    cls = CLASSES[name]
    cls.model_validate({cls.root: value} if cls.root else value, context={"folder": tmp_path})


@pytest.mark.parametrize("example", list(yaml.safe_load(MORE)), ids=lambda example: next(iter(example)))
def test_the_schema_takes_what_the_options_take(example):
    ((name, value),) = example.items()
    jsonschema.validate(value, schema_of(CLASSES[name]))
    CLASSES[name].model_validate({CLASSES[name].root: value} if CLASSES[name].root else value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("filter", {"field": "a", "presnt": True}),
        ("map", {"a": {"form": "b"}}),
        ("convert", {"a": "numbr"}),
        ("value_map", {"field": "a", "map": {}, "unknown": "drop"}),
        ("variants", {"group": "a", "family_variant": "b", "differing": "last"}),
    ],
)
def test_the_schema_refuses_what_the_options_refuse(name, value):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(value, schema_of(CLASSES[name]))
