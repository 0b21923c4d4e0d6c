"""Each page in Chromium: light and dark, on a desktop and on a phone, and with the eyes of axe-core."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pimflow.running.run import state_file
from pimflow.state import requests
from pimflow.state.database import open_database
from pimflow.state.requests import Wish
from pimflow_akeneo_sandbox.serve import Served

from .conftest import Site, pipeline_text, served_site, sign_in

SCHEDULE = 'schedule: {changes: every 15 minutes, everything: "0 3 * * 0", time_zone: Europe/Paris}\n'
STRUCTURE = """\
version: 1
connections:
  pim: {{type: akeneo, url: "{url}", client_id: sandbox, secret: sandbox, username: sandbox, password: sandbox}}
flows:
  categories:
    source: {{type: files.csv, path: ../categories.csv}}
    transforms:
      - map: {{code: code, parent: parent, label-en_US: name}}
    sink: {{type: akeneo.categories, connection: pim}}
  colours:
    source: {{type: files.csv, path: ../colours.csv}}
    transforms:
      - map: {{attribute: attribute, code: code, label-en_US: name}}
    sink: {{type: akeneo.attribute_options, connection: pim}}
"""
ANSWERS = """\
flow;column;value;answer;becomes;given;by
products;colour;BURGUNDY;use;red;2026-11-20T09:12:00+00:00;Julia
products;colour;n/a;ignore;;2026-11-18T14:40:00+00:00;Julia
"""
PAGES = {
    "sign-in": "/login",
    "overview": "/",
    "pipeline": "/pipelines/products",
    "preview": "/pipelines/products/preview/1",
    "run": "/runs/{run}",
    "problems": "/problems",
    "cause": "{cause}",
    "product": "/products?sku=CUP-0007&column=colour",
    "corrections": "/corrections",
    "connections": "/connections",
    "plugins": "/plugins",
    "settings": "/settings",
    "people": "/people",
    "log": "/log",
    "password": "/password",
    "api": "/api/docs",
    "not-there": "/pipelines/nothing",
}
DESKTOP, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
SERIOUS = ("serious", "critical")


def rows(number: int, *, bad: bool = False) -> list[str]:
    """Make rows of cups; of the bad ones some have colours and weights that the PIM does not take."""
    colours = ["BORD", "red", "blue", "red", "petrol", "red", "blue"] if bad else ["red", "blue"]
    weights = [f"0.{one % 9 + 1}" for one in range(number)]
    if bad:
        weights[3::61] = ["heavy"] * len(weights[3::61])
    names = ["Espresso cup", "Tea mug", "Latte glass", "Milk jug", "Sugar bowl", "Cake plate", "Tea pot", "Saucer"]
    return [
        f"CUP-{one:04};mugs;cups;{names[one % len(names)]} {one};{colours[one % len(colours)]};{weights[one]}"
        for one in range(number)
    ]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory, pim: Served, pytestconfig: pytest.Config) -> Iterator[Site]:
    """A project with three pipelines and a past, one of them with a mistake in its file."""
    pim.reset()
    drawn = pytestconfig.getoption("screenshots", default=None) is not None
    files = {
        "pimflow.yaml": "version: 1\nnotify:\n  - {type: notify.message, to: ['json://127.0.0.1:1/alerts']}\n",
        "pipelines/products.yaml": pipeline_text(pim.url, schedule=SCHEDULE),
        "pipelines/structure.yaml": STRUCTURE.format(url=pim.url),
        "pipelines/suppliers.yaml": pipeline_text(pim.url).replace("sink:", "sinks:"),
        "answers/products.csv": ANSWERS,
        "categories.csv": "code;parent;name\ntea;master;Tea\ncoffee;master;Coffee\n",
        "colours.csv": "attribute;code;name\ncolour;green;Green\n",
    }

    def prepare(site: Site) -> None:
        site.pimflow("run", "pipelines/structure.yaml")
        for number in (60, 60, 75, 80, 80, 95, 96, 120) if drawn else (80, 120):
            site.write(*rows(number))
            site.pimflow("run", "pipelines/products.yaml")
        site.write(*rows(160, bad=True))
        site.pimflow("run", "pipelines/products.yaml")
        latest = site.pimflow("runs", "--pipeline", "products", "--limit", "1").split()[0]
        (site.folder / "latest-run").write_text(latest, "utf-8")
        if drawn:
            site.pimflow("corrections", "set", "CUP-0004", "weight", "0.4", "--pipeline", "pipelines/products.yaml")
        site.write(*rows(175, bad=True), "CUP-0001;mugs;cups;Cup, large;red;0.4")
        with closing(open_database(state_file(site.folder))) as database:
            requests.add(database, Wish("products", "preview", "Peter"), datetime.now(UTC))

    with served_site(tmp_path_factory.mktemp("shown"), pim, files, prepare) as site:
        yield site


def stumbling_blocks(page: Any, axe: str) -> list[str]:
    """Tell what of a page is a serious hindrance to somebody."""
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    page.evaluate(axe)
    result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['help']}: {one['nodes'][0]['html'][:160]} ({len(one['nodes'])} times)"
        for one in result["violations"]
        if one["impact"] in SERIOUS
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", ["desktop", "phone"])
def test_every_page_fits_its_screen_and_nobody_stumbles_over_it(
    shown: Site,
    tab: Callable[..., Any],
    axe: str,
    screen: str,
    scheme: str,
    draw: Callable[[Any, str], None],
    pytestconfig: pytest.Config,
) -> None:
    if (screen, scheme) == ("phone", "light") and pytestconfig.getoption("screenshots", default=None) is None:
        pytest.skip("light on a telephone is only drawn: the dark one fits as well as it does")
    page = tab(viewport=PHONE if screen == "phone" else DESKTOP, color_scheme=scheme)
    run = (shown.folder / "latest-run").read_text("utf-8")
    found = []
    for name, path in PAGES.items():
        if path == "/":
            sign_in(page, shown, "Peter")
        cause = page.locator(".cause a").first.get_attribute("href") if name == "cause" else ""
        page.goto(f"{shown.url}{path.format(run=run, cause=cause)}")
        if name == "preview":
            page.get_by_role("button", name="Carry it out").wait_for()
        draw(page, f"{name}-{screen}-{scheme}")
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"{name}: wider than the screen")
        if screen == "desktop":
            found += [f"{name}: {told}" for told in stumbling_blocks(page, axe)]
    assert found == []


def test_a_page_is_used_with_the_keyboard_alone(shown: Site, tab: Callable[..., Any]) -> None:
    from playwright.sync_api import expect

    page = tab(viewport=PHONE)
    sign_in(page, shown, "Vera")
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()

    menu = page.get_by_role("button", name="Menu")
    menu.focus()
    expect(page.get_by_role("link", name="Settings")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Settings")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Settings")).to_be_hidden()
    expect(menu).to_be_focused()


def test_light_and_dark_are_switched_and_stay_so(shown: Site, tab: Callable[..., Any]) -> None:
    from playwright.sync_api import expect

    page = tab(color_scheme="light")
    sign_in(page, shown, "Vera")
    page.get_by_role("button", name="Switch between light and dark").click()
    page.goto(f"{shown.url}/settings")

    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.get_by_role("radio", name="Dark")).to_be_checked()


def test_times_are_those_of_the_reader(shown: Site, tab: Callable[..., Any]) -> None:
    page = tab(timezone_id="Pacific/Kiritimati")
    sign_in(page, shown, "Vera")
    page.goto(f"{shown.url}/pipelines/products")
    time = page.locator("#history + .scroll time").first

    at = datetime.fromisoformat(time.get_attribute("datetime")).astimezone(ZoneInfo("Pacific/Kiritimati"))
    assert time.inner_text().endswith(f"{at:%H:%M}")
