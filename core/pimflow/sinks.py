"""What authors of plugins subclass to write into a system: a sink, and its writer for one run."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from pimflow.components import Component
from pimflow.errors import RowProblem
from pimflow.many_outcomes import Alike
from pimflow.model import Change, Header, Item, Level, Outcome, Row, Run

if TYPE_CHECKING:  # who checks a file only needs none of these
    from pimflow.outlook import Card, Choice, Finding, Offer, Outlook, Structure


@dataclass(frozen=True, slots=True)
class Reference:
    """What a column names by keys: records that sinks of the type `sink` write, such as `akeneo.products`.

    `separator` stands between several in one text; None where a text is one key.
    """

    sink: str
    separator: str | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """What became in the target of a record that was written under a key, and is no longer what that key names.

    `key` is the one that it has now, empty where it has none, None where the record is gone. With `columns`, as
    `{"uuid": …}`, it is written whatever its key. `taken`: another record has the old key now.
    """

    key: str | None
    columns: Mapping[str, Any] = field(default_factory=dict)
    taken: bool = False


class Writer:
    """One sink at work during one run. `load` is called from several threads, the rest from one."""

    def knows(self, column: str) -> bool:  # noqa: ARG002 - files take any column
        """Tell whether the target has a column of this name."""
        return True

    def check_columns(self, header: Header) -> Mapping[str, RowProblem]:  # noqa: ARG002 - files take any column
        """Name the columns of the flow that the target cannot take; they are left out, each told once."""
        return {}

    def places(self, column: str) -> Sequence[tuple[str, str]]:  # noqa: ARG002 - most have no owners
        """Name the places of an ownership contract that tell who owns a column, section and code, the narrowest first.

        As `("attributes", "price-EUR"), ("attributes", "price"), ("attribute_groups", "sales")`. A column without any
        belongs to whoever writes.
        """
        return ()

    def unknown_places(self, places: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], RowProblem]:  # noqa: ARG002 - most have no owners
        """Name the places of an ownership contract that the target does not have, each with what it should be.

        For `pimflow check`, after `check_columns`. Raises FlowError.
        """
        return {}

    def own(self, owns: Callable[[str, str], bool], once: Collection[str]) -> None:
        """Take note of what the flow owns, before anything else: `owns("categories", TREE)`.

        For what owners share within one value: the writer leaves alone what others own there, save in columns of
        `once`, which go to new records only.
        """

    def check(self, outlook: Outlook) -> Iterable[Finding]:  # noqa: ARG002 - files take anything
        """Hold what a flow will bring against the target: what cannot work, and what changed there since last time.

        Columns that `check_columns` names are told already. Nothing may be written. Raises FlowError.
        """
        return ()

    def offers(self) -> Iterable[Offer]:
        """List the columns that the target takes, as it is now: `pimflow suggest` proposes a mapping to them."""
        return ()

    def cards(self, keys: Sequence[str], language: str) -> Mapping[str, Card]:  # noqa: ARG002 - most show nothing
        """Show records to people who look after problems: key -> card, in their language as far as there is one.

        At most `Sink.batch_size` keys. Raises FlowError.
        """
        return {}

    def picture(self, name: str) -> tuple[str, bytes]:
        """Give the type and the content of a picture that a card names. Raises FlowError."""
        raise NotImplementedError

    def choices(self, column: str, language: str) -> Sequence[Choice] | None:  # noqa: ARG002 - most take any value
        """List the values that a column takes, for people to choose one; None where it takes others too."""
        return None

    def may_add(self, column: str) -> bool:  # noqa: ARG002 - most have no choices
        """Tell whether `add_choice` can add to the choices of a column."""
        return False

    def add_choice(self, column: str, choice: Choice, language: str) -> str:
        """Let a column take one more value, and give its code, by default made of the label. Raises RowProblem."""
        raise NotImplementedError

    def preparation(self, structure: Structure, columns: Mapping[str, str]) -> str:  # noqa: ARG002 - most need none
        """Write the file that would make the target ready for templates with variants; empty where nothing can.

        `columns` says where the columns of the source go. `pimflow suggest` gives it to people.
        """
        return ""

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

    def separator(self, column: str) -> str | None:  # noqa: ARG002 - most hold one value in a cell
        """Give what stands between the items that a column takes in one text: `,` where it takes `red,blue`.

        A blank stands between the parts of one value, as in `500 GRAM`: none of them is anything alone.
        """
        return None

    def refers(self, column: str) -> Reference | None:  # noqa: ARG002 - most name no other records
        """Say which records a column names by their keys, as `parent` does.

        Where people linked such a record to one that the target has under another key, `prepare` gets that key.
        """
        return None

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

    def taken(self, keys: Sequence[str]) -> Collection[str]:
        """Give those of these keys that the target has: no other record may get them. At most `Sink.batch_size`.

        Unless a plugin knows more: `current` is asked, of whatever resource.
        """
        return self.current("", keys, ()).keys()

    def marked(self, resource: str, marks: Sequence[str]) -> Mapping[str, str]:
        """Give the keys of the records that carry these marks, by mark; empty for one that the target gave no key.

        A mark is the id of a record that was to be made without a key, `Change.mark`: it is put into the record with
        the call that makes it. At most `Sink.batch_size`; called as `load` is, for sinks with `gives_keys`.
        """
        raise NotImplementedError

    def count(self) -> int:
        """Count what the target has now, of the sink's kind of record. For sinks with `matches`."""
        raise NotImplementedError

    def listed(self, columns: Sequence[str]) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Give everything that the target has, as it comes: key -> payload, limited to `columns`.

        The key is empty for a record that has none there. For sinks with `matches`.
        """
        raise NotImplementedError

    def meant(self, items: Sequence[Item]) -> Mapping[str, str]:  # noqa: ARG002 - most go by the key alone
        """Give the keys of the target for items that the writer itself finds there under another one, by their keys.

        As a model by its variants; an empty key where several are meant, so that none is written. For sinks with
        `matches`.
        """
        return {}

    def as_held(self, batch: Sequence[Change]) -> Sequence[Change]:
        """Give the values of changes as `current` gives them, where that differs from what `prepare` makes.

        Such as the code of a file in place of its content; a value for which there is none is left out. Used by `undo`.
        """
        return batch

    def fit(self, batch: Sequence[Change]) -> Sequence[Change]:
        """Take out of changes what the target cannot take as it is now, each told in `Item.problems`.

        Called before `load` for what is sent, several batches at a time, and by `plan` before it compares; gives as
        many changes in the same order.
        """
        return batch

    def planned(self, batch: Sequence[Change]) -> None:
        """Take note of what a run would write: what comes later in the same plan may name it.

        Given in a plan only, with all that a new record gets; `Change.absent` tells new records from changed ones.
        """

    def files(self, batch: Sequence[Change]) -> tuple[int, int]:  # noqa: ARG002 - most upload none
        """Count the files that `load` would have to upload for a batch, and their bytes as far as known.

        Used by `estimate`, before `fit`.
        """
        return 0, 0

    def load(self, batch: Sequence[Change]) -> Iterable[Outcome]:
        """Write a batch of one resource, at most `Sink.batch_size`, and tell one outcome a change.

        Transient faults are retried by the client below. UnreachableError costs this batch, any other FlowError the
        flow. A change without an outcome counts as unknown. One with a `mark` is of no record that `marked` finds: it
        is made without a key, and its outcome has the one that was `given` to it.
        """
        raise NotImplementedError

    def append(self, header: Header, rows: Sequence[Row]) -> Alike | None:  # noqa: ARG002 - few can
        """Write many rows at once, as `prepare` and `load` would one by one, and tell what became of all of them.

        None, with nothing written, where they have to go one by one. Called between batches, for sinks with `whole`.
        """
        return None

    def delete(self, resource: str, keys: Sequence[str]) -> Iterable[Outcome]:
        """Delete records, at most `Sink.batch_size`, and tell one outcome a key; one that is not there is deleted.

        Called as `load` is. For sinks with `deletes`.
        """
        raise NotImplementedError

    @property
    def notes(self) -> Sequence[str]:
        """Tell what the report says besides, in whole sentences; asked once, after `close`."""
        return ()

    def renaming(self, resource: str, keys: Mapping[str, str]) -> Mapping[str, Mapping[str, Any]]:
        """Give the columns with which records get another key; `keys` has for each the key that it has: the new one.

        By the keys that they have, as `{"uuid": …, "identifier": NEW}`; those that the target lacks are left out. For
        sinks with `renames`.
        """
        raise NotImplementedError

    def know(self, resource: str, columns: Mapping[str, Mapping[str, Any]]) -> None:
        """Take note by which columns records are known, whatever their key: key -> `{"uuid": …}`, as `renaming` gives.

        From then on `current` gives under each key the record that is meant. For sinks with `renames`.
        """

    def moved(self, resource: str, keys: Sequence[str]) -> Mapping[str, Moved]:  # noqa: ARG002 - most know no ids
        """Tell of records that were written under these keys, and got another in the target since, or were replaced.

        Those that are where they were, or simply gone, are left out. From then on `current` gives under the old key
        the record that is meant. Called as `load` is, for sinks with `id`.
        """
        return {}

    def key_places(self) -> Sequence[tuple[str, str]]:
        """Name the places of an ownership contract that tell who owns the key of records, as `places` does."""
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

    batch_seconds: ClassVar[float] = 1.0
    """How long one call that writes a batch may take, for `estimate` before anything was measured."""

    whole: ClassVar[bool] = False
    """True for files and feeds: every row every time, no memory of what was sent before."""

    creation_defaults: ClassVar[Mapping[str, Any]] = {}
    """Columns given to new records only, unless the flow maps them."""

    asks_first: ClassVar[bool] = False
    """Whether the target is asked what it has of a record before that is written for the first time. Then such a write
    can be undone; a sink with `creation_defaults` is asked in any case."""

    renames: ClassVar[bool] = False
    """Whether a record can get another key there: needed for `entity`."""

    gives_keys: ClassVar[bool] = False
    """Whether the target gives keys to records that come without one: needed for `sku: {from: erp}` where the SKU is
    the key. Then the writer has `marked`."""

    matches: ClassVar[bool] = False
    """Whether the writer can `count` and has `listed`: needed for `pimflow match`. The first run of a flow that would
    create records beside others then asks for that."""

    id: ClassVar[str | None] = None
    """The column that holds a record's id in the target, which stays when its key changes."""

    folds_case: ClassVar[bool] = False
    """Whether the target takes keys for equal that differ in the case of letters only."""

    is_pim: ClassVar[bool] = False
    """Whether the target is a PIM, in which what changes all day has no place."""

    owned: ClassVar[bool] = False
    """Whether an ownership contract can say who owns what there: then each flow into it has an `owner`."""

    enabled: ClassVar[str | None] = None
    """The column, true or false, that takes a record out of use: needed for `on_missing: disable`."""

    deletes: ClassVar[bool] = False
    """Whether the writer can `delete`: needed for `on_missing: delete`."""

    @property
    def named(self) -> Mapping[str, Sequence[str]]:
        """The columns that options name, by option: one that the flow does not have is a mistake in its file."""
        return {}

    def folded(self, key: str) -> str:
        """Give a key in the form in which the target compares keys."""
        return key.casefold() if self.folds_case else key

    def open(self, session: Any, run: Run) -> Writer:
        """Give the writer for one run. `run.dry` means that nothing may be written."""
        raise NotImplementedError
