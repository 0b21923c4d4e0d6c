"""Which call fails and how: decided per call from the settings, repeatable by seed."""

import random
import time
from collections import deque
from dataclasses import dataclass

from pimflow_akeneo_sandbox.settings import Faults

BEFORE = (
    "drop_before",
    "silent_before",
    "error_500",
    "error_503",
    "error_429",
    "error_401",
    "html",
    "redirect",
)
"""Nothing is applied."""
AFTER = (
    "drop_after",
    "silent_after",
    "cut_answer",
    "truncated",
    "empty",
    "bad_gzip",
    "drip",
    "missing_lines",
    "shuffled_lines",
    "doubled_lines",
    "strange_lines",
)
"""Everything is applied, and the answer does not arrive as it should."""


@dataclass(frozen=True)
class Plan:
    """What happens to one call; at most one fault. `keep` says for each line of a bulk answer whether it is sent."""

    fault: str | None = None
    seed: int = 0

    @property
    def chance(self) -> random.Random:
        """Give the chance of this call, from its beginning."""
        return random.Random(self.seed)  # noqa: S311 (faults, not secrets)

    def keep(self, lines: int) -> list[bool]:
        """Which of the answer lines are sent: some are missing, one at least."""
        chance = self.chance
        kept = [chance.random() > 0.3 for _ in range(lines)]
        if all(kept) and lines:
            kept[chance.randrange(lines)] = False
        return kept


class Planner:
    """Counts the calls and makes the plan for each."""

    def __init__(self, faults: Faults) -> None:
        self.reset(faults)

    def reset(self, faults: Faults) -> None:
        """Start counting anew with these settings."""
        self.faults = faults
        self._calls = 0
        self._chance = random.Random(faults.seed)  # noqa: S311 (faults, not secrets)
        self._recent: deque[float] = deque()
        self._recent_options: deque[float] = deque()
        self.running = 0

    def change(self, faults: Faults) -> None:
        """Go on with other settings; a new seed starts the chance anew."""
        running = self.running
        self.reset(faults)
        self.running = running

    def plan(self, *, writes: bool) -> Plan:
        """Return the plan for the next call."""
        if self.faults.writes_only and not writes:
            return Plan()
        self._calls += 1
        chosen = None
        for kind in (*BEFORE, *AFTER):
            rate = getattr(self.faults, kind)
            if not rate:
                continue
            hit = self._chance.random() < rate if rate < 1 else self._calls % int(rate) == 0
            if hit and chosen is None:
                chosen = kind
        return Plan(chosen, self._chance.randrange(2**32))

    def too_many(self, *, options: bool) -> bool:
        """Whether this call exceeds the calls per second or the calls at once; if not, it is counted in.

        `options`: it writes attribute options, which have a rate of their own.
        """
        if self.faults.concurrency and self.running >= self.faults.concurrency:
            return True
        if _exceeds(self._recent, self.faults.rate):
            return True
        return options and _exceeds(self._recent_options, self.faults.options_rate)


def _exceeds(recent: deque[float], rate: float) -> bool:
    if not rate:
        return False
    now = time.monotonic()
    while recent and recent[0] <= now - 1:
        recent.popleft()
    if len(recent) >= rate:
        return True
    recent.append(now)
    return False
