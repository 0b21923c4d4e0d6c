"""A catalogue with all kinds of media attributes, tiny pictures, and a way to look at what the PIM has."""

from contextlib import contextmanager
from datetime import UTC, datetime

from pimflow import Change, Run
from pimflow.memories import ShortMemory
from pimflow_akeneo.connection import AkeneoConnection
from pimflow_akeneo.sinks import AkeneoProductModelsSink, AkeneoProductsSink

from .conftest import ATTRIBUTES, CATALOG, GROUP, attribute
from .pim_setup import calls

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(64))
JPG = b"\xff\xd8\xff\xe0" + bytes(range(60))
PDF = b"%PDF-1.4 tiny"
MEDIA_ATTRIBUTES = [
    attribute("packshot", "image", allowed_extensions=["png", "jpg"], max_file_size="0.01"),
    attribute("view", "image", localizable=True, scopable=True),
    attribute("banner", "image", scopable=True),
]
_ALL = [*ATTRIBUTES, *MEDIA_ATTRIBUTES]
_CODES = [one["code"] for one in _ALL]
MEDIA_CATALOG = {
    **CATALOG,
    "attributes": _ALL,
    "attribute_groups": [{"code": GROUP, "sort_order": 1, "attributes": _CODES, "labels": {}}],
    "families": [{**CATALOG["families"][0], "attributes": _CODES}],
}


def png(number):
    """Give a picture that no other number gives."""
    return PNG + number.to_bytes(4, "big")


def connection(pim):
    return AkeneoConnection(url=pim.url, client_id="sandbox", secret="sandbox", username="sandbox", password="sandbox")


@contextmanager
def writing(session, memory=None, sink=AkeneoProductsSink, dry=False, **media):
    """Open a writer as one run does."""
    run = Run("run-1", "test", datetime(2026, 3, 1, tzinfo=UTC), memory=memory or ShortMemory(), dry=dry)
    writer = sink(connection="pim", media=media).open(session, run)
    try:
        yield writer
    finally:
        writer.close(ok=True)


def load(writer, *rows):
    """Take rows through the writer as the core does; give the outcomes by key, problems of both steps in them."""
    items = [item for row in rows for item in writer.prepare(row)]
    batch = [Change(item, number, known=False, fingerprint=b"") for number, item in enumerate(items)]
    told = {item.key: item.problems for item in items}
    outcomes = {one.key: one for one in writer.load(writer.fit(batch))}
    return {key: (one.status, [*told[key], *one.problems]) for key, one in outcomes.items()}


def write(session, *rows, memory=None, sink=AkeneoProductsSink, **media):
    with writing(session, memory, sink, **media) as writer:
        return load(writer, *rows)


def uploads(pim):
    return calls(pim, "POST /api/rest/v1/media-files")


def values(pim, key):
    """Give the media values of a product or model: (attribute, locale, scope) -> (name, content)."""
    owner = pim.store.product(key) or pim.store.model(key)
    found = {}
    for code, entries in owner.values.items():
        for (scope, locale), data in entries.items():
            file = pim.store.media.get(data) if isinstance(data, str) else None
            if file:
                found[code, locale, scope] = (file.original_filename, file.content)
    return found


__all__ = ["AkeneoProductModelsSink"]
