"""The Odoo in memory that the other tests use, held against what was recorded of a real one."""

import itertools

from .conftest import fill
from .odoo_database import Erp
from .odoo_recorded import call_of, exchanges, is_call
from .odoo_records import RefusalError


def test_our_own_server_answers_as_the_recorded_one_did(shared):
    """Hold the server of the other tests against what was recorded of texts and of refusals."""
    erp = Erp()
    erp._ids.update({"product.template": itertools.count(40), "product.product": itertools.count(51)})
    recorded = [one for one in exchanges(shared, "translations")[5:25] if is_call(one)]
    assert len(recorded) > 10
    for one in recorded:
        wanted = _without_stamps(one["response"]["json"])
        assert _without_stamps(_asked(erp, call_of(one))) == wanted, one["note"]


REFUSED = ("unknown field in create", "unknown field in fields", "unknown field in the domain", "unknown model")
MORE_REFUSED = ("missing required name", "bad selection value", "text for a float", "write an id that does not exist")


def test_our_own_server_refuses_what_the_recorded_one_refused(shared):
    found = {one.get("note"): one for one in exchanges(shared, "errors")}
    for note in (*REFUSED, *MORE_REFUSED, "empty name", "duplicate SKU: allowed", "read an id that does not exist"):
        told = _asked(fill(Erp()), call_of(found[note]))
        recorded = found[note]["response"]["json"]
        assert told.get("error") == recorded.get("error", {}).get("data", {}).get("name"), note


def _asked(erp, call):
    ids = list(call.ids) if call.ids is not None else None
    try:
        return {"result": erp.execute(2, call.model, call.method, ids, {**call.named, "context": dict(call.context)})}
    except RefusalError as error:
        return {"error": error.name}


def _without_stamps(told):
    if "error" in told:
        error = told["error"]
        return error if isinstance(error, str) else error["data"]["name"]
    rows = told["result"]
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        return rows
    return [{name: row[name] for name in row if name != "write_date"} for row in rows]
