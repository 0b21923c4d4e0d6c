"""Which user may do what: permissions are named in the words of the PIM's refusals, such as `list products`."""

from collections.abc import Iterable, Mapping

from pimflow_akeneo_sandbox.errors import RefusedError

WEB_API = "access the web API"
EVERYTHING = "*"


class Permissions:
    """What each user is denied; others may do everything.

    `*` stands for every permission that a call names, `access the web API` for all calls.
    """

    def __init__(self, denied: Mapping[str, Iterable[str]], edit_only: Mapping[str, Iterable[str]]) -> None:
        self._denied = {user: frozenset(names) for user, names in denied.items()}
        self._edit_only = {user: frozenset(codes) for user, codes in edit_only.items()}

    def deny(self, user: str, names: Iterable[str]) -> None:
        """Deny a user these permissions, in place of what he was denied before."""
        self._denied[user] = frozenset(names)

    def edited_only(self, user: str) -> frozenset[str]:
        """Give the categories whose products a user may edit and does not own."""
        return self._edit_only.get(user, frozenset())

    def edit_only(self, user: str, categories: Iterable[str]) -> None:
        """Let a user edit the products of these categories without owning them, in place of those before."""
        self._edit_only[user] = frozenset(categories)

    def check(self, user: str, permission: str, told: str) -> None:
        """Raise RefusedError (403) saying `told` when the user lacks the permission; empty names none."""
        denied = self._denied.get(user, frozenset())
        if WEB_API in denied:
            raise RefusedError(403, f"You are not allowed to {WEB_API}.")
        if permission and (permission in denied or EVERYTHING in denied):
            raise RefusedError(403, told)
