"""Browsers that follow a run, without the drawing: as live.js does, they listen, and fetch their page when it is old.

`python browsers.py URL COOKIE NUMBER`, until it is interrupted; prints how many events and pages they got.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass

import httpx


@dataclass
class Got:
    """What all browsers got."""

    events: int = 0
    pages: int = 0


async def browse(client: httpx.AsyncClient, path: str, got: Got) -> None:
    """Open a page, and keep it as it is now."""
    (await client.get(path)).raise_for_status()
    got.pages += 1
    waiting: asyncio.Task[None] | None = None
    shown: set[str] | None = None
    async with client.stream("GET", "/api/v1/events") as events:
        events.raise_for_status()
        async for line in events.aiter_lines():
            if line.startswith("event: "):
                got.events += 1
            old = line == "event: changed"
            if line.startswith('data: {"runs"'):
                runs = {run["run"] for run in json.loads(line.removeprefix("data: "))["runs"]}
                old, shown = shown is not None and runs != shown, runs
            if old and (waiting is None or waiting.done()):
                waiting = asyncio.create_task(refresh(client, path, got))


async def refresh(client: httpx.AsyncClient, path: str, got: Got) -> None:
    """Fetch a page that is old."""
    await asyncio.sleep(0.2)
    (await client.get(path)).raise_for_status()
    got.pages += 1


async def main(url: str, cookie: str, number: int) -> None:
    """Let so many browsers follow, each with connections of its own."""
    got = Got()
    clients = [
        httpx.AsyncClient(base_url=url, headers={"Cookie": cookie}, timeout=60, trust_env=False) for _ in range(number)
    ]
    pages = ["/", "/pipelines/pipeline"]
    try:
        await asyncio.gather(*(browse(one, pages[n % 2], got) for n, one in enumerate(clients)))
    finally:
        sys.stdout.write(f"{got.events} {got.pages}\n")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
