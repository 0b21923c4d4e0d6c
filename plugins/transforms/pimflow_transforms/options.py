"""What the options of several transforms share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from pimflow import ConfigError
from pimflow_transforms.values import as_text

Plain = str | int | float | bool
"""A single value as YAML gives it."""


def _text_of_plain(value: Any) -> Any:
    return as_text(value) if isinstance(value, Plain) else value


PlainText = Annotated[str, BeforeValidator(_text_of_plain, json_schema_input_type=Plain)]
"""Text; numbers and booleans of the YAML are taken as they are written."""


def _one_or_more(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


OneOrMore = Annotated[tuple[str, ...], BeforeValidator(_one_or_more, json_schema_input_type=str | list[str])]
"""One name, or a list of names."""


class Rule(BaseModel):
    """A nested mapping of options; one of them, `short`, may be given alone instead of the mapping."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, populate_by_name=True)

    short: ClassVar[str] = ""

    @model_validator(mode="before")
    @classmethod
    def _from_short_form(cls, value: Any) -> Any:
        if cls.short and not isinstance(value, dict | cls):
            return {cls.short: value}
        return value

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Offer the short form beside the mapping."""
        whole = handler(schema)
        if not cls.short:
            return whole
        return {"anyOf": [handler.resolve_ref_schema(whole)["properties"][cls.short], whole]}


def positions(names: Iterable[str], header: Sequence[str], place: str = "") -> list[int]:
    """Find columns in the header. Raises ConfigError naming all that are not there, each with the nearest name."""
    wanted = list(names)
    missing = [name for name in wanted if name not in header]
    if missing:
        raise ConfigError(*[place + _not_there(name, header) for name in dict.fromkeys(missing)])
    return [header.index(name) for name in wanted]


def _not_there(name: str, header: Sequence[str]) -> str:
    near = get_close_matches(name, header, 3, 0.6)
    if near:
        return f"there is no column {name!r}; did you mean {' or '.join(map(repr, near))}?"
    shown = ", ".join(header[:20]) + (", …" if len(header) > 20 else "")
    return f"there is no column {name!r}; the columns here are: {shown or 'none'}"
