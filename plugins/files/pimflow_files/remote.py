"""Files on another machine: listed, fetched and moved there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ftplib import error_perm, error_temp
from importlib import import_module
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

from pimflow import AccessError, LoginError, PluginError, RemoteError, UnreachableError, said
from pimflow_files.folders import Found
from pimflow_files.local import OutOfReachError

_REFUSED = frozenset(
    {
        *("AuthenticationException", "BadAuthenticationType", "PasswordRequiredException"),  # of paramiko
        *("NoCredentialsError", "PartialCredentialsError"),  # of botocore
    }
)
"""Errors of libraries which are there only where SFTP or S3 is used."""
_NO_ACCOUNT = frozenset({"InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken"})
"""Codes of S3 for an access key that is wrong or has expired: `Error responses` of its API reference."""
_LIBRARIES = ("paramiko", "botocore", "aiobotocore", "aiohttp")
"""Their own errors, where they are no OSError, mean that a server cannot be reached."""
_TIMES = ("mtime", "LastModified", "modify", "created")


@dataclass(frozen=True)
class Place:
    """A folder on a server. `options` hold the password; `host_key` is the fingerprint that the server has to show."""

    title: str
    protocol: str
    root: str
    options: Mapping[str, Any] = field(repr=False)
    host_key: str | None = None


@dataclass(frozen=True)
class RemoteFolder:
    """A folder on a server, which is connected to for each thing that is done there."""

    place: Place

    def found(self, pattern: str) -> list[Found]:
        """List the files that fit; hidden ones are left out, as writers use them for what is not complete."""
        with self._connected() as files:
            there = files.glob(self._full(pattern), detail=True).items()
            if not there:
                self._must_be_there(files)
        found = [self._found(path, known) for path, known in there if known["type"] == "file"]
        return sorted((one for one in found if not one.name.startswith(".")), key=lambda one: one.path)

    def one(self, path: str) -> Found:
        """Give one file. Raises RemoteError where it is not there."""
        with self._connected() as files:
            return self._found(self._full(path), files.info(self._full(path)))

    def fetched(self, path: str) -> AbstractContextManager[Path]:
        """Give a copy of the file on this machine, for as long as it is read."""
        return self._fetched(path)

    @contextmanager
    def _fetched(self, path: str) -> Iterator[Path]:
        with TemporaryDirectory(prefix="pimflow-") as folder:
            copy = Path(folder, PurePosixPath(path).name)
            with self._connected() as files:
                files.get_file(self._full(path), str(copy))
            yield copy

    def moved(self, path: str, target: str) -> None:
        """Move a file, and make the folder that it moves to."""
        with self._connected() as files:
            files.makedirs(str(PurePosixPath(self._full(target)).parent), exist_ok=True)
            files.mv(self._full(path), self._full(target))

    def count(self) -> int:
        """Count the files of the folder. Raises RemoteError where there is no such folder."""
        with self._connected() as files:
            try:
                there = files.ls(self.place.root or "/", detail=True)
            except FileNotFoundError:
                self._must_be_there(files)
                there = []
            return sum(known["type"] == "file" for known in there)

    def _must_be_there(self, files: Any) -> None:
        """Raise FileNotFoundError where there is no such folder; in S3, no bucket, as only files make folders there."""
        files.ls(self.place.root.partition("/")[0] if self.place.protocol == "s3" else self.place.root or "/")

    def _full(self, path: str) -> str:
        return f"{self.place.root}/{path.lstrip('/')}"

    def _found(self, path: str, known: Mapping[str, Any]) -> Found:
        inside = f"/{path.lstrip('/')}".removeprefix(f"/{self.place.root.strip('/')}".rstrip("/")).lstrip("/")
        return Found(inside, int(known["size"]), _time(known))

    @contextmanager
    def _connected(self) -> Iterator[Any]:
        import fsspec  # noqa: PLC0415 - loaded only where files lie on another machine

        with _told(self.place):
            files = fsspec.filesystem(self.place.protocol, skip_instance_cache=True, **self._options())
            try:
                yield files
            finally:
                for opened in (getattr(files, name, None) for name in ("client", "ftp")):
                    if opened is not None:
                        with suppress(OSError, EOFError):  # nothing is lost where the server went first
                            opened.close()

    def _options(self) -> Mapping[str, Any]:
        if self.place.protocol not in {"sftp", "ssh"}:
            return self.place.options
        return {**self.place.options, "host_key_policy": _policy(self.place)}


def _time(known: Mapping[str, Any]) -> datetime:
    """Give the time of change, by whatever name a server's listing has it."""
    told = next((known[name] for name in _TIMES if known.get(name)), None)
    if isinstance(told, str):
        told = datetime.strptime(told[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    if isinstance(told, datetime):
        return told if told.tzinfo else told.replace(tzinfo=UTC)
    return datetime.fromtimestamp(0, UTC)


def _policy(place: Place) -> Any:
    """Give what decides about a server's key."""
    try:
        return import_module("pimflow_files.host_keys").KnownKey(place.title, place.host_key)
    except ImportError:
        raise PluginError("SFTP needs paramiko: pip install 'pimflow-files[sftp]'") from None


@contextmanager
def _told(place: Place) -> Iterator[None]:
    """Tell in words what a server answered. Its own words are kept apart; none of them holds the password."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError) as error:
        raise OutOfReachError(
            said("{title} has no such file or folder: {path}.", title=place.title, path=str(error.args[-1]))
        ) from error
    except PermissionError as error:
        if getattr(error.__cause__, "response", {}).get("Error", {}).get("Code") in _NO_ACCOUNT:
            raise _login(place) from error
        raise AccessError(
            said("{title} does not allow this. Ask for the rights to read and move files.", title=place.title)
        ) from error
    except (error_perm, error_temp) as error:
        raise _refusal(place, str(error)) from error
    except ImportError as error:
        extra = f": pip install 'pimflow-files[{place.protocol}]'" if place.protocol == "s3" else f": {error}"
        raise PluginError(f"{place.protocol} needs a package more{extra}") from error
    except Exception as error:
        if type(error).__name__ in _REFUSED:
            raise _login(place) from error
        if not isinstance(error, OSError | EOFError) and not type(error).__module__.startswith(_LIBRARIES):
            raise
        message = said("{title} does not answer. Is it running, and may this machine reach it?", title=place.title)
        raise UnreachableError(message, detail=f"{type(error).__name__}: {error}") from error


def _refusal(place: Place, answer: str) -> RemoteError | LoginError | AccessError:
    if answer.startswith("530"):
        return _login(place)
    return AccessError(said("{title} does not allow this, or has no such file.", title=place.title), detail=answer)


def _login(place: Place) -> LoginError:
    return LoginError(
        said("{title} refused the user, the password or the key; it was tried once. Correct them.", title=place.title)
    )
