"""Mistakes in a search as their author meets them: before anything runs, with file and line."""

import sys
from types import SimpleNamespace

import pytest

from pimflow.cli import main

PIPELINE = """\
version: 1
connections:
  pim: {{type: akeneo, url: "{url}", client_id: sandbox, secret: sandbox, username: sandbox, password: sandbox}}
flows:
  products:
    source:
      type: akeneo.products
      connection: pim
{options}
    transforms:
      - map: {{identifier: identifier}}
    sink: {{type: files.jsonl, path: out.jsonl}}
"""


@pytest.fixture
def told(tmp_path, monkeypatch, capsys, pim):
    """Run a command on a pipeline whose source has these options; gives its exit code and all that it printed."""

    def run(command, options):
        indented = "\n".join(f"      {line}" for line in options.splitlines())
        (tmp_path / "pipeline.yaml").write_text(PIPELINE.format(url=pim.url, options=indented))
        monkeypatch.setattr(sys, "argv", ["pimflow", command, str(tmp_path / "pipeline.yaml")])
        capsys.readouterr()
        code = 0
        try:
            main()
        except SystemExit as end:
            code = end.code
        return SimpleNamespace(code=code, text="".join(capsys.readouterr()))

    return run


WRONG = """\
search:
  enabled: {operator: "=", value: "yes"}
  updated: {operator: SINCE LAST DAYS, value: 3}
"""


def test_what_needs_no_pim_is_told_by_validate_with_its_line(told, pim):
    found = told("validate", WRONG)
    assert found.code == 2
    assert "pipeline.yaml:9" in found.text
    assert "expected true or false, found 'yes'" in found.text
    assert "did you mean 'SINCE LAST N DAYS'?" in found.text
    assert pim.stats()["calls"] == 0


ABSENT = """\
attributes: [naem]
locales: [en_US, de_CH]
search:
  family: {operator: IN, value: [footware]}
  name: {operator: CONTAINS, value: boot, locale: en_UK}
  colour: {operator: IN, value: [red]}
"""


@pytest.mark.parametrize("command", ["check", "run"])
def test_what_only_the_pim_knows_is_told_at_once_with_near_names(told, command):
    found = told(command, ABSENT)
    assert found.code in {2, 3}
    for hint in ("did you mean 'name'?", "'de_CH'", "did you mean 'footwear'?", "'en_UK'", "did you mean 'color'?"):
        assert hint in found.text
    assert command == "check" or "pipeline.yaml:6" in found.text


RIGHT = """\
locales: [en_US]
scope: shop
search:
  family: {operator: IN, value: [footwear]}
  updated: {operator: ">", value: 2026-01-31}
  name: {operator: CONTAINS, value: boot}
  completeness: {operator: "<", value: 100}
"""


def test_a_right_search_is_run_with_the_places_that_it_leaves_out(told, pim, tmp_path):
    name = [{"locale": "en_US", "scope": None, "data": "Winter boot"}]
    pim.seed(
        [
            {"resource": "products", "data": {"identifier": key, "family": "footwear", "categories": ["boots"], **more}}
            for key, more in (("a", {"values": {"name": name}}), ("b", {}))
        ]
    )
    assert told("validate", RIGHT).code == 0
    found = told("run", RIGHT.replace("value: 100", "value: 101"))
    assert found.code == 0, found.text
    assert (tmp_path / "out.jsonl").read_text().count("\n") == 1
