"""The pictures of the documentation: each page has its own, in light and dark, on a desktop and on a telephone."""

import re
from itertools import product
from pathlib import Path

from starlette.routing import BaseRoute, Match

from pimflow_serve import pages

from .test_serve_browser_pages import PAGES

DOCS = Path(__file__).parents[4] / "docs"
FILES = {
    "/api/openapi.json",
    "/problems/{pipeline}/export.{kind}",
    "/runs/{run_id}/log",
}
"""What is given as a file."""
OTHERS = {
    "/plugin/{path}": "what a plugin shows is the plugin's own",
    "/welcome": "looks as the page of signing in, and is there before anybody may sign in",
}


SCREENS, SCHEMES = ("desktop", "phone"), ("light", "dark")


def drawn() -> set[str]:
    return {f"{name}-{screen}-{scheme}.png" for name, screen, scheme in product(PAGES, SCREENS, SCHEMES)}


def test_every_page_is_drawn():
    routes = [route for router in pages.ROUTERS for route in router.routes if "GET" in route.methods]
    shown = {route.path for url in PAGES.values() for route in routes if leads_to(url, route)}
    there = {route.path for route in routes}
    assert there - shown == FILES | set(OTHERS)


def leads_to(url: str, route: BaseRoute) -> bool:
    path = url.format(run="R-1", cause="/problems/products/abc").partition("?")[0]
    return route.matches({"type": "http", "method": "GET", "path": path})[0] is Match.FULL


def test_every_picture_is_there_and_used():
    texts = "\n".join(page.read_text("utf-8") for page in DOCS.rglob("*.md"))
    used = set(re.findall(r"images/serve/([\w.-]+\.png)", texts))
    there = {file.name for file in (DOCS / "images" / "serve").iterdir()}
    assert there == used
    assert drawn() <= there


def test_pictures_are_small():
    sizes = [file.stat().st_size for file in (DOCS / "images" / "serve").iterdir()]
    assert max(sizes) < 120_000
    assert sum(sizes) < 3_000_000
