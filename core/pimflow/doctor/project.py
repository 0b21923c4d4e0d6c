"""The files of a project as they are: read as far as they can be, with what is wrong in them and what they ask for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pimflow.assemble import Assembly, assemble
from pimflow.configuration.document import Document, Trail, read_document
from pimflow.configuration.forms import ProjectConfig
from pimflow.configuration.loading import PROJECT_FILE, environment_of, load_pipeline, mistakes_of, serve_options
from pimflow.configuration.neighbours import FOLDER
from pimflow.configuration.parts import Part
from pimflow.doctor.findings import Finding, unwell, well
from pimflow.doctor.masked_yaml import Vocabulary, masked_yaml, vocabulary_of
from pimflow.doctor.masking import looks_secret
from pimflow.errors import ConfigError, Mistake
from pimflow.plugins import Registry

_REFERENCE = re.compile(r"(?<!\$)\$\{(env|file):([^}]*)\}")
_BETWEEN = re.compile(r"\$\{[^}]*\}")
_HAS_FLOWS = re.compile(r"^flows\s*:", re.MULTILINE)
_LARGEST_SECRET = 1 << 16
_FOLDERS = frozenset({"PWD", "OLDPWD"})
_NOT_SET = "environment variable {} is not set"


@dataclass(frozen=True, slots=True)
class PipelineFile:
    """A pipeline file: what it becomes, or what is wrong in it."""

    path: Path
    assembly: Assembly | None
    mistakes: tuple[Mistake, ...]


@dataclass(frozen=True, slots=True)
class Project:
    """A project as far as it can be read; `chosen` tells that a person asked for these pipelines only.

    `environment` is the name of the one that is examined: None where there are none, or it is not plain which.
    """

    root: Path
    project_file: Path | None
    pipelines: tuple[PipelineFile, ...]
    mistakes: tuple[Mistake, ...]
    documents: tuple[Document, ...]
    vocabulary: Vocabulary
    chosen: bool = False
    environment: str | None = None

    @property
    def files(self) -> tuple[Path, ...]:
        """The project file and the pipeline files."""
        own = (self.project_file,) if self.project_file else ()
        return (*own, *(one.path for one in self.pipelines))

    def has(self, pipeline: str) -> bool:
        """Tell whether a pipeline of the state is meant: one of these, or any where these cannot all be read."""
        names = {one.assembly.pipeline.name for one in self.pipelines if one.assembly}
        return not self.chosen or pipeline in names or len(names) < len(self.pipelines)


def pipeline_files(root: Path) -> list[Path]:
    """Give the pipeline files of a project: all in its folder `pipelines`, and those beside the project file."""
    beside = [path for path in sorted(root.glob("*.yaml")) if path.name != PROJECT_FILE]
    return [*sorted((root / FOLDER).glob("*.yaml")), *(path for path in beside if _HAS_FLOWS.search(text_of(path)))]


def read_project(
    root: Path, files: Iterable[Path], registry: Registry, *, chosen: bool = False, wanted: str | None = None
) -> Project:
    """Read what can be read of a project, for the environment that is wanted; nothing is raised for what cannot."""
    components = [component for plugin in registry.load_all() for component in plugin.components]
    own = root / PROJECT_FILE
    project_file = own if own.exists() else None
    pipelines = tuple(_read_pipeline(file, registry, wanted) for file in files)
    environment = None
    with suppress(ConfigError):
        environment = environment_of(root, wanted)
    documents: list[Document] = []
    mistakes: list[Mistake] = []
    for path in ([project_file] if project_file else []) + [one.path for one in pipelines]:
        try:
            documents.append(read_document(path))
        except ConfigError as error:
            mistakes.extend(error.mistakes if path == project_file else [])
    if project_file and not mistakes:
        mistakes = _form_of(documents[0])
        if not mistakes and serve_options(documents[0], environment):
            mistakes = registry.mistakes_in(root, environment, "serve")
    vocabulary = vocabulary_of(components)
    return Project(root, project_file, pipelines, tuple(mistakes), tuple(documents), vocabulary, chosen, environment)


def of_files(project: Project, environment: Mapping[str, str]) -> Iterator[Finding]:
    """Tell which files are valid, and every mistake in the others with file and line."""
    remedy = "Correct it there; `pimflow validate` checks again."
    if not project.pipelines:
        yield well("pipelines", f"none in {project.root.absolute()}; `pimflow init` begins one")
    for path in sorted((project.root / FOLDER).glob("*.yml")):
        yield unwell(str(path), "is not seen: its name must end in .yaml", f"Rename it to {path.stem}.yaml.")
    for name, mistakes, told in _by_file(project):
        left = [one for one in mistakes if not _is_about_environment(one, environment)]
        for one in left:
            yield unwell(f"{one.file}:{one.line}" if one.line else one.file or name, _without_place(one), remedy)
        if not left:
            yield well(name, told if not mistakes else "valid, but for variables that are not set")


def of_environment(project: Project) -> Iterator[Finding]:
    """Tell which environment is examined."""
    if project.environment is not None:
        yield well("environment", f"{project.environment}; its state and its logs are its own")


def of_variables(project: Project, environment: Mapping[str, str]) -> Iterator[Finding]:
    """Tell which environment variables the files name that have no value here; never a value."""
    named: dict[str, str] = {}
    for document in project.documents:
        for trail, text in _texts(document.data, ()):
            if trail[:1] == ("environments",) and trail[1:2] != (project.environment,):
                continue  # what another environment needs may be set on another machine
            for scheme, name in _REFERENCE.findall(text):
                if scheme == "env":
                    named.setdefault(name, f"{document.file}:{document.line(trail)}")
    empty = {name: place for name, place in named.items() if not environment.get(name)}
    for name, place in empty.items():
        yield unwell(
            f"variable {name}",
            f"{'is empty' if name in environment else 'is not set'}; {place} names it",
            "Set it where pimflow is run: the shell, service, container or cron job each have their own.",
        )
    if named and not empty:
        yield well("variables", f"all {len(named)} that the files name are set: {', '.join(sorted(named))}")


def secrets_in(project: Project, environment: Mapping[str, str]) -> frozenset[str]:
    """Give every secret of a project: in its files, in what they refer to, and in the environment."""
    found = {value for name, value in environment.items() if looks_secret(name) and name not in _FOLDERS}
    named: set[str] = set()
    for one in project.pipelines:
        found.update(one.assembly.secrets if one.assembly else ())
    for path in project.files:
        text = text_of(path)
        for literal in masked_yaml(text, project.vocabulary).secrets:
            found.update((literal, *_BETWEEN.split(literal)))
        for scheme, reference in _REFERENCE.findall(text):
            if scheme == "env":
                named.add(environment.get(reference, ""))
            else:
                found.add(_secret_in(path.parent / reference))
    return frozenset((found | named - _own_words(project)) - {""})


def _own_words(project: Project) -> frozenset[str]:
    """Give words that stand everywhere here: masked because a user is called so, nothing could be read any longer."""
    return frozenset({"pimflow", *(type_.partition(".")[0] for type_ in project.vocabulary.secrets)})


def text_of(path: Path) -> str:
    """Give the text of a file, with signs in place of what is no text; nothing where it cannot be read."""
    try:
        return path.read_bytes().decode("utf-8-sig", "replace")
    except OSError:
        return ""


def _read_pipeline(file: Path, registry: Registry, wanted: str | None) -> PipelineFile:
    try:
        return PipelineFile(file, assemble(load_pipeline(file, wanted), registry), ())
    except ConfigError as error:
        return PipelineFile(file, None, tuple(error.mistakes))
    except Exception as error:  # noqa: BLE001 - options are checked by somebody else's code
        told = Mistake(f"a plugin failed on it: {type(error).__name__}: {error}", str(file))
        return PipelineFile(file, None, (told,))


def _form_of(document: Document) -> list[Mistake]:
    if not isinstance(document.data, dict):
        return [document.mistake((), "names with values were expected, such as `version: 1`")]
    try:
        ProjectConfig.model_validate(document.data)
    except ValidationError as error:
        return mistakes_of(error, Part(document, (), document.data), ProjectConfig)
    return []


def _by_file(project: Project) -> Iterator[tuple[str, Sequence[Mistake], str]]:
    """Give each file with its mistakes; those of the project file, which each pipeline meets again, once."""
    seen: set[tuple[str, int, str]] = set()

    def new(mistakes: Iterable[Mistake]) -> list[Mistake]:
        fresh = [one for one in mistakes if _key(one) not in seen]
        seen.update(map(_key, fresh))
        return fresh

    if project.project_file:
        yield str(project.project_file), new(project.mistakes), "valid"
    for one in project.pipelines:
        flows = ", ".join(flow.name for flow in one.assembly.flows) if one.assembly else ""
        mistakes = new(one.mistakes)
        if one.assembly or mistakes:
            yield str(one.path), mistakes, f"valid; flows in order: {flows}"


def _key(mistake: Mistake) -> tuple[str, int, str]:
    return str(Path(mistake.file).absolute()), mistake.line, mistake.message


def _without_place(mistake: Mistake) -> str:
    return ": ".join(part for part in (mistake.path, mistake.message) if part)


def _is_about_environment(mistake: Mistake, environment: Mapping[str, str]) -> bool:
    names = re.findall(r"\$\{env:([^}]*)\}", mistake.message)
    return any(name not in environment and _NOT_SET.format(name) in mistake.message for name in names)


def _texts(data: Any, trail: Trail) -> Iterator[tuple[Trail, str]]:
    if isinstance(data, str):
        yield trail, data
    elif isinstance(data, dict):
        for name, value in data.items():
            yield from _texts(value, (*trail, name))
    elif isinstance(data, list):
        for number, value in enumerate(data):
            yield from _texts(value, (*trail, number))


def _secret_in(path: Path) -> str:
    with suppress(OSError, UnicodeDecodeError):
        if path.is_file() and path.stat().st_size <= _LARGEST_SECRET:
            return path.read_text("utf-8").removesuffix("\n")
    return ""
