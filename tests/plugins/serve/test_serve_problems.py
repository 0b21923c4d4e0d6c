"""What needs attention, on pages and in the API: seen, decided once, corrected, asked about, dismissed, exported."""

import csv
import html
import re
import time
from dataclasses import asdict
from datetime import UTC, datetime
from io import BytesIO, StringIO

import pytest
from openpyxl import load_workbook

from pimflow.model import Problem, ProblemKind, Who
from pimflow.plain import to_json
from pimflow.running.run import RunOptions, run_pipeline
from pimflow.state import corrections
from pimflow.state.records import open_scope
from pimflow.state.tables import open_items

NAME = "products"
NAVY, BORD = "MUG-1;mugs;cups;Tea mug;NAVY;1", "MUG-2;mugs;cups;Coffee mug;BORD;1"
ROWS = ("CUP;mugs;cups;Cup;red;1", NAVY, BORD, "MUG-3;mugs;cups;Soup mug;BORD;heavy")


def run(served, **options):
    served.serving.project.pipelines()
    assembly = served.serving.project.pipeline(NAME).assembly
    return run_pipeline(assembly, served.database, RunOptions(**options))


@pytest.fixture
def problems(served):
    """Three mugs with problems of three causes."""
    served.write(*ROWS)
    run(served)
    return served


def causes(browser, **wanted):
    flows = browser.get("/api/v1/problems", params=wanted).json()
    return {cause["value"]: cause for flow in flows for cause in flow["causes"]}


def text_of(answer):
    """Give a page as it is read: without marks."""
    body = answer.text.partition("<main")[2]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)))


def asked(served):
    return [(one.kind, one.wish.keys) for one in served.serving.runner.requests()]


def test_the_page_groups_by_cause_and_says_what_happened_and_who_can_mend_it(problems, signed_in):
    told = text_of(signed_in("viewer").get("/problems"))
    assert "3 records, 3 causes." in told
    assert "colour: products.csv says 'BORD', the PIM has no such option." in told
    assert "2 products arrived without a colour (MUG-2, MUG-3)." in told
    assert "Choose an option or create 'BORD'; you decide once." in told
    assert "ERP team" in told
    julia = signed_in("operator", language="fr")
    assert "colour : products.csv indique 'BORD', " in text_of(julia.get("/problems"))
    cause = causes(julia)["BORD"]
    assert cause["effect"] == "Arrivée sans colour\N{NO-BREAK SPACE}: 2 produits (MUG-2, MUG-3)."
    assert "Arrivée sans colour : 2 produits (MUG-2, MUG-3)." in text_of(julia.get(f"/problems/{NAME}/{cause['id']}"))
    run_id = julia.get("/api/v1/runs").json()[0]["id"]
    assert "le PIM n\N{RIGHT SINGLE QUOTATION MARK}a pas cette option" in julia.get(f"/api/v1/runs/{run_id}").text
    assert (
        "colour : products.csv indique 'BORD', le PIM n\N{RIGHT SINGLE QUOTATION MARK}a pas cette option."
        in text_of(julia.get(f"/runs/{run_id}"))
    )


def test_filters_leave_what_concerns_somebody(problems, signed_in):
    browser = signed_in("viewer")
    assert set(causes(browser, who="ERP team")) == {"heavy"}
    assert set(causes(browser, kind="reference")) == {"NAVY", "BORD"}
    assert "heavy" not in text_of(browser.get("/problems?who=product+manager"))
    assert "Nothing of this kind" in text_of(browser.get("/problems?kind=permission"))


def test_the_page_of_a_cause_shows_each_record_with_its_name_and_what_can_be_done(problems, signed_in):
    browser = signed_in()
    told = text_of(browser.get(f"/problems/{NAME}/{causes(browser)['BORD']['id']}"))
    assert "Decide once" in told
    assert "MUG-2" in told
    assert "MUG-3" in told
    assert "MUG-1 " not in told
    viewer = text_of(signed_in("viewer").get(f"/problems/{NAME}/{causes(browser)['BORD']['id']}"))
    assert "Decide once" not in viewer


def test_a_viewer_decides_nothing(problems, signed_in):
    viewer = signed_in("viewer")
    cause = causes(viewer)["BORD"]["id"]
    for path in ("answer", "retry", "dismiss", "ask", "correct", "forget"):
        assert viewer.post(f"/problems/{NAME}/{cause}/{path}", data={"does": "ignore"}).status_code == 403
    assert viewer.put(f"/api/v1/problems/{NAME}/{cause}/answer", json={"becomes": "red"}).status_code == 403
    assert viewer.post("/api/v1/connections/check").status_code == 403


def test_an_answer_is_given_once_and_its_records_are_tried_again(problems, signed_in):
    browser = signed_in()
    cause = causes(browser)["BORD"]["id"]
    answered = browser.post(
        f"/problems/{NAME}/{cause}/answer", data={"does": "use", "becomes": "RED "}, follow_redirects=False
    )
    assert answered.status_code == 303
    assert asked(problems) == [("retry", ("MUG-2", "MUG-3"))]
    assert "It was decided: “BORD” becomes “red”." in text_of(browser.get(f"/problems/{NAME}/{cause}"))
    run(problems)
    assert "BORD" not in causes(browser)
    closed = text_of(browser.get(f"/problems/{NAME}/{cause}"))
    assert "Nothing of this is open any more" in closed
    assert re.search(r"colour products · products.csv BORD red Julia .*Take back", text_of(browser.get("/corrections")))
    (told,) = browser.get("/api/v1/answers").json()
    assert (told["cause"], told["answer"]["becomes"], told["answer"]["by"]) == (cause, "red", "Julia")
    assert "Nothing is corrected here" in text_of(browser.post(f"/problems/{NAME}/{cause}/forget"))
    run(problems)
    assert causes(browser)["BORD"]["count"] == 2


def test_a_value_that_the_pim_does_not_have_is_no_answer(problems, signed_in):
    browser = signed_in()
    cause = causes(browser)["BORD"]["id"]
    for becomes, says in (("rot", "“rot” is not there to be chosen. Choose one"), (" ", "Which value should stand")):
        answered = browser.post(f"/problems/{NAME}/{cause}/answer", data={"does": "use", "becomes": becomes})
        assert answered.status_code == 409
        assert says in text_of(answered)
    assert browser.put(f"/api/v1/problems/{NAME}/{cause}/answer", json={"becomes": "rot"}).status_code == 409
    assert asked(problems) == []


def test_the_options_of_the_pim_are_offered_in_the_language_of_whoever_asks(problems, signed_in):
    browser = signed_in()
    cause = causes(browser)["BORD"]["id"]
    found = browser.get(f"/api/v1/problems/{NAME}/{cause}/choices").json()
    assert found["may_add"]
    assert {"code": "red", "label": "Red"} in found["options"]
    heavy = causes(browser)["heavy"]["id"]
    assert not browser.get(f"/api/v1/problems/{NAME}/{heavy}/choices").json()["known"]


def test_a_missing_option_is_created_in_the_pim_and_is_the_answer(problems, signed_in):
    browser = signed_in()
    cause = causes(browser)["NAVY"]["id"]
    made = browser.put(f"/api/v1/problems/{NAME}/{cause}/answer", json={"create": {"label": "Navy blue"}})
    assert made.json()["becomes"] == "navy_blue"
    run(problems)
    assert "NAVY" not in causes(browser)
    again = causes(browser)["BORD"]["id"]
    refused = browser.post(
        f"/problems/{NAME}/{again}/answer", data={"does": "create", "label": "Red", "code": "red, too"}
    )
    assert refused.status_code == 409
    assert "PIM does not take it as an option" in text_of(refused)


def test_a_correction_is_kept_with_who_made_it_and_sent(problems, signed_in):
    browser = signed_in()
    cause = causes(browser)["heavy"]["id"]
    page = browser.get(f"/problems/{NAME}/{cause}").text
    assert 'name="cell:weight" value="heavy"' in page
    filled = {"flow": "products", "key": "MUG-3", "cell:weight": "0.7"}
    browser.post(f"/problems/{NAME}/{cause}/correct", data=filled)
    assert asked(problems) == [("retry", ("MUG-3",))]
    run(problems, only=("MUG-3",), retry=True)
    assert "heavy" not in causes(browser)
    listed = text_of(browser.get("/corrections"))
    assert re.search(r"MUG-3 .*weight heavy 0\.7 Julia", listed)
    (kept,) = corrections.find(problems.database)
    assert kept.made_by == "Julia"
    browser.post("/corrections/remove", data={"pipeline": NAME, "flow": "products", "key": "MUG-3", "column": "weight"})
    assert corrections.find(problems.database) == []


def test_a_key_that_is_corrected_is_met_by_a_run_of_changes(problems, signed_in):
    problems.write(*ROWS, "foo,;mugs;cups;Comma;red;1")
    run(problems)
    browser = signed_in()
    cause = causes(browser)["foo,"]
    assert cause["is_key"]
    assert 'value="ignore"' not in browser.get(f"/problems/{NAME}/{cause['id']}").text
    given = {"pipeline": NAME, "flow": "products", "key": "foo,", "cells": {"sku": "FOO"}}
    assert browser.post("/api/v1/corrections", json=given).status_code == 201
    assert asked(problems) == [("changes", ())]
    run(problems)
    assert "foo," not in causes(browser)


def test_who_asked_the_erp_team_is_kept_so_that_nobody_asks_again(problems, signed_in):
    browser = signed_in()
    cause = causes(browser)["heavy"]["id"]
    page = browser.get(f"/problems/{NAME}/{cause}")
    assert "mailto:?subject=" in page.text
    assert "- MUG-3: heavy" in page.text
    browser.post(f"/problems/{NAME}/{cause}/ask")
    assert "Julia asked them" in text_of(browser.get(f"/problems/{NAME}/{cause}"))
    assert "ERP team was asked" in text_of(browser.get("/problems"))


def test_what_is_dismissed_comes_back_when_something_about_it_changes(problems, signed_in):
    browser = signed_in()
    cause = causes(browser)["NAVY"]["id"]
    browser.post(f"/problems/{NAME}/{cause}/dismiss")
    assert "NAVY" not in causes(browser)
    assert "1 dismissed record of products is not shown." in text_of(browser.get("/problems"))
    run(problems, full=True)
    assert "NAVY" not in causes(browser)
    problems.write(*(row.replace("NAVY", "NAVAL") for row in ROWS))
    run(problems)
    assert "NAVAL" in causes(browser)
    one = causes(browser)["BORD"]["id"]
    left = browser.post(f"/api/v1/problems/{NAME}/{one}/dismiss", json={"keys": ["MUG-2"]})
    assert left.json() == {"records": 1}
    assert causes(browser)["BORD"]["keys"] == ["MUG-3"]
    browser.post("/problems/show-again", data={"pipeline": NAME})
    assert causes(browser)["BORD"]["count"] == 2


def test_the_list_comes_as_csv_and_for_excel(problems, signed_in):
    browser = signed_in("viewer")
    cause = causes(browser)["BORD"]["id"]
    lines = list(
        csv.DictReader(StringIO(browser.get(f"/problems/{NAME}/export.csv").text.lstrip("\ufeff")), delimiter=";")
    )
    assert {line["key"] for line in lines} == {"MUG-1", "MUG-2", "MUG-3"}
    answer = browser.get(f"/problems/{NAME}/export.xlsx", params={"cause": cause})
    rows = list(load_workbook(BytesIO(answer.content)).active.iter_rows(values_only=True))
    assert [row[1] for row in rows[1:]] == ["MUG-2", "MUG-3"]
    assert browser.get(f"/problems/{NAME}/export.pdf").status_code == 404


def test_texts_of_products_are_shown_as_text(served, signed_in):
    served.write("<script>alert(1)</script>;mugs;cups;<b>Mug</b>;<i>NAVY</i>;1", NAVY.replace("NAVY", "<i>NAVY</i>"))
    run(served)
    browser = signed_in()
    for path in ("/problems", f"/problems/{NAME}/{causes(browser)['<i>NAVY</i>']['id']}", "/products?sku=<b>x"):
        page = browser.get(path).text
        assert "<i>NAVY" not in page
        assert "<b>" not in page
        assert "alert(1)</script>" not in page


def test_names_pictures_and_pages_come_from_the_pim(problems, signed_in):
    browser = signed_in("viewer")
    path = f"/api/v1/pipelines/{NAME}/flows/products"
    cards = browser.get(f"{path}/cards", params={"key": ["CUP", "nobody"]}).json()
    assert list(cards) == ["CUP"]
    assert cards["CUP"]["label"] == "CUP"
    assert cards["CUP"]["link"].startswith(f"{problems.pim.url}/#/enrich/product/")
    assert browser.get(f"{path}/picture", params={"name": "../../api/oauth/v1/token"}).status_code == 409
    labels = browser.get(f"{path}/labels", params={"column": ["name-en_US", "family", "nonsense"]}).json()
    assert labels == {"name-en_US": "name (en_US)", "family": "Family"}
    assert browser.get("/api/v1/pipelines/none/flows/products/cards?key=CUP").status_code == 404


def test_a_pim_that_cannot_be_reached_costs_names_only(problems, signed_in):
    pipeline = problems.folder / "pipelines" / f"{NAME}.yaml"
    pipeline.write_text(pipeline.read_text("utf-8").replace("password: sandbox", "password: wrong"), "utf-8")
    browser = signed_in("viewer")
    assert browser.get(f"/problems/{NAME}/{causes(browser)['BORD']['id']}").status_code == 200
    told = browser.get(f"/api/v1/pipelines/{NAME}/flows/products/cards?key=CUP")
    assert told.status_code == 502
    assert "wrong" not in told.text


def test_100_000_open_items_are_shown_at_once(served, signed_in):
    run(served)
    scope = open_scope(served.database, NAME, "products", "akeneo.products", served.pim.url)
    colours = [Problem("the PIM has no such option", ProblemKind.REFERENCE, "colour", f"C{n}") for n in range(200)]
    wrong = Problem("which is no number", ProblemKind.VALUE, "weight", "heavy", who=Who.SOURCE_TEAM)
    told = [[to_json([asdict(one)]), to_json([asdict(one), asdict(wrong)])] for one in colours]
    same = {"scope": scope.id, "resource": "products", "status": "updated", "told": "[]", "run": 1}
    same |= dict.fromkeys(("first", "last"), datetime.now(UTC).isoformat())
    same |= {"source_row": to_json(dict.fromkeys("abcdefghij", "some text of a cell")).decode()}
    rows = [
        {**same, "key": f"P{n:06}", "row": n, "problems": told[n % 200][n % 7 == 0].decode()} for n in range(100_000)
    ]
    with served.database.writing() as connection:
        connection.execute(open_items.insert(), rows)
    browser = signed_in("viewer")
    began = time.process_time()
    found = causes(browser)
    assert found["heavy"]["count"] == 14_286
    page = browser.get(f"/problems/{NAME}/{found['heavy']['id']}")
    more = re.search(r'href="([^"]*after=[^"]*)#records"', page.text)
    assert more
    following = browser.get(html.unescape(more[1]))
    assert "P000175" in following.text
    for path in ("/", f"/pipelines/{NAME}", "/products?sku=P000175"):
        assert browser.get(path).status_code == 200
    assert time.process_time() - began < 10  # six pages, of which each takes half a second at most
