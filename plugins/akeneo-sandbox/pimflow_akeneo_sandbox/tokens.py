"""Access and refresh tokens: granted to the client's users, expired on time or on demand."""

import secrets
import time
from dataclasses import dataclass
from typing import Any

from pimflow_akeneo_sandbox.errors import RefusedError, unprocessable
from pimflow_akeneo_sandbox.settings import Credentials

REFRESH_SECONDS = 1_209_600
LONGEST_BODY = 300
MISSING = 'Parameter "grant_type", "username" or "password" is missing, empty or invalid'
UNKNOWN_CLIENT = 'Parameter "client_id" is missing or does not match any client, or secret is invalid'
NO_USER = "No user found for the given username and password"
NOT_FOR_CLIENT = "This grant type is not authorized for this client"
GRANTS_ELSEWHERE = frozenset({"token", "authorization_code", "client_credentials"})


@dataclass(frozen=True)
class Grant:
    """What a token stands for."""

    user: str
    until: float


class Tokens:
    """The tokens of one server. Times are those of the monotonic clock, in seconds."""

    def __init__(self, credentials: Credentials, seconds: int) -> None:
        self.credentials = credentials
        self.seconds = seconds
        self.refuse_refresh = False
        self._access: dict[str, Grant] = {}
        self._refresh: dict[str, Grant] = {}

    def grant(self, client: tuple[str, str] | None, body: dict[str, Any]) -> dict[str, Any]:
        """Return the answer of the token endpoint. Raises RefusedError (422)."""
        kind = body.get("grant_type")
        if kind not in {"password", "refresh_token", *GRANTS_ELSEWHERE}:
            raise unprocessable(MISSING)
        if client is None or client != (self.credentials.client_id, self.credentials.secret):
            raise unprocessable(UNKNOWN_CLIENT)
        if kind == "refresh_token":
            return self._issue(self._user_of_refresh(body.get("refresh_token")))
        if kind in GRANTS_ELSEWHERE:
            raise unprocessable(NOT_FOR_CLIENT)
        name, password = body.get("username"), body.get("password")
        if not name or not password:
            raise unprocessable(MISSING)
        if (name, password) not in (*self.credentials.users, *self.credentials.readers):
            raise unprocessable(NO_USER)
        return self._issue(str(name))

    def _user_of_refresh(self, token: Any) -> str:
        if not token:
            raise unprocessable('Parameter "grant_type" or "refresh_token" is missing or empty')
        known = isinstance(token, str) and not self.refuse_refresh
        found = self._refresh.pop(token, None) if known else None
        if found is None or found.until <= time.monotonic():
            raise unprocessable("Refresh token is invalid or has expired")
        return found.user

    def _issue(self, user: str) -> dict[str, Any]:
        access, refresh = secrets.token_hex(43), secrets.token_hex(43)
        now = time.monotonic()
        self._access[access] = Grant(user, now + self.seconds)
        self._refresh[refresh] = Grant(user, now + REFRESH_SECONDS)
        return {
            "access_token": access,
            "expires_in": self.seconds,
            "token_type": "bearer",
            "scope": None,
            "refresh_token": refresh,
        }

    def user_of(self, authorization: str | None) -> str:
        """Return the user of a Bearer header. Raises RefusedError (401)."""
        kind, _, token = (authorization or "").partition(" ")
        if kind.lower() != "bearer" or not token:
            raise RefusedError(401, "Authentication is required")
        found = self._access.get(token.strip())
        if found is None:
            raise RefusedError(401, "The access token provided is invalid.")
        if found.until <= time.monotonic():
            raise RefusedError(401, "The access token provided has expired.")
        return found.user

    def revoke(self, authorization: str | None) -> None:
        """End the access token of a Bearer header."""
        self._access.pop((authorization or "").partition(" ")[2].strip(), None)

    def expire(self, *, refresh: bool) -> None:
        """End all access tokens now, and the refresh tokens too when asked."""
        self._access = {token: Grant(found.user, 0) for token, found in self._access.items()}
        if refresh:
            self._refresh = {token: Grant(found.user, 0) for token, found in self._refresh.items()}
