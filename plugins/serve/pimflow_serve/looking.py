"""What is asked of the systems themselves while somebody looks at a page: names, pictures, options to choose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pimflow.assemble import Assembly, Flow
from pimflow.errors import FlowError, RowProblem
from pimflow.log import masker
from pimflow.model import Run
from pimflow.outlook import Card, Choice
from pimflow.sentences import said, said_by
from pimflow.sinks import Sink, Writer
from pimflow.state.database import Database
from pimflow.state.memory import KeptMemory
from pimflow_serve.systems import OpenSystems


@dataclass(frozen=True, slots=True)
class Choices:
    """What a column takes: `known` is False where the target does not say. `may_add`: people may add to it."""

    known: bool
    options: tuple[Choice, ...] = ()
    may_add: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """A sink of a flow that is asked on behalf of a person, who speaks a language."""

    systems: OpenSystems
    assembly: Assembly
    database: Database
    flow: Flow
    language: str
    now: datetime

    def cards(self, keys: Sequence[str]) -> Mapping[str, Card]:
        """Show records; nothing of those that the target does not have. Raises FlowError."""
        found: dict[str, Card] = {}
        for sink in self.flow.sinks:
            with self._asked(sink) as writer:
                rest = [key for key in dict.fromkeys(keys) if key not in found]
                for start in range(0, len(rest), sink.batch_size):
                    found.update(writer.cards(rest[start : start + sink.batch_size], self.language))
        return found

    def labels(self, columns: Sequence[str]) -> Mapping[str, str]:
        """Give the names by which people know columns, of those that have one. Raises FlowError."""
        found: dict[str, str] = {}
        for sink in self.flow.sinks:
            with self._asked(sink) as writer:
                told = {name: writer.label(name) for name in columns if name not in found}
            found |= {name: label for name, label in told.items() if label != name}
        return found

    def picture(self, name: str) -> tuple[str, bytes]:
        """Give the type and the content of a picture. Raises FlowError, and RowProblem where there is none."""
        for sink in self.flow.sinks:
            with self._asked(sink) as writer:
                try:
                    return writer.picture(name)
                except NotImplementedError:
                    continue
        raise RowProblem(None, name, said("neither system shows pictures"))

    def choices(self, column: str) -> Choices:
        """List the values that a column takes. Raises FlowError."""
        for sink in self.flow.sinks:
            with self._asked(sink) as writer:
                found = writer.choices(column, self.language)
                if found is not None:
                    return Choices(True, tuple(found), writer.may_add(column))
        return Choices(False)

    def add(self, column: str, choice: Choice) -> str:
        """Let a column take one more value, and give its code. Raises FlowError, RowProblem."""
        for sink in self.flow.sinks:
            with self._asked(sink) as writer:
                if writer.may_add(column):
                    return writer.add_choice(column, choice, self.language)
        raise RowProblem(column, choice.code or choice.label, said("which cannot be created from here"))

    @contextmanager
    def _asked(self, sink: Sink) -> Iterator[Writer]:
        """Open a sink as for a run that writes nothing of the source. What it tells holds no secret."""
        mask: Any = masker(self.assembly.secrets)
        memory = KeptMemory(self.database, self.assembly.address(sink))
        run = Run("page", self.assembly.pipeline.name, self.now, limit=0, dry=True, memory=memory)
        try:
            with self.systems.session(self.assembly, sink) as session:
                writer = sink.open(session, run)
                try:
                    yield writer
                finally:
                    writer.close(ok=False)
        except FlowError as error:
            raise type(error)(mask(said_by(error)), detail=mask(error.detail)) from None
