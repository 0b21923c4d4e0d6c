"""A project with a PIM that is in use, and the command that provisions it."""

import io
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pimflow.cli import main
from pimflow_akeneo_sandbox.loading.installed import installed_catalog
from pimflow_akeneo_sandbox.serve import Served

from .structure_setup import calls, cli

PROJECT = """\
version: 1
connections:
  pim: {{type: akeneo, url: "{url}", client_id: sandbox, secret: sandbox, username: sandbox, password: sandbox,
        options_per_second: 1000}}
"""
USED = {
    **installed_catalog(),
    "categories": [{"code": "master", "parent": None}, {"code": "shoes", "parent": "master"}],
    "channels": [
        {
            "code": "shop",
            "category_tree": "master",
            "currencies": ["EUR"],
            "locales": ["de_DE", "en_US", "it_IT"],
            "labels": {},
        }
    ],
    "attributes": [
        {"code": "sku", "type": "pim_catalog_identifier", "group": "other", "useable_as_grid_filter": True},
        {
            "code": "name",
            "type": "pim_catalog_text",
            "group": "other",
            "labels": {"en_US": "Name"},
            "localizable": True,
        },
        {"code": "colour", "type": "pim_catalog_simpleselect", "group": "other"},
        {"code": "size", "type": "pim_catalog_simpleselect", "group": "other"},
    ],
    "attribute_options": [{"attribute": "colour", "code": "red", "labels": {"en_US": "Red"}}],
    "families": [
        {
            "code": "footwear",
            "attributes": ["sku", "name", "colour"],
            "attribute_as_label": "name",
            "attribute_requirements": {"shop": ["sku", "name"]},
        }
    ],
}
"""A PIM as people have it: three locales are active, of which one is spoken by no text that ships."""


@dataclass(frozen=True)
class Desk:
    """Where an administrator sits."""

    folder: Path
    pim: Served

    def provision(self, text: str, *words: str, code: int = 0) -> Any:
        """Write a file and provision it; gives the command's JSON."""
        (self.folder / "catalog.yaml").write_text(text, "utf-8")
        return cli("akeneo", "provision", "catalog.yaml", *words, code=code)

    def erp(self, *words: str, code: int = 0) -> Any:
        """Provision what ships."""
        return cli("akeneo", "provision", "--erp", *words, code=code)

    def hand_over(self, *words: str, code: int = 0) -> Any:
        """Provision what ships for products that are born in the PIM."""
        return cli("akeneo", "provision", "--hand-over", *words, code=code)

    def printed(self, *words: str, code: int = 0) -> str:
        """Give what a command prints for people."""
        ended, out = self.call(*words)
        assert ended == code, out
        return out

    def call(self, *words: str) -> tuple[int, str]:
        """Run a command; gives its exit code and what it printed."""
        out = io.StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(out):
            patch.setattr(sys, "argv", ["pimflow", *words])
            with pytest.raises(SystemExit) as end:
                main()
        return int(end.value.code or 0), out.getvalue()

    def writes(self) -> int:
        """Count the writing calls so far."""
        return sum(calls(self.pim, "PATCH").values())

    def record(self, kind: str, code: str) -> Any:
        """Give a record as the PIM has it."""
        return self.pim.store.get(kind, code)


def told(done: Any) -> list[tuple[int, str, str, Any, str]]:
    """Give the problems: line, record, column, value, reason."""
    return [(one["line"], one["code"], one["column"], one["value"], one["reason"]) for one in done["problems"]]


def did(done: Any) -> list[tuple[str, str, str]]:
    """Give what became of records: status, noun, code."""
    return [(one["status"], one["noun"], one["code"]) for one in done["records"]]


def changed(done: Any, code: str) -> dict[str, tuple[Any, Any]]:
    """Give old and new of the values of one record."""
    (found,) = [one for one in done["records"] if one["code"] == code]
    return {one["column"]: (one["old"], one["new"]) for one in found["values"]}
