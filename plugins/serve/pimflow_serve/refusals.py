"""What a person or program is told when a page or a call cannot be answered: what happened, and what now."""

from __future__ import annotations

from starlette.exceptions import HTTPException


class Refused(HTTPException):
    """A page or a call that is not answered; `remedy` says what to do, in whole sentences."""

    def __init__(self, status: int, message: str, remedy: str = "", headers: dict[str, str] | None = None) -> None:
        self.remedy = remedy
        super().__init__(status, message, headers)


class NotSignedIn(Refused):
    """Nobody is signed in: a page leads to the one where that is done."""

    def __init__(self) -> None:
        remedy = "Sign in, or send a token: `Authorization: Bearer ...`."
        super().__init__(401, "you are not signed in", remedy, {"WWW-Authenticate": "Bearer"})


def not_found(what: str) -> Refused:
    """Tell that something is not there."""
    return Refused(404, f"there is no {what}", "It may have been removed, or the address is wrong.")
