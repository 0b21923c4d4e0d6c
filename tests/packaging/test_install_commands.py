"""What the documentation has people install is complete: no registry has the plugins of this repository."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMMANDS = [
    pytest.param(line, id=f"{page.name}:{number}")
    for page in sorted((ROOT / "docs").rglob("*.md"))
    for number, line in enumerate(page.read_text("utf-8").splitlines(), 1)
    if "pip install" in line and "plugins/" in line
]


def needs(project):
    told = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["project"]
    return {
        name
        for one in told.get("dependencies", [])
        if (name := re.split(r"[\\[<>=~! ]", one)[0]).startswith("pimflow-")
    }


def test_there_are_commands():
    assert COMMANDS


@pytest.mark.parametrize("command", COMMANDS)
def test_plugins_are_installed_with_those_that_they_need(command):
    names = set(re.findall(r"plugins/([a-z-]+)", command))
    needed = {name.removeprefix("pimflow-") for one in names for name in needs(ROOT / "plugins" / one)}
    assert needed <= names, f"add ./plugins/{' ./plugins/'.join(sorted(needed - names))}"
