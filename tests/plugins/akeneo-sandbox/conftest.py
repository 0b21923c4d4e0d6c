"""A small catalogue and a client that is logged in."""

import json

import httpx
import pytest

from pimflow_akeneo_sandbox.serve import serve

COLLECTION = "application/vnd.akeneo.collection+json"
SHOES = {
    "locales": [{"code": code} for code in ("en_US", "fr_FR", "de_DE")],
    "currencies": [{"code": "EUR"}, {"code": "USD"}],
    "measurement_families": [
        {
            "code": "Weight",
            "standard_unit_code": "GRAM",
            "units": {
                code: {
                    "code": code,
                    "labels": {},
                    "convert_from_standard": [{"operator": "mul", "value": factor}],
                    "symbol": code,
                }
                for code, factor in (("GRAM", "1"), ("KILOGRAM", "1000"))
            },
        }
    ],
    "attribute_groups": [{"code": "other"}],
    "attributes": [
        {"code": "sku", "type": "pim_catalog_identifier", "group": "other", "useable_as_grid_filter": True},
        {"code": "name", "type": "pim_catalog_text", "group": "other", "localizable": True},
        {"code": "note", "type": "pim_catalog_text", "group": "other"},
        {"code": "story", "type": "pim_catalog_textarea", "group": "other", "localizable": True, "scopable": True},
        {"code": "pairs", "type": "pim_catalog_number", "group": "other", "decimals_allowed": False},
        {"code": "rate", "type": "pim_catalog_number", "group": "other", "decimals_allowed": True},
        {
            "code": "weight",
            "type": "pim_catalog_metric",
            "group": "other",
            "metric_family": "Weight",
            "default_metric_unit": "GRAM",
            "decimals_allowed": True,
            "negative_allowed": False,
        },
        {"code": "price", "type": "pim_catalog_price_collection", "group": "other", "decimals_allowed": True},
        {"code": "laces", "type": "pim_catalog_boolean", "group": "other"},
        {"code": "since", "type": "pim_catalog_date", "group": "other"},
        {"code": "color", "type": "pim_catalog_simpleselect", "group": "other"},
        {"code": "size", "type": "pim_catalog_simpleselect", "group": "other"},
        {"code": "uses", "type": "pim_catalog_multiselect", "group": "other"},
        {"code": "photo", "type": "pim_catalog_image", "group": "other", "allowed_extensions": ["png"]},
        {"code": "ean", "type": "pim_catalog_text", "group": "other", "unique": True},
    ],
    "attribute_options": [
        {"attribute": attribute, "code": code, "labels": {"en_US": code}}
        for attribute, codes in {"color": ("red", "blue"), "size": ("s", "m"), "uses": ("run", "walk", "hike")}.items()
        for code in codes
    ],
    "categories": [
        {"code": "shop", "parent": None},
        {"code": "sport", "parent": "shop"},
        {"code": "trail", "parent": "sport"},
        {"code": "press", "parent": None},
    ],
    "channels": [
        {"code": "web", "category_tree": "shop", "currencies": ["EUR"], "locales": ["en_US", "fr_FR"]},
        {"code": "print", "category_tree": "press", "currencies": ["EUR", "USD"], "locales": ["en_US"]},
    ],
    "families": [
        {
            "code": "shoes",
            "attributes": [
                "sku", "name", "note", "story", "pairs", "rate", "weight", "price", "laces", "since", "color", "size",
                "uses", "photo", "ean",
            ],
            "attribute_requirements": {"web": ["name", "price"]},
        }
    ],
    "family_variants": [
        {
            "code": "by_color_size",
            "family": "shoes",
            "variant_attribute_sets": [
                {"level": 1, "axes": ["color"], "attributes": ["color", "photo"]},
                {"level": 2, "axes": ["size"], "attributes": ["size", "sku", "ean", "weight"]},
            ],
        }
    ],
    "association_types": [
        {"code": "SET"},
        {"code": "PAIR", "is_two_way": True},
        {"code": "KIT", "is_quantified": True},
    ],
    "groups": [{"code": "promo"}],
}  # fmt: skip


class Pim:
    """A logged-in client of one sandbox."""

    def __init__(self, sandbox, client):
        self.sandbox, self.client = sandbox, client

    def log_in(self, user="sandbox"):
        body = {"grant_type": "password", "username": user, "password": user}
        answer = self.client.post("/api/oauth/v1/token", json=body, auth=("sandbox", "sandbox")).json()
        self.client.headers["Authorization"] = f"Bearer {answer['access_token']}"
        return answer

    def get(self, path, **query):
        return self.client.get(f"/api/rest/v1/{path}", params=query)

    def post(self, path, body):
        return self.client.post(f"/api/rest/v1/{path}", json=body)

    def patch(self, path, body):
        return self.client.patch(f"/api/rest/v1/{path}", json=body)

    def delete(self, path):
        return self.client.delete(f"/api/rest/v1/{path}")

    def bulk(self, path, lines):
        content = "\n".join(json.dumps(line) for line in lines)
        return self.client.patch(f"/api/rest/v1/{path}", content=content, headers={"Content-Type": COLLECTION})

    def find(self, search, path="products", key="identifier", **query):
        answer = self.get(path, search=json.dumps(search), limit="100", **query)
        assert answer.status_code == 200, answer.text
        return [item[key] for item in answer.json()["_embedded"]["items"]]


def value(data, locale=None, scope=None):
    return [{"locale": locale, "scope": scope, "data": data}]


@pytest.fixture(scope="session")
def one():
    """A value of one entry."""
    return value


@pytest.fixture(scope="session")
def shoes():
    """A small catalogue of shoes without products."""
    return SHOES


@pytest.fixture(scope="module")
def running():
    with serve(SHOES) as sandbox, httpx.Client(base_url=sandbox.url) as client:
        yield Pim(sandbox, client)


@pytest.fixture
def shop(running):
    """A fresh PIM with the shoes catalogue."""
    running.sandbox.reset()
    running.log_in()
    return running


@pytest.fixture
def pim_of():
    """Log in to a sandbox that a test serves itself."""

    def log_in(sandbox, client):
        pim = Pim(sandbox, client)
        pim.log_in()
        return pim

    return log_in
