"""What authors of plugins subclass: connections, sources, transforms and sinks.

A component is a frozen pydantic model: its fields are the options of the YAML, each with a `Field(description=…)`.
It keeps no state while running; that lives in the session which `Connection.open` gives and in the `Writer`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Generic, Literal, Protocol, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo

from pimflow.errors import RowProblem
from pimflow.model import Change, Header, Item, Level, Origin, Outcome, Row, RowStep, Run, Window
from pimflow.model import Field as FieldInfo
from pimflow.outlook import Expected, Finding, Outlook

if TYPE_CHECKING:
    import petl

ConnectionT = TypeVar("ConnectionT", bound="Connection")
Knows = Callable[[str], bool]
"""Tells whether the flow's target has a column of this name."""


class Target(Protocol):
    """What a transform may ask the flow's sinks."""

    def knows(self, column: str) -> bool:
        """Tell whether one of them has a column of this name."""

    def family_variants(self, family: str) -> Sequence[str]:
        """Name the family variants of a family, as `Writer.family_variants` does."""

    def levels(self, family_variant: str, columns: Header) -> Sequence[Level]:
        """Spread these columns over the levels of a family variant, as `Writer.levels` does."""


def _beside_the_pipeline(path: Path, info: ValidationInfo) -> Path:
    folder = (info.context or {}).get("folder")
    return Path(folder, path) if folder else path


def _must_exist(path: Path) -> Path:
    if not path.exists():
        msg = f"file {str(path)!r} does not exist"
        raise ValueError(msg)
    return path


OutputPath = Annotated[Path, AfterValidator(_beside_the_pipeline)]
"""A file that will be written; a relative path starts at the folder of the file that names it."""

InputPath = Annotated[Path, AfterValidator(_beside_the_pipeline), AfterValidator(_must_exist)]
"""A file that must be there before anything runs; a relative path starts as with `OutputPath`."""


class ConnectionName:
    """Marks an option as the name of a connection of this class."""

    def __init__(self, connection: type[Connection]) -> None:
        self.connection = connection


if TYPE_CHECKING:

    class Use(str, Generic[ConnectionT]):
        """An option that names a connection: `connection: Use[AkeneoConnection]`."""

        __slots__ = ()
else:

    class Use:
        """An option that names a connection: `connection: Use[AkeneoConnection]`."""

        def __class_getitem__(cls, connection: type[Connection]) -> Any:
            return Annotated[str, ConnectionName(connection)]


class Component(BaseModel):
    """Anything that has a name in the YAML."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    type: ClassVar[str]
    """The name in the YAML: `odoo` for a connection, `odoo.products` for a source or sink, `map` for a transform."""

    @property
    def title(self) -> str:
        """What a report calls this system or file, in the middle of a sentence."""
        return self.type.partition(".")[0]

    @property
    def address(self) -> str:
        """Where it lives, without secrets: what was sent to another address is not known here."""
        return ""


class Connection(Component):
    """How to reach one system. Secrets are `pydantic.SecretStr`."""

    timeout: float = Field(30.0, gt=0, description="Seconds to wait for an answer.")
    proxy: str | None = Field(None, description="Address of an HTTP proxy.")
    ca_file: InputPath | None = Field(None, description="PEM file of the certificate authority to trust.")
    environment: Literal["test", "production"] | None = Field(
        None, description="What the system is for. A flow from a test system into a production one is stopped."
    )

    def open(self) -> AbstractContextManager[Any]:
        """Give the session, as a context manager; the run opens and closes it.

        The session must be safe for several threads. Raises LoginError, UnreachableError.
        """
        raise NotImplementedError

    def check(self, session: Any) -> str:  # noqa: ARG002 - a plugin asks the session more
        """Say who answered, as in "Odoo 18.0, database shop, user connector".

        Raises LoginError, AccessError or UnreachableError with what is missing and what to do. Unless a plugin knows
        more, being able to open a session is all that is checked.
        """
        return f"{self.title} answered"


class Source(Component):
    """Reads records. An option `connection: Use[…]` names the connection whose session the methods get."""

    def discover(self, session: Any) -> list[FieldInfo]:
        """List the columns that `extract` can give."""
        header = next(iter(self.extract(session, Window())))
        return [FieldInfo(str(name), "text") for name in header]

    def window(self, session: Any, cursor: str | None) -> Window:  # noqa: ARG002 - for those that have a cursor
        """Fix what this run reads: everything, unless the source can tell what changed since `cursor`.

        A source with a cursor reads `[since - overlap, now)` in the server's own time.
        """
        return Window()

    def cursor_at(self, moment: datetime) -> str | None:  # noqa: ARG002 - for those that have a cursor
        """Give the cursor of a complete read that began at this time; None for a source that knows no times."""
        return None

    def count(self, session: Any, window: Window) -> int | None:  # noqa: ARG002 - for those that can count cheaply
        """Count the records of the window, for progress; None where counting costs as much as reading."""
        return None

    def extract(self, session: Any, window: Window) -> petl.Table:
        """Give the records as a lazy table: the first row is the header. It is read once, in another thread.

        Cells hold None or "" for empty; a cell that cannot be read may be a `BadValue`.
        Raises FlowError when the read cannot be completed.
        """
        raise NotImplementedError


class Transform(Component):
    """Changes rows on their way. Options follow the name in the YAML: `- convert: {weight: number}`."""

    root: ClassVar[str | None] = None
    """The option that takes the whole value of the YAML, where that is not a mapping of options."""

    def compile(self, header: Header, knows: Knows) -> tuple[Header, RowStep]:
        """Give the header that comes out and a function from row to row; a row of None is dropped.

        The function gets rows as long as `header`, must not change them in place, and raises RowProblem for a record
        that cannot go on. For one bad cell it puts a `BadValue` into the row; it carries along those it finds.
        """
        raise NotImplementedError

    def expected(self, columns: Mapping[str, Expected]) -> Mapping[str, Expected]:  # noqa: ARG002 - those who know more
        """Tell what is known beforehand of the columns that come out, given that of those that go in.

        A column that is not told is one of which nothing is known; `check` then has nothing to hold against it.
        """
        return {}


class WholeTransform(Transform):
    """Changes rows that belong together: it sees all of them, and may give more rows or fewer than it got.

    A flow that has one always reads its source completely.
    """

    def apply(
        self, header: Header, rows: Iterable[tuple[Origin, Row]], target: Target
    ) -> tuple[Header, Iterator[tuple[Origin, Row | RowProblem]]]:
        """Give the header that comes out, and the rows; neither may need memory that grows with their number.

        Each row that comes out names the origin of a row that came in, and that origin's problem in place of a row
        where the record cannot go on. A problem raised while rows are given fails the flow.
        """
        raise NotImplementedError


class Writer:
    """One sink at work during one run. `load` is called from several threads, the rest from one."""

    def knows(self, column: str) -> bool:  # noqa: ARG002 - files take any column
        """Tell whether the target has a column of this name."""
        return True

    def check_columns(self, header: Header) -> Mapping[str, RowProblem]:  # noqa: ARG002 - files take any column
        """Name the columns of the flow that the target cannot take; they are left out, each told once."""
        return {}

    def check(self, outlook: Outlook) -> Iterable[Finding]:  # noqa: ARG002 - files take anything
        """Hold what a flow will bring against the target: what cannot work, and what changed there since last time.

        Columns that `check_columns` names are told already. Nothing may be written. Raises FlowError.
        """
        return ()

    def family_variants(self, family: str) -> Sequence[str]:  # noqa: ARG002 - most have none
        """Give the codes of the family variants of a family."""
        return ()

    def levels(self, family_variant: str, columns: Header) -> Sequence[Level]:  # noqa: ARG002 - most have none
        """Spread columns over the levels of a family variant; give nothing where the target has no such variant.

        A column without a level (a property of the record, say) is left out of all.
        """
        return ()

    def label(self, column: str) -> str:
        """Give the name by which people in the target know a column; `column` itself where they know no other."""
        return column

    def prepare(self, row: Mapping[str, Any]) -> Iterable[Item]:
        """Turn one row into items for the target; the row holds None for a cell that is to be emptied.

        A value that the target would not take is left out and told in `Item.problems`. Raises RowProblem when the
        whole record cannot be sent.
        """
        raise NotImplementedError

    def current(self, resource: str, keys: Sequence[str], columns: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        """Give what the target has now: key -> payload, limited to `columns`; keys that it lacks are left out.

        Values have the form that `prepare` gives them. Used by `plan`, and to tell new records from existing ones.
        """
        raise NotImplementedError

    def fit(self, batch: Sequence[Change]) -> Sequence[Change]:
        """Take out of changes what the target cannot take as it is now, each told in `Item.problems`.

        Called before `load` for what is sent, several batches at a time, and by `plan` before it compares; gives as
        many changes in the same order.
        """
        return batch

    def load(self, batch: Sequence[Change]) -> Iterable[Outcome]:
        """Write a batch of one resource, at most `Sink.batch_size`, and tell one outcome a change.

        Transient faults are retried by the client below. UnreachableError costs this batch, any other FlowError the
        flow. A change without an outcome counts as unknown.
        """
        raise NotImplementedError

    def delete(self, resource: str, keys: Sequence[str]) -> Iterable[Outcome]:
        """Delete records, at most `Sink.batch_size`, and tell one outcome a key; one that is not there is deleted.

        Called as `load` is. For sinks with `deletes`.
        """
        raise NotImplementedError

    @property
    def notes(self) -> Sequence[str]:
        """Tell what the report says besides, in whole sentences; asked once, after `close`."""
        return ()

    def close(self, ok: bool) -> bool:  # noqa: ARG002 - a target that is written at once has nothing to close
        """End the run: with `ok` make the result visible, without it leave the target as it was found.

        Gives False where the target already was as it should be, so that nothing had to change.
        """
        return True


class Sink(Component):
    """Writes records. An option `connection: Use[…]` names the connection whose session `open` gets."""

    key: ClassVar[str | None] = None
    """The column that holds a record's key, where the flow does not say `key:`."""

    noun: ClassVar[tuple[str, str]] = ("record", "records")
    """What a report calls one record, and several."""

    batch_size: ClassVar[int] = 100
    in_flight: ClassVar[int] = 1
    """How many batches may be under way at once."""

    whole: ClassVar[bool] = False
    """True for files and feeds: every row every time, no memory of what was sent before."""

    creation_defaults: ClassVar[Mapping[str, Any]] = {}
    """Columns given to new records only, unless the flow maps them."""

    enabled: ClassVar[str | None] = None
    """The column, true or false, that takes a record out of use: needed for `on_missing: disable`."""

    deletes: ClassVar[bool] = False
    """Whether the writer can `delete`: needed for `on_missing: delete`."""

    def open(self, session: Any, run: Run) -> Writer:
        """Give the writer for one run. `run.dry` means that nothing may be written."""
        raise NotImplementedError


__all__ = [
    "Component",
    "Connection",
    "ConnectionName",
    "Header",
    "InputPath",
    "Knows",
    "OutputPath",
    "Row",
    "RowStep",
    "Sink",
    "Source",
    "Target",
    "Transform",
    "Use",
    "WholeTransform",
    "Writer",
]
