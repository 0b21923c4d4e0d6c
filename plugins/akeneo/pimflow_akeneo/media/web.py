"""Media files behind addresses of the web: downloaded once, then asked whether they changed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from email.message import Message
from hashlib import blake2b
from pathlib import Path
from urllib.parse import unquote, urlsplit

import httpx
import orjson

from pimflow import Memory, PimflowError, ProblemKind, RowProblem, Who, said
from pimflow import __version__ as version
from pimflow_akeneo.media.content import clean_name, extension_of
from pimflow_akeneo.media.embedded import extension_for
from pimflow_akeneo.media.options import MediaOptions
from pimflow_akeneo.media.temporary import room
from pimflow_http import Clock, RetryPolicy
from pimflow_http.receiving import Watched
from pimflow_http.retry import Attempt, retrying

_NAME = "media-urls"
_POLICY = RetryPolicy(tries=3, first=1.0, longest=5.0, total=15.0)
_GIVE_UP_AFTER = 3
_MEGABYTE = 1_000_000
_START = 300
_LATER = said("It is tried again by the next run; ask whoever runs that server if it stays so.")
_CORRECT = said("Correct the address at the source, or have the file put there.")


@dataclass(frozen=True, slots=True)
class Remembered:
    """What a download gave: the content, and what the server wants to hear to tell that it is the same still."""

    digest: str
    size: int
    name: str
    etag: str = ""
    modified: str = ""
    asked: float = 0.0

    @property
    def conditions(self) -> dict[str, str]:
        """Headers that let the server answer without the content."""
        headers = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in headers.items() if value}


@dataclass(frozen=True, slots=True)
class Fetched:
    """The content behind an address; `path` is where it was saved, None where it is unchanged and was not sent."""

    about: Remembered
    path: Path | None = None


class Web:
    """Downloads into files that `new_file` names. Safe for several threads."""

    def __init__(
        self, options: MediaOptions, memory: Memory, new_file: Callable[[], Path], clock: Clock | None = None
    ) -> None:
        self._options = options
        self._memory = memory
        self._new_file = new_file
        self._clock = clock or Clock()
        self._lock = threading.Lock()
        self._http: httpx.Client | None = None
        self._failed: dict[str, int] = {}
        """Host -> calls in a row that failed: one that is down must not hold up every record."""

    def fetch(self, url: str, *, most: int, again: bool = False) -> Fetched:
        """Give the content of an address, at most so many bytes; `again` wants the bytes though nothing changed.

        Raises RowProblem, without field and value, for one that cannot be had.
        """
        key = blake2b(url.encode(), digest_size=16).hexdigest()  # addresses hold secrets; nothing keeps them
        kept = None if again else self._remembered(key)
        if kept and 0 <= self._clock.wall() - kept.asked < self._options.recheck_hours * 3600:
            return Fetched(kept)
        found = self._download(url, kept, most)
        self._memory.put(_NAME, {key: orjson.dumps(asdict(found.about)).decode()})
        return found

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            if self._http is not None:
                self._http.close()
                self._http = None

    def _remembered(self, key: str) -> Remembered | None:
        text = self._memory.get(_NAME, [key]).get(key)
        return Remembered(**orjson.loads(text)) if text else None

    def _download(self, url: str, kept: Remembered | None, most: int) -> Fetched:
        path = self._new_file()
        saved: list[tuple[str, int]] = []

        def attempt() -> Attempt:
            try:
                with self._client().stream("GET", url, headers=kept.conditions if kept else {}) as response:
                    response.stream = Watched(response, self._clock, self._options.timeout)
                    if response.is_success:
                        saved[:] = [_save(response, path, most)]
                    return Attempt(response=response)
            except httpx.RequestError as error:
                return Attempt(error=error)

        try:
            response = self._answer(url, attempt)
        except PimflowError:
            path.unlink(missing_ok=True)
            raise
        now = self._clock.wall()
        if response.status_code == 304 and kept is not None:
            return Fetched(Remembered(kept.digest, kept.size, kept.name, kept.etag, kept.modified, now))
        digest, size = saved[0]
        with path.open("rb") as file:
            name = _name(url, response, file.read(_START))
        etag, modified = (response.headers.get(header, "") for header in ("etag", "last-modified"))
        return Fetched(Remembered(digest, size, name, etag, modified, now), path)

    def _answer(self, url: str, attempt: Callable[[], Attempt]) -> httpx.Response:
        host = _host(url)
        if self._failed.get(host, 0) >= _GIVE_UP_AFTER:
            reason = said(
                "server {host} did not answer {number} times, so it was not asked again",
                host=host,
                number=_GIVE_UP_AFTER,
            )
            raise RowProblem(None, None, reason, kind=ProblemKind.CONNECTION, remedy=_LATER, who=Who.ADMINISTRATOR)
        try:
            last = retrying(_POLICY, self._clock, True, lambda _: None, f"GET {shown(url)}")(attempt)
        except (httpx.InvalidURL, UnicodeError):
            raise RowProblem(None, None, said("which is no address of the web"), remedy=_CORRECT) from None
        if last.transient:
            self._failed[host] = self._failed.get(host, 0) + 1
        else:
            self._failed.pop(host, None)
        if last.response is None or not (last.response.is_success or last.response.status_code == 304):
            raise _not_had(last, host)
        return last.response

    def _client(self) -> httpx.Client:
        with self._lock:
            if self._http is None:
                self._http = httpx.Client(
                    headers={"User-Agent": f"pimflow/{version}", "Accept": "*/*"},
                    timeout=self._options.timeout,
                    limits=httpx.Limits(max_connections=self._options.parallel),
                    follow_redirects=True,
                    max_redirects=5,
                    event_hooks={"request": [self._check_host]},
                )
            return self._http

    def _check_host(self, request: httpx.Request) -> None:
        """Hold each call, those of redirections too, against the hosts that may be asked."""
        if self._options.hosts is not None and request.url.host not in self._options.hosts:
            reason = said("server {host} is not among those that may be asked for files", host=request.url.host)
            remedy = said("Add it to `hosts` under `media` of the target, or correct the address at the source.")
            raise RowProblem(None, None, reason, kind=ProblemKind.PERMISSION, remedy=remedy, who=Who.ADMINISTRATOR)


def shown(url: str) -> str:
    """Give an address as people may see it: without login, and without what follows a `?`, where keys stand."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return said("(an address)")
    rest = "?…" if parts.query else ""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}{rest}"


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _save(response: httpx.Response, path: Path, most: int) -> tuple[str, int]:
    """Write the content of an answer; give its digest and size. Raises RowProblem where it is too large."""
    told = response.headers.get("content-length", "")
    if told.isdecimal() and int(told) > most:
        raise _too_large(most)
    digest, size = blake2b(digest_size=16), 0
    with room(), path.open("wb") as file:
        for chunk in response.iter_bytes():
            size += len(chunk)
            if size > most:
                raise _too_large(most)
            digest.update(chunk)
            file.write(chunk)
    return digest.hexdigest(), size


def _name(url: str, response: httpx.Response, start: bytes) -> str:
    """Name the file as the server does, else as its address does; an extension is found where that has none."""
    disposition = Message()
    disposition["content-disposition"] = response.headers.get("content-disposition", "")
    name = clean_name(disposition.get_filename() or unquote(urlsplit(url).path.rpartition("/")[2]) or "file")
    extension = extension_for(start, response.headers.get("content-type", "").partition(";")[0].strip())
    return name if extension_of(name) or not extension else f"{name}.{extension}"


def _too_large(most: int) -> RowProblem:
    reason = said("the file has more than {most:g} MB, and no more are taken here", most=most / _MEGABYTE)
    return RowProblem(None, None, reason, kind=ProblemKind.TOO_LARGE, remedy=said("Give a smaller one."))


_REASONS: Mapping[int, str] = {
    401: said("the server wants a login for this file"),
    403: said("the server does not give this file to us"),
    404: said("there is no file at this address"),
    410: said("there is no file at this address any longer"),
}


def _not_had(last: Attempt, host: str) -> RowProblem:
    if last.transient or last.response is None:
        reason = said("server {host} did not answer", host=host)
        if last.response is not None:
            reason = said("server {host} could not give the file, and may do so later", host=host)
        return RowProblem(
            None, None, reason, kind=ProblemKind.CONNECTION, remedy=_LATER, who=Who.ADMINISTRATOR, detail=str(last)
        )
    status = last.response.status_code
    why = _REASONS.get(status) or said("server {host} gives no file at this address", host=host)
    return RowProblem(None, None, why, kind=ProblemKind.MISSING, remedy=_CORRECT, detail=str(last))
