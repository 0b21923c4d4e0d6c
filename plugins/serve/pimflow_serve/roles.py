"""What people may do: look, run, or look after everything."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What somebody may do; each may do what those before it may."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMINISTRATOR = "administrator"

    def includes(self, other: Role) -> bool:
        """Tell whether this role may do what the other may."""
        ranks = list(Role)
        return ranks.index(self) >= ranks.index(other)


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks: somebody who is signed in, or a program by its token. `language` is empty where the browser decides."""

    name: str
    role: Role
    language: str = ""

    def may(self, role: Role) -> bool:
        """Tell whether this person may do what a role may."""
        return self.role.includes(role)
