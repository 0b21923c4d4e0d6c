"""What the machine brings along that bites: encodings, zone, proxies, certificates, room for temporary files."""

from __future__ import annotations

import locale
import shutil
import ssl
import sys
import tempfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from urllib.request import getproxies

from pimflow.doctor.findings import MEGABYTE, Finding, size, unwell, well
from pimflow.doctor.masking import mask_addresses

_SAMPLE = "é€ß中"
_LEAST_TEMPORARY = 200 * MEGABYTE
_OTHERS = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""Where other programs look for certificates, and httpx does not."""


def of_encoding(now: datetime, shown_in: str | None = None) -> Iterator[Finding]:
    """Look whether product names can be printed, and how files and times are read."""
    output = shown_in or sys.stdout.encoding or "ascii"
    try:
        _SAMPLE.encode(output)
    except (UnicodeEncodeError, LookupError):
        yield unwell(
            "encoding",
            f"what is printed here is written in {output}, which has no signs for {_SAMPLE}",
            "Set PYTHONUTF8=1 where pimflow is run; in a service or cron job also LANG=C.UTF-8.",
        )
    else:
        yield well("encoding", f"{output} for what is printed, {locale.getpreferredencoding(False)} of this system")
    here = now.astimezone()
    yield well("clock", f"{here:%Y-%m-%d %H:%M:%S}, zone {here.tzname()} (UTC{here:%z})")


def of_proxies(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Tell which proxies and certificates the environment asks for, and what of it cannot work."""
    proxies = getproxies()
    for scheme, address in sorted(proxies.items()):
        told = mask_addresses(address)
        if scheme != "no" and address.lower().startswith("socks") and find_spec("socksio") is None:
            yield unwell(
                "proxy", f"{scheme}: {told} is a SOCKS proxy, which needs a library", "Run `pip install httpx[socks]`."
            )
        elif scheme == "no":
            yield well("no proxy", f"for {told} (NO_PROXY)")
        else:
            yield well(
                "proxy", f"{scheme}: {told}, from the environment or the system; not for systems on this machine"
            )
    yield from _certificates(environment)


def _certificates(environment: Mapping[str, str]) -> Iterator[Finding]:
    yield well("TLS", f"{ssl.OPENSSL_VERSION}")
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        if given := environment.get(name):
            try:
                _trusted(name, Path(given))
            except OSError as error:  # ssl.SSLError is one
                remedy = f"Correct {name} or take it away; a connection may have a `ca_file:` of its own."
                yield unwell(
                    "certificates", f"{name} is {given}, which cannot be used: {error.strerror or error}", remedy
                )
            else:
                yield well("certificates", f"{name} is {given}")
    for name in _OTHERS:
        if environment.get(name) and not environment.get("SSL_CERT_FILE"):
            yield well("certificates", f"{name} is set; pimflow does not look at it: use SSL_CERT_FILE or `ca_file:`")


def _trusted(name: str, place: Path) -> None:
    if name == "SSL_CERT_FILE":
        ssl.create_default_context(cafile=str(place))
    else:
        next(place.iterdir(), None)


def of_temporary_files() -> Iterator[Finding]:
    """Look whether there is room for what a run puts aside."""
    remedy = "Make room there, or name another folder in TMPDIR (Windows: TEMP)."
    try:
        folder = tempfile.gettempdir()
        with tempfile.TemporaryFile():
            free = shutil.disk_usage(folder).free
    except OSError as error:
        yield unwell("temporary files", f"cannot be written: {error.strerror or error}", remedy)
        return
    found = f"{size(free)} free in {folder}"
    roomy = free >= _LEAST_TEMPORARY
    yield well("temporary files", found) if roomy else unwell("temporary files", f"only {found}", remedy)
