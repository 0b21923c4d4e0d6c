"""Drafts of the Enterprise edition: what somebody changes who may edit a product and does not own it."""

import httpx
import pytest

from pimflow_akeneo_sandbox.products.drafts import approve
from pimflow_akeneo_sandbox.serve import serve
from pimflow_akeneo_sandbox.settings import Settings

CATALOG = {
    "attributes": [
        {"code": "sku", "type": "pim_catalog_identifier", "group": "other"},
        {"code": "name", "type": "pim_catalog_text", "group": "other"},
    ],
    "attribute_groups": [{"code": "other"}],
    "categories": [{"code": code, "parent": None} for code in ("tools", "toys")],
}
SETTINGS = Settings(edition="ee", edit_only={"sandbox": ("tools",)})


@pytest.fixture
def pim():
    with serve(CATALOG, settings=SETTINGS) as served, httpx.Client(base_url=served.url, trust_env=False) as client:
        login = {"grant_type": "password", "username": "sandbox", "password": "sandbox"}
        token = client.post("/api/oauth/v1/token", json=login, auth=("sandbox", "sandbox")).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        client.base_url = f"{served.url}/api/rest/v1/"
        yield served, client


def named(name, **more):
    return {"values": {"name": [{"locale": None, "scope": None, "data": name}]}, **more}


def state(client):
    product = client.get("products/a").json()
    return product["values"]["name"][0]["data"], product["metadata"]["workflow_status"]


def test_a_change_becomes_a_draft_that_is_proposed_and_approved(pim):
    served, client = pim
    assert client.patch("products/a", json=named("old", categories=["tools"])).status_code == 201
    assert client.post("products/a/proposal", headers={"Content-Type": "application/json"}).status_code == 422
    assert client.patch("products/a", json=named("new")).status_code == 204
    assert state(client) == ("old", "draft_in_progress")
    assert client.get("products/a/draft").json()["values"]["name"][0]["data"] == "new"
    assert client.post("products/a/proposal", headers={"Content-Type": "application/json"}).status_code == 201
    assert state(client) == ("old", "proposal_waiting_for_approval")
    approve(served.store, served.store.product("a"), "sandbox")
    assert state(client) == ("new", "working_copy")
    assert client.get("products/a/draft").status_code == 404


def test_what_owners_alone_may_change_is_refused(pim):
    _, client = pim
    client.patch("products/a", json=named("old", categories=["tools"]))
    refused = client.patch("products/a", json={"categories": ["tools", "toys"]})
    assert (refused.status_code, "at least own this product" in refused.json()["message"]) == (403, True)


def test_one_owned_category_is_enough(pim):
    _, client = pim
    client.patch("products/a", json=named("old", categories=["tools", "toys"]))
    client.patch("products/a", json=named("new"))
    assert state(client) == ("new", "working_copy")
