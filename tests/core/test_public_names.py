"""What a plugin may import, and what imports what."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import pimflow

CORE = Path(pimflow.__file__).parent
MODULES = sorted(path for path in CORE.rglob("*.py"))


def test_all_public_names_are_sorted_and_there():
    assert pimflow.__all__ == sorted(pimflow.__all__)
    for name in pimflow.__all__:
        assert getattr(pimflow, name) is not None


def test_each_public_name_says_what_it_is():
    for name in pimflow.__all__:
        thing = getattr(pimflow, name)
        if isinstance(thing, type) and thing.__module__.startswith("pimflow"):
            assert thing.__doc__, name


def test_the_public_names_are_those_that_type_checkers_see():
    tree = ast.parse((CORE / "__init__.py").read_text())
    (block,) = [node for node in tree.body if isinstance(node, ast.If)]
    seen = {alias.asname or alias.name for node in block.body for alias in node.names}
    assert seen == set(pimflow.__all__)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'pimflow' has no attribute 'Nonsense'"):
        pimflow.Nonsense  # noqa: B018


def test_importing_the_package_loads_nothing_heavy():
    code = "import sys, pimflow; print(*({'pydantic', 'petl', 'httpx', 'loguru', 'sqlalchemy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_the_core_names_no_plugin():
    for path in MODULES:
        tree = ast.parse(path.read_text())
        for node in ast.walk(tree):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [name for name in names if name.startswith("pimflow_")], path


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(CORE)))
def test_house_rules_of_a_module(path):
    text = path.read_text()
    tree = ast.parse(text)
    part = str(path.relative_to(CORE))
    assert ast.get_docstring(tree), "a module says what it is for"
    assert len(text.splitlines()) <= 350
    calls = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    if not part.startswith("cli"):
        assert not {"print", "click.echo", "click.secho"} & calls
    if part != "log.py":
        assert not {"logger.add", "logger.remove", "logger.configure"} & calls
    if not part.startswith("state"):
        assert not any(isinstance(node, ast.Import) and node.names[0].name == "sqlalchemy" for node in ast.walk(tree))


def test_only_the_run_reads_the_clock():
    readers = {str(path.relative_to(CORE)) for path in MODULES if "datetime.now(" in path.read_text()}
    assert {one for one in readers if not one.startswith("cli/")} <= {"running/run.py", "checking/check.py"}


def test_the_tree_of_errors_is_the_one_in_its_docstring():
    errors = importlib.import_module("pimflow.errors")
    classes = [
        thing for thing in vars(errors).values()
        if isinstance(thing, type) and issubclass(thing, Exception) and thing.__module__ == "pimflow.errors"
    ]  # fmt: skip
    lines = errors.__doc__.splitlines()
    for error in classes:
        (line,) = [line for line in lines if line.lstrip("│├└─ ").split(" ")[0] == error.__name__]
        assert f"exit {error.exit_code} " in f"{line} "
