"""The option `create_missing:` of the sinks of products and product models."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

What = Literal["options", "categories", "attributes"]
Type = Literal["text", "textarea", "number", "boolean", "date", "price_collection"]


class CreateMissing(BaseModel):
    """What is made in the PIM where it is missing, how much of it in one run, and how it looks."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    what: tuple[What, ...] = Field((), description="`options` of selects, `categories`, `attributes`.")
    max_new: int = Field(100, ge=1, description="Most that one run makes of all these together; the rest is told.")
    locales: tuple[str, ...] | None = Field(
        None,
        description="Locales in which the source's text becomes the label; the only one of the PIM when left out, and "
        "none where it has several.",
    )
    category: str | None = Field(None, description="Code of the category below which new categories go.")
    group: str = Field("other", min_length=1, description="Code of the attribute group that gets new attributes.")
    types: dict[str, Type] = Field(
        default_factory=dict, description="Types of new attributes by code; the others are text. The PIM keeps a type."
    )

    @model_validator(mode="after")
    def _has_a_place(self) -> CreateMissing:
        if "categories" in self.what and not self.category:
            raise ValueError("new categories need a place: `category: CODE` of the one below which they go")
        return self


def _whole(value: Any) -> Any:
    return {"what": value} if isinstance(value, list | tuple) else value


CreateMissingOption = Annotated[
    CreateMissing, BeforeValidator(_whole, json_schema_input_type=list[What] | CreateMissing)
]
"""The list alone stands for `{what: LIST}`."""
