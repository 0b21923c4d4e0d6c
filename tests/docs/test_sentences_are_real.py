"""What the page for product managers quotes from reports is what the code says."""

import ast
import re
from collections.abc import Iterator

import pytest

PAGE = "docs/how-to/akeneo-product-manager.md"
HEAD = re.compile(r"^[\w ()-]+: (?:[\w.]+ says '[^']*', )?")
TAIL = re.compile(r" \d+ products? .*$")
PLACE = re.compile(r"\{\w*(?:![rs])?(?::[^{}]*)?\}")
LEAST = 15


def _written(node: ast.AST) -> str | None:
    """Give a text of the code as a pattern; anything may stand where the code puts something in."""
    if isinstance(node, ast.JoinedStr):
        parts = [str(one.value) if isinstance(one, ast.Constant) else "{}" for one in node.values]
        return "".join(parts)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _patterns(text: str) -> Iterator[re.Pattern[str]]:
    for node in ast.walk(ast.parse(text)):
        written = _written(node)
        if written and len(PLACE.sub("", written)) >= LEAST:
            yield re.compile(".*".join(map(re.escape, PLACE.split(written))))


@pytest.fixture(scope="module")
def patterns(root):
    files = [*root.glob("plugins/akeneo/pimflow_akeneo/**/*.py"), *root.glob("plugins/transforms/**/*.py")]
    return [pattern for file in files for pattern in _patterns(file.read_text("utf-8"))]


def _quotes(text):
    """Give what may be the reason of each quote, and its remedy.

    A quote is a block of `>` lines; its second paragraph names who. Its first begins with a label or the record, and
    ends with what became of it.
    """
    for quote in re.findall(r"(?:^>.*\n)+", text, re.MULTILINE):
        said, _, remedy = re.sub(r"^> ?", "", quote, flags=re.MULTILINE).partition("\n\n")
        whole = TAIL.sub("", " ".join(said.split())).removesuffix(".")
        heads = {HEAD.sub("", whole), whole[:1].lower() + whole[1:], whole.partition(": ")[2]}
        reasons = {one for head in heads for one in (head, head.rpartition(". ")[0])}
        yield reasons - {""}, " ".join(remedy.split()).partition(": ")[2]


def test_sentences_are_those_of_the_code(root, patterns):
    quotes = list(_quotes((root / PAGE).read_text("utf-8")))
    assert len(quotes) >= 12
    for reasons, remedy in quotes:
        assert any(one.fullmatch(reason) for one in patterns for reason in reasons), reasons
        assert not remedy or _is_said(remedy, patterns), remedy


def _is_said(text, patterns):
    """Tell whether the code says a text, or its first sentence and the rest apart."""
    first, _, rest = text.partition(". ")
    apart = ([f"{first}.", rest],) if rest else ()
    return any(all(any(one.fullmatch(part) for one in patterns) for part in parts) for parts in ([text], *apart))
