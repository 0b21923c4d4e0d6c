"""`pimflow init`: a project that runs."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import click

from pimflow.cli.common import echo_json, json_option
from pimflow.errors import ConfigError, Mistake

FILES = {
    "pimflow.yaml": "pimflow.yaml",
    "pipelines/products.yaml": "products.yaml",
    "products.csv": "products.csv",
    "sandbox.json": "sandbox.json",
    ".gitignore": "gitignore",
}
"""What a project begins with, and where it lies in the folder `starter` beside this module."""

NEXT = """\
Begun in {folder}: {files}.

Next:
  1. Have a PIM to play with, in a terminal of its own:
       pimflow sandbox --port 8090 --catalog {folder}/sandbox.json
  2. Tell where it is, and who you are there (in the sandbox each name and secret is `sandbox`):
       export AKENEO_URL=http://127.0.0.1:8090 AKENEO_CLIENT_ID=sandbox AKENEO_SECRET=sandbox
       export AKENEO_USERNAME=sandbox AKENEO_PASSWORD=sandbox
  3. cd {folder}
     pimflow validate    the files
     pimflow check       the connection, and the mapping against the PIM
     pimflow plan        what would happen
     pimflow run
  4. Let it be your own PIM: other values in step 2, and your columns in pipelines/products.yaml.
  5. Let it run by itself: `pimflow serve` opens it in a browser and keeps to `schedule` in pipelines/products.yaml.
     `pimflow advise` proposes better times once it has seen some runs, and writes them as cron does, too."""


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default=".")
@json_option
def init(folder: Path, as_json: bool) -> None:
    """Begin a project in FOLDER: a project file, a pipeline from a file into the PIM, and two products.

    Files that are there are never overwritten.
    """
    there = [name for name in FILES if name != ".gitignore" and (folder / name).exists()]
    if there:
        raise ConfigError(Mistake(f"is there already: {', '.join(there)}; choose another folder", str(folder)))
    starter = files("pimflow.cli") / "starter"
    for name, template in FILES.items():
        path = folder / name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes((starter / template).read_bytes())
    if as_json:
        return echo_json({"folder": str(folder), "files": list(FILES)})
    click.echo(NEXT.format(folder=folder, files=", ".join(name for name in FILES if name != ".gitignore")))
    return None
