"""The key `schedule` of a pipeline file: when a server runs the pipeline by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from pimflow.configuration.checked import Checked


def _cron(value: Any) -> str:
    from pimflow.configuration.times import cron_of  # noqa: PLC0415 - every check of a file would wait for it

    return cron_of(value)


def _zone(value: Any) -> str:
    from pimflow.configuration.times import zone_of  # noqa: PLC0415 - every check of a file would wait for it

    return zone_of(value)


def _length(least: timedelta, most: timedelta) -> Callable[[Any], timedelta]:
    def length(value: Any) -> timedelta:
        from pimflow.configuration.times import length_of  # noqa: PLC0415 - every check of a file would wait for it

        return length_of(value, least, most)

    return length


Cron = Annotated[str, BeforeValidator(_cron)]
_HOUR, _WEEK = timedelta(hours=1), timedelta(days=7)


class Timetable(Checked):
    """When `pimflow serve` runs a pipeline by itself."""

    changes: Cron | None = Field(
        None, description="When changes only are read: `every 15 minutes`, or as cron says it."
    )
    everything: Cron | None = Field(
        None, description="When everything is read: `every Sunday at 03:00`, or as cron says it."
    )
    time_zone: Annotated[str, BeforeValidator(_zone)] | None = Field(
        None,
        description="The time zone of these times, such as Europe/Paris; that of the server's machine unless given.",
    )
    jitter: Annotated[timedelta, BeforeValidator(_length(timedelta(), _HOUR))] = Field(
        timedelta(), description="Up to how much later a run begins, by chance, so that not all begin at once: `30s`."
    )
    late_after: Annotated[timedelta, BeforeValidator(_length(timedelta(minutes=1), 53 * _WEEK))] | None = Field(
        None, description="After how long without a good run people are told, such as `26h`; by the times unless given."
    )

    @model_validator(mode="after")
    def _says_when(self) -> Self:
        if not self.kinds:
            raise ValueError("when? `changes` or `everything` is missing, such as `changes: every 15 minutes`")
        return self

    @property
    def kinds(self) -> Mapping[str, str]:
        """The times as cron says them, by what is read then: `changes`, `everything`."""
        both = {"changes": self.changes, "everything": self.everything}
        return {kind: cron for kind, cron in both.items() if cron is not None}
