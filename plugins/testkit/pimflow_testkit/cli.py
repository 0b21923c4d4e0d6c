"""`pimflow new-plugin`: a plugin that works, to begin from."""

from __future__ import annotations

import json
import keyword
import re
from importlib.metadata import entry_points
from importlib.resources import files
from pathlib import Path
from string import Template

import click

from pimflow import ConfigError

FILES = {
    "pyproject.toml": "pyproject.toml.txt",
    "README.md": "README.md.txt",
    "{package}/__init__.py": "init.py.txt",
    "{package}/connection.py": "connection.py.txt",
    "{package}/sources.py": "sources.py.txt",
    "{package}/sinks.py": "sinks.py.txt",
    "{package}/locale/de/LC_MESSAGES/messages.po": "de.po.txt",
    "{package}/locale/fr/LC_MESSAGES/messages.po": "fr.po.txt",
    "tests/server.py": "server.py.txt",
    "tests/test_{module}.py": "test_plugin.py.txt",
}
"""What a plugin begins with, and its template in the folder `starter` beside this module."""

NEXT = """\
Begun in {folder}: {files}.

Next:
  1. pip install -e {folder}
  2. pimflow plugins check {name}     the contract suite holds already
  3. Put the real API into connection.py, sources.py and sinks.py, a column at a time; the suite tells what breaks."""


@click.command("new-plugin")
@click.argument("name")
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), help="Where; pimflow-NAME by default.")
@click.option("--title", help="What people call the system; NAME with a capital by default.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")
def new_plugin(name: str, folder: Path | None, title: str | None, as_json: bool) -> None:
    """Begin a plugin for the system NAME: connection, source, sink, and tests that pass.

    Files that are there are never overwritten.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or keyword.iskeyword(name):
        raise ConfigError(f"{name!r} cannot name a plugin: expected small letters, digits and _, as in my_erp")
    there = next(iter(entry_points(group="pimflow", name=name)), None)
    if there is not None:
        owner = there.dist.name if there.dist else there.value
        raise ConfigError(f"{owner} is installed and offers {name!r} already; choose another name")
    folder = folder or Path(f"pimflow-{name}")
    if folder.exists() and any(folder.iterdir()):
        raise ConfigError(f"{folder} is not empty; choose another folder with --folder")
    written = write(folder, name, title or name.replace("_", " ").capitalize())
    if as_json:
        click.echo(json.dumps({"folder": str(folder), "files": written}))
        return
    click.echo(NEXT.format(folder=folder, name=name, files=", ".join(written)))


def write(folder: Path, name: str, title: str) -> list[str]:
    """Write the files of a plugin, and give their names."""
    words = {
        "name": name,
        "NAME": name.upper(),
        "package": f"pimflow_{name}",
        "Class": "".join(part.capitalize() for part in name.split("_")),
        "title": title,
    }
    starter = files("pimflow_testkit") / "starter"
    written = []
    for target, template in FILES.items():
        path = folder / target.format(package=words["package"], module=name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(Template((starter / template).read_text("utf-8")).substitute(words), "utf-8")
        written.append(path.relative_to(folder).as_posix())
    return written
