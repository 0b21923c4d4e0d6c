"""Calls to a monitor that expects one after each good run, and raises the alarm where none comes."""

from __future__ import annotations

import ssl
from typing import Annotated

import httpx
from pydantic import AfterValidator, Field, SecretStr
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from pimflow import Event, InputPath, Message, Notifier, RemoteError, UnreachableError, said
from pimflow_http import redact
from pimflow_notify.overhearing import overheard, private_parts

_TRIES = 3
_THIS_MACHINE = {"localhost", "127.0.0.1", "::1"}


def _of_the_web(address: SecretStr) -> SecretStr:
    try:
        url = httpx.URL(address.get_secret_value())
    except httpx.InvalidURL:
        url = httpx.URL("")
    if url.scheme not in {"http", "https"} or not url.host:
        raise ValueError("an address that begins with https:// or http:// was expected")
    return address


WebAddress = Annotated[SecretStr, AfterValidator(_of_the_web)]


class NotifyPing(Notifier):
    """A call to a monitor such as healthchecks.io after each good run; the monitor tells people when none came."""

    type = "notify.ping"
    on: tuple[Event, ...] = Field(
        (Event.SUCCESS, Event.FAILURE),
        min_length=1,
        description="What to tell of: `failure`, `recovery`, `problems`, `success`.",
    )
    url: WebAddress = Field(description='Called with GET after each good run, best as `"${env:NAME}"`.')
    fail_url: WebAddress | None = Field(None, description="Called after a run that failed.")
    timeout: float = Field(10.0, gt=0, description="Seconds to wait for an answer; there are three tries.")
    proxy: SecretStr | None = Field(None, description="Address of an HTTP proxy.")
    ca_file: InputPath | None = Field(None, description="PEM file of the certificate authority to trust.")

    @property
    def title(self) -> str:
        """Give the host."""
        return f"the monitor at {httpx.URL(self.url.get_secret_value()).host}"

    def deliver(self, message: Message) -> None:
        """Call the address of the event. Raises UnreachableError, RemoteError."""
        address = self.fail_url if message.event is Event.FAILURE else self.url
        if address is None:
            return
        again = Retrying(
            stop=stop_after_attempt(_TRIES),
            wait=wait_exponential(multiplier=0.5, max=5),
            retry=retry_if_exception_type(UnreachableError),
            reraise=True,
        )
        again(self._call, httpx.URL(address.get_secret_value()))

    def _call(self, url: httpx.URL) -> None:
        proxy = self.proxy.get_secret_value() if self.proxy else ""
        hidden = private_parts([str(url), proxy], f"http://https/{url.host}:{url.port}")
        try:
            with overheard(), self._client(url) as client, client.stream("GET", url) as response:
                status = response.status_code
        except (httpx.HTTPError, OSError) as error:
            detail = redact(f"{type(error).__name__}: {error}", hidden)
            raise UnreachableError(said("the monitor at {host} did not answer", host=url.host), detail=detail) from None
        if status >= 500:
            raise UnreachableError(said("the monitor at {host} failed", host=url.host), detail=f"status {status}")
        if not 200 <= status < 300:
            raise RemoteError(
                said("the monitor at {host} does not know this address", host=url.host), detail=f"status {status}"
            )

    def _client(self, url: httpx.URL) -> httpx.Client:
        return httpx.Client(
            timeout=self.timeout,
            proxy=self.proxy.get_secret_value() if self.proxy else None,
            verify=ssl.create_default_context(cafile=self.ca_file) if self.ca_file else True,
            trust_env=url.host not in _THIS_MACHINE,
            follow_redirects=True,
        )
