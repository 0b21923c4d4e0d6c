"""/measurement-families: plain lists, one JSON array in and out; /measure-families: the older form in pages."""

from typing import Any

import orjson
from starlette.responses import Response

from pimflow_akeneo_sandbox.answers import json_answer
from pimflow_akeneo_sandbox.collection import Record
from pimflow_akeneo_sandbox.endpoints.call import Call
from pimflow_akeneo_sandbox.errors import RefusedError, bad_json, not_found
from pimflow_akeneo_sandbox.search.paging import Listing, check_paging, offset_page
from pimflow_akeneo_sandbox.store import Store
from pimflow_akeneo_sandbox.structure.measurement_check import business_faults, form_faults

BAD_LIST = "The list of measurement families has an invalid format."
BAD_FORM = "The measurement family has an invalid format."
BAD_RULES = "The measurement family has data that does not comply with the business rules."


def list_families(call: Call) -> Response:
    """GET /measurement-families."""
    return json_answer(call.store.structure["measurement_families"].in_order())


def list_measure_families(call: Call) -> Response:
    """GET /measure-families."""
    query = {"page": "1", "limit": "10", "with_count": "false", **call.query}
    kind = query.get("pagination_type", "page")
    check_paging(kind, query["limit"], query["page"], query["with_count"], search_after=False)
    records = call.store.structure["measurement_families"].in_order()
    start = (int(query["page"]) - 1) * int(query["limit"])
    items = [_measure_family(record) for record in records[start : start + int(query["limit"])]]
    count = len(records) if query["with_count"] == "true" else None
    return json_answer(offset_page(Listing(call.url("measure-families")), query, items, count))


def get_measure_family(call: Call) -> Response:
    """GET /measure-families/{code}."""
    record = call.store.get("measurement_families", call.keys["code"])
    if record is None:
        raise not_found(f'Measure family with code "{call.keys["code"]}" does not exist.')
    return json_answer(_measure_family(record))


def _measure_family(record: Record) -> Record:
    """Return the older form: units as a list, operations by name."""
    units = [
        {
            "code": unit["code"],
            "convert": {step["operator"]: step["value"] for step in unit["convert_from_standard"]},
            "symbol": unit["symbol"],
        }
        for unit in record["units"].values()
    ]
    return {"code": record["code"], "standard": record["standard_unit_code"], "units": units}


def patch_families(call: Call) -> Response:
    """PATCH /measurement-families."""
    try:
        given = orjson.loads(call.body)
    except orjson.JSONDecodeError:
        raise bad_json() from None
    if not isinstance(given, list):
        kind = "object" if isinstance(given, dict) else "string" if isinstance(given, str) else "integer"
        error = {"property": "", "message": f"The data ({kind}) must match the type: array"}
        raise RefusedError(400, BAD_LIST, {"errors": [error]})
    if len(given) > 100:
        raise RefusedError(413, "Too many resources to process, 100 is the maximum allowed.")
    return json_answer([_patched(call.store, one) for one in given])


def _patched(store: Store, given: Any) -> Record:
    data = given if isinstance(given, dict) else {}
    code = data.get("code")
    old = store.get("measurement_families", code)
    answer = {"code": code if isinstance(code, str) else ""}
    faults = form_faults(data, is_new=old is None)
    if faults:
        return {**answer, "status_code": 422, "message": BAD_FORM, "errors": faults}
    record = _merged(old, data)
    faults = business_faults(store, record, old)
    if faults:
        return {**answer, "status_code": 422, "message": BAD_RULES, "errors": faults}
    store.put("measurement_families", record)
    return {**answer, "status_code": 204 if old else 201}


def _merged(old: Record | None, data: Record) -> Record:
    units = dict(old["units"]) if old else {}
    for code, unit in data.get("units", {}).items():
        known = units.get(code, {"code": code, "labels": {}, "convert_from_standard": [], "symbol": ""})
        units[code] = {**known, **unit, "labels": _labels(known["labels"], unit.get("labels", {}))}
    return {
        "code": old["code"] if old else data["code"],
        "labels": _labels(old["labels"] if old else {}, data.get("labels", {})),
        "standard_unit_code": data.get("standard_unit_code", old["standard_unit_code"] if old else None),
        "units": units,
    }


def _labels(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    return {locale: text for locale, text in {**old, **new}.items() if text not in (None, "")}
