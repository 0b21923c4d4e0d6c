"""The connection `files`: a folder on another machine, over SFTP, FTP, FTPS, S3 or what else fsspec knows.

fsspec, and what else speaks to servers, is loaded where there is one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from pimflow import Connection, InputPath, said

if TYPE_CHECKING:
    from pimflow_files.remote import Place, RemoteFolder

_EXAMPLE = "expected an address such as sftp://files.example.com/outgoing, without user and password"


class FilesConnection(Connection):
    """A folder on another machine. Files are fetched one after the other, and read here."""

    type = "files"

    url: str = Field(description="`sftp://host:port/folder`, `ftp://…`, `ftps://…`, `s3://bucket/folder`.")
    username: str | None = Field(None, description="The account; for S3 the id of the access key.")
    password: SecretStr | None = Field(None, description="Its password; for S3 the secret of the access key.")
    key_file: InputPath | None = Field(None, description="For SFTP: file with the private key; `password` opens it.")
    host_key: str | None = Field(
        None,
        pattern=r"^SHA256:[A-Za-z0-9+/]+$",
        description="For SFTP: fingerprint of the server's key, as `SHA256:…`; else `~/.ssh/known_hosts` is asked.",
    )
    endpoint: str | None = Field(None, description="For S3: address of a server that is not Amazon's.")

    @field_validator("url")
    @classmethod
    def _is_address(cls, url: str) -> str:
        from fsspec import available_protocols

        try:
            parts = urlsplit(url)
            known = parts.scheme == "ftps" or parts.scheme in available_protocols()
        except ValueError:
            known = False
        if not known or "@" in parts.netloc or not (parts.netloc or parts.scheme == "memory"):
            raise ValueError(_EXAMPLE)
        return url.rstrip("/")

    @model_validator(mode="after")
    def _can_be_done(self) -> FilesConnection:
        for option in ("proxy", "ca_file"):
            if getattr(self, option) is not None:
                raise ValueError(f"`{option}` is not known for files: take it out")
        return self

    @property
    def title(self) -> str:
        """The server's name."""
        return urlsplit(self.url).hostname or "files"

    @property
    def address(self) -> str:
        """Where it lives."""
        return self.url

    @contextmanager
    def open(self) -> Iterator[RemoteFolder]:
        """Give the folder; it connects for each thing that is done, so that no pause is too long."""
        from pimflow_files.remote import RemoteFolder

        yield RemoteFolder(self._place())

    def check(self, session: RemoteFolder) -> str:
        """Say who answered, and how many files lie there. Raises LoginError, UnreachableError, RemoteError."""
        number = session.count()
        folder = session.place.root or "/"
        if number == 1:
            return said("{title} answered, 1 file in {folder}", title=self.title, folder=folder)
        return said("{title} answered, {number} files in {folder}", title=self.title, number=number, folder=folder)

    def _place(self) -> Place:
        from pimflow_files.remote import Place

        parts = urlsplit(self.url)
        password = self.password.get_secret_value() if self.password else None
        options: dict[str, Any] = {}
        root = parts.path.rstrip("/")
        if parts.scheme == "s3":
            root = f"{parts.netloc}{root}"
            options = {"key": self.username, "secret": password, "endpoint_url": self.endpoint}
        elif parts.scheme in {"sftp", "ssh"}:
            options = {"host": parts.hostname, "port": parts.port or 22, "username": self.username}
            secret = "passphrase" if self.key_file else "password"
            options |= {secret: password, "key_filename": str(self.key_file) if self.key_file else None}
            options |= {"timeout": self.timeout, "auth_timeout": self.timeout, "banner_timeout": self.timeout}
            options |= {"allow_agent": False, "look_for_keys": password is None and self.key_file is None}
        elif parts.scheme in {"ftp", "ftps"}:
            options = {"host": parts.hostname, "port": parts.port or 21, "username": self.username}
            options |= {"password": password, "timeout": self.timeout, "tls": parts.scheme == "ftps"}
        elif parts.scheme == "memory":
            root = f"/{parts.netloc}{root}"
        protocol = "ftp" if parts.scheme == "ftps" else parts.scheme
        given = {name: value for name, value in options.items() if value is not None}
        return Place(self.title, protocol, root, given, self.host_key)
