"""The list of routes and the system information."""

from starlette.responses import Response

from pimflow_akeneo_sandbox.answers import json_answer
from pimflow_akeneo_sandbox.endpoints.call import Call

VERSION, SAAS_VERSION = "7.0.0", "20260801000000"
EDITIONS = {"ce": "CE", "ge": "GE", "ee": "EE", "serenity": "Serenity"}
OWN_NAMES = {
    ("measurement-families", "GET"): "pim_api_measurement_family_get",
    ("measurement-families", "PATCH"): "pim_api_measurement_family_create_or_update",
    ("system-information", "GET"): "pim_analytics_external_api_system_info_get",
}
OWNERS = {"attributes": "attributeCode", "families": "familyCode"}
NAMES = {"GET": "get", "POST": "create", "PATCH": "partial_update", "DELETE": "delete"}


def get_root(call: Call) -> Response:
    """GET /api/rest/v1: what there is; no token needed."""
    body: dict[str, object] = {"host": call.base_url, "authentication": {}, "routes": {}}
    routes: dict[str, dict[str, object]] = {}
    for route in call.request.app.routes:
        if not route.path.startswith("/api/rest/v1/"):
            continue
        path = _shown(route.path)
        for method in sorted(route.methods - {"HEAD"}):
            routes[_name(path, method)] = {"route": path, "methods": [method]}
    token = {"route": "/api/oauth/v1/token", "methods": ["POST"]}
    return json_answer({**body, "authentication": {"fos_oauth_server_token": token}, "routes": routes})


def _shown(path: str) -> str:
    kind = path.removeprefix("/api/rest/v1/").partition("/")[0]
    return path.replace(":path", "").replace("{owner}", f"{{{OWNERS.get(kind, 'owner')}}}")


def _name(path: str, method: str) -> str:
    own = OWN_NAMES.get((path.removeprefix("/api/rest/v1/"), method))
    if own:
        return own
    parts = [part for part in path.removeprefix("/api/rest/v1/").split("/") if not part.startswith("{")]
    singular = {"families": "family", "categories": "category", "currencies": "currency"}
    nouns = [
        singular.get(part, part.removesuffix("s") if part != "products-uuid" else "product_uuid") for part in parts
    ]
    is_list = not path.endswith("}") and parts[-1] not in {"download", "system-information", "search"}
    action = "list" if is_list and method == "GET" else NAMES[method]
    if is_list and method == "PATCH":
        action = "partial_update_list"
    return "_".join(["pim_api", *(noun.replace("-", "_") for noun in nouns), action])


def get_system_information(call: Call) -> Response:
    """GET /system-information."""
    settings = call.sandbox.settings
    version = SAAS_VERSION if settings.has_saas_features else VERSION
    return json_answer({"version": version, "edition": EDITIONS[settings.edition]})
