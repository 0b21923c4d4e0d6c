"""`pimflow logs`: the log of a run."""

from __future__ import annotations

import click
import orjson

from pimflow.cli.common import environment_in, environment_option, json_option, project_root
from pimflow.errors import ConfigError

_LEVELS = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]


@click.command()
@click.argument("run_id", required=False)
@click.option("--level", type=click.Choice(_LEVELS, case_sensitive=False), default="INFO", show_default=True)
@click.option("--flow", help="Only lines of this flow.")
@environment_option
@json_option
def logs(run_id: str | None, level: str, flow: str | None, as_json: bool) -> None:
    """Show the log of a run, the latest unless RUN_ID is given. Secrets are masked in it."""
    from pimflow.running.run import log_folder

    root = project_root()
    folder = log_folder(root, environment_in(root))
    files = sorted(folder.glob("*.jsonl"), key=lambda file: (file.stat().st_mtime_ns, file.name))
    chosen = [file for file in files if run_id is None or file.stem == run_id]
    if not chosen:
        raise ConfigError(f"no log {f'of run {run_id!r} ' if run_id else ''}in {folder}; `pimflow runs` lists the runs")
    wanted = _LEVELS[_LEVELS.index(level.upper()) :]
    with chosen[-1].open("rb") as lines:
        for line in lines:
            try:
                entry = orjson.loads(line)
            except orjson.JSONDecodeError:  # the process was killed while it wrote this line
                continue
            if entry["level"] in wanted and (not flow or entry.get("flow") == flow):
                click.echo(line.decode().rstrip() if as_json else _line(entry))


def _line(entry: dict[str, object]) -> str:
    known = {"time", "level", "logger", "message", "exception", "run"}
    more = " ".join(
        f"{name}={value}" for name, value in entry.items() if name not in known and value not in (None, "", [])
    )
    text = f"{str(entry['time'])[11:19]} {entry['level']:<7} {entry['message']}"
    return "\n".join(part for part in (f"{text}  {more}".rstrip(), str(entry.get("exception", ""))) if part)
