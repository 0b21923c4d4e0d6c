"""`constraints.txt` pins everything that `make` installs, and says nothing about where it comes from."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PINS = (ROOT / "constraints.txt").read_text().splitlines()


def test_every_line_is_one_exact_version():
    assert [line for line in PINS if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9A-Za-z.+!]+", line)] == []


def test_every_dependency_is_pinned():
    pinned = {plain(line.partition("==")[0]) for line in PINS}
    assert {plain(name) for name in declared()} - pinned == set()


def declared():
    """Name all that the distributions need, apart from each other."""
    for path in (ROOT / "pyproject.toml", *ROOT.glob("plugins/*/pyproject.toml")):
        project = tomllib.loads(path.read_text())["project"]
        extras = project.get("optional-dependencies", {}).values()
        for requirement in (*project["dependencies"], *(one for extra in extras for one in extra)):
            name = re.match(r"[A-Za-z0-9._-]+", requirement).group()
            if not name.startswith("pimflow"):
                yield name


def plain(name):
    return re.sub(r"[-_.]+", "-", name).lower()
