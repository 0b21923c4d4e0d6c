"""What stands on the pages can be read, and is what it says: JSON, TOML, YAML, Python. Commands: see `reader`."""

import json
import re
import shutil
import tomllib
from pathlib import Path

import pytest

from pimflow.assemble import assemble
from pimflow.configuration.document import parse_document
from pimflow.configuration.forms import FlowConfig, PipelineConfig
from pimflow.configuration.loading import load_pipeline
from pimflow.errors import ConfigError
from pimflow.plugins import create_registry

from .reader import ROOT

FILE_OPTION = re.compile(r'"(?:path|table|ca_file)": "([^"$]+)"')
CONNECTION = {"type": "akeneo", "url": "http://127.0.0.1:1", "client_id": "a", "secret": "b", "username": "c"}


def test_data_on_the_page_can_be_read(page, blocks):
    for block in blocks:
        if block.language == "json":
            json.loads(block.body)
        elif block.language == "toml":
            tomllib.loads(block.body)
        elif block.language == "python":
            code = compile(block.body, f"{page}:{block.line}", "exec")
            if page.is_relative_to(ROOT / "docs") and not block.title and block.mark != "not run":
                exec(code, {"__name__": "page"})


def test_yaml_on_the_page_passes_the_real_loader(page, blocks, tmp_path, monkeypatch):
    for block in blocks:
        if block.language != "yaml" or block.title or block.mark == "not run":
            continue
        monkeypatch.setenv("AKENEO_URL", "http://127.0.0.1:1")
        folder = tmp_path / str(block.line)
        folder.mkdir()
        if block.mark == "wrong":
            with pytest.raises(ConfigError):
                _assemble(block, folder, monkeypatch)
        else:
            _assemble(block, folder, monkeypatch)


def _assemble(block, folder, monkeypatch):
    data = parse_document(block.body, f"line {block.line}").data
    text = json.dumps(_completed(data))
    for name in re.findall(r"\$\{env:(\w+)\}", text):
        monkeypatch.setenv(name, _value(name))
    for scheme, name in re.findall(r"\$\{(file):([^}]+)\}", text):
        assert scheme == "file"
        text = text.replace(f"${{file:{name}}}", f"${{file:{_made(folder / Path(name).name)}}}")
    for name in FILE_OPTION.findall(text):
        if "{" not in name:  # that is a path of a REST API
            _made(folder / name)
    pipeline = folder / "pipeline.yaml"
    pipeline.write_text(text, "utf-8")
    assemble(load_pipeline(pipeline), create_registry())


def _value(name):
    """Give a variable of the environment a value of its kind: the page does not say it."""
    if name.startswith("TELL_"):
        return "mailto://127.0.0.1:1?from=a@shop.example&to=b@shop.example"
    return "http://127.0.0.1:1" if name.endswith("URL") else "value"


def _made(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("found;becomes\na;b\n", "utf-8")
    return path


SINKS = {"rest": {"type": "rest.records", "key": "sku", "upsert": {"path": "{key}"}}}
"""Sinks for connections whose type has none for products."""


def _completed(data):
    """Make a whole pipeline of a part: a list of transforms, keys of a flow, or keys of the file."""
    flow = {"source": {"type": "files.jsonl", "path": "in.jsonl"}, "sink": {"type": "files.jsonl", "path": "out.jsonl"}}
    whole = {"version": 1}
    if isinstance(data, list):
        flow["transforms"] = data
    elif data.keys() <= PipelineConfig.model_fields.keys():
        whole |= data
    else:
        assert data.keys() <= FlowConfig.model_fields.keys(), f"neither a pipeline nor a part of one: {list(data)}"
        flow |= data
    whole.setdefault("flows", {"products": flow})
    if "connections" in whole and "flows" not in data:
        uses = [
            {"connection": name, **SINKS.get(one["type"], {"type": f"{one['type']}.products"})}
            for name, one in whole["connections"].items()
        ]
        whole["flows"] = {f"flow{n}": {**flow, "sink": use} for n, use in enumerate(uses)}
    if '"connection": "pim"' in json.dumps(whole):
        whole.setdefault("connections", {}).setdefault("pim", {**CONNECTION, "password": "d"})
    if '"connection": "shelf"' in json.dumps(whole):
        whole.setdefault("connections", {}).setdefault("shelf", {"type": "rest", "url": "http://127.0.0.1:1"})
    return whole


def test_few_blocks_are_left_out(pages):
    left_out = [(page, block) for page, found in pages.items() for block in found if block.mark == "not run"]
    run = [block for found in pages.values() for block in found if block.language == "sh" and block.mark != "not run"]
    assert len(left_out) <= 12
    assert len(run) > 2 * len(left_out)


def test_every_fence_is_understood(pages):
    for page, found in pages.items():
        fences = len(re.findall(r"^```", page.read_text("utf-8"), re.MULTILINE))
        assert fences == 2 * len(found), f"{page} has a block that these tests do not see"


def test_bash_is_there():
    assert shutil.which("bash")
