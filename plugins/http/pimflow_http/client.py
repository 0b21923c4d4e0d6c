"""One client per connection: every call of it goes through here."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from typing import Any, Self

import httpx

from pimflow import ConfigError, FlowError, said
from pimflow import __version__ as version
from pimflow_http.clock import Clock
from pimflow_http.explanations import BROKEN, STRANGE, Explanation, for_failure, for_status, put_off
from pimflow_http.limiter import SHARED, Limiter
from pimflow_http.pace import Pace
from pimflow_http.receiving import Watched
from pimflow_http.redaction import redact, redact_url
from pimflow_http.retry import TRANSIENT, Attempt, RetryPolicy, retry_after, retrying

Receive = Callable[[httpx.Response], None]
"""Reads the content of a successful answer, which is not there at once."""

_IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
_AMBIGUOUS = "pimflow_ambiguous"
_CONNECT_AT_MOST = 10.0
_EXCERPT = 500


@dataclass(frozen=True, slots=True)
class Remote:
    """Where and how to reach one system.

    `title` is what messages call it; `client_id` tells accounts at one address apart; `secrets` never show anywhere;
    `paces` limit how fast calls of some paths follow each other; `explanations` override single entries of the
    error table; `is_final` tells answers that stay the same when asked again, although their status promises better.
    Without `cookies` none is kept or sent: where each call brings its credentials, they would say otherwise.
    """

    title: str
    url: str
    client_id: str = ""
    concurrency: int = 4
    paces: tuple[Pace, ...] = ()
    timeout: float = 30.0
    proxy: str | None = None
    ca_file: Path | None = None
    headers: Mapping[str, str] = field(default_factory=lambda: {"Accept": "application/json"})
    secrets: tuple[str, ...] = field(default=(), repr=False)
    explanations: Mapping[int, Explanation] = field(default_factory=dict)
    is_final: Callable[[httpx.Response], bool] = lambda _: False
    cookies: bool = True

    @property
    def address(self) -> str:
        """The URL without secrets."""
        return redact_url(self.url).rstrip("/")


class Client:
    """Sends requests within the limits of the account, repeats what may be repeated, gives errors for people.

    Safe for several threads. Without `limiter` it shares the process's own for this address and client id.
    """

    def __init__(
        self,
        remote: Remote,
        *,
        limiter: Limiter | None = None,
        policy: RetryPolicy | None = None,
        clock: Clock | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.remote = remote
        self.limiter = limiter or SHARED.get(remote.address, remote.client_id, remote.concurrency)
        self._policy = policy or RetryPolicy()
        self._clock = clock or Clock()
        self._http = _http_client(remote, transport)
        self._secrets = set(remote.secrets)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def hide(self, *secrets: str) -> None:
        """Mask these too in messages from now on: tokens that were given while running."""
        self._secrets.update(secrets)

    def request(
        self,
        method: str,
        path: str,
        *,
        repeatable: bool | None = None,
        handled: Container[int] = (),
        receive: Receive | None = None,
        **options: Any,
    ) -> httpx.Response:
        """Send one request and give the answer when its status is a success or one of `handled`.

        `path` starts below the URL of the remote. `repeatable` says that sending twice does no harm, where the method
        alone does not. `receive` reads a large answer while it comes, anew at each try. `options` are those of httpx.
        Raises LoginError, AccessError, RemoteError, UnreachableError.
        """
        ambiguous = False

        def attempt() -> Attempt:
            nonlocal ambiguous
            result = self._try(method, path, receive, options)
            ambiguous = ambiguous or result.ambiguous
            return result

        again = method in _IDEMPOTENT if repeatable is None else repeatable
        what = f"{method} {redact_url(path)}"
        last = retrying(self._policy, self._clock, again, self.limiter.pause, what)(attempt)
        if last.response is None:
            raise self._failure(method, path, last) from last.error
        last.response.extensions[_AMBIGUOUS] = ambiguous
        if last.response.is_success or last.response.status_code in handled:
            return last.response
        raise self._put_off(last.response) or self.refusal(last.response)

    def json(self, response: httpx.Response) -> Any:
        """Decode the answer. Raises RemoteError where it is no JSON, as the login page of a proxy would be.

        It is a BrokenAnswerError where it should have been JSON.
        """
        try:
            return response.json()
        except (ValueError, RecursionError):
            is_page = response.content.lstrip().startswith(b"<")  # whatever it is said to be
            is_data = not response.content or ("json" in response.headers.get("content-type", "") and not is_page)
            raise (BROKEN if is_data else STRANGE).about(self._who(), self._detail(response)) from None

    def strange(self, response: httpx.Response) -> FlowError:
        """Make the error about an answer that cannot be from the system that was asked."""
        return STRANGE.about(self._who(), self._detail(response))

    def refusal(self, response: httpx.Response) -> FlowError:
        """Make the error that tells people what this answer means."""
        return for_status(response.status_code, self.remote.explanations).about(self._who(), self._detail(response))

    def _try(self, method: str, path: str, receive: Receive | None, options: Mapping[str, Any]) -> Attempt:
        paces = [pace for pace in self.remote.paces if pace.covers(method, path)]
        with self.limiter.slot(paces) as began:
            try:
                response = self._send(method, path, receive, options)
            except httpx.RequestError as error:
                return Attempt(error=error)
        attempt = Attempt(response, final=not response.is_success and self.remote.is_final(response))
        if attempt.crowded:
            self.limiter.crowded(began)
        elif not attempt.transient:
            self.limiter.went_well()
        return attempt

    def _send(self, method: str, path: str, receive: Receive | None, options: Mapping[str, Any]) -> httpx.Response:
        with self._http.stream(method, path, **options) as response:
            response.stream = Watched(response, self._clock, patience=self.remote.timeout)
            if receive is not None and response.is_success:
                receive(response)
            else:
                response.read()
        return response

    def _put_off(self, response: httpx.Response) -> FlowError | None:
        """Make the error about a wait that the other side asks for, where it is longer than a run waits."""
        asked = retry_after(response, self._clock) if response.status_code in TRANSIENT else None
        if asked is None or asked <= self._policy.total:
            return None
        limited = response.status_code == 429
        return put_off(asked, self._policy.total, limited=limited).about(self._who(), self._detail(response))

    def _failure(self, method: str, path: str, attempt: Attempt) -> FlowError:
        assert attempt.error is not None
        detail = f"{method} {redact_url(path)}: {type(attempt.error).__name__}: {attempt.error}"
        return for_failure(attempt.error, proxied=self.remote.proxy is not None).about(
            self._who(), redact(detail, self._secrets)
        )

    def _who(self) -> str:
        return said("{title} at {address}", title=self.remote.title, address=self.remote.address)

    def _detail(self, response: httpx.Response) -> str:
        request = response.request
        target = f" -> {redact_url(response.headers['location'])}" if "location" in response.headers else ""
        line = f"{request.method} {redact_url(str(request.url))}: {response.status_code}{target}"
        return redact(f"{line} {response.text[:_EXCERPT]}".strip(), self._secrets)


def was_ambiguous(response: httpx.Response) -> bool:
    """Tell whether an earlier try of this request may have been done already, though it failed."""
    return bool(response.extensions.get(_AMBIGUOUS, False))


def _http_client(remote: Remote, transport: httpx.BaseTransport | None) -> httpx.Client:
    make: Callable[..., httpx.Client] = httpx.Client
    try:
        return make(
            base_url=remote.url,
            headers={"User-Agent": f"pimflow/{version}", **remote.headers},
            timeout=httpx.Timeout(remote.timeout, connect=min(remote.timeout, _CONNECT_AT_MOST), pool=None),
            limits=httpx.Limits(max_connections=remote.concurrency, max_keepalive_connections=remote.concurrency),
            proxy=remote.proxy,
            verify=_trust(remote.ca_file),
            transport=transport,
            cookies=None if remote.cookies else CookieJar(DefaultCookiePolicy(allowed_domains=())),
            trust_env=not _is_this_machine(remote.url),
        )
    except (httpx.InvalidURL, ValueError) as error:
        reason = redact(str(error), remote.secrets)
        raise ConfigError(f"{remote.title}: `url` or `proxy` is no address of the web: {reason}") from None


def _is_this_machine(url: str) -> bool:
    """Tell whether the proxies of the environment would be asked for what only this machine can reach."""
    return httpx.URL(url).host in {"localhost", "127.0.0.1", "::1"}


def _trust(ca_file: Path | None) -> ssl.SSLContext | bool:
    if ca_file is None:
        return True
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError):
        raise ConfigError(
            f"`ca_file`: {str(ca_file)!r} holds no certificate in PEM form; expected '-----BEGIN CERTIFICATE-----'."
        ) from None
