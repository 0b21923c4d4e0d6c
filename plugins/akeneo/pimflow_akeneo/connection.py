"""The connection `akeneo`.

What speaks HTTP is loaded where it is opened: whoever only checks a pipeline file waits for none of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pydantic import Field, SecretStr, field_validator

from pimflow import AccessError, Connection, joined, said
from pimflow_http import ServerAddress, redact_url

if TYPE_CHECKING:
    from pimflow_akeneo.session import Session

TITLE = said("the PIM")
_NEEDED = {
    "products": said("List products"),
    "attributes": said("List attributes"),
    "attributes/any/options": said("List attribute options"),
    "attribute-groups": said("List attribute groups"),
    "families": said("List families"),
    "families/any/variants": said("List family variants"),
    "categories": said("List categories"),
    "channels": said("List channels"),
    "locales": said("List locales"),
    "association-types": said("List association types"),
    "currencies": said("List currencies"),
}
"""List below `/api/rest/v1` -> the permission as the PIM's screen for roles names it.

Product models and media files come with "List products", measurement families need none. The PIM looks at the
permission before it looks for `any`.
"""

_WRITES = frozenset({"POST", "PATCH"})
_OPTIONS = r"/attributes/[^/]+/options(/|$)"
_FORBIDDEN = (
    said("forbids this to the user of the connection"),
    said("Grant the permission under System > Roles > Web API permissions."),
)


class AkeneoConnection(Connection):
    """An Akeneo PIM: Community, Growth or Enterprise, of version 6 or later."""

    type = "akeneo"
    url: ServerAddress = Field(description="Address of the PIM, as in https://pim.example.com.")
    client_id: str = Field(min_length=1, description="Client id of the connection made in the PIM.")
    secret: SecretStr = Field(description="Secret of that connection.")
    username: str = Field(min_length=1, description="User name of that connection.")
    password: SecretStr = Field(description="Password of that user.")
    timeout: float = Field(60.0, gt=0, description="Seconds to wait for an answer; 100 products may take the PIM 30.")
    concurrency: int = Field(
        4, ge=1, le=10, description="Calls at once; the PIM takes 4 a connection. Fewer while it asks for patience."
    )
    options_per_second: int = Field(
        3,
        ge=1,
        description="Calls in a second that write attribute options: hosted PIMs take 3. One in your own house "
        "usually counts none of them.",
    )

    @field_validator("url")
    @classmethod
    def _is_root(cls, url: str) -> str:
        return url.removesuffix("/api/rest/v1")

    @property
    def title(self) -> str:
        """What a report calls it."""
        return TITLE

    @property
    def address(self) -> str:
        """Where it lives."""
        return redact_url(self.url)

    @contextmanager
    def open(self) -> Iterator[Session]:
        """Give the session; it logs in at the first call. Raises ConfigError for a `ca_file` that is none."""
        from pimflow_akeneo.session import Session
        from pimflow_akeneo.tokens import Credentials
        from pimflow_http import Client, Explanation, Pace, Remote

        secret, password = self.secret.get_secret_value(), self.password.get_secret_value()
        credentials = Credentials(self.client_id, secret, self.username, password)
        remote = Remote(
            TITLE,
            self.url,
            client_id=self.client_id,
            concurrency=self.concurrency,
            paces=(Pace(_WRITES, _OPTIONS, calls=self.options_per_second),),
            timeout=self.timeout,
            proxy=self.proxy,
            ca_file=self.ca_file,
            secrets=(secret, password, credentials.basic.removeprefix("Basic ")),
            explanations={403: Explanation(AccessError, *_FORBIDDEN)},
        )
        with Client(remote) as client:
            yield Session(client, credentials)

    def check(self, session: Session) -> str:
        """Say edition, version and user. Raises LoginError, UnreachableError, or AccessError with what is missing."""
        from pimflow_akeneo.edition import edition

        about = edition(session)
        missing = [right for path, right in _NEEDED.items() if not _may_list(session, path)]
        if missing:
            raise AccessError(
                said(
                    "User {user!r} of the PIM may not do all that is needed. Grant under System > Roles > Web API "
                    "permissions: {rights}.",
                    user=session.username,
                    rights=joined(missing, ", "),
                ),
                detail="403 from " + ", ".join(path for path, right in _NEEDED.items() if right in missing),
            )
        return f"{about}, user {session.username}"


def _may_list(session: Session, path: str) -> bool:
    return session.call("GET", path, params={"limit": "1"}, handled={403, 404}).status_code != 403
