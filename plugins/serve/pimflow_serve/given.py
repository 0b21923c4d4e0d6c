"""What programs give: bodies of which every key is known and every text is one, and numbers that can be kept."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import orjson
from fastapi import Path
from pydantic import BaseModel, ConfigDict, model_validator

LARGEST = 2**63 - 1
Number = Annotated[int, Path(ge=1, le=LARGEST)]
"""The number of something that is kept, in an address."""


Guard = Literal["min_rows", "max_changed", "max_missing", "max_cleared", "first_import"]
"""A guard that one run may be let pass."""


class Given(BaseModel):
    """A body. What it holds is not repeated where it is wrong: it may be a password."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _is_text(cls, data: Any) -> Any:
        try:
            orjson.dumps(data)
        except TypeError:  # JSON may name halves of characters, which nothing else takes
            raise ValueError("a text holds half a character, or a number is too large") from None
        return data
