"""`pimflow init`: a project that runs."""

from __future__ import annotations

from pathlib import Path

import click

from pimflow.cli.common import echo_json, json_option
from pimflow.errors import ConfigError, Mistake

PROJECT = """\
# What the pipelines of this project share. Secrets stay in the environment.
version: 1
connections:
  pim:
    type: akeneo
    url: "${env:AKENEO_URL}"
    client_id: "${env:AKENEO_CLIENT_ID}"
    secret: "${env:AKENEO_SECRET}"
    username: "${env:AKENEO_USERNAME}"
    password: "${env:AKENEO_PASSWORD}"
"""

PIPELINE = """\
# Products of a file into the PIM. Left: columns as the PIM names them. Right: where they come from.
version: 1
flows:
  products:
    source: {type: files.csv, path: ../products.csv}
    transforms:
      - map:
          identifier: sku
          enabled: {constant: false}
    sink: {type: akeneo.products, connection: pim}
"""

PRODUCTS = """\
sku;name
MUG-01;Coffee mug
MUG-02;Tea mug
"""

IGNORED = ".pimflow/\n"

FILES = {
    "pimflow.yaml": PROJECT,
    "pipelines/products.yaml": PIPELINE,
    "products.csv": PRODUCTS,
    ".gitignore": IGNORED,
}

NEXT = """\
Begun in {folder}: {files}.

Next:
  1. Tell where the PIM is (a sandbox to play with: `pimflow sandbox --port 8090`, where each of these is `sandbox`):
       export AKENEO_URL=http://127.0.0.1:8090 AKENEO_CLIENT_ID=… AKENEO_SECRET=… AKENEO_USERNAME=… AKENEO_PASSWORD=…
  2. cd {folder}
  3. pimflow validate    the files
     pimflow check       the connection, and the mapping against the PIM
     pimflow plan        what would happen
     pimflow run"""


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
    for name, text in FILES.items():
        path = folder / name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    if as_json:
        return echo_json({"folder": str(folder), "files": list(FILES)})
    click.echo(NEXT.format(folder=folder, files=", ".join(name for name in FILES if name != ".gitignore")))
    return None
