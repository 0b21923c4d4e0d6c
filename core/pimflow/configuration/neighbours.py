"""What the pipeline files of a project name, read as far as they can be: one that has mistakes tells of them itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from pimflow.configuration.document import read_document
from pimflow.errors import ConfigError

FOLDER = "pipelines"
"""Where pipeline files stand below the project file, or beside it."""


def connections_in(root: Path) -> set[str]:
    """Name the connections of all pipeline files."""
    return {name for data in _pipelines_in(root) for name in _mapping(data.get("connections"))}


def owners_in(root: Path) -> set[str]:
    """Name those on whose behalf any flow writes."""
    flows = [_mapping(flow) for data in _pipelines_in(root) for flow in _mapping(data.get("flows")).values()]
    return {str(flow["owner"]) for flow in flows if flow.get("owner")}


def _pipelines_in(root: Path) -> Iterator[Mapping[str, Any]]:
    for path in sorted({*root.glob("*.yaml"), *root.glob(f"{FOLDER}/*.yaml")}):
        with suppress(ConfigError):
            yield _mapping(read_document(path).data)


def _mapping(data: Any) -> Mapping[str, Any]:
    return data if isinstance(data, dict) else {}
