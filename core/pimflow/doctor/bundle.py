"""What support needs to see: configuration, versions, findings, and the last reports and logs, all masked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from pimflow.assemble import Assembly
from pimflow.doctor.findings import Finding
from pimflow.doctor.installation import versions
from pimflow.doctor.masked_yaml import masked_yaml
from pimflow.doctor.packing import Entry
from pimflow.doctor.project import Project, text_of
from pimflow.doctor.redaction import data_in, line_without_data, redactor, report_without_data
from pimflow.errors import PimflowError
from pimflow.log import Mask
from pimflow.plain import to_json
from pimflow.running.basis import lookup_tables
from pimflow.running.run import log_folder
from pimflow.state import examination, history, records
from pimflow.state.database import Database
from pimflow.state.history import PastRun
from pimflow.state.place import StatePlace

_LARGEST_TABLE = 1 << 20
_README = """\
Made by `pimflow doctor --bundle` at {made:%Y-%m-%d %H:%M %z}.

{data}

Secrets, passwords in addresses, and all values of environment variables that the files name are masked; comments in
configuration files are left out. The state itself is not inside. What is: names of hosts, folders, flows, columns and
attributes, and the tables of answers.
"""
_WITH_DATA = """\
With product data: keys and values of records, the words of other systems, and small lookup tables (--with-data)."""
_WITHOUT_DATA = """\
Without product data: keys and values of records, the words of other systems, and whatever stands in quotes or looks
like a code are left out, and of the logs the lines about single records."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a bundle is to hold: the last `runs`, and product data where it may."""

    runs: int = 5
    with_data: bool = False


@dataclass(frozen=True, slots=True)
class Contents:
    """What a bundle is made of. `known` masks known secrets, `strict` also what looks like one."""

    project: Project
    state: StatePlace
    findings: Sequence[Finding]
    known: Mask
    strict: Mask
    wanted: Wanted
    made: datetime

    def entries(self) -> Iterator[Entry]:
        """Give each file of the bundle with its content, piece by piece."""
        runs, summary = self._of_state()
        data = _WITH_DATA if self.wanted.with_data else _WITHOUT_DATA
        yield "README.txt", [_README.format(made=self.made, data=data).encode()]
        yield "doctor.json", [_json(self.known([asdict(one) for one in self.findings]))]
        about = {"made": self.made.isoformat(), "environment": self.project.environment, **versions()}
        yield "versions.json", [_json(self.known(about))]
        yield "state.json", [_json(self.strict(_plain(summary)))]
        yield from self._configuration()
        for one in runs:
            yield f"reports/{one.id}.json", [_json(self.strict(self._report(one)))]
        yield from self._logs(runs)

    def _configuration(self) -> Iterator[Entry]:
        for path in self.project.files:
            masked = masked_yaml(text_of(path), self.project.vocabulary)
            yield self._name("config", path), [self.known(masked.text).encode()]
        for path in sorted((self.project.root / "answers").glob("*.csv")):
            yield self._name("config", path), [self.known(text_of(path)).encode()]
        if self.wanted.with_data:
            for path in sorted({table for one in self.project.pipelines for table in _tables(one.assembly)}):
                yield self._name("tables", path), [self.known(text_of(path)).encode()]

    def _name(self, folder: str, path: Path) -> str:
        whole, root = path.absolute(), self.project.root.absolute()
        inside = whole.relative_to(root).as_posix() if whole.is_relative_to(root) else f"elsewhere/{whole.name}"
        return f"{folder}/{inside}"

    def _of_state(self) -> tuple[list[PastRun], dict[str, Any]]:
        """Give the last runs and a summary of what is remembered; of a state that cannot be read, why."""
        if isinstance(self.state, Path) and not self.state.is_file():
            return [], {"error": "there is no state"}
        try:
            with closing(examination.open_unchanged(self.state)) as database:
                names = [name for name in examination.pipelines(database) if self.project.has(name)]
                return self._last_runs(database, names), _summary(database, names)
        except (PimflowError, ValueError, LookupError, TypeError) as error:  # what is damaged holds anything
            return [], {"error": str(error)}

    def _last_runs(self, database: Database, names: Iterable[str]) -> list[PastRun]:
        found = [one for name in names for one in history.past_runs(database, name, self.wanted.runs)]
        return sorted(found, key=lambda one: one.number, reverse=True)[: self.wanted.runs]

    def _report(self, run: PastRun) -> dict[str, Any]:
        facts = {"number": run.number, "pipeline": run.pipeline, "started": run.started, "finished": run.finished}
        report = run.report and (run.report if self.wanted.with_data else report_without_data(run.report))
        return {**facts, "exit_code": run.exit_code, "report": report}

    def _logs(self, runs: Sequence[PastRun]) -> Iterator[Entry]:
        """Give the logs of these runs; the latest ones where the state tells of none."""
        folder = log_folder(self.project.root, self.project.environment)
        known = {one.id: data_in(one.report or {}) for one in runs}
        files = [folder / f"{one.id}.jsonl" for one in runs]
        if not runs:
            files = sorted(folder.glob("*.jsonl"), key=lambda file: file.name, reverse=True)[: self.wanted.runs]
        for file in files:
            if file.is_file():
                yield f"logs/{file.name}", self._lines(file, known.get(file.stem, set()))

    def _lines(self, file: Path, data: Iterable[str]) -> Iterator[bytes]:
        redact = redactor(data)
        try:
            with file.open("rb") as lines:
                for line in lines:
                    entry = _parsed(line)
                    if entry is not None and not self.wanted.with_data:
                        entry = line_without_data(entry, redact)
                    if entry is not None:
                        yield to_json(self.strict(entry), orjson.OPT_APPEND_NEWLINE)
        except OSError as error:
            yield to_json({"message": f"cannot be read: {error.strerror}"}, orjson.OPT_APPEND_NEWLINE)


def _summary(database: Database, names: Iterable[str]) -> dict[str, Any]:
    pipelines = {
        name: {"flows": records.summaries(database, name), "cursors": history.all_cursors(database, name)}
        for name in names
    }
    return {"schema": examination.schema_version(database), "pipelines": pipelines}


def _plain(data: Any) -> Any:
    return orjson.loads(to_json(data))


def _json(data: Any) -> bytes:
    return to_json(data, orjson.OPT_INDENT_2)


def _tables(assembly: Assembly | None) -> Iterator[Path]:
    """Give the small lookup tables of a pipeline."""
    for flow in assembly.flows if assembly else ():
        for path in lookup_tables(flow):
            if path.is_file() and path.stat().st_size <= _LARGEST_TABLE:
                yield path


def _parsed(line: bytes) -> Mapping[str, Any] | None:
    try:
        entry = orjson.loads(line)
    except orjson.JSONDecodeError:  # the process was killed while it wrote this line
        return None
    return entry if isinstance(entry, dict) else None
