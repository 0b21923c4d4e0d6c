"""The options of a drop folder: into which others put files that are read once each."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from fnmatch import fnmatch
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Order = Literal["name", "time"]
"""In which several files are read."""
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_AHEAD = timedelta(hours=12)


class Drop(BaseModel):
    """How files are taken out of a folder into which others put them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    wait: Literal["stable", "ok_file"] = Field(
        "stable",
        description="When a file is complete: `stable` when it stays as it is for `seconds`, `ok_file` when a file of "
        "the same name and `.ok` lies beside it, as `a.csv.ok` or `a.ok`.",
    )
    seconds: float = Field(5, ge=0, le=600, description="For `wait: stable`.")
    archive: str | None = Field(
        None, description="Folder for files that were read, from theirs; when left out they stay and are remembered."
    )
    failed: str | None = Field(
        None, description="Folder for files that cannot be read; when left out they stay, and every run tells of them."
    )
    full: str | None = Field(None, description="Names of files that hold everything, such as `*full*`.")
    delta: str | None = Field(None, description="Names of files that hold changes only, such as `*delta*`.")
    key: str | None = Field(
        None,
        description="Column with the record's key. With it, a run reads all files that wait, and the last word on a "
        "record counts; without it, one file a run.",
    )
    by: time | None = Field(
        None, description='Hour, such as "07:00", by which a file must have come in the twelve hours before.'
    )
    days: tuple[Day, ...] = Field(_DAYS, min_length=1, description="Days on which `by` counts.")
    empty: Literal["problem", "accept"] = Field("problem", description="What a file without any record is.")

    def is_full(self, name: str) -> bool | None:
        """Tell whether a file of this name holds everything; None for one that fits no pattern."""
        if self.full is not None and fnmatch(name, self.full):
            return True
        if self.delta is not None and fnmatch(name, self.delta):
            return False
        if self.full is not None and self.delta is not None:
            return None
        return self.full is None

    def due_since(self, now: datetime) -> tuple[datetime, datetime] | None:
        """Give the last hour by which a file had to come, in this machine's time, and from when on it counts."""
        if self.by is None:
            return None
        local = now.astimezone()
        due = local.replace(hour=self.by.hour, minute=self.by.minute, second=self.by.second, microsecond=0)
        while due > local or _DAYS[due.weekday()] not in self.days:
            due -= timedelta(days=1)
        return due, due - _AHEAD
