"""What was recorded of real servers, 18.0 and 19.0, and the calls that pimflow would make of it."""

import json

from pimflow_odoo.transports import Call

SIGNATURES = {
    "search": ["domain"],
    "search_count": ["domain"],
    "search_read": ["domain"],
    "web_search_read": [],
    "create": ["vals_list"],
    "write": ["ids", "vals"],
    "read": ["ids", "fields"],
    "has_access": ["ids", "operation"],
    "check_access_rights": ["operation"],
    "update_field_translations": ["ids", "field_name", "translations"],
    "action_archive": ["ids"],
}
"""How the recorded calls name what they give without a name; others, which pimflow never makes, are left out."""


def exchanges(shared, name):
    return json.loads((shared / "captures" / "odoo" / f"{name}.json").read_text("utf-8"))["exchanges"]


def facts(shared, name):
    return json.loads((shared / "captures" / "odoo" / f"{name}.json").read_text("utf-8"))["facts"]


def params(one):
    body = one["request"].get("json")
    return body.get("params") or {} if isinstance(body, dict) else {}


def is_call(one):
    return params(one).get("method") == "execute_kw" and set(params(one)["args"][4:5]) & set(SIGNATURES)


def call_of(one):
    """Give the call that pimflow would make of a recorded one."""
    *_, model, method, positional = params(one)["args"][:6]
    named = dict(params(one)["args"][6]) if len(params(one)["args"]) > 6 else {}
    context = named.pop("context", {})
    named |= dict(zip(SIGNATURES[method], positional, strict=False))
    ids = named.pop("ids", None)
    return Call(model, method, named, ids, context)
