"""The form of the file that `pimflow akeneo provision` reads. No I/O."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, create_model

from pimflow_akeneo.spelling import alike
from pimflow_akeneo.structure import codecs
from pimflow_akeneo.structure.codecs import Codec
from pimflow_akeneo.structure.description import Column
from pimflow_akeneo.structure.resources import ATTRIBUTES, LOCALE

T = TypeVar("T")
OTHER = "other"
READ_ONLY = "is_read_only"
LABEL_MARK = "{label}"
_CODE = re.compile(r"\w{1,255}", re.ASCII)
_LOCALE = re.compile(r"[a-z]{2,3}(_\w+)?", re.ASCII)


def _is_code(text: str) -> str:
    if not _CODE.fullmatch(text):
        raise ValueError(f"{text!r} is no code: letters of the English alphabet, digits and _ only")
    return text


def _is_locale(text: str) -> str:
    if text != OTHER and not _LOCALE.fullmatch(text):
        raise ValueError(f"{text!r} is neither a locale (de_DE), nor a language (de), nor `{OTHER}`")
    return text


def _is_type(text: str) -> str:
    try:
        return str(codecs.TYPE.accept(text))
    except ValueError as bad:
        raise ValueError(f"{text!r}: {bad}") from None


def _has_mark(text: str) -> str:
    if LABEL_MARK not in text:
        raise ValueError(f"expected a text with {LABEL_MARK} in it, such as '{LABEL_MARK} (from the ERP)'")
    return text


def _or_empty(value: Any) -> Any:
    return {} if value is None else value


Code = Annotated[str, AfterValidator(_is_code)]
Locale = Annotated[str, AfterValidator(_is_locale)]
Labels = dict[Locale, Annotated[str, Field(min_length=1)]]
Codes = list[Code]
Maybe = Annotated[T, BeforeValidator(_or_empty)]
"""What may stand there without anything inside, as in `red:`."""


class _Part(BaseModel):
    """What was not written in the file is not among `model_fields_set`, and stays as it is in the PIM."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class _Labelled(_Part):
    labels: Labels = Field(
        {},
        description="What people read: by locale (`de_DE`), by language (`de`: all active locales of it), or `other`: "
        "all active locales not named.",
    )


class AttributeGroup(_Labelled):
    """An attribute group."""

    sort_order: int = Field(0, description="Its place among the groups.")


class _Attribute(_Labelled):
    """What attributes have that is no column of Akeneo's CSV files."""

    is_read_only: bool = Field(
        default=False,
        description="People see the value and cannot edit it, where the edition of the PIM has this switch.",
    )
    options: dict[Code, Maybe[Labels]] = Field(
        {}, description="Options of a simple or multi select: code and labels. Others that are there stay."
    )


_PYTHON: dict[Codec, Any] = {
    codecs.TEXT: str,
    codecs.CODE: Code,
    codecs.TYPE: Annotated[str, AfterValidator(_is_type), Field(json_schema_extra={"enum": list(codecs.TYPES)})],
    codecs.INTEGER: int,
    codecs.ORDER: int,
    codecs.AMOUNT: float,
    codecs.BOOLEAN: bool,
    codecs.FLAG: bool,
    codecs.DAY: str,
    codecs.CODES: list[str],
    codecs.JSON: list[dict[str, Any]],
}
_UNSET: dict[Any, Any] = {int: 0, float: 0.0, bool: False, list[str]: [], list[dict[str, Any]]: []}


def _field(column: Column) -> tuple[Any, Any]:
    if column.per == LOCALE:
        return Labels, Field({}, description=f"{column.words}, by locale or language.")
    python = _PYTHON[column.codec]
    kept = ". The PIM keeps it for ever" if column.fixed else ""
    return python, Field(_UNSET.get(python, ""), description=f"{column.words}{kept}.")


_COLUMNS: dict[str, Any] = {
    name: _field(column)
    for column in ATTRIBUTES.columns
    if (name := column.api_name if column.per else column.name) != "labels"
}
Attribute: type[_Attribute] = create_model(
    "Attribute",
    __base__=_Attribute,
    __doc__="An attribute: its properties are named as in Akeneo's own CSV files.",
    **_COLUMNS,
)


class AssociationType(_Labelled):
    """An association type."""

    is_two_way: bool = Field(default=False, description="It holds in both directions. The PIM keeps it for ever.")
    is_quantified: bool = Field(default=False, description="It has quantities. The PIM keeps it for ever.")


class Level(_Part):
    """One level of a family variant."""

    axes: Codes = Field(min_length=1, max_length=5, description="What tells its records apart; the PIM keeps them.")
    attributes: Codes = Field([], description="What else belongs to this level, besides the axes.")


class FamilyVariant(_Labelled):
    """How the products of a family are split into models and variants."""

    levels: list[Level] = Field(min_length=1, max_length=2, description="One level or two, the upper one first.")


class Family(_Labelled):
    """A family. What it has and the file does not name stays."""

    attributes: Codes = Field([], description="Attributes to add; those that it has stay.")
    attribute_as_label: Code = Field("", description="Text or identifier that is shown as the product's name.")
    attribute_as_image: Code = Field("", description="Picture that is shown for the product.")
    requirements: dict[Code, Codes] = Field(
        {}, description="Attributes that completeness asks for, by channel; those that are required already stay so."
    )
    variants: dict[Code, FamilyVariant] = Field({}, description="Family variants.")


class Category(_Labelled):
    """A category: at the top of the file a tree, or a category that is there already."""

    children: dict[Code, Maybe[Category]] = Field({}, description="Categories below it.")


_ONCE = frozenset(
    name
    for model in (AttributeGroup, Attribute, AssociationType, FamilyVariant, Family)
    for name in model.model_fields
    if name not in {"options", "variants", "levels", "type", "attributes", "requirements"}
)


def _are_properties(names: list[str]) -> list[str]:
    for name in names:
        if name not in _ONCE:
            near = alike(name, _ONCE)
            raise ValueError(f"no property {name!r} can be written once{f'; did you mean {near!r}?' if near else ''}")
    return names


class Provision(_Part):
    """A file for `pimflow akeneo provision`."""

    version: Literal[1] = Field(description="The version of this format.")
    once: Annotated[list[str], AfterValidator(_are_properties)] = Field(
        [], description="Properties that are written where the PIM has none yet, and are the people's afterwards."
    )
    read_only_label: dict[Locale, Annotated[str, AfterValidator(_has_mark)]] = Field(
        {},
        description="How labels of `is_read_only` attributes are written in a PIM without that switch, as in "
        f"`en: '{LABEL_MARK} (from the ERP)'`.",
    )
    attribute_groups: dict[Code, Maybe[AttributeGroup]] = Field({}, description="Attribute groups, by code.")
    attributes: dict[Code, Maybe[Attribute]] = Field({}, description="Attributes, by code.")
    association_types: dict[Code, Maybe[AssociationType]] = Field({}, description="Association types, by code.")
    categories: dict[Code, Maybe[Category]] = Field({}, description="Categories, by code, each with its children.")
    families: dict[Code, Maybe[Family]] = Field({}, description="Families, by code, with their variants.")


def schema() -> dict[str, Any]:
    """Give the JSON Schema of such a file."""
    found = Provision.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **_without_defaults(found),
        "title": "pimflow akeneo provision",
    }


def _without_defaults(data: Any) -> Any:
    """Take the defaults out: what is not written stays as it is in the PIM."""
    if isinstance(data, dict):
        return {name: _without_defaults(one) for name, one in data.items() if name != "default"}
    return [_without_defaults(one) for one in data] if isinstance(data, list) else data
