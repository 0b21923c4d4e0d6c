"""What authors of plugins subclass: connections, sources, transforms, sinks and notifiers.

A component is a frozen pydantic model: its fields are the options of the YAML, each with a `Field(description=…)`.
It keeps no state while running; that lives in the session which `Connection.open` gives and in the `Writer`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Generic, Literal, Protocol, Self, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr, ValidationInfo

from pimflow.daily import daily
from pimflow.errors import FlowError, RowProblem
from pimflow.model import Event, Header, Level, Message, Origin, ProblemKind, Row, RowStep, Who, Window
from pimflow.model import Field as FieldInfo

if TYPE_CHECKING:  # who checks a file only needs none of these
    import petl

    from pimflow.outlook import Expected

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
    context = info.context or {}
    folder = context.get("folders", {}).get(info.field_name, context.get("folder"))
    return Path(folder, path) if folder else path


def _must_exist(path: Path) -> Path:
    if not path.exists():
        msg = f"file {str(path)!r} does not exist"
        raise ValueError(msg)
    return path


class Passing:
    """Marks a path that records pass through: what lies there is no setting of the flow, and may change at any time."""


OutputPath = Annotated[Path, AfterValidator(_beside_the_pipeline), Passing()]
"""A file that will be written; a relative path starts at the folder of the file that names it."""

InputPath = Annotated[Path, AfterValidator(_beside_the_pipeline), AfterValidator(_must_exist)]
"""A file that must be there before anything runs; a relative path starts as with `OutputPath`.

It says how rows are made, as a lookup table does: when it changes, everything is read again.
"""

DataPath = Annotated[InputPath, Passing()]
"""A file or folder as `InputPath`, which holds the records themselves."""


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

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True)

    type: ClassVar[str]
    """The name in the YAML: `odoo` for a connection, `odoo.products` for a source or sink, `map` for a transform."""

    _connected_to: str = PrivateAttr("")

    @property
    def title(self) -> str:
        """What a report calls this system or file, in the middle of a sentence: as its connection, where it has one."""
        return self._connected_to or self.type.partition(".")[0]

    def connected_to(self, connection: Component) -> Self:
        """Give the same, called as its connection is."""
        named = self.model_copy()
        named._connected_to = connection.title  # noqa: SLF001 - a copy of its own
        return named

    @property
    def address(self) -> str:
        """Where it lives, without secrets: what was sent to another address is not known here."""
        return ""


class Connection(Component):
    """How to reach one system. Secrets are `pydantic.SecretStr`."""

    system: str | None = Field(
        None, description="A name of this system that never changes, for `entity`; the connection's name unless given."
    )
    timeout: float = Field(30.0, gt=0, description="Seconds to wait for an answer.")
    proxy: str | None = Field(None, description="Address of an HTTP proxy.")
    ca_file: InputPath | None = Field(None, description="PEM file of the certificate authority to trust.")
    purpose: Literal["test", "production"] | None = Field(
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

    identity: ClassVar[str | None] = None
    """The column with the id that the system gave a record and never changes."""

    named: ClassVar[str | None] = None
    """The column with the name by which people in that system know a record."""

    always_hot: ClassVar[frozenset[str]] = frozenset()
    """Columns that change all day, as stock does, known before the system is asked: they have no place in a PIM."""

    together: ClassVar[str | None] = None
    """The column that is the same for all variants of one template: the template's code."""

    varying: ClassVar[str] = "attributes."
    """How the columns begin by which such variants differ."""

    @property
    def lasting(self) -> frozenset[str]:
        """The columns by which a record is known for good: no other has the same, and it never changes."""
        return frozenset() if self.identity is None else frozenset((self.identity,))

    looks_back: ClassVar[bool] = False
    """Whether it reads what other flows of its pipeline did: its session is a `Ledger`."""

    def discover(self, session: Any) -> list[FieldInfo]:
        """List the columns that `extract` can give."""
        header = next(iter(self.extract(session, Window())))
        return [FieldInfo(str(name), "text") for name in header]

    def ready(self, session: Any, now: datetime) -> str | None:  # noqa: ARG002 - for those that wait for something
        """Say in a whole sentence why there is nothing to read yet; None where there is. `now` is when the run began.

        The flow then ends well without reading. Raises FlowError where what should be there by now is not.
        """
        return None

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

    def parts(self, session: Any, window: Window) -> Sequence[Window]:  # noqa: ARG002 - for those that know parts
        """Give the parts of a window that may be read at the same time: `window` again, with a `partition` in each.

        Each becomes an `extract` of its own, in one of four threads. Together they give each record once and the same
        header; rows come in no order. One that is `last` is read once all others were. Not asked where a run is for
        some records only. Raises FlowError.
        """
        return (window,)

    def extract(self, session: Any, window: Window) -> petl.Table:
        """Give the records as a lazy table: the first row is the header. It is read once, in another thread.

        Cells hold None or "" for empty; a cell that cannot be read may be a `BadValue`.
        Raises FlowError when the read cannot be completed.
        """
        raise NotImplementedError

    def done(self, session: Any, window: Window, error: FlowError | None) -> Sequence[str]:  # noqa: ARG002 - most leave no trace
        """Take note that a window was read and all of it committed, or what ended the flow; give notes for the report.

        Not called for plans and partial runs, nor where a run is killed: the same may come again. Raises FlowError.
        """
        return ()

    def page(self, connection: Any, row: Mapping[str, Any]) -> str:  # noqa: ARG002 - most have none
        """Give the address of the page on which people see a record in its own system; empty where there is none."""
        return ""

    def typed(self, column: str, text: str) -> Any:  # noqa: ARG002 - for those whose cells have a form of their own
        """Give the cell that `extract` would make of what a person typed into a list of corrections."""
        return text


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

    def made_from(self, column: str, header: Header) -> Sequence[str]:
        """Name the columns of `header`, as `compile` gets it, of which a column that comes out is made.

        It is asked to tell people where a value came from. Unless a plugin knows more: of that of the same name.
        """
        return (column,) if column in header else ()


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


def _time_of_day(text: str) -> str:
    daily(text)
    return text


_EVENTS = "What to tell of: `failure`, `recovery`, `problems`, `success`."


class Notifier(Component):
    """Tells people, or a monitor, how a run ended. What it tells, to whom, and when, is the core's business."""

    for_: Who | None = Field(
        None, alias="for", description="Who reads it: each is told of what concerns them, and what they must do."
    )
    kinds: tuple[ProblemKind, ...] = Field(
        (), description="Only problems of these classes; unless given, those that concern `for`, or all."
    )
    families: tuple[str, ...] = Field((), description="Only problems of records of these families, by code.")
    categories: tuple[str, ...] = Field((), description="Only problems of records in one of these categories, by code.")
    language: Literal["en", "fr", "de"] = Field("en", description="In which language it is told.")
    digest: Annotated[str, AfterValidator(_time_of_day)] | None = Field(
        None, description="Everything once a day: `daily at 07:00`, `weekdays at 07:00 Europe/Paris`."
    )
    on: tuple[Event, ...] = Field((Event.FAILURE, Event.RECOVERY, Event.PROBLEMS), min_length=1, description=_EVENTS)
    problems_over: int = Field(
        0, ge=0, strict=True, description="How many records may need attention before `problems` are told."
    )
    again_after_hours: float = Field(
        24, ge=0, description="Hours after which a failure that lasts is told again; 0 tells it at each run."
    )

    def recipients(self) -> Sequence[Notifier]:
        """Give a notifier for each recipient: each is told once, whether the others can be reached or not."""
        return (self,)

    def deliver(self, message: Message) -> None:
        """Tell it. Called after the run, whose result a failure does not change; what failed is tried by the next run.

        Raises FlowError when it did not go through; the error tells no secret.
        """
        raise NotImplementedError


__all__ = [
    "Component",
    "Connection",
    "ConnectionName",
    "DataPath",
    "Header",
    "InputPath",
    "Knows",
    "Notifier",
    "OutputPath",
    "Row",
    "RowStep",
    "Source",
    "Target",
    "Transform",
    "Use",
    "WholeTransform",
]
