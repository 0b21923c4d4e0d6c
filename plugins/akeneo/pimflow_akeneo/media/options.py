"""The option `media:` of the sinks: where the files of a record come from."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from pimflow.components import InputPath


class MediaOptions(BaseModel):
    """Where pictures and files come from: cells hold a path, an address, a data URL, base64 text, or a PIM's code."""

    model_config = ConfigDict(frozen=True, extra="forbid", revalidate_instances="always")

    folder: InputPath = Field(
        Path(),
        validate_default=True,
        description="Folder where paths in cells start; the folder of the pipeline file when left out. No cell leads "
        "out of it, so that no data can make other files of this machine public.",
    )
    base64: tuple[str, ...] = Field((), description="Columns whose cells hold the file itself as base64 text.")
    hosts: tuple[str, ...] | None = Field(
        None, description="The only hosts that addresses in cells may name, as in cdn.example.com; any when left out."
    )
    recheck_hours: float = Field(
        0,
        ge=0,
        description="Hours for which a file behind an address counts as unchanged without a call. With 0 every run "
        "asks: one small call a file, where the server supports it.",
    )
    max_megabytes: float = Field(100, gt=0, description="Larger files are not downloaded from addresses.")
    parallel: int = Field(4, ge=1, le=16, description="Files of a batch under way at once; the PIM's own limit holds.")
    timeout: float = Field(30, gt=0, description="Seconds to wait for an answer of an address.")
