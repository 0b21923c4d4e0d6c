"""The JSON API does what the pages do, for whoever may do it there, and says how."""

import re
from typing import get_type_hints

from pimflow_serve import api, pages
from pimflow_serve.views.api_calls import api_calls

OF_BROWSERS = {"/login", "/logout", "/welcome", "/password", "/settings/theme"}
"""What programs have no use for: they come with a token, and see no colours."""
SAME = {
    "/connections/check": "POST /api/v1/connections/check",
    "/connections/fit": "POST /api/v1/fits/{pipeline}",
    "/corrections/remove": "DELETE /api/v1/corrections",
    "/people/add": "POST /api/v1/people",
    "/people/change": "PATCH /api/v1/people/{name}",
    "/people/remove": "DELETE /api/v1/people/{name}",
    "/people/tokens/add": "POST /api/v1/tokens",
    "/people/tokens/remove": "DELETE /api/v1/tokens/{name}",
    "/pipelines/{name}/pause": "POST /api/v1/pipelines/{pipeline}/pause",
    "/pipelines/{name}/preview/{number}/apply": "POST /api/v1/previews/{number}/apply",
    "/pipelines/{name}/resume": "POST /api/v1/pipelines/{pipeline}/resume",
    "/pipelines/{name}/run": "POST /api/v1/pipelines/{pipeline}/runs",
    "/pipelines/{name}/stop": "POST /api/v1/requests/{number}/stop",
    "/problems/show-again": "DELETE /api/v1/problems/{pipeline}/dismissals",
    "/problems/{pipeline}/{cause}/answer": "PUT /api/v1/problems/{pipeline}/{cause}/answer",
    "/problems/{pipeline}/{cause}/ask": "POST /api/v1/problems/{pipeline}/{cause}/inquiry",
    "/problems/{pipeline}/{cause}/correct": "POST /api/v1/corrections",
    "/problems/{pipeline}/{cause}/dismiss": "POST /api/v1/problems/{pipeline}/{cause}/dismiss",
    "/problems/{pipeline}/{cause}/forget": "DELETE /api/v1/problems/{pipeline}/{cause}/answer",
    "/problems/{pipeline}/{cause}/retry": "POST /api/v1/problems/{pipeline}/{cause}/retry",
    "/products/correct": "POST /api/v1/corrections",
    "/runs/{run_id}/allow": "POST /api/v1/pipelines/{pipeline}/runs",
    "/runs/{run_id}/again": "POST /api/v1/requests/{number}/again",
    "/runs/{run_id}/stop": "POST /api/v1/requests/{number}/stop",
    "/settings/alert": "POST /api/v1/pipelines/{name}/test-alert",
    "/settings/language": "PATCH /api/v1/me",
}


def calls(routers):
    return {
        f"{method} {route.path}": route for router in routers for route in router.routes for method in route.methods
    }


def role(route):
    """Who may: what stands behind the annotation of the person who asks."""
    hints = get_type_hints(route.endpoint, include_extras=True)
    (who,) = (one for one in hints.values() if hasattr(one, "__metadata__") and hasattr(one.__metadata__[0], "scopes"))
    return who.__metadata__[0].scopes


def test_whatever_a_page_does_a_call_does_for_the_same_people():
    offered = calls(api.ROUTERS)
    for name, route in calls(pages.ROUTERS).items():
        method, _, path = name.partition(" ")
        if method != "GET" and path not in OF_BROWSERS:
            assert path in SAME, f"{path} is in no call of the API"
            assert role(offered[SAME[path]]) == role(route), path


def test_the_description_tells_of_each_call_what_it_does_and_how_it_refuses(signed_in):
    description = signed_in("viewer").get("/api/openapi.json").json()
    for path, methods in description["paths"].items():
        for method, call in methods.items():
            assert re.match(r"[A-Z][a-z]+\b", call["summary"]), (method, path)
            assert not call["summary"].istitle(), (method, path)
            assert set(call["responses"]) - {"200", "201", "202", "204"} == {"default"}, (method, path)
    assert "HTTPValidationError" not in description["components"]["schemas"]
    shown = [call for group in api_calls(description).values() for call in group]
    assert all(call.title and (call.role or call.path.startswith("/hooks/")) for call in shown)


def test_a_list_of_problems_comes_as_a_table_and_a_log_as_a_file(served, signed_in):
    served.write("CUP;mugs;cups;Cup;=1+1;1")
    run = served.run().run.id
    viewer = signed_in("viewer")
    assert viewer.get(f"/api/v1/runs/{run}/log.jsonl").text == viewer.get(f"/runs/{run}/log").text
    answer = viewer.get("/api/v1/problems/products/export.csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="products-problems.csv"'
    assert "'=1+1" in answer.text
    assert answer.text == viewer.get("/problems/products/export.csv").text
    assert viewer.get("/api/v1/problems/products/export.exe").status_code == 404
    (cause,) = viewer.get("/api/v1/problems").json()[0]["causes"]
    assert viewer.get(f"/api/v1/problems/products/{cause['id']}").json()["id"] == cause["id"]
