"""Configuration files as they may be shown to a stranger: without comments, and without the secrets that stand in them.

Options that are secrets are known by the components that are installed, and by what their names speak of.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, get_args

import yaml
from pydantic import BaseModel, SecretBytes, SecretStr

from pimflow.components import Component
from pimflow.doctor.masking import looks_secret
from pimflow.log import MASK

_REFERENCES = re.compile(r"(?:\$\{[^}]*\})+")
_REFERRED = re.compile(rf"[\s\"'\[]*{_REFERENCES.pattern}[\s\"'\],}}]*")
_COMMENT = re.compile(r"#[^\r\n]*")
_USER = re.compile(r"(?<=://)(?:\$\{[^}]*\}|[^/@\s\"'])+@")
_NAMES = frozenset({"flows", "connections", "environments"})
"""Keys below which names stand that a person chose."""
_FRAME = frozenset("version type name connections flows source sink transforms connection notify".split()) | {  # noqa: SIM905
    "environments",
    "production",
    "default_environment",
}
_LINE = re.compile(r"""(?<![\w.-])["']?(?P<name>[A-Za-z_][\w.-]*)["']?\s*:(?=\s|$)""")
_VALUE = re.compile(r"""[\s\[{]*(?:&\S+\s+)?(?:"(?P<double>[^"]*)|'(?P<single>[^']*)|(?P<plain>[^\s,}\]"']+))""")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the installed components say: the names of the options that are secrets, by type."""

    secrets: Mapping[str, frozenset[str]]

    @property
    def all_secrets(self) -> frozenset[str]:
        """The names of all options that are secrets in any component."""
        return frozenset().union(*self.secrets.values())


@dataclass(frozen=True, slots=True)
class MaskedText:
    """A text without secrets, and the secrets that stood in it."""

    text: str
    secrets: tuple[str, ...]


def vocabulary_of(components: Iterable[type[Component]]) -> Vocabulary:
    """Gather what components say."""
    found: dict[str, frozenset[str]] = {}
    for component in components:  # a source and a sink may share a type
        found[component.type] = found.get(component.type, frozenset()) | {*_secret_options(component, set())}
    return Vocabulary(found)


def masked_yaml(text: str, known: Vocabulary) -> MaskedText:
    """Mask a file in place, so that its lines stay; one that is no YAML is masked line by line, more than needed."""
    try:
        node = yaml.compose(text, yaml.SafeLoader)
        tokens = [(token.start_mark.index, token.end_mark.index) for token in yaml.scan(text, yaml.SafeLoader)]
    except (yaml.YAMLError, RecursionError):
        return _without_users(_by_lines(text, known))
    marking = _Marking(known, _types_in(node))
    if node is not None:
        marking.walk(node, (), frozenset(), secret=False)
    return _without_users(MaskedText(_put(text, marking.spans, tokens), tuple(marking.found)))


def _without_users(masked: MaskedText) -> MaskedText:
    """Mask names and passwords within addresses, whatever option these stand under."""
    return replace(masked, text=_USER.sub(lambda found: found[0] if _refers(found[0]) else f"{MASK}@", masked.text))


def _refers(user: str) -> bool:
    return not _REFERENCES.sub("", user).strip(":@")


@dataclass
class _Marking:
    """Finds where secrets stand in a document."""

    known: Vocabulary
    types: Mapping[str, str]
    spans: set[tuple[int, int]] = field(default_factory=set)
    found: list[str] = field(default_factory=list)
    _seen: set[tuple[int, frozenset[str], bool]] = field(default_factory=set)

    def walk(self, node: yaml.Node, trail: tuple[str, ...], names: frozenset[str], *, secret: bool) -> None:
        """Walk through a document; `names` are secret options here, `secret` tells that all below is one."""
        if (id(node), names, secret) in self._seen:  # an alias, perhaps of something that holds it
            return
        self._seen.add((id(node), names, secret))
        if isinstance(node, yaml.MappingNode):
            self._mapping(node, trail, names, secret=secret)
        elif isinstance(node, yaml.SequenceNode):
            for one in node.value:
                self.walk(one, (*trail, ""), names, secret=secret)
        elif secret and node.value and not _REFERENCES.fullmatch(node.value):
            self.spans.add((node.start_mark.index, node.end_mark.index))
            self.found.append(node.value)

    def _mapping(self, node: yaml.MappingNode, trail: tuple[str, ...], names: frozenset[str], *, secret: bool) -> None:
        options = [(str(key.value) if isinstance(key, yaml.ScalarNode) else "", value) for key, value in node.value]
        of_type = next((str(value.value) for name, value in options if name == "type"), None)
        below_environment = trail[:1] + trail[2:3] == ("environments", "connections")
        if below_environment and len(trail) == 4 and of_type is None:  # laid over a connection, perhaps of another file
            of_type = self.types.get(trail[3], "")
        stranger = of_type is not None and of_type not in self.known.secrets  # any of its options may be a secret
        here = self.known.secrets.get(of_type or "", names)
        chosen = (len(trail) == 1 and trail[0] in _NAMES) or (below_environment and len(trail) == 3)
        for name, value in options:
            hidden = (stranger and name != "type") or name in here or (not chosen and looks_secret(name))
            below = self.known.secrets.get(name, here)  # a transform stands under its name
            self.walk(value, (*trail, name), below, secret=secret or hidden)


def _types_in(node: yaml.Node | None) -> dict[str, str]:
    """Give the type of each connection of a document."""
    return {
        str(name.value): str(value.value)
        for section in _values_of(node, "connections")
        for name, connection in (section.value if isinstance(section, yaml.MappingNode) else ())
        for value in _values_of(connection, "type")
    }


def _values_of(node: yaml.Node | None, key: str) -> list[yaml.Node]:
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return [value for name, value in pairs if name.value == key]


def _put(text: str, spans: Iterable[tuple[int, int]], tokens: Iterable[tuple[int, int]]) -> str:
    """Put masks where secrets stand, and take out comments: they are what stands between the tokens."""
    pieces: list[str] = []
    secrets = dict(spans)
    position = 0
    for start, end in sorted({*tokens, *secrets.items()}):
        if start < position or start == end:
            continue
        pieces.append(_COMMENT.sub("#", text[position:start]))
        position = secrets.get(start, end)
        token = text[start:position]
        pieces.append('"' + MASK + '"' + "\n" * token.count("\n") if start in secrets else token)
    return "".join([*pieces, _COMMENT.sub("#", text[position:])])


def _by_lines(text: str, known: Vocabulary) -> MaskedText:
    """Mask what follows the name of a secret on its line, and the lines below that stand further in."""
    every = any(one not in known.secrets for one in re.findall(r"""\btype["']?\s*:\s*["']?([\w.-]+)""", text))
    found: list[str] = []
    return MaskedText("".join(_shown(text.splitlines(keepends=True), known, found, every=every)), tuple(found))


def _shown(lines: Iterable[str], known: Vocabulary, found: list[str], *, every: bool) -> Iterator[str]:
    below: int | None = None
    for line in lines:
        content = re.sub(r"(^|\s)#.*", r"\1#", line.rstrip("\r\n"))
        inner = content.lstrip(" \t")
        indent = len(content) - len(inner)
        if inner and below is not None and (indent > below or (indent == below and inner.startswith("-"))):
            found.extend(_values(inner.removeprefix("-")))
            yield f"{content[:indent]}{MASK}\n"
            continue
        names = [match for match in _LINE.finditer(content) if _is_hidden(match, known, every=every)]
        stated = [match for match in names if not _REFERRED.fullmatch(content[match.end() :])]
        below = indent if stated else (below if not inner else None)
        if stated:
            found.extend(value for match in stated for value in _values(content[match.end() :]))
            content = f"{content[: stated[0].end()]} {MASK}"
        yield f"{content}\n"


def _is_hidden(stated: re.Match[str], known: Vocabulary, *, every: bool) -> bool:
    """Tell whether what follows a name may be a secret; what has an anchor may be one elsewhere."""
    name, rest = stated["name"], stated.string[stated.end() :].lstrip()
    return name in known.all_secrets or looks_secret(name) or rest.startswith("&") or (every and name not in _FRAME)


def _values(rest: str) -> Iterator[str]:
    match = _VALUE.match(rest)
    value = match.group(match.lastgroup or 0) if match else ""
    if value and not value.endswith(":") and not _REFERENCES.fullmatch(value):
        yield value


def _secret_options(model: type[BaseModel], seen: set[type]) -> Iterator[str]:
    if model in seen:
        return
    seen.add(model)
    for name, option in model.model_fields.items():
        kinds = set(_kinds(option.annotation))
        if kinds & {SecretStr, SecretBytes}:
            yield from {name, option.alias or name}
        for kind in kinds:
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from _secret_options(kind, seen)


def _kinds(annotation: Any) -> Iterator[Any]:
    yield annotation
    for one in get_args(annotation):
        yield from _kinds(one)
