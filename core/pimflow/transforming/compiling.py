"""The transforms of a flow made ready for the columns that its source has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from pimflow.assemble import Flow, Placed
from pimflow.components import Knows, WholeTransform
from pimflow.errors import ConfigError, Mistake
from pimflow.model import Header, Level, RowStep
from pimflow.sinks import Sink, Writer
from pimflow.transforming.chain import Chain, Steps, WholeStep
from pimflow.words import did_you_mean


class Sinks:
    """What transforms may ask the sinks of the flow: a `components.Target`."""

    def __init__(self, writers: Sequence[Writer]) -> None:
        self._writers = writers

    def knows(self, column: str) -> bool:
        """Tell whether one of them has a column of this name."""
        return any(writer.knows(column) for writer in self._writers)

    def family_variants(self, family: str) -> Sequence[str]:
        """Name the family variants of a family, as the first sink does that has any."""
        return next((found for writer in self._writers if (found := writer.family_variants(family))), ())

    def levels(self, family_variant: str, columns: Header) -> Sequence[Level]:
        """Spread columns over levels as the first sink does that has this family variant."""
        found = (writer.levels(family_variant, columns) for writer in self._writers)
        return next((levels for levels in found if levels), ())


def compile_chain(flow: Flow, header: Header, writers: Sequence[Writer]) -> Chain:
    """Compile the transforms for rows of this header. Raises ConfigError, with its line, for an unknown column."""
    sinks = Sinks(writers)
    stages: list[Steps | WholeStep] = []
    source_header = header
    for placed in flow.transforms:
        try:
            header, stage = _compiled(placed, header, sinks)
        except ConfigError as error:
            raise ConfigError(*(placed.part.mistake(mistake.message) for mistake in error.mistakes)) from None
        last = stages[-1] if stages else None
        if isinstance(last, Steps) and isinstance(stage, Steps):
            stages[-1] = Steps((*last.steps, *stage.steps))
        else:
            stages.append(stage)
    mistakes = [*_unknown_columns(flow, header, sinks.knows), *_unknown_of_sku(flow, header, source_header)]
    if mistakes and header:
        raise ConfigError(*mistakes)
    return Chain(header, tuple(stages))


@contextmanager
def placed(flow: Flow) -> Iterator[None]:
    """Give the place of the flow's source to a mistake that was found only when the source was asked."""
    with _placed(flow, "source"):
        yield


@contextmanager
def placed_sink(flow: Flow, sink: Sink) -> Iterator[None]:
    """Give the place of a sink of the flow to a mistake that was found only when its target was asked."""
    with _placed(flow, *_trail(flow, sink)):
        yield


@contextmanager
def _placed(flow: Flow, *steps: str | int) -> Iterator[None]:
    try:
        yield
    except ConfigError as error:
        found = [one if one.file else flow.part.mistake(one.message, *steps) for one in error.mistakes]
        raise ConfigError(*found) from None


def _trail(flow: Flow, sink: Sink) -> Sequence[str | int]:
    if not isinstance(flow.config.sink, list):
        return ("sink",)
    return ("sink", next(number for number, one in enumerate(flow.sinks) if one is sink))


def needs_all_rows(flow: Flow) -> bool:
    """Tell whether the flow is right only when it reads its source completely."""
    return any(sink.whole for sink in flow.sinks) or has_whole_transform(flow)


def has_whole_transform(flow: Flow) -> bool:
    """Tell whether a transform of the flow sees all rows at once."""
    return any(isinstance(placed.transform, WholeTransform) for placed in flow.transforms)


def _compiled(placed: Placed, header: Header, sinks: Sinks) -> tuple[Header, Steps | WholeStep]:
    transform = placed.transform
    if isinstance(transform, WholeTransform):
        whole = WholeStep(transform, header, sinks)
        return whole.header, whole
    header, step = transform.compile(header, sinks.knows)
    steps: tuple[RowStep, ...] = (step,)
    return header, Steps(steps)


def _unknown_columns(flow: Flow, header: Header, knows: Knows) -> Iterator[Mistake]:
    """Find misspelt columns: under `key`, `once` and `empty_when` they would let a value be overwritten."""
    config = flow.config
    if config.key is not None and config.key not in header:
        yield flow.part.mistake(f"no column is called {config.key!r}{did_you_mean(config.key, header)}", "key")
    named: list[tuple[str, str | int, str]] = [("once", number, name) for number, name in enumerate(config.once)]
    named += [("empty_when", name, name) for name in config.empty_when]
    for option, step, name in named:
        if name not in header and not knows(name):
            yield flow.part.mistake(f"no column is called {name!r}{did_you_mean(name, header)}", option, step)
    yield from _unknown_in_sinks(flow, (*header, *config.stamp))


def _unknown_in_sinks(flow: Flow, header: Header) -> Iterator[Mistake]:
    for sink in flow.sinks:
        trail = _trail(flow, sink)
        for option, columns in sink.named.items():
            for name in columns:
                if name not in header:
                    message = f"no column is called {name!r}{did_you_mean(name, header)}"
                    yield flow.part.mistake(message, *trail, option)


def _unknown_of_sku(flow: Flow, header: Header, source_header: Header) -> Iterator[Mistake]:
    """Find what a SKU is to be made of and is not there; its column itself must reach the target."""
    rule = flow.sku
    if rule is None:
        return
    if rule.column not in header:
        message = f"no column is called {rule.column!r}{did_you_mean(rule.column, header)}"
        yield flow.part.mistake(message, "sku", "column")
    for option, name in rule.named:
        if name not in header and name not in source_header:
            near = did_you_mean(name, (*header, *source_header))
            yield flow.part.mistake(f"no column is called {name!r}{near}", "sku", option)
