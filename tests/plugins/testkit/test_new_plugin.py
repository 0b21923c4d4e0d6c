"""`pimflow new-plugin` writes a plugin that works, and `pimflow plugins check` says so."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from pimflow_testkit.cli import FILES, write

from ...catalogues import KEYWORDS, PACKAGES, TRANSLATED, translated  # noqa: TID252
from ...started import run as started  # noqa: TID252 - tests have no name to import by

ROOT = Path(__file__).parents[3]


@pytest.fixture
def pimflow(tmp_path):
    """Run a command in an empty folder."""

    def pimflow(*words, **more):
        return started(["-m", "pimflow", *words], tmp_path, {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **more})

    return pimflow


def test_a_new_plugin_keeps_the_contract_at_once(pimflow, tmp_path):
    made = pimflow("new-plugin", "my_erp", "--title", "My ERP")
    assert made.returncode == 0, made.stderr
    assert "pip install -e pimflow-my_erp" in made.stdout
    checked = pimflow("plugins", "check", "pimflow-my_erp", "--json")
    told = json.loads(checked.stdout)
    assert told["holds"], checked.stdout + checked.stderr
    assert "passed" in told["summary"]
    text = "".join(path.read_text() for path in (tmp_path / "pimflow-my_erp").rglob("*.*") if path.is_file())
    assert "class MyErpConnection" in text
    assert 'TITLE = "My ERP"' in text


def test_what_a_new_plugin_tells_is_there_in_each_language(tmp_path):
    write(tmp_path, "depot", "Depot")
    package = tmp_path / "pimflow_depot"
    words = {message for _, _, message, _, _ in extract_from_dir(package, keywords=KEYWORDS)}

    assert "Correct the mapping." in words
    for language in TRANSLATED:
        with (package / "locale" / language / "LC_MESSAGES" / "messages.po").open("rb") as lines:
            told = {message.id: message.string for message in read_po(lines, locale=language) if message.id}
        assert told.keys() == words
        ours = {one.id: one.string for package in PACKAGES for one in translated(package, language)}
        assert {text: one for text, one in told.items() if ours.get(text, one) != one} == {}


def test_what_breaks_the_contract_is_told(pimflow, tmp_path):
    pimflow("new-plugin", "depot")
    source = tmp_path / "pimflow-depot" / "pimflow_depot" / "sources.py"
    good = "yield tuple(product.get"
    assert good in source.read_text()
    source.write_text(source.read_text().replace(good, "yield (1,) + tuple(product.get"))
    checked = pimflow("plugins", "check", "pimflow-depot")
    assert checked.returncode == 1
    assert "rows_fit_the_header" in checked.stdout
    assert "does not keep the contract" in checked.stderr


def test_the_code_is_as_ours_should_be(pimflow, tmp_path, pytestconfig):
    pimflow("new-plugin", "depot")
    folder = tmp_path / "pimflow-depot"
    command = [sys.executable, "-m", "ruff", "check", "--config", str(ROOT / "pyproject.toml"), "--ignore"]
    allowed = "ARG,ANN,I,S,INP001,N802,N815,D,E501"
    done = subprocess.run([*command, allowed, str(folder)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    paths = [str(path) for path in (folder / "pimflow_depot").glob("*.py")]
    kept = str(pytestconfig.cache.mkdir("mypy"))
    typed = [sys.executable, "-m", "mypy", "--strict", "--explicit-package-bases", "--cache-dir", kept, *paths]
    done = subprocess.run(typed, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_a_pipeline_with_the_new_plugin_runs(pimflow, tmp_path):
    pimflow("new-plugin", "depot")
    info = tmp_path / "pimflow-depot" / "pimflow_depot-0.1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: pimflow-depot\nVersion: 0.1.0\n")
    (info / "entry_points.txt").write_text("[pimflow]\ndepot = pimflow_depot\n")
    path = {"PYTHONPATH": str(tmp_path / "pimflow-depot")}
    (tmp_path / "shop.yaml").write_text(
        "version: 1\n"
        "connections: {erp: {type: depot, url: 'http://127.0.0.1:1', key: k}}\n"
        "flows:\n"
        "  p: {source: {type: depot.products, connection: erp}, sink: {type: files.csv, path: out.csv}}\n"
    )
    assert pimflow("validate", "shop.yaml", **path).returncode == 0
    listed = json.loads(pimflow("plugins", "--json", **path).stdout)
    (depot,) = [one for one in listed if one["name"] == "depot"]
    assert sorted((one["kind"], one["type"]) for one in depot["types"]) == [
        ("connection", "depot"),
        ("sink", "depot.products"),
        ("source", "depot.products"),
    ]


@pytest.mark.parametrize("name", ["My-ERP", "1erp", "class", "a b", "../x"])
def test_a_name_that_cannot_be_one_is_told(pimflow, tmp_path, name):
    made = pimflow("new-plugin", name)
    assert made.returncode == 2
    assert "cannot name a plugin" in made.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_an_installed_plugin_has_is_told(pimflow, tmp_path):
    made = pimflow("new-plugin", "akeneo")
    assert made.returncode == 2
    assert "pimflow-akeneo is installed and offers 'akeneo' already" in made.stderr
    assert not list(tmp_path.iterdir())


def test_files_that_are_there_are_kept(pimflow, tmp_path):
    (tmp_path / "pimflow-depot").mkdir()
    (tmp_path / "pimflow-depot" / "mine.txt").write_text("mine")
    made = pimflow("new-plugin", "depot")
    assert made.returncode == 2
    assert "is not empty" in made.stderr
    other = pimflow("new-plugin", "depot", "--folder", "elsewhere", "--json")
    assert json.loads(other.stdout)["folder"] == "elsewhere"
    assert len(json.loads(other.stdout)["files"]) == len(FILES)


def test_a_plugin_without_tests_or_that_nobody_has_is_told(pimflow, tmp_path):
    (tmp_path / "empty").mkdir()
    told = pimflow("plugins", "check", "empty")
    assert told.returncode == 2
    assert "the tests of 'empty' are not beside what is installed" in told.stderr
    told = pimflow("plugins", "check", "nobody")
    assert told.returncode == 2
    assert "no plugin for 'nobody' is installed" in told.stderr
