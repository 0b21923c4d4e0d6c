"""A checked pipeline becomes components: types resolved, options checked, flows in order. Nothing is contacted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from pimflow import flow_order
from pimflow.answer_table import read_answers, table_of
from pimflow.answers import Answers, by_flow
from pimflow.components import Component, Connection, Notifier, Source, Transform
from pimflow.configuration.contracts import contradictions, owner_mistakes
from pimflow.configuration.environments import strange_options
from pimflow.configuration.forms import FlowConfig
from pimflow.configuration.loading import Pipeline, mistakes_of
from pimflow.configuration.parts import Part
from pimflow.configuration.values import resolve_values
from pimflow.errors import ConfigError, Mistake, PluginError
from pimflow.options import connection_names, connection_options, secrets_of
from pimflow.plugins import Registry, kind_of
from pimflow.sinks import Sink
from pimflow.words import did_you_mean

if TYPE_CHECKING:
    from pimflow.numbering.rule import SkuRule

ComponentT = TypeVar("ComponentT", bound=Component)


@dataclass(frozen=True, slots=True)
class Placed:
    """A transform and the place in the file where it stands."""

    transform: Transform
    part: Part


@dataclass(frozen=True, slots=True)
class Flow:
    """One flow, ready to run."""

    name: str
    config: FlowConfig
    source: Source
    transforms: tuple[Placed, ...]
    sinks: tuple[Sink, ...]
    part: Part
    answers: Answers = Answers()  # noqa: RUF009 - frozen
    sku: SkuRule | None = None


@dataclass(frozen=True, slots=True)
class Recipient:
    """One who is told how runs end, and the place in a file where that stands; `name` tells it from the others."""

    notifier: Notifier
    name: str
    part: Part

    @property
    def place(self) -> str:
        """Give file and line."""
        return self.part.place


@dataclass(frozen=True, slots=True)
class Assembly:
    """A pipeline, ready to run: its flows in the order in which they run, the connections they use, who is told."""

    pipeline: Pipeline
    registry: Registry
    flows: tuple[Flow, ...]
    connections: Mapping[str, Connection]
    recipients: tuple[Recipient, ...] = ()

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every secret value, to be masked."""
        found = [secret for connection in self.connections.values() for secret in secrets_of(connection)]
        for flow in self.flows:
            asked = flow.sku.also_free_in if flow.sku else ()
            for component in (flow.source, *flow.sinks, *asked, *(placed.transform for placed in flow.transforms)):
                found.extend(secrets_of(component))
        found.extend(secret for recipient in self.recipients for secret in secrets_of(recipient.notifier))
        return tuple(found)

    def places(self, flow: Flow) -> list[tuple[str, str]]:
        """Give name and address of each sink of a flow: what is remembered of it is kept under these."""
        given = [(sink.type, self.address(sink)) for sink in flow.sinks]
        same = [given[:number].count(place) for number, place in enumerate(given)]
        return [(f"{name} {n + 1}" if n else name, address) for (name, address), n in zip(given, same, strict=True)]

    def address(self, end: Source | Sink) -> str:
        """Give the address of a source or sink, which is that of its connection where it has one."""
        connection = self.connection(end)
        return connection.address if connection else end.address

    def system(self, source: Source) -> str | None:
        """Name the system of a source, which stays the same when its address changes; None for one without."""
        names = connection_names(source)
        return (self.connections[names[0]].system or names[0]) if names else None

    def connection(self, component: Component) -> Connection | None:
        """Give the connection that a source or sink uses."""
        names = connection_names(component)
        return self.connections[names[0]] if names else None


def assemble(pipeline: Pipeline, registry: Registry) -> Assembly:
    """Resolve and check everything that a pipeline names. Raises ConfigError with all mistakes at once."""
    work = _Assembling(pipeline, registry, [], {}, {})
    work.read_answers()
    if pipeline.ownership is not None and pipeline.contract is not None:
        work.mistakes.extend(contradictions(pipeline.contract, pipeline.ownership))
    flows = {name: work.flow(name, config) for name, config in pipeline.config.flows.items()}
    work.unused_connections()
    recipients = [one for part in pipeline.notify for one in work.recipients(part)]
    order, wrong = flow_order.in_order(pipeline, {name: flow.source if flow else None for name, flow in flows.items()})
    work.mistakes.extend(wrong)
    for name, made in work.connections.items():
        work.mistakes.extend(strange_options(pipeline.environments, name, type(made)) if made else ())
    if work.mistakes:
        raise ConfigError(*work.mistakes)
    connections = {name: connection for name, connection in work.connections.items() if connection}
    in_order = tuple(flow for name in order if (flow := flows[name]))
    return Assembly(pipeline, registry, in_order, connections, tuple(recipients))


def make_connection(pipeline: Pipeline, name: str, registry: Registry) -> Connection:
    """Make one connection of a pipeline or project, whatever else it has. Raises ConfigError."""
    work = _Assembling(pipeline, registry, [], {}, {})
    made = work.typed(Connection, pipeline.connections[name])
    if made is None:
        raise ConfigError(*work.mistakes)
    return made


@dataclass
class _Assembling:
    pipeline: Pipeline
    registry: Registry
    mistakes: list[Mistake]
    connections: dict[str, Connection | None]
    answers: dict[str, Answers]

    def read_answers(self) -> None:
        """Read what people decided about values."""
        table = table_of(self.pipeline.root, self.pipeline.name)
        answers, mistakes = read_answers(table, list(self.pipeline.config.flows))
        self.answers = by_flow(answers, table.relative_to(self.pipeline.root).as_posix())
        self.mistakes.extend(mistakes)

    def flow(self, name: str, config: FlowConfig) -> Flow | None:
        part = self.pipeline.part("flows", name)
        source = self.end(Source, _inside(part, "source"))
        transforms = [self.transform(_inside(part, "transforms", n)) for n in range(len(config.transforms))]
        sinks = [self.end(Sink, sink) for sink in _sink_parts(part)]
        made = [sink for sink in sinks if sink]
        sku = self.sku(part, config, source, made)
        for sink in sinks:
            if sink is not None and sink.whole and (config.once or config.mode != "upsert" or config.diff == "target"):
                message = (
                    f"{sink.type!r} is written as a whole; `mode`, `once` and `diff` are for sinks that keep records"
                )
                self.mistakes.append(part.mistake(message, "sink"))
            if sink is not None and (message := _cannot_on_missing(sink, config.on_missing)):
                self.mistakes.append(part.mistake(message, "on_missing"))
        ownership = self.pipeline.ownership
        if ownership is not None and any(sink is not None and sink.owned for sink in sinks):
            self.mistakes.extend(owner_mistakes(part, config.owner, ownership))
        if config.entity is not None:
            self.entity(part, config, source, made)
        if config.returns is not None:
            self.returns(part, config, [sink for sink in sinks if sink])
        if source is None or None in sinks or None in transforms:
            return None
        placed = tuple(one for one in transforms if one)
        return Flow(name, config, source, placed, tuple(made), part, self.answers.get(name, Answers()), sku)

    def sku(self, part: Part, config: FlowConfig, source: Source | None, sinks: Sequence[Sink]) -> SkuRule | None:
        """Make ready who gives a SKU to records without one."""
        if config.sku is None or source is None:
            return None
        from pimflow.numbering.rule import also_asked, rule_of  # noqa: PLC0415 - every check of a file waits for it

        named, mistakes = also_asked(config.sku, part, self.pipeline.connections)
        also = [one for place in named if (one := self.end(Sink, place))]
        rule, more = rule_of(config, config.sku, part, source, sinks, also)
        self.mistakes += [*mistakes, *more]
        return rule

    def entity(self, part: Part, config: FlowConfig, source: Source | None, sinks: Sequence[Sink]) -> None:
        """Check that records can be known by an id, and get another key."""
        if source is not None and not (config.identity or source.identity):
            message = "`entity` needs `identity`: the column of the source with an id that never changes"
            self.mistakes.append(part.mistake(message, "entity"))
        if sinks and not any(sink.renames for sink in sinks):
            named = " and ".join(repr(sink.type) for sink in sinks)
            self.mistakes.append(part.mistake(f"{named} cannot give a record another key; remove `entity`", "entity"))

    def returns(self, part: Part, config: FlowConfig, sinks: Sequence[Sink]) -> None:
        """Check that records can be written by their ids."""
        lacking = [sink for sink in sinks if sink.id is None]
        if lacking:
            named = " and ".join(repr(sink.type) for sink in lacking)
            self.mistakes.append(part.mistake(f"{named} cannot find records by their ids; remove `returns`", "returns"))
        if config.mode == "create":
            self.mistakes.append(part.mistake("what returns is there already: remove `mode: create`", "mode"))

    def end(self, kind: type[ComponentT], part: Part) -> ComponentT | None:
        """Make a source or sink, and the connections it names."""
        component = self.typed(kind, part)
        if component is None:
            return None
        known = [
            self.use(part, option, getattr(component, option), wanted)
            for option, wanted in connection_options(type(component))
            if getattr(component, option)
        ]
        for connection in known:
            component = component.connected_to(connection) if component and connection else None
        return component

    def use(self, part: Part, option: str, name: str, wanted: type[Connection]) -> Connection | None:
        if name not in self.pipeline.connections:
            near = did_you_mean(name, self.pipeline.connections)
            self.mistakes.append(part.mistake(f"no connection is called {name!r}{near}", option))
            return None
        if name not in self.connections:
            self.connections[name] = self.typed(Connection, self.pipeline.connections[name])
        found = self.connections[name]
        if found is not None and not isinstance(found, wanted):
            message = f"connection {name!r} is of type {found.type!r}; {wanted.type!r} was expected"
            self.mistakes.append(part.mistake(message, option))
        return found if isinstance(found, wanted) else None

    def unused_connections(self) -> None:
        """Check the connections that the pipeline file has and no flow names; those of the project may rest."""
        for name in self.pipeline.config.connections:
            if name not in self.connections:
                self.connections[name] = self.typed(Connection, self.pipeline.connections[name])

    def recipients(self, part: Part) -> list[Recipient]:
        """Make the notifiers of one entry under `notify`, one for each recipient."""
        notifier = self.typed(Notifier, part)
        file, position = Path(part.document.file).name, part.trail[-1]
        return [
            Recipient(one, f"{file} {position} {number}", part)
            for number, one in enumerate(notifier.recipients() if notifier else ())
        ]

    def typed(self, kind: type[ComponentT], part: Part) -> ComponentT | None:
        """Make the component that a mapping with `type` describes."""
        if not isinstance(part.data, dict) or not isinstance(part.data.get("type"), str):
            self.mistakes.append(part.mistake("`type` is missing: the name of what a plugin offers"))
            return None
        options = {name: value for name, value in part.data.items() if name != "type"}
        return self.component(kind, part.data["type"], replace(part, data=options), "type")

    def transform(self, part: Part) -> Placed | None:
        """Make a transform from its name, or from one name with its options."""
        data = {part.data: {}} if isinstance(part.data, str) else part.data
        if not isinstance(data, dict) or len(data) != 1:
            found = f"; found {', '.join(map(str, data))}" if isinstance(data, dict) else ""
            self.mistakes.append(part.mistake(f"one transform with its options was expected{found}"))
            return None
        name, options = next(iter(data.items()))
        trail = part.trail if isinstance(part.data, str) else (*part.trail, name)
        made = self.component(Transform, name, Part(part.document, trail, options))
        return Placed(made, Part(part.document, trail, options)) if made else None

    def component(self, kind: type[ComponentT], name: str, part: Part, *steps: str) -> ComponentT | None:
        try:
            found = self.registry.find(kind, name)
        except PluginError as error:
            self.mistakes.extend(part.mistake(mistake.message, *steps) for mistake in error.mistakes)
            return None
        values, mistakes = resolve_values(part, self.registry.resolve)
        self.mistakes.extend(mistakes)
        root = found.root if issubclass(found, Transform) else None
        options = {root: values} if root else ({} if values is None else values)
        try:
            made = found.model_validate(options, context=part.context)
        except ValidationError as error:
            self.mistakes.extend(self._mistakes(error, part, found, root) if not mistakes else [])
            return None
        return made if not mistakes else None

    def _mistakes(
        self, error: ValidationError, part: Part, found: type[Component], root: str | None
    ) -> Sequence[Mistake]:
        if not isinstance(part.data, dict) and root is None and part.data is not None:
            return [part.mistake(f"the options of {kind_of(found)} {found.type!r} were expected, as name: value")]
        if root is None:
            return mistakes_of(error, part, found)
        return [
            part.mistake(mistake.message, *mistake.path.split(".")[len(part.trail) + 1 :])
            for mistake in mistakes_of(error, Part(part.document, part.trail, {root: part.data}), found)
        ]


def _cannot_on_missing(sink: Sink, wanted: str) -> str:
    """Say why a sink cannot do what a flow wants for missing records; nothing where it can."""
    if wanted == "disable" and sink.enabled is None:
        return f"{sink.type!r} has no column that takes a record out of use; `report` works with every sink"
    if wanted == "delete" and not sink.deletes:
        return f"{sink.type!r} cannot delete; `report` works with every sink"
    return ""


def _inside(part: Part, *steps: str | int) -> Part:
    data: Any = part.data
    for step in steps:
        data = data[step]
    return Part(part.document, (*part.trail, *steps), data)


def _sink_parts(part: Part) -> list[Part]:
    sinks = part.data["sink"]
    if isinstance(sinks, list):
        return [_inside(part, "sink", number) for number in range(len(sinks))]
    return [_inside(part, "sink")]
