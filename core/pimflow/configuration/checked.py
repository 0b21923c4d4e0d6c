"""What all mappings in the files of users are: their keys are known, and they do not change."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Checked(BaseModel):
    """A mapping whose keys are known: frozen, and another key is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True)
