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
from pimflow_akeneo_sandbox.structure.measurement_check import business_faults, index_faults
from pimflow_akeneo_sandbox.structure.measurement_form import common_faults, form_faults, type_name

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
    if given is None:
        raise bad_json()
    if not isinstance(given, list):
        error = {"property": "", "message": f"The data ({type_name(given)}) must match the type: array"}
        raise RefusedError(400, BAD_LIST, {"errors": [error]})
    wrong = [
        {"property": f"[{at}]", "message": f"The data ({type_name(one)}) must match the type: object"}
        for at, one in enumerate(given)
        if type_name(one) != "object"
    ]
    if wrong:
        raise RefusedError(400, BAD_LIST, {"errors": wrong})
    if len(given) > 100:
        raise RefusedError(413, "Too many resources to process, 100 is the maximum allowed.")
    return json_answer([_patched(call.store, one) for one in given])


def _patched(store: Store, given: Any) -> Record:
    faults = common_faults(given)
    code = given.get("code", "")
    if faults:
        return _refused(code, BAD_FORM, faults)
    old = store.get("measurement_families", code)
    data = _over(_without_links(old), given) if old else given
    faults = form_faults(data)
    if faults:
        return _refused(code, BAD_FORM, faults)
    faults = index_faults(data) or business_faults(store, _whole(data), old)
    if faults:
        return _refused(code, BAD_RULES, faults)
    store.put("measurement_families", _without_empty_labels(_whole(data)))
    return {"code": data["code"], "status_code": 204 if old else 201}


def _refused(code: Any, message: str, faults: list[Record]) -> Record:
    return {"code": code, "status_code": 422, "message": message, "errors": faults}


def _without_links(record: Record) -> Record:
    return {name: value for name, value in record.items() if name != "_links"}


def _over(old: Any, new: Any) -> Any:
    """Return what PHP makes of one array put over another: objects key by key, lists place by place."""
    if isinstance(old, dict) and isinstance(new, dict):
        return {**old, **{key: _over(old[key], value) if key in old else value for key, value in new.items()}}
    if isinstance(old, list) and isinstance(new, list):
        return [*(_over(*pair) for pair in zip(old, new, strict=False)), *old[len(new) :], *new[len(old) :]]
    if isinstance(old, dict) and new == []:
        return old
    return new


def _whole(data: Record) -> Record:
    """Return the family with all that may be left out."""
    units = {
        key: {
            "code": unit["code"],
            "labels": dict(unit.get("labels") or {}),
            "convert_from_standard": unit["convert_from_standard"],
            "symbol": unit.get("symbol", ""),
        }
        for key, unit in data["units"].items()
    }
    return {
        "code": data["code"],
        "labels": dict(data.get("labels") or {}),
        "standard_unit_code": data["standard_unit_code"],
        "units": units,
    }


def _without_empty_labels(record: Record) -> Record:
    units = {key: {**unit, "labels": _labels(unit["labels"])} for key, unit in record["units"].items()}
    return {**record, "labels": _labels(record["labels"]), "units": units}


def _labels(labels: dict[str, str]) -> dict[str, str]:
    return {locale: text for locale, text in labels.items() if text}
