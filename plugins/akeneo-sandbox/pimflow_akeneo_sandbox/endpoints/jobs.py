"""/jobs: import and export profiles launched; they come from the seed, as the API cannot make them."""

from starlette.responses import Response

from pimflow_akeneo_sandbox.answers import json_answer
from pimflow_akeneo_sandbox.endpoints.call import Call
from pimflow_akeneo_sandbox.errors import not_found, unprocessable

IMPORT_MODES = ("create_only", "update_only", "create_or_update")


def launch_export(call: Call) -> Response:
    """POST /jobs/export/{code}."""
    return _launched(call, "export")


def launch_import(call: Call) -> Response:
    """POST /jobs/import/{code}; the body may set `import_mode`."""
    mode = call.json().get("import_mode") if call.body.strip() else None
    if mode is not None and mode not in IMPORT_MODES:
        raise unprocessable(f'The import mode "{mode}" does not exist. There are: {", ".join(IMPORT_MODES)}.')
    return _launched(call, "import")


def _launched(call: Call, kind: str) -> Response:
    code = call.keys["code"]
    profile = call.store.get("jobs", code)
    if profile is None or profile["type"] != kind:
        raise not_found(f'{kind.capitalize()} job "{code}" does not exist.')
    executions = profile.get("executions", 0) + 1
    call.store.put("jobs", {**profile, "executions": executions})
    total = sum(one.get("executions", 0) for one in call.store.structure["jobs"])
    return json_answer({"execution_id": str(total)})
