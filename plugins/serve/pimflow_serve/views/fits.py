"""Whether pipelines and their targets fit together: what `pimflow check` finds, and what its last look said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime

import orjson

from pimflow.assemble import Assembly, Flow
from pimflow.checking.check import check_flow
from pimflow.checking.foresight import sentence
from pimflow.checking.ownership import remarks as of_the_contract
from pimflow.errors import ConfigError, FlowError
from pimflow.log import masker
from pimflow.outlook import Finding, Severity
from pimflow.plain import to_kept_json
from pimflow.sentences import said_by, understood
from pimflow.sessions import Sessions
from pimflow.state.database import Database
from pimflow.state.memory import KeptMemory
from pimflow.words import capital, full_stop
from pimflow_serve.project import Project
from pimflow_serve.views.overview import FlowName, flow_names

_KEPT = "serve.fits"
_UNUSABLE = "unusable"
_WORST_FIRST = (_UNUSABLE, *Severity)
_BAD = frozenset({_UNUSABLE, Severity.FATAL, Severity.ERROR})


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that was found: `severity` is unusable, fatal, error, warning, note or change.

    It is about a `column` of a flow, about the flow, or about what `place` names: a line of a file, the target itself.
    """

    flow: FlowName | None
    column: str
    place: str
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
    contract = of_the_contract(assembly) if assembly.pipeline.ownership else ()
    found = [_remark(None, one) for one in contract]
    with Sessions(assembly) as sessions:
        for flow in assembly.flows:
            found += _of_flow(assembly, flow, sessions, database)
    found.sort(key=lambda one: _WORST_FIRST.index(one.severity))
    return Fit(assembly.pipeline.name, now, person, tuple(_made(mask(asdict(one))) for one in dict.fromkeys(found)))


def keep(database: Database, fit: Fit) -> None:
    """Keep what a look found."""
    KeptMemory(database, "").put(_KEPT, {fit.pipeline: to_kept_json(asdict(fit)).decode()})


def _of_flow(assembly: Assembly, flow: Flow, sessions: Sessions, database: Database) -> Iterator[Remark]:
    name = next(one for one in flow_names(assembly) if one.flow == flow.name)
    try:
        _, findings = check_flow(assembly, flow, sessions, database)
    except (FlowError, ConfigError) as error:
        yield Remark(name, "", "", _UNUSABLE, _as_sentence(said_by(error)), "", "", getattr(error, "detail", ""))
        return
    yield from (_remark(name, finding) for finding in findings)


def _remark(flow: FlowName | None, finding: Finding) -> Remark:
    problem = finding.problem
    return Remark(
        None if finding.about else flow,
        "" if finding.about else problem.field or "",
        finding.about,
        str(finding.severity),
        _as_sentence(sentence(finding)),
        problem.remedy,
        str(problem.who),
        problem.detail,
    )


def _as_sentence(text: str) -> str:
    return full_stop(capital(text))


def _read(name: str, kept: str | None) -> Fit:
    if kept is None:
        return Fit(name)
    data = understood(orjson.loads(kept))
    return Fit(name, datetime.fromisoformat(data["at"]), data["by"], tuple(map(_made, data["remarks"])))


def _made(data: dict[str, object]) -> Remark:
    flow = data["flow"]
    return Remark(**{**data, "flow": FlowName(**flow) if isinstance(flow, dict) else None})  # type: ignore[arg-type]
