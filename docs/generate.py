"""What the reference takes from the code while the site is built, so that it cannot fall behind.

A line `<!-- generate: WHAT NAMES -->` in a page is replaced by Markdown made from the installed plugins, the command
line or the models of the pipeline file. MkDocs calls `on_page_markdown` for each page.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import Any

import click
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from pimflow import errors
from pimflow.cli import pimflow
from pimflow.components import Component, Transform
from pimflow.configuration.forms import (
    EnvironmentConfig,
    FlowConfig,
    Guards,
    History,
    Ownership,
    PipelineConfig,
    ProjectConfig,
    Sku,
)
from pimflow.configuration.timetable import Timetable
from pimflow.plugins import KINDS, create_registry
from pimflow_akeneo.structure import codecs, resources
from pimflow_akeneo.structure.codecs import Codec
from pimflow_akeneo.structure.description import Column, Resource
from pimflow_serve.configuring import HookConfig, LogConfig, ServeConfig

MARK = re.compile(r"^<!-- generate: (?P<what>\w+)(?P<names>[^\n]*?) -->$", re.MULTILINE)
_OF_PIPELINES = (PipelineConfig, History, Timetable, Ownership, FlowConfig, Guards, Sku)
_MODELS = (*_OF_PIPELINES, ProjectConfig, EnvironmentConfig, ServeConfig, HookConfig, LogConfig)
MODELS: Mapping[str, type[BaseModel]] = {model.__name__: model for model in _MODELS}
_HELP_WIDTH = 100


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Replace the marks of one page. MkDocs' hook."""
    return MARK.sub(lambda match: WHAT[match["what"]](*match["names"].split()), markdown)


def command(*names: str) -> str:
    """Give the help of a command, or of a command inside a command."""
    found: click.Command = pimflow
    context = click.Context(found, info_name="pimflow")
    for name in names:
        assert isinstance(found, click.Group)
        below = found.get_command(context, name)
        if below is None:
            raise LookupError(f"no such command: {' '.join(names)}")
        found, context = below, click.Context(below, info_name=name, parent=context)
    context.max_content_width = context.terminal_width = _HELP_WIDTH
    return f"```text\n{found.get_help(context)}\n```"


def options(kind: str, name: str) -> str:
    """Give what a component says about itself and a table of its options."""
    component = create_registry().find(KINDS[kind], name)
    parts = [_paragraphs(component), _table(component)]
    if issubclass(component, Transform) and component.root:
        parts.insert(1, f"The value behind `{name}:` {_whole_value(component)}")
    return "\n\n".join(part for part in parts if part)


def keys(model: str) -> str:
    """Give a table of the keys of one of the files that a user writes."""
    return _table(MODELS[model])


def rule(kind: str, name: str, nested: str) -> str:
    """Give a table of the options inside an option: the model of this name in the component's schema."""
    component = create_registry().find(KINDS[kind], name)
    return _schema_table(component.model_json_schema()["$defs"][nested])


def structure_resources() -> dict[str, Resource]:
    """Give the structure resources of Akeneo by the name of their component: `attribute_options`."""
    found = {name.lower(): one for name, one in vars(resources).items() if isinstance(one, Resource)}
    return dict(sorted(found.items()))


def columns(name: str) -> str:
    """Give a table of the columns of one of Akeneo's structure resources."""
    resource = structure_resources()[name]
    keys = (resource.KEY, *((resource.owner,) if resource.owner else ()))
    rows = [_column(column, is_key=column in keys) for column in (*keys, *resource.columns)]
    return "\n".join(["| column | cell | |", "|---|---|---|", *rows])


def exit_codes() -> str:
    """Give the tree of errors with their exit codes, as `pimflow.errors` draws it."""
    return f"```text\n{(errors.__doc__ or '').partition(chr(10) * 2)[2].strip()}\n```"


WHAT: Mapping[str, Callable[..., str]] = {
    "command": command,
    "options": options,
    "keys": keys,
    "rule": rule,
    "columns": columns,
    "errors": exit_codes,
}


def commands(group: click.Group = pimflow, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """List every command, and those inside commands."""
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        if not isinstance(found, click.Group) or found.invoke_without_command:
            yield (*above, name)
        if isinstance(found, click.Group):
            yield from commands(found, (*above, name))


_CELLS: Mapping[Codec, str] = {
    codecs.TEXT: "text",
    codecs.FILLED: "text",
    codecs.CODE: "code",
    codecs.TYPE: "`pim_catalog_text` and the like",
    codecs.CODES: "codes with commas between",
    codecs.FLAG: "`1` or `0`",
    codecs.BOOLEAN: "`1` or `0`",
    codecs.INTEGER: "whole number",
    codecs.ORDER: "whole number",
    codecs.AMOUNT: "number",
    codecs.DAY: "`2026-01-31`",
    codecs.PAIRS: "`weight: KILOGRAM, length: METER`",
    codecs.JSON: "JSON",
    codecs.UNITS: "JSON",
}


def _column(column: Column, *, is_key: bool) -> str:
    name = f"{column.name}-{column.per.upper()}" if column.per else column.name
    kept = "kept for ever" if column.fixed and not is_key else "" if column.written else "read only"
    return f"| `{name}` | {_CELLS[column.codec]} | {'names the record' if is_key else kept} |"


def _paragraphs(component: type[Component]) -> str:
    return inspect.cleandoc(component.__doc__ or "")


def _whole_value(component: type[Transform]) -> str:
    described = component.model_fields[component.root or ""].description or ""
    return f"is the whole setting: {described[:1].lower()}{described[1:]}"


def _table(model: type[BaseModel]) -> str:
    root = getattr(model, "root", None)
    rows = [
        f"| `{field.alias or name}` | {_type_of(field.annotation)} | {_default(field)} | {_cell(field.description)} |"
        for name, field in model.model_fields.items()
        if name != root
    ]
    return "\n".join(["| option | value | default | meaning |", "|---|---|---|---|", *rows]) if rows else ""


def _schema_table(schema: Mapping[str, Any]) -> str:
    properties = schema.get("properties") or next(one["properties"] for one in schema["anyOf"] if "properties" in one)
    rows = [f"| `{name}` | {_cell(one.get('description', ''))} |" for name, one in properties.items()]
    return "\n".join(["| option | meaning |", "|---|---|", *rows])


def _default(field: Any) -> str:
    if field.is_required():
        return "**required**"
    default = field.default if field.default is not PydanticUndefined else field.default_factory()
    if default is None or default in ((), [], {}, "") or isinstance(default, BaseModel):
        return ""
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    return f"`{', '.join(map(str, default)) if isinstance(default, tuple) else default}`"


_PLAIN = {
    "str": "text", "int": "whole number", "float": "number", "bool": "`true` or `false`", "SecretStr": "secret text",
    "Path": "file", "NoneType": "", "dict": "mapping", "list": "list", "tuple": "list", "Any": "", "Ellipsis": "",
}  # fmt: skip


def _type_of(annotation: Any) -> str:
    """Name a type for people: `text`, `list`, or the words that are allowed."""
    arguments = getattr(annotation, "__args__", ())
    origin = getattr(annotation, "__origin__", None)
    if str(origin) == "typing.Literal":
        return " or ".join(f"`{_shown(one)}`" for one in arguments)
    if getattr(annotation, "__metadata__", None) is not None:
        return _type_of(origin)
    name = getattr(origin or annotation, "__name__", "")
    if name in {"Union", "UnionType"} or (arguments and origin is None):
        return " or ".join(dict.fromkeys(word for one in arguments if (word := _type_of(one))))
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return " or ".join(f"`{one}`" for one in annotation)
    of_enums = [one for one in arguments if isinstance(one, type) and issubclass(one, StrEnum)]
    if name in {"list", "tuple"} and of_enums:
        return f"list of {_type_of(of_enums[0])}"
    return _PLAIN.get(name, "mapping")


def _shown(value: Any) -> str:
    return "blank" if value == " " else str(value)


def _cell(text: str | None) -> str:
    return (text or "").replace("|", "\\|").replace("\n", " ")
