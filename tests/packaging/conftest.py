"""Wheels of all distributions, and virtual environments that hold nothing of this checkout."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "{name}"
version = "1.0"
dependencies = ["pimflow"]

[project.entry-points.pimflow]
{prefix} = "{module}"
"""
PROJECTS = [ROOT, *sorted(path.parent for path in ROOT.glob("plugins/*/pyproject.toml"))]


def build(folder, *projects):
    """Build wheels, as a release does, with the build backend that is installed here."""
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*command, "--wheel-dir", str(folder), *map(str, projects)], check=True, capture_output=True)
    return sorted(folder.glob("*.whl"))


@pytest.fixture(scope="session")
def wheels(tmp_path_factory):
    """One wheel for each distribution of the repository."""
    pytest.importorskip("hatchling", reason="wheels are built without a registry: hatchling must be installed")
    return build(tmp_path_factory.mktemp("wheels"), *PROJECTS)


@pytest.fixture
def build_plugin(tmp_path):
    """Build the wheel of a stranger's plugin out of its two files."""

    def build_plugin(prefix, text):
        name = f"pimflow-{prefix}"
        project = tmp_path / name
        project.mkdir()
        (project / "pyproject.toml").write_text(PROJECT.format(name=name, prefix=prefix, module=f"pimflow_{prefix}"))
        (project / f"pimflow_{prefix}.py").write_text(text)
        return build(tmp_path, project)[0]

    return build_plugin


@pytest.fixture(scope="session")
def dependencies(tmp_path_factory):
    """A folder with everything that is installed here except pimflow, so that nothing is downloaded."""
    folder = tmp_path_factory.mktemp("dependencies")
    paths = sysconfig.get_paths()
    for path in {Path(paths["purelib"]), Path(paths["platlib"])}:
        for entry in path.iterdir():
            if "pimflow" not in entry.name and entry.suffix != ".pth":
                (folder / entry.name).symlink_to(entry)
    return folder


def types_of(plugins):
    """Kind and name of each type that these plugins offer."""
    return {(one["kind"], one["type"]) for plugin in plugins.values() for one in plugin["types"]}


@dataclass(frozen=True)
class Environment:
    """A virtual environment; nothing in it sees the checkout."""

    folder: Path

    @property
    def python(self):
        return self.folder / "bin" / "python"

    def pip(self, *arguments):
        command = [sys.executable, "-m", "pip", "--python", str(self.python), *map(str, arguments)]
        subprocess.run(command, check=True, capture_output=True)

    def install(self, *wheels):
        self.pip("install", "--quiet", "--no-deps", "--no-index", *wheels)

    def uninstall(self, name):
        self.pip("uninstall", "--quiet", "--yes", name)

    def pimflow(self, *arguments, cwd=None):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        command = [str(self.folder / "bin" / "pimflow"), *map(str, arguments)]
        return subprocess.run(
            command, cwd=cwd or self.folder, env=environment, capture_output=True, text=True, check=False
        )

    def plugins(self):
        """What `pimflow plugins` lists: name -> entry."""
        done = self.pimflow("plugins", "--json")
        assert done.returncode == 0, done.stderr
        return {plugin["name"]: plugin for plugin in json.loads(done.stdout)}

    def types(self):
        """Everything that can stand in a pipeline."""
        return types_of(self.plugins())


@pytest.fixture(scope="session")
def installed(tmp_path_factory, wheels, dependencies):
    """An environment with all wheels installed, which tests leave as it is."""
    folder = tmp_path_factory.mktemp("installed") / "environment"
    venv.create(folder, symlinks=True, with_pip=False)
    packages = next(folder.glob("lib/python*/site-packages"))
    (packages / "dependencies.pth").write_text(f"{dependencies}\n")
    made = Environment(folder)
    made.install(*wheels)
    return made


@pytest.fixture(scope="session")
def types(installed):
    """Everything that can stand in a pipeline where all wheels are installed."""
    return installed.types()


@pytest.fixture
def environment(tmp_path, installed):
    """A copy of that environment, to change."""
    folder = tmp_path / "environment"
    shutil.copytree(installed.folder, folder, symlinks=True)
    command = folder / "bin" / "pimflow"
    command.write_text(command.read_text().replace(str(installed.folder), str(folder)))
    return Environment(folder)
