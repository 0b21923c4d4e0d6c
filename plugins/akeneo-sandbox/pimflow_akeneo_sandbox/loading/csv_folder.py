"""A folder of Akeneo's own CSV import files as a catalogue: `;` between columns, UTF-8, cells with line breaks."""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pimflow_akeneo_sandbox.collection import Record
from pimflow_akeneo_sandbox.loading.csv_entities import ProductReader
from pimflow_akeneo_sandbox.loading.installed import measurement_families

FLAGS = frozenset(
    {
        "unique", "useable_as_grid_filter", "localizable", "scopable", "decimals_allowed", "negative_allowed",
        "wysiwyg_enabled", "auto_option_sorting", "is_two_way", "is_quantified", "default_value",
    }
)  # fmt: skip
LISTS = frozenset({"allowed_extensions", "available_locales", "locales", "currencies", "attributes"})
NUMBERS = frozenset({"sort_order", "max_characters", "minimum_input_length"})
KEPT_AS_FALSE = frozenset(
    {"unique", "useable_as_grid_filter", "localizable", "scopable", "is_two_way", "is_quantified"}
)


def rows(path: Path) -> Iterator[dict[str, str]]:
    """Return the rows of a file, none when it is not there. Raises ValueError for a file that is no UTF-8."""
    if not path.is_file():
        return
    csv.field_size_limit(10_000_000)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from csv.DictReader(file, delimiter=";")
    except UnicodeDecodeError as problem:
        raise ValueError(f"{path} is not UTF-8: {problem}.") from problem


def split(cell: str | None) -> list[str]:
    """Return the members of a list cell."""
    return [member.strip() for member in (cell or "").split(",") if member.strip()]


def structure_record(row: dict[str, str]) -> Record:
    """Return a row of a structure file: labels gathered, flags, numbers and lists read, empty cells left out."""
    record: Record = {"labels": {}}
    for name, cell in row.items():
        if name.startswith("label-"):
            if cell:
                record["labels"][name.removeprefix("label-")] = cell
        elif name in LISTS:
            record[name] = split(cell)
        elif name in FLAGS:
            record[name] = cell == "1" if cell or name in KEPT_AS_FALSE else None
        elif cell:
            record[name] = int(cell) if name in NUMBERS else cell
    return record


def _channel(row: dict[str, str]) -> Record:
    record = structure_record(row)
    record["category_tree"] = record.pop("tree", None)
    units = (pair.split(":", 1) for pair in split(row.get("conversion_units")) if ":" in pair)
    return {**record, "conversion_units": {code.strip(): unit.strip() for code, unit in units}}


def _family(row: dict[str, str]) -> Record:
    record = structure_record({name: cell for name, cell in row.items() if not name.startswith("requirements-")})
    required = {
        name.removeprefix("requirements-"): split(cell)
        for name, cell in row.items()
        if name.startswith("requirements-")
    }
    return {**record, "attribute_requirements": required}


def _family_variant(row: dict[str, str]) -> Record:
    record = structure_record({name: cell for name, cell in row.items() if not name.startswith("variant-")})
    sets = [
        {"level": level, "axes": axes, "attributes": split(row.get(f"variant-attributes_{level}"))}
        for level in (1, 2)
        if (axes := split(row.get(f"variant-axes_{level}")))
    ]
    return {**record, "variant_attribute_sets": sets}


def _locale(row: dict[str, str]) -> Record:
    return {"code": row["code"], "enabled": False}


def _currency(row: dict[str, str]) -> Record:
    return {"code": row["code"], "enabled": row.get("activated") == "1"}


FILES: dict[str, Callable[[dict[str, str]], Record]] = {
    "locales": _locale,
    "currencies": _currency,
    "attribute_groups": structure_record,
    "attributes": structure_record,
    "attribute_options": structure_record,
    "categories": structure_record,
    "channels": _channel,
    "families": _family,
    "family_variants": _family_variant,
    "association_types": structure_record,
    "group_types": structure_record,
    "groups": structure_record,
}


def read_folder(folder: Path) -> dict[str, Any]:
    """Return the catalogue of the folder, products and models included. Raises ValueError naming file and column."""
    found: dict[str, Any] = {kind: [read(row) for row in rows(folder / f"{kind}.csv")] for kind, read in FILES.items()}
    if not found["attributes"]:
        raise ValueError(f"{folder} is no catalogue: there is no attributes.csv in it, or it is empty.")
    found["measurement_families"] = measurement_families()
    reader = ProductReader(folder, found)
    models = [reader.model(row) for row in rows(folder / "product_models.csv")]
    found["product_models"] = sorted(models, key=lambda model: model["parent"] is not None)
    found["products"] = [reader.product(row) for row in rows(folder / "products.csv")]
    found["media_files"] = reader.media
    return found
