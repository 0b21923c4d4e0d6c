"""Whether pipelines and their targets fit together: what `pimflow check` finds, and what its last look said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime

import orjson

from pimflow.assemble import Assembly, Flow
from pimflow.checking.check import check_flow
from pimflow.cli.findings import Line, line_of, of_the_contract, worst_first
from pimflow.errors import ConfigError, FlowError
from pimflow.log import masker
from pimflow.plain import to_json
from pimflow.sessions import Sessions
from pimflow.state.database import Database
from pimflow.state.memory import KeptMemory
from pimflow_serve.project import Project

_KEPT = "serve.fit"
_BAD = frozenset({"fatal", "error", "unusable"})


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that was found: `severity` is unusable, fatal, error, warning, note or change."""

    about: str
    severity: str
    says: str
    remedy: str
    who: str
    detail: str

    @property
    def is_bad(self) -> bool:
        """Tell whether something cannot work."""
        return self.severity in _BAD


@dataclass(frozen=True, slots=True)
class Fit:
    """What the last look at one pipeline found, the worst first; `at` is None where nobody has looked yet."""

    pipeline: str
    at: datetime | None = None
    by: str = ""
    remarks: tuple[Remark, ...] = ()

    @property
    def is_well(self) -> bool:
        """Tell whether all of it can work."""
        return not any(one.is_bad for one in self.remarks)


def fits(project: Project, database: Database) -> list[Fit]:
    """Give the last look at each pipeline."""
    names = [served.name for served in project.pipelines().values() if served.assembly]
    kept = KeptMemory(database, "").get(_KEPT, names)
    return [_read(name, kept.get(name)) for name in names]


def look(assembly: Assembly, database: Database, now: datetime, person: str) -> Fit:
    """Hold each flow of a pipeline against its target; nothing is written there."""
    mask = masker(assembly.secrets)
    found = list(of_the_contract(assembly))
    with Sessions(assembly) as sessions:
        for flow in assembly.flows:
            found += _of_flow(assembly, flow, sessions, database)
    remarks = (
        Remark(one.what.removeprefix("flow "), one.severity, one.found, one.remedy, one.who, one.detail)
        for one in found
    )
    data = mask([asdict(one) for one in dict.fromkeys(remarks)])
    return Fit(assembly.pipeline.name, now, person, tuple(Remark(**one) for one in data))


def keep(database: Database, fit: Fit) -> None:
    """Keep what a look found."""
    KeptMemory(database, "").put(_KEPT, {fit.pipeline: to_json(asdict(fit)).decode()})


def _of_flow(assembly: Assembly, flow: Flow, sessions: Sessions, database: Database) -> Iterator[Line]:
    try:
        _, findings = check_flow(assembly, flow, sessions, database)
    except (FlowError, ConfigError) as error:
        detail = getattr(error, "detail", "")
        yield Line(f"flow {flow.name}", False, str(error), detail=detail, severity="unusable")
        return
    yield from worst_first(line_of(finding, flow.name) for finding in findings)


def _read(name: str, kept: str | None) -> Fit:
    if kept is None:
        return Fit(name)
    data = orjson.loads(kept)
    remarks = tuple(Remark(**one) for one in data["remarks"])
    return Fit(name, datetime.fromisoformat(data["at"]), data["by"], remarks)
