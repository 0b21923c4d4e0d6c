"""What a freshly installed PIM brings: locales, currencies, measurement families, the group for everything else."""

from importlib.resources import files
from typing import Any

import orjson

from pimflow_akeneo_sandbox.collection import Record


def _data() -> dict[str, Any]:
    return dict(orjson.loads(files("pimflow_akeneo_sandbox.loading").joinpath("installed.json").read_bytes()))


def measurement_families() -> list[Record]:
    """Return the measurement families of the PIM, labels in English."""
    return [
        {
            "code": code,
            "labels": {"en_US": family["label"]},
            "standard_unit_code": family["standard"],
            "units": {
                unit: {
                    "code": unit,
                    "labels": {"en_US": label},
                    "convert_from_standard": [{"operator": step, "value": value} for step, value in steps],
                    "symbol": symbol,
                }
                for unit, (symbol, label, steps) in family["units"].items()
            },
        }
        for code, family in _data()["measurement_families"].items()
    ]


def installed_catalog() -> dict[str, list[Record]]:
    """Return a PIM without any catalogue of its own: what its API cannot create is there."""
    data = _data()
    return {
        "locales": [{"code": code, "enabled": False} for code in data["locales"]],
        "currencies": [{"code": code, "enabled": code in {"EUR", "USD"}} for code in data["currencies"]],
        "measurement_families": measurement_families(),
        "attribute_groups": [{"code": "other", "sort_order": 100, "labels": {"en_US": "Other"}}],
        "group_types": [{"code": "RELATED"}],
    }
