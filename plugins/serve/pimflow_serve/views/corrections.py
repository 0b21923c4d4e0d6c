"""What people corrected of what a source says, and what they decided about values once."""

from __future__ import annotations

from dataclasses import dataclass

from pimflow.answers import Answer
from pimflow.state import corrections
from pimflow.state.corrections import Correction
from pimflow.state.database import Database
from pimflow_serve.project import Project
from pimflow_serve.views.overview import plain


@dataclass(frozen=True, slots=True)
class ShownCorrection:
    """A correction, and what its source is called; `stale` where its pipeline or flow is no longer there."""

    correction: Correction
    source: str
    stale: bool


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """What was decided about a value of a pipeline's `source`; `cause` names what it answers."""

    pipeline: str
    cause: str
    source: str
    answer: Answer


def shown_answers(project: Project) -> list[ShownAnswer]:
    """Give what was decided, the latest first."""
    found = [
        ShownAnswer(served.name, answer.id, plain(flow.source.title), answer)
        for served in project.pipelines().values()
        for flow in (served.assembly.flows if served.assembly else ())
        for answer in flow.answers
    ]
    return sorted(found, key=lambda one: one.answer.given, reverse=True)


def shown_corrections(project: Project, database: Database, pipeline: str = "") -> list[ShownCorrection]:
    """Give what was corrected, the latest first."""
    sources = {
        (served.name, flow.name): plain(flow.source.title)
        for served in project.pipelines().values()
        for flow in (served.assembly.flows if served.assembly else ())
    }
    found = corrections.find(database, pipeline or None)
    return [
        ShownCorrection(one, sources.get((one.pipeline, one.flow), ""), (one.pipeline, one.flow) not in sources)
        for one in sorted(found, key=lambda one: one.made, reverse=True)
    ]
