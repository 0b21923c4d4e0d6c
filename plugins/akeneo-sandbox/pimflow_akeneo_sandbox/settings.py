"""What a sandbox is started with: who may log in, how slow it is, how it fails."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

EDITIONS = ("ce", "ge", "ee", "serenity")


@dataclass(frozen=True)
class Credentials:
    """One API client and its users; `readers` may log in but are allowed nothing."""

    client_id: str = "sandbox"
    secret: str = "sandbox"  # noqa: S105 (a public password of a test server)
    users: tuple[tuple[str, str], ...] = (("sandbox", "sandbox"),)
    readers: tuple[tuple[str, str], ...] = (("reader", "reader"),)


@dataclass(frozen=True)
class Faults:
    """How the server misbehaves. Below 1 a number is a share of the calls, from 1 on it means every Nth call.

    Times are in milliseconds, `retry_after` in seconds (below 0 none is told), `rate` in calls per second,
    `options_rate` in writing calls per second for attribute options (3 in hosted PIMs), `concurrency` in calls at
    once; 0 switches each of them off. Lists and searches see a product or model as it was `index_lag_ms` ago.
    `writes_only` spares reading calls, `refuse_refresh` refuses all refresh tokens.
    """

    latency_ms: float = 0
    latency_per_line_ms: float = 0
    index_lag_ms: float = 0
    rate: float = 0
    options_rate: float = 0
    concurrency: int = 0
    drop_before: float = 0
    drop_after: float = 0
    silent_before: float = 0
    silent_after: float = 0
    error_401: float = 0
    error_429: float = 0
    error_500: float = 0
    error_503: float = 0
    html: float = 0
    redirect: float = 0
    cut_answer: float = 0
    truncated: float = 0
    empty: float = 0
    bad_gzip: float = 0
    drip: float = 0
    drip_ms: float = 1000
    missing_lines: float = 0
    shuffled_lines: float = 0
    doubled_lines: float = 0
    strange_lines: float = 0
    writes_only: bool = True
    refuse_refresh: bool = False
    retry_after: int = 1
    seed: int = 0


@dataclass(frozen=True)
class Settings:
    """Everything that is not catalogue data.

    `time_zone` is that of the server, in which dates are told and searched. `denied` are the permissions that a user
    lacks, in the words of the refusals (`create or update products`); see permissions.py. `edit_only` are the
    categories whose products it may edit and does not own, where the edition has drafts.
    """

    credentials: Credentials = field(default_factory=Credentials)
    faults: Faults = field(default_factory=Faults)
    edition: str = "ce"
    token_seconds: int = 3600
    time_zone: str = "UTC"
    denied: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    edit_only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone. Raises ValueError for a name that is none."""
        try:
            return ZoneInfo(self.time_zone)
        except (OSError, LookupError, ValueError):
            raise ValueError(f"'{self.time_zone}' is no time zone; one is called Europe/Paris.") from None

    @property
    def has_published_products(self) -> bool:
        """Whether the edition can publish products."""
        return self.edition in {"ee", "serenity"}

    @property
    def has_read_only_attributes(self) -> bool:
        """Whether an attribute can be read only on the PIM's screens."""
        return self.edition in {"ee", "serenity"}

    @property
    def has_drafts(self) -> bool:
        """Whether changes by somebody who does not own a product wait for approval."""
        return self.edition in {"ee", "serenity"}

    @property
    def has_saas_features(self) -> bool:
        """Whether the edition is the hosted one, which has more than the others."""
        return self.edition == "serenity"


def faults_from(changes: dict[str, Any], now: Faults) -> Faults:
    """Return the faults with some of them changed. Raises ValueError naming an unknown key or a bad value."""
    known = {name: type(value) for name, value in vars(Faults()).items()}
    for name, value in changes.items():
        if name not in known:
            raise ValueError(f"No fault is called '{name}'. There are: {', '.join(known)}.")
        if known[name] is bool and not isinstance(value, bool):
            raise ValueError(f"'{name}' is true or false, {value!r} was given.")
        if known[name] is not bool and (isinstance(value, bool) or not isinstance(value, (int, float))):
            raise ValueError(f"'{name}' is a number, {value!r} was given.")
    return Faults(**{**vars(now), **changes})
