"""The PIM of this sample, for the scripts that play the product manager."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

PRODUCTS = "/api/rest/v1/products-uuid"


@contextmanager
def pim() -> Iterator[httpx.Client]:
    """Log in with the values of sandbox.env."""
    who = {"username": os.environ["AKENEO_USERNAME"], "password": os.environ["AKENEO_PASSWORD"]}
    key = os.environ["AKENEO_CLIENT_ID"], os.environ["AKENEO_SECRET"]
    with httpx.Client(base_url=os.environ["AKENEO_URL"], trust_env=False) as client:
        answer = client.post("/api/oauth/v1/token", json={"grant_type": "password", **who}, auth=key)
        client.headers["Authorization"] = f"Bearer {answer.raise_for_status().json()['access_token']}"
        yield client


def products(client: httpx.Client) -> Iterator[dict[str, Any]]:
    """Give the products, at most a hundred."""
    yield from client.get(PRODUCTS, params={"limit": 100}).raise_for_status().json()["_embedded"]["items"]
