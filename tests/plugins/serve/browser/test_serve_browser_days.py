"""A day of the product manager and one of the administrator, in Chromium."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pimflow_akeneo_sandbox.serve import Served

from .conftest import Site, pipeline_text, served_site, sign_in

SCHEDULE = "schedule: {changes: every day at 03:00}\n"
GOOD = [f"CUP-{number:04};mugs;cups;Cup {number};{'red' if number % 2 else 'blue'};1" for number in range(600)]
BAD = [
    "MUG-1;mugs;cups;Mug 1;BORD;1",
    "MUG-2;mugs;cups;Mug 2;BORD;1",
    "MUG-3;mugs;cups;Mug 3;petrol;1",
]


@pytest.fixture
def site(tmp_path_factory: pytest.TempPathFactory, pim: Served) -> Iterator[Site]:
    """A project with one pipeline that never ran, before a PIM that takes its time."""
    pim.reset()
    pim.faults(latency_per_line_ms=50)
    connection = "connections:\n" + pipeline_text(pim.url).partition("connections:\n")[2].partition("flows:")[0]
    files = {
        "pimflow.yaml": f"version: 1\n{connection}",
        "pipelines/products.yaml": pipeline_text(pim.url, schedule=SCHEDULE).replace(connection, ""),
    }
    with served_site(tmp_path_factory.mktemp("day"), pim, files, lambda site: site.write(*GOOD, *BAD)) as site:
        yield site
    pim.faults(latency_per_line_ms=0)


def test_the_day_of_the_product_manager(site: Site, tab: Callable[..., Any], draw: Callable[[Any, str], None]) -> None:
    from playwright.sync_api import expect

    page = tab()
    sign_in(page, site, "Julia")
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    expect(page.get_by_text("Never ran")).to_be_visible()

    page.get_by_role("link", name="products", exact=True).click()
    page.get_by_role("button", name="Everything").click()
    expect(page.get_by_text("The run begins now.")).to_be_visible()
    page.get_by_role("link", name="Watch this run").click()
    expect(page.get_by_role("progressbar").first).to_be_visible()
    expect(page.locator("[data-done]").first).to_have_text(re.compile(r"[1-9]"))
    draw(page, "run-live")
    site.pim.faults(latency_per_line_ms=0)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Needs your attention")
    expect(page.get_by_role("heading", name="2 causes")).to_be_visible()
    expect(page.get_by_text("603 products read; 603 new")).to_be_visible()

    page.get_by_role("navigation", name="Main menu").get_by_role("link", name="Needs your attention").click()
    expect(page.get_by_text("3 records, 2 causes.")).to_be_visible()
    page.get_by_role("link", name="'BORD'").click()
    expect(page.get_by_role("heading", name="2 products")).to_be_visible()
    expect(page.locator("#choices option")).to_have_count(2)
    page.get_by_label("In place of “BORD”").fill("red")
    page.get_by_role("button", name="Use it from now on").click()
    expect(page.get_by_text("“BORD” becomes “red” from now on.")).to_be_visible()

    page.goto(f"{site.url}/pipelines/products")
    expect(page.locator("#history + .scroll tbody tr")).to_have_count(2)
    expect(page.get_by_text("Running now")).to_have_count(0)
    page.goto(f"{site.url}/problems")
    expect(page.get_by_text("1 record, 1 cause.")).to_be_visible()

    page.get_by_role("link", name="Look up a product").click()
    page.get_by_label("SKU or code").fill("MUG-1")
    page.get_by_role("button", name="Look up").click()
    expect(page.get_by_role("row", name="colour")).to_contain_text("red")

    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.goto(f"{site.url}/problems")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_the_day_of_the_administrator(site: Site, tab: Callable[..., Any]) -> None:
    from playwright.sync_api import expect

    page, project = tab(), site.folder / "pimflow.yaml"
    site.pim.faults(latency_per_line_ms=0)
    right = project.read_text("utf-8")
    project.write_text(right.replace("password: sandbox", "password: wrong-word"), "utf-8")
    sign_in(page, site, "Peter")

    menu = page.get_by_role("navigation", name="Main menu")
    menu.get_by_role("link", name="Connections").click()
    page.get_by_role("button", name="Check now").click()
    expect(page.get_by_text("Does not work").first).to_be_visible()
    assert "wrong-word" not in page.content()
    project.write_text(right, "utf-8")
    page.get_by_role("button", name="Check now").click()
    expect(page.get_by_text("Works", exact=True)).to_be_visible()

    menu.get_by_role("link", name="Overview").click()
    page.get_by_role("button", name="Run now: changes only").click()
    expect(page.get_by_text("The run begins now.")).to_be_visible()
    page.locator("#history + .scroll").get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Needs your attention")
    page.reload()
    page.get_by_text("Every step, for your administrator").click()
    page.get_by_label("Only lines with").fill("products")
    page.get_by_role("button", name="Filter").click()
    expect(page.locator(".log-line").first).to_contain_text("products")

    page.goto(f"{site.url}/pipelines/products")
    expect(page.get_by_text("At 03:00", exact=True)).to_be_visible()
    page.get_by_role("button", name="Pause the schedule").click()
    expect(page.get_by_text("Paused by Peter")).to_be_visible()
    page.get_by_role("button", name="Go on with the schedule").click()
    expect(page.get_by_role("button", name="Pause the schedule")).to_be_visible()
