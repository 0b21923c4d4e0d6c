"""The JSON Schema of a pipeline file: the keys of `forms`, the components of the installed plugins."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pimflow.components import Component, Connection, Notifier, Source, Transform
from pimflow.configuration.forms import PipelineConfig
from pimflow.plugins import Registry
from pimflow.sinks import Sink

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def pipeline_schema(registry: Registry) -> dict[str, Any]:
    """Give the schema; components of broken plugins are left out."""
    offered = {component for plugin in registry.load_all() for component in plugin.components}
    schema = PipelineConfig.model_json_schema()
    definitions = schema["$defs"]
    flow = definitions["FlowConfig"]["properties"]
    source, sink = _choice(definitions, offered, Source), _choice(definitions, offered, Sink)
    flow["source"] |= source
    flow["sink"] |= {"anyOf": [sink, {"type": "array", "items": sink, "minItems": 1}]}
    flow["transforms"]["items"] = {"anyOf": _transforms(definitions, offered)}
    connections, flows = schema["properties"]["connections"], schema["properties"]["flows"]
    connections["patternProperties"] = dict.fromkeys(
        connections["patternProperties"], _choice(definitions, offered, Connection)
    )
    connections["additionalProperties"] = flows["additionalProperties"] = False
    schema["properties"]["notify"]["items"] = _choice(definitions, offered, Notifier)
    return {"$schema": _DIALECT, **schema, "title": "pimflow pipeline"}


def _choice(definitions: dict[str, Any], offered: Iterable[type[Component]], kind: type[Component]) -> dict[str, Any]:
    names = []
    for component in sorted((one for one in offered if issubclass(one, kind)), key=lambda one: one.type):
        options = _options(definitions, component)
        options["properties"] = {"type": {"const": component.type}, **options.get("properties", {})}
        options["required"] = ["type", *options.get("required", [])]
        name = f"{kind.__name__} {component.type}"
        definitions[name] = options
        names.append({"$ref": f"#/$defs/{name}"})
    return {"type": "object", "required": ["type"], "anyOf": names} if names else {"type": "object"}


def _transforms(definitions: dict[str, Any], offered: Iterable[type[Component]]) -> list[dict[str, Any]]:
    choices: list[dict[str, Any]] = []
    for component in sorted((one for one in offered if issubclass(one, Transform)), key=lambda one: one.type):
        options = _options(definitions, component)
        value = options["properties"][component.root] if component.root else options
        properties = {component.type: value}
        choices.append({
            "type": "object", "properties": properties, "required": [component.type], "additionalProperties": False,
            "description": options.get("description", ""),
        })  # fmt: skip
        if not options.get("required"):
            choices.append({"const": component.type})
    return choices


def _options(definitions: dict[str, Any], component: type[Component]) -> dict[str, Any]:
    """Give the schema of a component's options; the definitions that it refers to move into `definitions`."""
    prefix = f"{component.type} "
    schema = component.model_json_schema(ref_template=f"#/$defs/{prefix}{{model}}")
    definitions.update({prefix + name: one for name, one in schema.pop("$defs", {}).items()})
    return schema
