"""What programs may do with their tokens."""

import re
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from pimflow.state import sign_ins
from pimflow.state.sign_ins import Token
from pimflow_serve.access.tokens import digest

from .conftest import is_in


@pytest.fixture
def token(served):
    def make(role, **lasting):
        ends = served.clock() + timedelta(**lasting) if lasting else None
        made = Token(f"program {role}", role, "Peter", served.clock(), None, ends)
        sign_ins.add_token(served.database, digest(f"secret of {role}"), made)
        return TestClient(served.app, headers={"Authorization": f"Bearer secret of {role}"})

    return make


def test_a_token_does_what_its_role_may_and_needs_no_form(token):
    assert token("viewer").get("/api/v1/people").status_code == 403
    program = token("administrator")
    assert program.get("/api/v1/me").json()["name"] == "token program administrator"
    assert program.post("/api/v1/tokens", json={"name": "other"}).status_code == 201


def test_a_token_ends_and_is_removed(token, served, signed_in):
    program = token("operator", days=2)
    assert is_in(program)
    assert sign_ins.all_tokens(served.database)[0].used is not None
    served.clock.passed += timedelta(days=3)
    assert not is_in(program)
    lasting = token("viewer")
    assert is_in(lasting)
    assert signed_in("administrator").delete("/api/v1/tokens/program viewer").status_code == 204
    assert not is_in(lasting)


def test_a_new_token_is_shown_once(signed_in):
    peter = signed_in("administrator")
    page = peter.post("/people/tokens/add", data={"name": "shop", "role": "viewer", "days": "30"}).text
    secret = re.search(r"pimflow_[\w-]{40,}", page)[0]
    assert secret not in peter.get("/people").text
    assert "shop" in peter.get("/people").text


def test_a_wrong_token_is_not_saved_by_a_session(signed_in):
    browser = signed_in()
    assert is_in(browser)
    browser.headers["Authorization"] = "Bearer nothing"
    assert not is_in(browser)
