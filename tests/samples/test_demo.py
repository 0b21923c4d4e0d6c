"""`pimflow demo`, in this process and out of the checkout; tests/packaging runs it out of the wheels."""

import os
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from click.testing import CliRunner

from pimflow_akeneo_sandbox.demo import demo


def test_two_runs_are_shown_and_the_second_writes_nothing(tmp_path):
    environment = dict(os.environ)
    shown = CliRunner().invoke(demo, ["--folder", str(tmp_path / "shop")])
    assert shown.exit_code == 0, shown.output
    first, second = shown.output.split("Second run", 1)
    assert "PATCH /api/rest/v1/products" in first
    assert "articles: 1,045 rows" in first
    assert "PATCH" not in second
    assert "The second run made no call that writes" in second
    for named in ("pimflow runs", "pimflow logs", ".pimflow/state.sqlite", "pimflow sandbox --port", "README.md"):
        assert named in second.split("Where to look next", 1)[1]
    assert (tmp_path / "shop" / ".pimflow" / "state.sqlite").is_file()
    assert dict(os.environ) == environment
    address = first.partition("listens at ")[2].partition(";")[0]
    with pytest.raises(URLError):
        urlopen(address)


def test_a_folder_with_something_in_it_is_left_alone(tmp_path):
    mine = tmp_path / "files_to_akeneo.yaml"
    mine.write_text("mine")
    refused = CliRunner().invoke(demo, ["--folder", str(tmp_path)])
    assert refused.exit_code == 2
    assert "is not empty" in refused.output
    assert [path.name for path in tmp_path.iterdir()] == [mine.name]
    assert mine.read_text() == "mine"
