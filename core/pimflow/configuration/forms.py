"""The form of the files that a user writes: the keys of a project file and of a pipeline file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from pimflow.configuration.checked import Checked
from pimflow.configuration.timetable import Timetable

MOST_MISSING = "20%"
"""How many of the known records a flow may disable or delete in one run, unless `max_missing` says otherwise."""

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")]
_SHARE = r"^(100(\.0+)?|\d{1,2}(\.\d+)?) ?%$"
Share = Annotated[str, StringConstraints(pattern=_SHARE)]
_NOTIFY = "Who is told how runs end: `type` and its options. What the project file and a pipeline have both counts."


def _limit(value: Any) -> Any:
    fits = value >= 0 if type(value) is int else isinstance(value, str) and re.fullmatch(_SHARE, value)
    if not fits:
        raise ValueError(f"a number of records, or a share such as 20%, was expected; found {value!r}")
    return value


CheckDigitName = Literal[
    "luhn", "damm", "verhoeff", "ean", "iso7064_mod_11_10", "iso7064_mod_37_36", "iso7064_mod_97_10"
]
Limit = Annotated[int | Share, BeforeValidator(_limit)]
"""A number of records, or a share of them such as `20%`."""


class Guards(Checked):
    """Limits that keep a mistake elsewhere from doing harm here; those with * hold before anything is written."""

    min_rows: int = Field(0, ge=0, strict=True, description="* Fewest rows that the source must give.")
    max_changed: Limit | None = Field(None, description="* Most records, of those known, that may change.")
    max_missing: Limit | None = Field(None, description="* Most known records that a full read may lack.")
    max_cleared: Limit | None = Field(None, description="* Most values that may be emptied.")
    first_import: Literal["match", "allow"] = Field(
        "match",
        description="* Whether the first run may create records in a target that has others, before `pimflow match`.",
    )
    max_refused: Limit | None = Field(None, description="Most refused records before the exit code is 1.")
    max_failed: int = Field(200, ge=1, strict=True, description="Failures in a row after which the run is broken off.")

    @property
    def before_writing(self) -> bool:
        """Tell whether all changes must be known before the first is written."""
        return bool(self.min_rows) or any(
            limit is not None for limit in (self.max_changed, self.max_missing, self.max_cleared)
        )


class Sku(Checked):
    """Who gives a SKU to records that have none yet, and how it is made."""

    from_: Literal["pimflow", "akeneo", "erp"] = Field(
        alias="from",
        description="`pimflow` gives one; `akeneo`: records wait until the PIM gave them one; `erp`: they go without, "
        "and come back with that of the ERP.",
    )
    column: str | None = Field(
        None, min_length=1, description="The column that is filled where it is empty; the sink's key unless given."
    )
    record: str | None = Field(
        None, min_length=1, description="The column with an id that never changes; that of `identity` unless given."
    )
    pattern: str | None = Field(
        None,
        min_length=1,
        description="How a SKU looks: text, `{sequence:06d}`, `{column:3}`, `{year}`, `{month}`, `{check}`.",
    )
    check_digit: CheckDigitName | None = Field(None, description="How `{check}` is computed of what stands before it.")
    start: int = Field(1, ge=0, strict=True, description="The first of a sequence.")
    last: int | None = Field(None, ge=0, strict=True, description="The last of a sequence.")
    per: str | None = Field(
        None, min_length=1, description="The column of the pattern each of whose values has a sequence of its own."
    )
    reserved: list[Annotated[str, StringConstraints(pattern=r"^\d{1,18}( ?- ?\d{1,18})?$")]] = Field(
        [], description="Places of a sequence that are never given: `2000-2999`."
    )
    also_free_in: list[str | dict[str, Any]] = Field(
        [],
        description="What else is asked whether a SKU is free: a connection, or a sink with `type` and its options.",
    )
    series: Name = Field("sku", description="Flows of one series draw from the same sequences.")


class FlowConfig(Checked):
    """One flow: a source, transforms and sinks, and how records are kept in step."""

    source: dict[str, Any] = Field(description="Where records come from: `type` and its options.")
    transforms: list[str | dict[str, Any]] = Field([], description="What happens to each record, in order.")
    sink: dict[str, Any] | Annotated[list[dict[str, Any]], Field(min_length=1)] = Field(
        description="Where records go: `type` and its options."
    )
    key: str | None = Field(None, description="The column that holds the record's key in the target.")
    entity: Name | None = Field(
        None, description="What the records are, such as `product`: they are then known by their source's own id."
    )
    identity: str | None = Field(
        None, description="The source's column with that id, which never changes; many sources know it themselves."
    )
    returns: str | None = Field(
        None,
        description="Name of the flow that brought the same records out: only those come back to where they came from, "
        "by the ids that they have there. None is created.",
    )
    sku: Sku | None = Field(None, description="Who gives a SKU to records that have none yet.")
    mode: Literal["upsert", "create", "update"] = Field("upsert", description="What may be done in the target.")
    once: list[str] = Field([], description="Columns that are written when a record is created, and never again.")
    stamp: dict[str, Literal["changed", "created"]] = Field(
        {},
        description="Columns that get the day of the run: when anything else of a record changes, or it is new.",
    )
    empty: Literal["keep", "erase"] = Field("keep", description="What an empty cell does to a value sent earlier.")
    empty_when: dict[str, list[Any]] = Field({}, description="Values, per column, that count as empty.")
    on_bad_value: Literal["leave_out", "refuse"] = Field(
        "leave_out", description="Whether a bad value costs itself only, or its record."
    )
    on_missing: Literal["report", "ignore", "disable", "delete"] = Field(
        "report",
        description="What becomes of records sent earlier that a complete read of everything lacks; `ignore` where it "
        "is a selection that they leave.",
    )
    diff: Literal["state", "target"] = Field(
        "state", description="Whether records are held against what was sent last, or against what the target has now."
    )
    on_deleted: Literal["recreate", "leave"] = Field(
        "recreate", description="With `diff: target`: what becomes of records that somebody deleted in the target."
    )
    owner: Name | None = Field(None, description="On whose behalf the flow writes, as `ownership` names it.")
    guards: Guards = Field(Guards.model_construct(), description="Limits that stop the flow.")
    needs: list[str] = Field([], description="Flows that must have gone well before this one.")

    @property
    def guards_in_force(self) -> Guards:
        """The guards; a flow that disables or deletes has `max_missing` in any case."""
        if self.on_missing in {"report", "ignore"} or self.guards.max_missing is not None:
            return self.guards
        return self.guards.model_copy(update={"max_missing": MOST_MISSING})


class History(Checked):
    """How long it is kept what runs did."""

    days: int = Field(90, ge=0, strict=True, description="Days for which runs are kept; 0 keeps no values at all.")
    runs: int = Field(1000, ge=1, strict=True, description="Most runs of a pipeline that are kept.")


DEFAULT_HISTORY = History.model_construct()
Owners = Name | Annotated[list[Name], Field(min_length=1)]
"""An owner, or several in their order: who stands further behind writes only what none before it has written."""


class Ownership(Checked):
    """Who owns what in the target. What is not named belongs to `others`, or to nobody: then anybody may write it."""

    attributes: dict[str, Owners] = Field({}, description="By code, or by column where it is narrower: `price-EUR`.")
    attribute_groups: dict[str, Owners] = Field({}, description="For the attributes of a group, by code.")
    properties: dict[str, Owners] = Field({}, description="Properties of a record: `family`, `parent`, `enabled`.")
    associations: dict[str, Owners] = Field({}, description="Association types, by code.")
    categories: dict[str, Owners] = Field({}, description="Category trees, by the code of their root.")
    others: Owners | None = Field(None, description="Who owns what is not named.")

    @property
    def places(self) -> Mapping[tuple[str, ...], tuple[str, ...]]:
        """The owners by place: section and code, or `others` alone."""
        sections = {name: getattr(self, name) for name in type(self).model_fields if name != "others"}
        named: dict[tuple[str, ...], tuple[str, ...]] = {
            (name, code): listed(owners) for name, codes in sections.items() for code, owners in codes.items()
        }
        return named if self.others is None else {**named, ("others",): listed(self.others)}

    @property
    def names(self) -> frozenset[str]:
        """All owners that are named."""
        return frozenset(name for owners in self.places.values() for name in owners)

    def owners(self, places: Iterable[tuple[str, str]]) -> tuple[str, ...]:
        """Give the owners of the first of these places, section and code, that is named; none: anybody may write."""
        for section, code in places:
            owners = getattr(self, section).get(code)
            if owners is not None:
                return listed(owners)
        return listed(self.others or [])

    def allows(self, owner: str, section: str, code: str) -> bool:
        """Tell whether an owner may write what is at one place."""
        owners = self.owners([(section, code)])
        return not owners or owner in owners


def listed(owners: Owners) -> tuple[str, ...]:
    """Give owners as a list, the first before all others."""
    return (owners,) if isinstance(owners, str) else tuple(owners)


class PipelineConfig(Checked):
    """One pipeline file."""

    version: Literal[1] = Field(description="The version of this format.")
    name: Name | None = Field(None, description="The pipeline's name; the file's name unless given.")
    connections: dict[Name, dict[str, Any]] = Field({}, description="Systems, by name: `type` and its options.")
    flows: dict[Name, FlowConfig] = Field(min_length=1, description="What moves, by name.")
    notify: list[dict[str, Any]] = Field([], description=_NOTIFY)
    schedule: Timetable | None = Field(None, description="When `pimflow serve` runs the pipeline by itself.")
    history: History | None = Field(None, description="How long it is kept what runs did.")
    ownership: Ownership | None = Field(None, description="Who owns what in the target.")


_STATE = (
    "Where it is kept what runs did: a file, or `postgresql+psycopg://user:password@host:5432/database`; "
    "a file in `.pimflow` unless given."
)
_SERVE = "How `pimflow serve` works: host, port, public_url and the other options of the plugin `pimflow-serve`."


class EnvironmentConfig(Checked):
    """One environment of a project: what is different there."""

    state: str | None = Field(None, description=_STATE)
    production: bool = Field(
        False, strict=True, description="Whether the first run of each pipeline asks for the environment's name."
    )
    connections: dict[Name, dict[str, Any]] = Field(
        {}, description="Options by connection, laid over those of the connection of this name."
    )
    serve: dict[str, Any] = Field({}, description="Options of the server, laid over those of the project's `serve`.")


class ProjectConfig(Checked):
    """The project file `pimflow.yaml`: what its pipelines share."""

    version: Literal[1] = Field(description="The version of this format.")
    name: Name | None = Field(None, description="The project's name.")
    state: str | None = Field(None, description=_STATE)
    connections: dict[Name, dict[str, Any]] = Field({}, description="Systems, by name: `type` and its options.")
    notify: list[dict[str, Any]] = Field([], description=_NOTIFY)
    history: History | None = Field(None, description="How long it is kept what runs did, unless a pipeline says so.")
    ownership: Ownership | None = Field(None, description="Who owns what in the target.")
    serve: dict[str, Any] = Field({}, description=_SERVE)
    environments: dict[Name, EnvironmentConfig] = Field(
        {}, description="Worlds such as test and production, by name: what is different there."
    )
    default_environment: Name | None = Field(
        None, description="The environment where neither `--environment` nor `PIMFLOW_ENVIRONMENT` names one."
    )
