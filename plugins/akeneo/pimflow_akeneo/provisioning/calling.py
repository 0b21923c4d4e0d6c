"""One call of `pimflow akeneo provision`: the file read, held against a PIM, and written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pimflow import ConfigError, Document, FlowError, Status, check_document, read_document, said
from pimflow_akeneo.edition import Edition, edition, has_read_only
from pimflow_akeneo.provisioning.deciding import Decision
from pimflow_akeneo.provisioning.form import READ_ONLY, Provision
from pimflow_akeneo.provisioning.labels import unknown_languages
from pimflow_akeneo.provisioning.provisioning import provision
from pimflow_akeneo.provisioning.wish import Surroundings
from pimflow_akeneo.provisioning.wishes import wishes
from pimflow_akeneo.session import Session
from pimflow_akeneo.spelling import alike

ERP = Path(__file__).with_name("erp.yaml")
"""A file that ships with the plugin: an attribute group `erp`, and what an ERP usually owns."""

HAND_OVER = Path(__file__).with_name("hand_over.yaml")
"""Another: the tag and the status of products that are born in the PIM, and what comes back of them from the ERP."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asks for, besides the file: families that get all its attributes; `dry` for a look only."""

    families: tuple[str, ...] = ()
    all_families: bool = False
    dry: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """What became of it. `error` ended it early: what was written before stays."""

    document: Document
    dry: bool
    address: str
    edition: Edition
    decisions: tuple[Decision, ...]
    notes: tuple[str, ...] = ()
    error: FlowError | None = None

    @property
    def exit_code(self) -> int:
        """0 where all is as the file says, 1 where something was refused or left out, 3 where it ended early."""
        if self.error is not None:
            return self.error.exit_code
        return int(any(one.problems or one.status in _NOT_WELL for one in self.decisions))


_NOT_WELL = frozenset({Status.REFUSED, Status.FAILED, Status.UNKNOWN})


def read(file: Path) -> tuple[Document, Provision]:
    """Read a file, or one that ships. Raises ConfigError with all mistakes, each with its line."""
    document = read_document(file)
    if file in {ERP, HAND_OVER}:
        document = replace(document, file=file.name)
    return document, check_document(Provision, document)


def carry_out(session: Session, address: str, document: Document, file: Provision, asked: Asked) -> Done:
    """Hold a file against the PIM there and, unless `dry`, write what differs. Raises ConfigError, FlowError."""
    about = edition(session)
    marked = [code for code, attribute in file.attributes.items() if getattr(attribute, READ_ONLY)]
    can_lock = bool(marked) and has_read_only(session)
    surroundings = Surroundings(session.catalog.locales, can_lock)
    families = _families(session, file, asked)
    wished = wishes(file, document, surroundings, families)
    decisions: list[Decision] = []
    error: FlowError | None = None
    try:
        decisions.extend(provision(session, wished, file.once, dry=asked.dry))
    except FlowError as ended:
        error = ended
    except KeyboardInterrupt:
        error = FlowError(said("stopped by you. What was written stays; call again to go on"))
    notes = _notes(about, len(marked), file, surroundings)
    return Done(document, asked.dry, address, about, tuple(decisions), tuple(notes), error)


def _families(session: Session, file: Provision, asked: Asked) -> Sequence[str]:
    """Give the families that get all attributes of the file. Raises ConfigError for one that is nowhere."""
    if not asked.families and not asked.all_families:
        return ()
    there = set(session.catalog.families.values())
    known = there.union(file.families)
    unknown = [code for code in asked.families if code not in known]
    if unknown:
        raise ConfigError(*(f"the PIM has no family {code!r}{_near(code, known)}" for code in unknown))
    return sorted({*asked.families, *(there if asked.all_families else ())})


def _near(code: str, known: set[str]) -> str:
    near = alike(code, known)
    return f"; did you mean {near!r}?" if near else ""


def _notes(about: Edition, count: int, file: Provision, surroundings: Surroundings) -> Iterator[str]:
    """Tell what of the file this PIM cannot do; `count` attributes should be read only."""
    if count and not surroundings.has_read_only:
        attributes = "the attribute" if count == 1 else f"the {count} attributes"
        told = (
            "Their labels tell where the values come from." if file.read_only_label else "People can edit the values."
        )
        yield f"This PIM ({about}) cannot make attributes read only, as {attributes} of the file should be. {told}"
    unknown = unknown_languages(file.read_only_label, surroundings.locales)
    if unknown:
        yield f"read_only_label: the PIM knows no locale of {', '.join(unknown)}."
    if not any(surroundings.locales.values()):
        yield "The PIM has no active locale yet: labels by language were left out. Call again once it has."
