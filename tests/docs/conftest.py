"""Documentation as tests: pages are cut into blocks, and each block is what the reader would do with it."""

import importlib.util
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

from .reader import place, shared_environment

__all__ = ["place", "shared_environment"]

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    page
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("plugins/*/README.md")]
    if ".venv" not in page.parts
)
_BLOCK = re.compile(
    r"^(?:<!-- (?P<mark>not run|wrong|exit): (?P<reason>[^\n]+?) -->\n)?"
    r"```(?P<language>\w*)(?: title=\"(?P<title>[^\"]+)\")?\n(?P<body>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Block:
    """A fenced block. A title is the file that the reader writes; `mark` and `reason` stand in a comment above."""

    language: str
    title: str | None
    body: str
    mark: str | None
    reason: str
    line: int


def blocks_of(page: Path) -> Iterator[Block]:
    text = page.read_text("utf-8")
    for match in _BLOCK.finditer(text):
        line = text.count("\n", 0, match.start("language")) + 1
        yield Block(
            match["language"], match["title"], match["body"], match["mark"], (match["reason"] or "").strip(), line
        )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "page" in metafunc.fixturenames:
        is_mine = getattr(metafunc.module, "is_mine", lambda _: True)
        metafunc.parametrize("page", list(filter(is_mine, PAGES)), ids=lambda page: str(page.relative_to(ROOT)))


@pytest.fixture
def blocks(page: Path) -> list[Block]:
    return list(blocks_of(page))


@pytest.fixture(scope="session")
def pages() -> dict[Path, list[Block]]:
    return {page: list(blocks_of(page)) for page in PAGES}


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def generate() -> ModuleType:
    """Give the module that makes parts of the reference."""
    spec = importlib.util.spec_from_file_location("pimflow_docs_generate", ROOT / "docs" / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
