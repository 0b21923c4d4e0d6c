"""The reference names everything there is: commands, options, keys, hooks, public names, errors, statuses, tables."""

import inspect
import re
from dataclasses import fields
from importlib.metadata import entry_points
from pathlib import Path

import pytest

import pimflow
import pimflow_erp
import pimflow_http
import pimflow_testkit
from pimflow import hookspecs
from pimflow.configuration.forms import FlowConfig, PipelineConfig, ProjectConfig
from pimflow.errors import PimflowError
from pimflow.model import Cause, FlowReport, Problem, ProblemKind, Run, RunReport, Status, Who
from pimflow.plugins import create_registry, kind_of
from pimflow.state.tables import metadata
from pimflow_serve.configuring import ServeConfig


@pytest.fixture
def text_of(root):
    return lambda name: (root / "docs" / name).read_text("utf-8")


def test_every_command_is_in_the_reference(text_of, generate):
    text = text_of("reference/cli.md")
    for names in generate.commands():
        assert f"<!-- generate: command {' '.join(names)} -->" in text
        assert f"## pimflow {' '.join(names)}\n" in text


def test_commands_in_the_reference_exist(text_of, generate):
    told = re.findall(r"<!-- generate: command (.+?) -->", text_of("reference/cli.md"))
    assert sorted(told) == sorted(" ".join(names) for names in generate.commands())
    for names in generate.commands():
        assert "Usage: pimflow " + " ".join(names) in generate.command(*names)


def test_commands_on_all_pages_exist(pages, generate):
    known = {names[0] for names in generate.commands()}
    for found, blocks in pages.items():
        text = found.read_text("utf-8")
        inline = re.findall(r"`pimflow ([a-z][a-z-]*)", text)
        shells = [
            name
            for block in blocks
            if block.language == "sh"
            for name in re.findall(r"^pimflow ([a-z][a-z-]*)", block.body, re.MULTILINE)
        ]
        for name in [*inline, *shells]:
            assert name in known, f"{found} names `pimflow {name}`"


def test_options_on_all_pages_exist(pages, generate):
    helps = {names[0]: "" for names in generate.commands()}
    for names in generate.commands():
        helps[names[0]] += generate.command(*names)
    for found in pages:
        for name, rest in re.findall(r"pimflow ([a-z]+)([^`\n]*)", found.read_text("utf-8")):
            for option in re.findall(r"(?<!\S)--[a-z-]+", rest) if name in helps else []:
                assert option in helps[name], f"{found}: pimflow {name} has no {option}"


def test_every_component_and_option_is_in_the_reference(text_of, generate):
    text = text_of("reference/components.md")
    for plugin in create_registry().load_all():
        assert not plugin.error
        for component in plugin.components:
            mark = f"options {kind_of(component)} {component.type}"
            assert f"<!-- generate: {mark} -->" in text
            made = generate.options(kind_of(component), component.type)
            for name, field in component.model_fields.items():
                assert name == getattr(component, "root", None) or f"| `{field.alias or name}` |" in made
                assert field.description


def test_nested_options_are_in_the_reference(text_of, generate):
    marks = re.findall(r"<!-- generate: rule (\w+) ([\w.]+) (\w+) -->", text_of("reference/components.md"))
    registry = create_registry()
    schemas = {  # what several components of one plugin share is told once
        (component.type.partition(".")[0], nested)
        for plugin in registry.load_all()
        for component in plugin.components
        for nested, schema in component.model_json_schema().get("$defs", {}).items()
        if "enum" not in schema  # the words that may stand there are told where they may
    }
    assert schemas == {(name.partition(".")[0], nested) for _, name, nested in marks}
    for kind, name, nested in marks:
        assert "| `" in generate.rule(kind, name, nested)


def test_every_structure_resource_is_in_the_reference(text_of, generate):
    marks = re.findall(r"<!-- generate: columns (\w+) -->", text_of("reference/akeneo-columns.md"))
    assert set(marks) == set(generate.structure_resources())
    for name in marks:
        for column in generate.structure_resources()[name].columns:
            assert f"| `{column.name}" in generate.columns(name)


def test_every_key_of_the_files_is_in_the_reference(text_of, generate):
    text = text_of("reference/pipeline-file.md")
    assert {PipelineConfig, ProjectConfig, FlowConfig, ServeConfig} <= set(generate.MODELS.values())
    for model in generate.MODELS.values():
        assert f"<!-- generate: keys {model.__name__} -->" in text
        for name, field in model.model_fields.items():
            assert f"| `{field.alias or name}` |" in generate.keys(model.__name__)


def test_every_mark_can_be_made(pages, generate):
    for found in pages:
        made = generate.on_page_markdown(found.read_text("utf-8"))
        assert "<!-- generate:" not in made


def test_every_hook_is_documented(text_of):
    hooks = [name for name in vars(hookspecs) if name.startswith("pimflow_")]
    assert len(hooks) == 8
    assert "::: pimflow.hookspecs" in text_of("reference/hooks.md")
    for name in hooks:
        assert inspect.getdoc(getattr(hookspecs, name))


@pytest.mark.parametrize("package", [pimflow, pimflow_http, pimflow_testkit])
def test_every_public_name_is_documented(text_of, package):
    text = text_of("reference/python.md")
    for name in package.__all__:
        assert re.search(rf"::: {package.__name__}(\.\w+)+\.{name}$", text, re.MULTILINE) or f"`{name}`" in text, name


def test_public_names_in_the_reference_exist(text_of):
    for module, name in re.findall(
        r"::: (?!pimflow_erp)([\w.]+)\.(\w+)$", text_of("reference/python.md"), re.MULTILINE
    ):
        package = {"pimflow": pimflow, "pimflow_http": pimflow_http, "pimflow_testkit": pimflow_testkit}
        assert name in package[module.partition(".")[0]].__all__


def test_every_module_of_the_erp_library_is_documented(text_of):
    modules = {path.stem for path in Path(pimflow_erp.__file__).parent.glob("*.py")} - {"__init__"}
    assert set(re.findall(r"^::: pimflow_erp\.(\w+)$", text_of("reference/python.md"), re.MULTILINE)) == modules


def test_every_error_has_its_line(generate):
    tree = generate.exit_codes()
    found = [PimflowError]
    for error in found:
        found.extend(error.__subclasses__())
        if error.__module__ == "pimflow.errors":
            assert re.search(rf"{error.__name__} +exit {error.exit_code} ", tree), error.__name__


def test_every_status_kind_and_person_is_told(text_of):
    errors, report = text_of("reference/errors.md"), text_of("reference/report.md")
    for status in Status:
        assert f"`{status}`" in errors
    for word in [*ProblemKind, *Who]:
        assert f"`{word}`" in report


@pytest.mark.parametrize("data", [Run, RunReport, FlowReport, Cause, Problem])
def test_every_key_of_the_report_is_told(text_of, data):
    for field in fields(data):
        if field.repr:  # the memory of a run is no part of its report
            assert f"`{field.name}`" in text_of("reference/report.md"), f"{data.__name__}.{field.name}"


def test_every_table_of_the_state_is_told(text_of):
    for name in metadata.tables:
        assert f"| `{name}` |" in text_of("reference/state.md")


def test_every_fault_of_the_sandbox_is_told(text_of):
    from pimflow_akeneo_sandbox.settings import Faults

    for name in Faults.__dataclass_fields__:
        assert f"`{name}`" in text_of("how-to/use-the-sandbox.md"), name


def test_every_right_that_check_asks_for_is_told(text_of):
    from pimflow_akeneo.connection import _NEEDED

    text = text_of("how-to/akeneo-administrator.md")
    listed = next(line for line in text.splitlines() if line.startswith("| anything |"))
    for right in _NEEDED.values():
        assert right.removeprefix("List ") in listed, right


def test_every_option_of_the_sandbox_is_told(text_of, generate):
    text = text_of("how-to/use-the-sandbox.md")
    for option in re.findall(r"--([a-z0-9-]+)", generate.command("sandbox")):
        told = f"--{option}" in text or f"`{option.replace('-', '_')}`" in text
        assert told or option in {"help", "host", "client-id", "secret", "username", "password"}, option


def test_every_plugin_stands_in_the_readme(root):
    readme = (root / "README.md").read_text("utf-8")
    for folder in (root / "plugins").iterdir():
        if (folder / "pyproject.toml").is_file():
            assert f"| `pimflow-{folder.name}` |" in readme
    assert {point.name for point in entry_points(group="pimflow")} >= {"akeneo", "files", "transforms"}


def test_decisions_are_short(root):
    for decision in (root / "docs" / "decisions").glob("0*.md"):
        assert len(decision.read_text("utf-8").splitlines()) <= 40
