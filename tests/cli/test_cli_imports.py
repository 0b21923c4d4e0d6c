"""What a command may load before it works: whoever checks a pipeline file, at each key stroke even, waits for it."""

import json
import subprocess
import sys

import pytest

from pimflow.components import Component
from pimflow.plugins import KINDS, create_registry
from pimflow_akeneo import HOMES as OF_AKENEO
from pimflow_files import HOMES as OF_FILES

CODE = """\
import json, sys
before = set(sys.modules)
from pimflow.cli import main
sys.argv = ["pimflow", *sys.argv[1:]]
try:
    main()
except SystemExit as ended:
    assert not ended.code, ended.code
packages = {name.partition(".")[0] for name in set(sys.modules) - before} - sys.stdlib_module_names
print(json.dumps(sorted(name for name in packages if not name.startswith(("_", "cython_")))))
"""
OF_COMMAND_LINE = {"click", "pimflow"}
OF_CHECKS = OF_COMMAND_LINE | {
    "annotated_types",
    "orjson",
    "pluggy",
    "pydantic",
    "pydantic_core",
    "typing_extensions",
    "typing_inspection",
    "yaml",
}
PIM = 'pim: {type: akeneo, url: "https://pim.example.com", client_id: a, secret: b, username: c, password: d}'
PIPELINE = """\
version: 1
connections:
  %s
flows:
  products:
    source: {type: files.csv, path: products.csv}
    transforms:
      - filter: {field: sku, present: true}
      - convert: {weight: number}
      - map: {identifier: sku, family: {constant: mugs}, others: same_code}
    sink: {type: akeneo.products, connection: pim}
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "pipeline.yaml").write_text(PIPELINE % PIM)
    (tmp_path / "products.csv").write_text("sku;weight\n1;2\n")
    return tmp_path


def loaded(folder, *arguments):
    """Run a command in a process of its own and give the packages that it loaded, those of Python left out."""
    done = subprocess.run(
        [sys.executable, "-c", CODE, *arguments], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["validate", "--help"]])
def test_help_loads_the_command_line_alone(folder, arguments):
    assert loaded(folder, *arguments) <= OF_COMMAND_LINE | {"orjson"}


def test_validate_loads_what_checks_a_file_and_nothing_that_works(folder):
    plugins = {"pimflow_akeneo", "pimflow_files", "pimflow_http", "pimflow_transforms"}
    assert loaded(folder, "validate", "pipeline.yaml") == OF_CHECKS | plugins


@pytest.mark.parametrize("homes", [OF_AKENEO, OF_FILES], ids=["akeneo", "files"])
def test_each_component_is_where_its_plugin_says(homes):
    registry = create_registry()
    prefix = next(iter(homes))[1]
    everything = {component for plugin in registry.load(prefix) for component in plugin.components}
    alone = {registry.find(KINDS[kind], name) for kind, name in homes}
    assert alone == everything
    for kind, name in homes:
        (plugin,) = registry.load(prefix, (kind, name))
        assert [(one.type, issubclass(one, KINDS[kind])) for one in plugin.components] == [(name, True)]


def test_a_transform_is_found_alone_and_among_all():
    registry = create_registry()
    everything = {component.type: component for one in registry.load("transforms") for component in one.components}
    for name, component in everything.items():
        assert registry.find(KINDS["transform"], name) is component
        (plugin,) = registry.load("transforms", ("transform", name))
        assert plugin.components == (component,)
        assert issubclass(component, Component)
