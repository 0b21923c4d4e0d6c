"""The files a user writes, checked: the project file and the pipeline file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError

from pimflow.configuration.document import Document, Trail, parse_document, read_document
from pimflow.configuration.environments import Environment, chosen_name, environments_of, without_project
from pimflow.configuration.forms import DEFAULT_HISTORY, History, Ownership, PipelineConfig, ProjectConfig
from pimflow.configuration.neighbours import connections_in
from pimflow.configuration.parts import Part
from pimflow.errors import ConfigError, Mistake
from pimflow.words import did_you_mean, titled

PROJECT_FILE = "pimflow.yaml"
_OF_ENVIRONMENTS = ("environments", "default_environment")
_OF_PROJECT = ("state", *_OF_ENVIRONMENTS)
_OF_PIPELINE = ("flows", "schedule")

_NOTHING = object()
_MISSING = "is missing"
ModelT = TypeVar("ModelT", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A checked pipeline. `root` is the folder of the project, where state and logs live.

    `environment` is the one that was chosen, one of `environments`; `connections` are as they are there. `contract` is
    the place where `ownership` stands; `serve` are the options of the project's server.
    """

    name: str
    file: Path
    root: Path
    config: PipelineConfig
    document: Document
    connections: Mapping[str, Part]
    history: History = DEFAULT_HISTORY
    notify: tuple[Part, ...] = ()
    ownership: Ownership | None = None
    contract: Part | None = None
    environment: Environment | None = None
    environments: tuple[Environment, ...] = ()
    serve: Part | None = None

    @property
    def title(self) -> str:
        """What people call it: its name, and the environment where there is one."""
        return titled(self.name, self.environment_name)

    @property
    def environment_name(self) -> str:
        """The name of the environment; empty where there is none."""
        return self.environment.name if self.environment else ""

    def part(self, *trail: str | int) -> Part:
        """Give a piece of the pipeline file."""
        data: Any = self.document.data
        for step in trail:
            data = data[step]
        return Part(self.document, trail, data)


def load_pipeline(file: Path, wanted: str | None = None, kept: Path | None = None) -> Pipeline:
    """Read a pipeline file and the project file above it, for the environment that is wanted or the default.

    `kept` is a folder where `keep_texts` put what stood in both files once. Raises ConfigError with all mistakes of
    the form.
    """
    document = _document(file, kept)
    config = check_document(PipelineConfig, document)
    above = _project_file(file)
    project = _document(above, kept) if above else None
    connections = {name: Part(document, ("connections", name), data) for name, data in config.connections.items()}
    notify = _parts(document, "notify")
    environments: tuple[Environment, ...] = ()
    chosen = None
    if project is None:
        without_project(wanted)
        shared, root = ProjectConfig(version=1), file.absolute().parent
    else:
        shared, root = check_document(ProjectConfig, project), project.folder.absolute()
        clashes = list(_clashes(config, shared, document, project))
        if clashes:
            raise ConfigError(*clashes)
        connections |= {name: Part(project, ("connections", name), data) for name, data in shared.connections.items()}
        notify = (*_parts(project, "notify"), *notify)
        environments = environments_of(project, shared, connections, lambda: connections_in(root))
        name = chosen_name(project, shared, wanted)
        chosen = next((one for one in environments if one.name == name), None)
    return Pipeline(
        config.name or file.stem,
        file,
        root,
        config,
        document,
        chosen.connections if chosen else connections,
        config.history or shared.history or DEFAULT_HISTORY,
        notify,
        config.ownership or shared.ownership,
        _contract(document, project),
        chosen,
        environments,
        serve_options(project, chosen.name if chosen else None) if project else None,
    )


def serve_options(project: Document, environment: str | None) -> Part | None:
    """Give the options of the project's server, with what an environment lays over them; None where there are none."""
    data = project.data if isinstance(project.data, dict) else {}
    own = data.get("serve")
    over = ((data.get("environments") or {}).get(environment) or {}).get("serve") if environment else None
    if not own and not over:
        return None
    part = Part(project, ("serve",), own or {})
    return part.under(Part(project, ("environments", environment, "serve"), over)) if environment and over else part


def environment_of(root: Path, wanted: str | None) -> str | None:
    """Name the environment of a project that is wanted, or its default; None for a project that has none.

    Other keys of the project file do not matter. Raises ConfigError.
    """
    file = root / PROJECT_FILE
    if not file.is_file():
        without_project(wanted)
        return None
    document = read_document(file)
    data = document.data if isinstance(document.data, dict) else {}
    own = {"version": 1, **{key: data[key] for key in _OF_PROJECT if key in data}}
    return chosen_name(document, check_document(ProjectConfig, replace(document, data=own)), wanted)


def _contract(*documents: Document | None) -> Part | None:
    """Give the place of `ownership`, which stands in one of the files at most."""
    holders = [one for one in documents if one is not None and one.data.get("ownership") is not None]
    return Part(holders[0], ("ownership",), holders[0].data["ownership"]) if holders else None


def _clashes(config: PipelineConfig, shared: ProjectConfig, document: Document, project: Document) -> Iterator[Mistake]:
    """Find what stands in both files, and can stand in one only."""
    trails: list[Trail] = [("connections", name) for name in config.connections if name in shared.connections]
    if config.ownership is not None and shared.ownership is not None:
        trails.append(("ownership",))
    for trail in trails:
        there = f"{project.file}:{project.line(trail)}"
        what = "a connection of this name too; rename one" if len(trail) > 1 else "one too; keep one of them"
        yield document.mistake(trail, f"{there} has {what}")


def _parts(document: Document, key: str) -> tuple[Part, ...]:
    return tuple(Part(document, (key, number), one) for number, one in enumerate(document.data.get(key, ())))


def keep_texts(file: Path, folder: Path) -> None:
    """Keep what stands in a pipeline file and its project file, for a time when one of them has mistakes."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in (file, _project_file(file)):
        if path is not None:
            _put(folder / path.name, path.read_bytes())


def _put(file: Path, text: bytes) -> None:
    if not file.is_file() or file.read_bytes() != text:
        beside = file.with_suffix(".new")
        beside.write_bytes(text)
        beside.replace(file)


def _document(file: Path, kept: Path | None) -> Document:
    """Read a file, or what stood in it when it was kept."""
    text = kept / file.name if kept else None
    return parse_document(text.read_text("utf-8-sig"), str(file)) if text and text.is_file() else read_document(file)


def _project_file(file: Path) -> Path | None:
    candidates = (folder / PROJECT_FILE for folder in file.absolute().parents)
    return next((one for one in candidates if one.is_file() and one != file.absolute()), None)


def check_document(model: type[ModelT], document: Document) -> ModelT:
    """Make what a file describes, all mistakes told at once with their lines. Raises ConfigError.

    Values are shown: none may be a secret.
    """
    if not isinstance(document.data, dict):
        found = _found(document.data, (), show=True)
        raise ConfigError(document.mistake((), f"names with values were expected, such as `version: 1`; found {found}"))
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        raise ConfigError(*mistakes_of(error, Part(document, (), document.data), model, show=True)) from None


def mistakes_of(error: ValidationError, part: Part, model: type[BaseModel], *, show: bool = False) -> list[Mistake]:
    """Put what pydantic found wrong into words, one mistake for each place in the file.

    `show` tells what was found there: an option of a component may be a secret.
    """
    expected: dict[Trail, list[str]] = {}
    said: dict[Trail, str] = {}
    for detail in error.errors(include_url=False, include_input=False):
        trail = _steps_in(part.data, detail["loc"])
        wanted = _wanted(detail)
        if wanted is None or detail["loc"][-1:] == ("[key]",):
            said[trail] = f"{wanted} was expected" if wanted else _message(detail, model)
        elif wanted not in expected.setdefault(trail, []):
            expected[trail].append(wanted)
    for trail, wanted_there in expected.items():
        # Of the members of a union, the one that fits further inside is the one that was meant.
        if not any(other[: len(trail)] == trail and other != trail for other in (*expected, *said)):
            said.setdefault(
                trail, f"{' or '.join(wanted_there)} was expected; found {_found(part.data, trail, show=show)}"
            )
    told = {trail: message for trail, message in said.items() if not _is_misspelt(trail, said)}
    return sorted((part.mistake(message, *trail) for trail, message in told.items()), key=lambda one: one.line)


def _is_misspelt(trail: Trail, said: Mapping[Trail, str]) -> bool:
    """Tell whether a key that is missing stands there under a name so near that it is suggested."""
    meant = f"did you mean {trail[-1]!r}?" if trail and said[trail] == _MISSING else None
    return any(meant and message.endswith(meant) and other[:-1] == trail[:-1] for other, message in said.items())


def _wanted(detail: Any) -> str | None:
    """Name what was expected, for what is of another type or size."""
    kind, context = detail["type"], detail.get("ctx", {})
    if _is_empty_secret(detail):
        return None
    if kind in _WANTED:
        return _WANTED[kind].format(**context)
    if kind == "string_pattern_mismatch":
        return (
            "a name of letters, digits, _ and -" if "A-Z" in context["pattern"] else f"text like {context['pattern']}"
        )
    return _WANTED.get(kind.removesuffix("_type").removesuffix("_parsing").removesuffix("_from_float"))


def _is_empty_secret(detail: Any) -> bool:
    """Tell of what pydantic says of a secret; lists have a type of their own."""
    return (detail["type"], detail.get("ctx", {}).get("field_type")) == ("too_short", "Value")


_WANTED = {
    "int": "a whole number",
    "float": "a number",
    "string": "text",
    "bool": "true or false",
    "list": "a list ([a, b])",
    "tuple": "a list ([a, b])",
    "dict": "a mapping (name: value)",
    "model": "a mapping (name: value)",
    "literal_error": "{expected}",
    "enum": "{expected}",
    "greater_than": "more than {gt}",
    "greater_than_equal": "{ge} or more",
    "less_than": "less than {lt}",
    "less_than_equal": "{le} or less",
    "too_short": "at least {min_length} entry",
    "string_too_short": "at least {min_length} character",
}


def _found(data: Any, trail: Trail, *, show: bool) -> str:
    for step in trail:
        data = _child(data, step)
    if data is None:
        return "nothing"
    if isinstance(data, bool):
        return str(data).lower()
    if show and isinstance(data, str | int | float):
        return repr(data)
    if isinstance(data, dict | list):
        return f"{'a' if data else 'an empty'} {'mapping' if isinstance(data, dict) else 'list'}"
    return "text" if isinstance(data, str) else "a number"


def _steps_in(data: Any, location: Sequence[str | int]) -> Trail:
    """Keep the steps that lead to a place in the file; pydantic adds names of union members and of missing keys."""
    trail: list[str | int] = []
    for position, step in enumerate(location):
        inside = _child(data, step)
        if inside is not _NOTHING:
            data = inside
        elif position < len(location) - 1 or not isinstance(data, dict) or step == "[key]":
            continue
        trail.append(step)
    return tuple(trail)


def _child(data: Any, step: str | int) -> Any:
    if isinstance(data, dict):
        return data.get(step, _NOTHING)
    if isinstance(data, list) and isinstance(step, int) and step < len(data):
        return data[step]
    return _NOTHING


def _message(detail: Any, model: type[BaseModel]) -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    last = str(detail["loc"][-1]) if detail["loc"] else ""
    sayings = {
        "extra_forbidden": _unknown_key(last, detail["loc"], model),
        "missing": _MISSING,
        "value_error": str(context.get("error")),
        "too_short": "a secret was expected; what stands here, or in the variable that it names, is empty",
    }
    return sayings.get(kind, str(detail["msg"]))


def _unknown_key(key: str, location: Sequence[str | int], model: type[BaseModel]) -> str:
    if key in _OF_PIPELINE and model is ProjectConfig and len(location) == 1:
        return f"`{key}` belongs into the file of a pipeline"
    if key in _OF_PROJECT and model is PipelineConfig and len(location) == 1:
        return f"`{key}` belongs into the project file {PROJECT_FILE}, and holds for all its pipelines"
    return f"unknown key{did_you_mean(key, _keys_at(model, location[:-1]))}"


def _keys_at(model: Any, location: Sequence[str | int]) -> list[str]:
    """List the keys that a model knows at one place inside it."""
    steps = iter(location)
    for step in steps:
        if isinstance(model, type) and issubclass(model, BaseModel) and step in model.model_fields:
            annotation = model.model_fields[str(step)].annotation
            if get_origin(annotation) is dict:
                next(steps, None)  # a name that a person chose
            model = _innermost(annotation)
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return []
    return [field.alias or name for name, field in model.model_fields.items()]


def _innermost(annotation: Any) -> Any:
    """Give what a mapping, a list or an option holds."""
    while inner := [one for one in get_args(annotation) if one is not NoneType]:
        annotation = inner[0 if get_origin(annotation) is Annotated else -1]
    return annotation
