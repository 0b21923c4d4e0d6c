"""Proposals of schedules: for runs that read changes only, and for those that read everything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from zlib import crc32

from pimflow.advising.pace import HOURS, Pace

STEPS = (5, 10, 15, 20, 30, 60, 120, 240, 360, 720, 1440)
"""Minutes between runs that a person can remember, and cron can say."""

UNMEASURED = 15
"""Minutes between runs of which nothing is known yet."""

_REST = 4
"""A run may take up to this part of the time between two, so that people and other pipelines have the systems, too."""

_TOGETHER = 0.5
"""What all pipelines into one target may take of its time: a PIM serves four calls at once for all of a connection."""

_LONGEST_WAIT = 60
"""Minutes that a change waits at most because changes are rare."""

_SHORT_NIGHT = 30 * 60
"""A run of everything of up to so many seconds may be every night."""

_NIGHT = 2
"""The hour at which it begins where nothing better is known."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a kind of run begins: every `minutes`, or at a time of each day, or of Sunday where `weekly`.

    `takes` is how long the longest of the latest took, in seconds; None where none is known.
    """

    minutes: int
    hour: int
    minute: int
    takes: float | None
    weekly: bool = False

    @property
    def cron(self) -> str:
        """Say it as cron does, in the machine's own time."""
        if self.weekly:
            return f"{self.minute} {self.hour} * * 0"
        if self.minutes < 60:
            return f"{self.minute % self.minutes}-59/{self.minutes} * * * *"
        if self.minutes == 60:
            return f"{self.minute} * * * *"
        if self.minutes < 1440:
            return f"{self.minute} */{self.minutes // 60} * * *"
        return f"{self.minute} {self.hour} * * *"

    @property
    def words(self) -> str:
        """Say it to people."""
        if self.weekly:
            return f"every Sunday at {self.hour:02}:{self.minute:02}"
        if self.minutes < 60:
            return f"every {self.minutes} minutes"
        if self.minutes == 60:
            return "every hour"
        if self.minutes < 1440:
            return f"every {self.minutes // 60} hours"
        return f"every night at {self.hour:02}:{self.minute:02}"


@dataclass(frozen=True, slots=True)
class Advice:
    """What is proposed for one pipeline. `changes` is None where it always reads everything."""

    pipeline: str
    pace: Pace
    changes: Schedule | None
    everything: Schedule
    slowed: bool = False


def advise(paces: Mapping[str, Pace], targets: Mapping[str, str]) -> list[Advice]:
    """Propose for each pipeline; `targets` says where each writes, so that those into one target leave it time."""
    found = {name: _alone(name, pace) for name, pace in paces.items()}
    for target in set(targets.values()):
        sharing = [found[name] for name in found if targets.get(name) == target]
        for one in _together(sharing):
            found[one.pipeline] = one
    return list(found.values())


def _alone(name: str, pace: Pace) -> Advice:
    minute = crc32(name.encode()) % 50  # pipelines do not begin all at once
    night = _quiet_hour(pace)
    takes = max(pace.full[-3:], default=None)
    if pace.full and not pace.quick and len(pace.full) > 1:
        return Advice(name, pace, None, Schedule(_step(takes or 0.0, 60), night, minute, takes))
    longest = max(pace.quick, default=None)
    between = UNMEASURED if longest is None else _step(longest, _by_rate(pace))
    weekly = takes is None or takes > _SHORT_NIGHT
    return Advice(
        name, pace, Schedule(between, night, minute, longest), Schedule(1440, night, minute, takes, weekly=weekly)
    )


def _step(longest: float, least: float) -> int:
    wanted = max(longest / 60 * _REST, least)
    return next((step for step in STEPS if step >= wanted), STEPS[-1])


def _by_rate(pace: Pace) -> float:
    """Give the minutes in which about one record changes, as far as that is bearable."""
    rate = pace.changes_an_hour
    return STEPS[0] if rate is None else min(_LONGEST_WAIT, 60 / rate if rate else _LONGEST_WAIT)


def _quiet_hour(pace: Pace) -> int:
    """Give the hour with the fewest changes, the nearest to two at night of several."""
    if pace.changes_an_hour is None:
        return _NIGHT
    return min(
        range(HOURS), key=lambda hour: (pace.at_hour[hour], min((hour - _NIGHT) % HOURS, (_NIGHT - hour) % HOURS))
    )


def _together(sharing: list[Advice]) -> list[Advice]:
    """Let runs of changes be rarer, the most frequent first, until all of them leave the target half of its time."""
    while sum(map(_share, sharing)) > _TOGETHER:
        busiest = max((one for one in sharing if _can_wait(one)), key=_share, default=None)
        if busiest is None:
            break
        sharing[sharing.index(busiest)] = _rarer(busiest)
    return sharing


def _share(one: Advice) -> float:
    schedule = one.changes or one.everything
    return (schedule.takes or 0.0) / 60 / schedule.minutes


def _can_wait(one: Advice) -> bool:
    return one.changes is not None and one.changes.minutes < STEPS[-1]


def _rarer(one: Advice) -> Advice:
    assert one.changes is not None
    changes = one.changes
    next_step = STEPS[STEPS.index(changes.minutes) + 1]
    slower = Schedule(next_step, changes.hour, changes.minute, changes.takes)
    return Advice(one.pipeline, one.pace, slower, one.everything, slowed=True)
