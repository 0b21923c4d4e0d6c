"""`pimflow logs`: the log of a run, or of the server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import orjson

from pimflow.cli.common import environment_in, environment_option, json_option, project_root
from pimflow.errors import ConfigError

_LEVELS = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""What texts of products, or addresses that strangers asked for, may hold to take a terminal over."""
_KNOWN = frozenset({"time", "level", "logger", "message", "exception", "run"})


@click.command()
@click.argument("run_id", required=False)
@click.option(
    "--level",
    type=click.Choice(_LEVELS, case_sensitive=False),
    help="Only lines of this level and above.  [default: INFO; DEBUG with --key]",
)
@click.option("--flow", help="Only lines of this flow.")
@click.option("--key", metavar="SKU", help="Only lines about the record with this key.")
@click.option("--server", is_flag=True, help="The log of `pimflow serve` instead of that of a run.")
@environment_option
@json_option
def logs(
    run_id: str | None, level: str | None, flow: str | None, key: str | None, *, server: bool, as_json: bool
) -> None:
    """Show the log of a run, the latest unless RUN_ID is given. Secrets are masked in it."""
    if server and run_id:
        raise click.UsageError("--server shows the log of the server, RUN_ID that of a run: give one of them")
    from pimflow.running.run import log_folder, server_log_folder

    root = project_root()
    folder = (server_log_folder if server else log_folder)(root, environment_in(root))
    files = sorted(folder.glob("*.jsonl"), key=lambda file: (file.stat().st_mtime_ns, file.name))
    chosen = files if server else [file for file in files if run_id is None or file.stem == run_id][-1:]
    if not chosen:
        hint = "`pimflow serve` writes it" if server else "`pimflow runs` lists the runs"
        raise ConfigError(f"no log {f'of run {run_id!r} ' if run_id else ''}in {folder}; {hint}")
    wanted = _LEVELS[_LEVELS.index((level or ("DEBUG" if key else "INFO")).upper()) :]
    shown = 0
    for line, entry in (one for file in chosen for one in _entries(file)):
        if entry["level"] in wanted and (not flow or entry.get("flow") == flow) and (not key or _about(entry, key)):
            shown += 1
            click.echo(line.decode().rstrip() if as_json else _line(entry))
    if key and not shown and not as_json:
        click.echo(f"Nothing is told of {key}: the run did not meet it, or it went without a problem.")
        click.echo(f"`pimflow explain {key}` tells what was sent of it, when, and by which run.")


def _entries(file: Path) -> Iterator[tuple[bytes, dict[str, Any]]]:
    with file.open("rb") as lines:
        for line in lines:
            try:
                yield line, orjson.loads(line)
            except orjson.JSONDecodeError:  # the process was killed while it wrote this line
                continue


def _about(entry: dict[str, Any], key: str) -> bool:
    """Tell whether a line is about a record: by its key, or because the text names it as a word of its own."""
    if "key" in entry:
        return bool(entry["key"] == key)
    return re.search(rf"(?<![\w-]){re.escape(key)}(?![\w-])", str(entry["message"])) is not None


def _line(entry: dict[str, Any]) -> str:
    more = " ".join(
        f"{name}={value}" for name, value in entry.items() if name not in _KNOWN and value not in (None, "", [])
    )
    text = f"{str(entry['time'])[11:19]} {entry['level']:<7} {entry['message']}"
    told = "\n".join(part for part in (f"{text}  {more}".rstrip(), str(entry.get("exception", ""))) if part)
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", told)
