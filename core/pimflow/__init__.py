"""A plugin host that moves product data between ERPs, PIM and channels along pipelines declared in YAML.

The names below are all that a plugin needs. They are loaded on first use, so that `import pimflow` stays cheap.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pimflow.cli.common import confirm_option, environment_option
    from pimflow.cli.connecting import Writes, connected
    from pimflow.components import (
        Component,
        Connection,
        DataPath,
        Header,
        InputPath,
        Knows,
        Notifier,
        OutputPath,
        Row,
        RowStep,
        Source,
        Target,
        Transform,
        Use,
        WholeTransform,
    )
    from pimflow.configuration.document import Document, read_document
    from pimflow.configuration.loading import check_document
    from pimflow.errors import (
        AccessError,
        ConfigError,
        FlowError,
        GuardError,
        LoginError,
        MappingError,
        Mistake,
        PimflowError,
        PluginError,
        RemoteError,
        RowProblem,
        StateError,
        UnreachableError,
    )
    from pimflow.hookspecs import hookimpl
    from pimflow.many_outcomes import Alike
    from pimflow.memories import Memory
    from pimflow.model import (
        BadValue,
        Change,
        Event,
        Field,
        FlowReport,
        Item,
        Level,
        Message,
        Origin,
        Outcome,
        Page,
        Problem,
        ProblemKind,
        Run,
        RunReport,
        Status,
        Visit,
        Who,
        Window,
    )
    from pimflow.outlook import Card, Choice, Expected, Finding, Known, Offer, Outlook, Severity, Structure
    from pimflow.sentences import Said, joined, said, said_by, together
    from pimflow.sinks import Moved, Reference, Sink, Writer
    from pimflow.steps import RowsStep
    from pimflow.tables import ChunkedTable, LazyTable
    from pimflow.words import Lead, day_in_words

__version__ = "0.1.0"

_HOME = {
    "cli.common": "confirm_option environment_option",
    "cli.connecting": "Writes connected",
    "components": "Component Connection DataPath Header InputPath Knows Notifier OutputPath Row RowStep Source Target "
    "Transform Use WholeTransform",
    "configuration.loading": "check_document",
    "configuration.document": "Document read_document",
    "errors": "AccessError ConfigError FlowError GuardError LoginError MappingError Mistake PimflowError PluginError "
    "RemoteError RowProblem StateError UnreachableError",
    "hookspecs": "hookimpl",
    "model": "BadValue Change Event Field FlowReport Item Level Message Origin Outcome Page Problem ProblemKind "
    "Run RunReport Status Visit Who Window",
    "outlook": "Card Choice Expected Finding Known Offer Outlook Severity Structure",
    "many_outcomes": "Alike",
    "sentences": "Said joined said said_by together",
    "sinks": "Moved Reference Sink Writer",
    "steps": "RowsStep",
    "tables": "ChunkedTable LazyTable",
    "memories": "Memory",
    "words": "Lead day_in_words",
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names.split()}

__all__ = [
    "AccessError",
    "Alike",
    "BadValue",
    "Card",
    "Change",
    "Choice",
    "ChunkedTable",
    "Component",
    "ConfigError",
    "Connection",
    "DataPath",
    "Document",
    "Event",
    "Expected",
    "Field",
    "Finding",
    "FlowError",
    "FlowReport",
    "GuardError",
    "Header",
    "InputPath",
    "Item",
    "Known",
    "Knows",
    "LazyTable",
    "Lead",
    "Level",
    "LoginError",
    "MappingError",
    "Memory",
    "Message",
    "Mistake",
    "Moved",
    "Notifier",
    "Offer",
    "Origin",
    "Outcome",
    "Outlook",
    "OutputPath",
    "Page",
    "PimflowError",
    "PluginError",
    "Problem",
    "ProblemKind",
    "Reference",
    "RemoteError",
    "Row",
    "RowProblem",
    "RowStep",
    "RowsStep",
    "Run",
    "RunReport",
    "Said",
    "Severity",
    "Sink",
    "Source",
    "StateError",
    "Status",
    "Structure",
    "Target",
    "Transform",
    "UnreachableError",
    "Use",
    "Visit",
    "Who",
    "WholeTransform",
    "Window",
    "Writer",
    "Writes",
    "check_document",
    "confirm_option",
    "connected",
    "day_in_words",
    "environment_option",
    "hookimpl",
    "joined",
    "read_document",
    "said",
    "said_by",
    "together",
]


def __getattr__(name: str) -> Any:
    try:
        module = _MODULE_OF[name]
    except KeyError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
    return getattr(import_module(f"{__name__}.{module}"), name)
