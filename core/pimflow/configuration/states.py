"""Where a project says that its state is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pimflow.configuration.document import Trail, read_document
from pimflow.configuration.loading import PROJECT_FILE
from pimflow.configuration.parts import Part


def state_of(root: Path, environment: str | None) -> Part | None:
    """Give the place of the project file where it says where the state of an environment is; None where it does not.

    Raises ConfigError.
    """
    file = root / PROJECT_FILE
    if not file.is_file():
        return None
    document = read_document(file)
    trail: Trail = ("state",) if environment is None else ("environments", environment, "state")
    data: Any = document.data
    for step in trail:
        data = data.get(step) if isinstance(data, dict) else None
    return Part(document, trail, data) if isinstance(data, str) else None
