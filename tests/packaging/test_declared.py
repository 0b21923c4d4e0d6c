"""Each distribution declares what its modules import, and nothing else."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = sorted((ROOT, *(path.parent for path in ROOT.glob("plugins/*/pyproject.toml"))))
CODE = {ROOT: ROOT / "core"}
NOT_IMPORTED = {"tzdata", "python-multipart"}
"""What another package reads: the time zones of the standard library, where the system has none; forms of browsers."""
DISTRIBUTIONS = packages_distributions()


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name if folder != ROOT else "core")
def test_what_is_imported_is_declared(folder):
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    always = {plain(one) for one in project["dependencies"]}
    extras = {plain(one) for extra in project.get("optional-dependencies", {}).values() for one in extra}
    used = set(imported(CODE.get(folder, folder))) - {plain(project["name"])}
    assert used - always - extras == set()
    assert always - used - NOT_IMPORTED == set()


def imported(folder):
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            for name in modules(node):
                root = name.partition(".")[0]
                if root not in sys.stdlib_module_names:
                    yield plain(next(iter(DISTRIBUTIONS.get(root, [root]))))


def modules(node):
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module else []


def plain(requirement):
    name = re.match(r"[A-Za-z0-9._-]+", requirement).group()
    return "pydantic" if name == "pydantic_core" else re.sub(r"[-_.]+", "-", name).lower()
