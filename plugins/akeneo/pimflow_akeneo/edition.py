"""On which kind of PIM a session is: its edition and version, and what only some of them have."""

from __future__ import annotations

from dataclasses import dataclass

from pimflow_akeneo.session import Session

_NAMES = {"CE": "Community", "GE": "Growth", "EE": "Enterprise"}


@dataclass(frozen=True, slots=True)
class Edition:
    """As the PIM names itself: `code` such as CE or Serenity, empty where it does not tell; `version` may be a date."""

    code: str = ""
    version: str = ""

    @property
    def name(self) -> str:
        """The name that people use: Community, Growth, Enterprise."""
        return _NAMES.get(self.code, self.code)

    def __str__(self) -> str:
        """Give it as in `Akeneo CE 7.0.0`."""
        return f"Akeneo {self.code or 'PIM'} {self.version or 'of unknown version'}"


def edition(session: Session) -> Edition:
    """Ask the PIM what it is; PIMs before version 6 do not know the question. Raises FlowError."""
    answer = session.call("GET", "system-information", handled={403, 404})
    about = answer.json() if answer.is_success else {}
    return Edition(str(about.get("edition", "")), str(about.get("version", "")))


def has_read_only(session: Session) -> bool:
    """Tell whether attributes can be made read only, as in the Enterprise edition: its attributes show the switch.

    A PIM without any attribute has none that tells, and counts as one without. Raises FlowError.
    """
    found = next(session.pages("attributes", {"limit": "1"}), {})
    return "is_read_only" in found
