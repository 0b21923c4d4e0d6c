"""Checks of files against their attribute: size and extension."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from pimflow_akeneo_sandbox.collection import Record
from pimflow_akeneo_sandbox.media import MediaFile
from pimflow_akeneo_sandbox.store import Store

MEGABYTE = 1_000_000
TYPES = {"jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "gif": "image/gif"}


def file_faults(store: Store, attribute: Record, data: Any) -> Iterator[str]:
    """Return what is wrong with the file of this code; a file that is gone is no fault."""
    media = store.media.get(data)
    if media:
        yield from _size_faults(attribute, media)
        yield from _extension_faults(attribute, media)
        yield from _type_faults(attribute, media)


def _size_faults(attribute: Record, media: MediaFile) -> Iterator[str]:
    limit = Decimal(str(attribute.get("max_file_size") or 0))
    size = Decimal(len(media.content)) / MEGABYTE
    if limit and size > limit:
        yield (
            f"The file {media.original_filename} is too large ({round(size, 2)} MB). "
            f"The {attribute['code']} attribute can not exceed {limit.normalize():f} MB."
        )


def _extension_faults(attribute: Record, media: MediaFile) -> Iterator[str]:
    allowed = attribute.get("allowed_extensions") or []
    if allowed and media.extension.lower() not in allowed:
        yield (
            f"The {media.extension.lower()} file extension is not allowed for the {attribute['code']} attribute. "
            f"Allowed extensions are {', '.join(allowed)}."
        )


def _type_faults(attribute: Record, media: MediaFile) -> Iterator[str]:
    extension = media.extension.lower()
    expected = TYPES.get(extension)
    if attribute.get("allowed_extensions") and expected and media.content and media.mime_type != expected:
        yield (f"The MIME type is not allowed for {extension} (allowed types: {expected}, found {media.mime_type}).")
