"""What a person gets who installs the wheels and has no checkout."""

import json
import subprocess
import tomllib
from pathlib import Path
from zipfile import ZipFile

from .conftest import types_of

ROOT = Path(__file__).parents[2]
SHELF = '''\
"""Products of a Shelf export."""

import petl

from pimflow import InputPath, Source, Window, hookimpl


class ShelfProducts(Source):
    """Products of a Shelf export file."""

    type = "shelf.products"
    path: InputPath

    def extract(self, session: None, window: Window) -> petl.Table:
        return petl.fromcsv(str(self.path))


@hookimpl
def pimflow_components():
    return [ShelfProducts]
'''
PIPELINE = """\
version: 1
flows:
  products:
    source: {type: %s, path: in.csv}
    transforms:
      - map: {sku: code, name: title}
    sink: {type: files.jsonl, path: out.jsonl}
"""


def test_every_distribution_builds_a_wheel(wheels):
    projects = [ROOT / "pyproject.toml", *ROOT.glob("plugins/*/pyproject.toml")]
    names = {tomllib.loads(path.read_text())["project"]["name"] for path in projects}
    assert {wheel.name.partition("-")[0] for wheel in wheels} == {name.replace("-", "_") for name in names}


def test_installed_wheels_list_their_types_and_run_the_sample(installed, tmp_path):
    command = [installed.python, "-c", "import pimflow, pimflow_akeneo; print(pimflow_akeneo.__file__)"]
    imported = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert Path(imported.strip()).is_relative_to(installed.folder)

    plugins = installed.plugins()
    assert {name: plugin["distribution"] for name, plugin in plugins.items()} == {
        "akeneo": "pimflow-akeneo",
        "dolibarr": "pimflow-dolibarr",
        "erpnext": "pimflow-erpnext",
        "files": "pimflow-files",
        "notify": "pimflow-notify",
        "odoo": "pimflow-odoo",
        "pimflow": "pimflow",
        "rest": "pimflow-http",
        "serve": "pimflow-serve",
        "sql": "pimflow-sql",
        "transforms": "pimflow-transforms",
        "tryton": "pimflow-tryton",
    }
    assert not any(plugin["error"] for plugin in plugins.values())

    done = installed.pimflow("demo", "--folder", tmp_path / "demo")
    assert done.returncode == 0, done.stderr
    assert "1,041 new" in done.stdout
    assert "1,041 already up to date" in done.stdout
    assert "made no call that writes" in done.stdout
    assert (tmp_path / "demo" / "files_to_akeneo.yaml").is_file()


def test_the_file_that_ships_is_in_the_wheel(installed):
    done = installed.pimflow("akeneo", "provision", "--erp", "--print")
    assert "erp_name:" in done.stdout, done.stderr


def test_all_that_pages_are_made_of_is_in_the_wheel(wheels):
    folder = ROOT / "plugins" / "serve" / "pimflow_serve"
    there = {str(path.relative_to(folder.parent)) for path in folder.rglob("*") if is_shipped(path)}
    wheel = next(one for one in wheels if one.name.startswith("pimflow_serve-"))
    assert there - set(ZipFile(wheel).namelist()) == set()


def test_words_of_other_languages_are_in_the_wheels(wheels):
    there = [path for place in ("core", "plugins/*") for path in ROOT.glob(f"{place}/pimflow*/locale/**/*.po")]
    packed = {name for wheel in wheels for name in ZipFile(wheel).namelist()}
    assert {"/".join(path.parts[-5:]) for path in there} - packed == set()
    assert len(there) >= 4


def is_shipped(path):
    return path.is_file() and "__pycache__" not in path.parts and path.name != ".gitkeep"


def test_removing_a_wheel_removes_its_types_and_nothing_else(environment, types, tmp_path):
    environment.uninstall("pimflow-files")
    after = environment.types()
    assert after < types
    assert types - after == {(kind, name) for kind, name in types if name.partition(".")[0] == "files"} != set()

    pipeline = written(tmp_path, "files.csv")
    done = environment.pimflow("validate", pipeline)
    assert done.returncode == 2
    assert "pip install pimflow-files" in done.stderr


def test_a_wheel_that_fails_to_import_is_reported_and_hurts_nobody(environment, types, build_plugin, tmp_path):
    environment.install(build_plugin("broken", "import a_module_that_is_not_there\n"))
    plugins = environment.plugins()
    broken = plugins["broken"]
    assert "a_module_that_is_not_there" in broken["error"]
    assert broken["distribution"] == "pimflow-broken"
    assert types_of(plugins) == types

    pipeline = written(tmp_path, "files.csv")
    assert environment.pimflow("run", pipeline).returncode == 0
    named = environment.pimflow("validate", written(tmp_path, "broken.products"))
    assert named.returncode == 2
    assert "pimflow-broken" in named.stderr


def test_a_strangers_two_files_work_from_yaml_once_installed(environment, build_plugin, tmp_path):
    environment.install(build_plugin("shelf", SHELF))
    done = environment.pimflow("run", written(tmp_path, "shelf.products"))
    assert done.returncode == 0, done.stdout + done.stderr
    records = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert records == [{"sku": "0012", "name": "Mug"}, {"sku": "0013", "name": "Jug"}]


def written(folder, source):
    """Write a pipeline that reads a small file through this source, and give its path."""
    (folder / "in.csv").write_text("code,title\n0012,Mug\n0013,Jug\n")
    pipeline = folder / "pipeline.yaml"
    pipeline.write_text(PIPELINE % source)
    return pipeline
