"""Checks of files against their attribute: size and extension."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from pimflow_akeneo_sandbox.collection import Record
from pimflow_akeneo_sandbox.media import MediaFile
from pimflow_akeneo_sandbox.store import Store

MEGABYTE, KILOBYTE = 1_000_000, 1_000
# a limit that is no whole number of megabytes is turned into kilobytes by 1,024, and these into bytes by 1,000
KILOBYTES_A_MEGABYTE = 1024
UNITS = ((MEGABYTE, "MB"), (KILOBYTE, "kB"), (1, "bytes"))
TYPES = {"jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "gif": "image/gif"}


def file_faults(store: Store, attribute: Record, data: Any) -> Iterator[str]:
    """Return what is wrong with the file of this code; a file that is gone is no fault."""
    media = store.media.get(data)
    if media:
        yield from _size_faults(attribute, media)
        yield from _extension_faults(attribute, media)
        yield from _type_faults(attribute, media)


def _size_faults(attribute: Record, media: MediaFile) -> Iterator[str]:
    limit, size = _limit(Decimal(str(attribute.get("max_file_size") or 0))), len(media.content)
    if limit and size > limit:
        shown, most, unit = _in_unit(size, limit)
        yield (
            f"The file {media.original_filename} is too large ({shown} {unit}). "
            f"The {attribute['code']} attribute can not exceed {most} {unit}."
        )


def _limit(megabytes: Decimal) -> int:
    if megabytes == int(megabytes):
        return int(megabytes) * MEGABYTE
    return int(megabytes * KILOBYTES_A_MEGABYTE) * KILOBYTE


def _in_unit(size: int, limit: int) -> tuple[str, str, str]:
    """Return size and limit in the largest unit in which the limit has two decimals at most and both differ."""
    in_units = ((round(Decimal(size) / factor, 2), Decimal(limit) / factor, unit) for factor, unit in UNITS)
    shown, most, unit = next(one for one in in_units if one[1] == round(one[1], 2) and one[0] != one[1])
    return f"{shown.normalize():f}", f"{most.normalize():f}", unit


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
