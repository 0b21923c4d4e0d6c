"""Decides whether an SFTP server is the one that is meant. Needs paramiko, the extra `sftp` of this distribution."""

from __future__ import annotations

import base64
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import paramiko

from pimflow import LoginError, said


class KnownKey(paramiko.MissingHostKeyPolicy):  # type: ignore[misc]  # paramiko ships no types
    """Takes the key with the fingerprint that is named, or one from the list of this machine."""

    def __init__(self, title: str, fingerprint: str | None) -> None:
        self._title = title
        self._fingerprint = fingerprint

    def missing_host_key(self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey) -> None:  # noqa: ARG002
        """Raise LoginError for a key that is not known, before any password is sent."""
        shown = f"SHA256:{base64.b64encode(sha256(key.asbytes()).digest()).decode().rstrip('=')}"
        keys = paramiko.HostKeys()
        with suppress(OSError):
            keys.load(str(Path("~/.ssh/known_hosts").expanduser()))
        if shown == self._fingerprint or (self._fingerprint is None and keys.check(hostname, key)):
            return
        raise LoginError(
            said(
                "{title} shows a key that is not known here: {key}. Ask its administrator whether it is right; "
                "if so, put it under `host_key:` of the connection. No password was sent to it",
                title=self._title,
                key=shown,
            )
        )
