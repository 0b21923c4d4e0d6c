"""Products looked up, connections checked, plugins listed, previews read and carried out."""

import html
import re

import pytest

from pimflow.approval import save_plan
from pimflow.plain import to_json
from pimflow.report import report_data
from pimflow.running.run import RunOptions, run_pipeline
from pimflow.state import requests, servers
from pimflow.state.plans import new_plan
from pimflow.state.servers import Server
from pimflow.state.tables import changes, records, sent
from pimflow_serve.jobs.previews import folder_of, keep_said, plan_file

NAME = "products"


def assembly_of(served):
    return served.serving.project.pipeline(NAME).assembly


def run(served, **options):
    return run_pipeline(assembly_of(served), served.database, RunOptions(**options))


def text_of(answer):
    """Give a page as it is read: without marks."""
    body = answer.text.partition("<main")[2]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)))


def test_a_product_is_looked_up_with_what_was_sent_when_and_by_which_run(served, signed_in):
    report = run(served)
    page = signed_in("viewer").get("/products?sku=CUP")
    assert f'href="/runs/{report.run.id}"' in page.text
    told = text_of(page)
    assert "products.csv to PIM" in told
    assert "name-en_US Cup" in told
    assert "weight 1 KILOGRAM" in told
    assert "enabled No" in told


def test_a_product_that_the_pim_had_already_is_known_with_what_was_sent_of_it(served, signed_in):
    run(served)
    with served.database.writing() as connection:
        for table in (records, changes, sent):
            connection.execute(table.delete())
    again = run(served, full=True)
    page = signed_in("viewer").get("/products?sku=CUP")
    assert f'href="/runs/{again.run.id}"' in page.text
    assert "name-en_US Cup" in text_of(page)


def test_a_product_without_history_is_known_too(served, signed_in):
    run(served)
    with served.database.writing() as connection:
        connection.execute(sent.delete())
    told = text_of(signed_in("viewer").get("/products?sku=CUP"))
    assert "Arrived" in told
    assert "no change is kept" in told


def test_why_a_value_is_what_it_is_is_told_step_by_step_with_what_was_there_before(served, signed_in):
    run(served)
    served.write("CUP;mugs;cups;Mug;red;1")
    run(served)
    told = text_of(signed_in("viewer").get("/products?sku=CUP&column=name-en_US"))
    assert "products.csv says name: Mug" in told
    assert "map products.yaml:" in told
    assert re.search(r"Over time Mug .* Cup", told)
    (found,) = signed_in("viewer").get("/api/v1/products?key=CUP&column=name-en_US").json()
    (name,) = [one for one in found["values"] if one["column"] == "name-en_US"]
    assert [one["value"] for one in name["past"]] == ["Mug", "Cup"]
    assert name["way"]["said"] == [["name", "Mug"]]


def test_a_product_that_never_arrived_is_found_with_its_reason(served, signed_in):
    served.write("CAP;caps;cups;Cap;red;1")
    run(served)
    told = text_of(signed_in("viewer").get("/products?sku=CAP"))
    assert "Did not arrive" in told
    assert "products.csv says 'caps', the PIM has no such family." in told


def test_other_letters_lead_to_the_keys_that_may_be_meant(served, signed_in):
    run(served)
    told = text_of(signed_in("viewer").get("/products?sku=cu"))
    assert "Nothing is known of “cu”" in told
    assert "Did you mean one of these? CUP" in told
    assert "Did you mean" not in text_of(signed_in("viewer").get("/products?sku=%25"))


def test_what_has_arrived_can_be_corrected_too(served, signed_in):
    run(served)
    browser = signed_in()
    assert "Correct what products.csv says" in browser.get("/products?sku=CUP").text
    filled = {"pipeline": NAME, "flow": "products", "key": "CUP", "sku": "CUP", "column": "name", "becomes": "Cup!"}
    told = text_of(browser.post("/products/correct", data=filled))
    assert "Corrected. It is sent now" in told
    run(served)
    told = text_of(browser.get("/products?sku=CUP&column=name-en_US"))
    assert "name: “Cup!” is sent in place of “Cup” (Julia" in told
    assert "products.csv says name: Cup!" in told
    assert signed_in("viewer").post("/products/correct", data=filled).status_code == 403


def test_a_connection_with_a_wrong_password_is_told_and_works_once_it_is_mended(served, signed_in):
    secret = served.folder / "password"
    secret.write_text("wrong-password", "utf-8")
    pipeline = served.folder / "pipelines" / f"{NAME}.yaml"
    text = pipeline.read_text("utf-8").replace("password: sandbox", 'password: "${file:../password}"')
    pipeline.write_text(text, "utf-8")
    browser = signed_in("administrator")
    assert "Not checked yet" in text_of(browser.get("/connections"))
    browser.post("/connections/check", data={"name": "pim", "pipeline": NAME})
    page = browser.get("/connections")
    assert "Does not work" in text_of(page)
    assert "a new password can be made there" in text_of(page)
    assert "wrong-password" not in page.text
    secret.write_text("sandbox", "utf-8")  # no pipeline file changes by it
    browser.post("/connections/check", data={"name": "pim", "pipeline": NAME})
    told = text_of(browser.get("/connections"))
    assert "Works" in told
    assert "Akeneo" in told
    (one,) = browser.get("/api/v1/connections").json()
    assert one["checked"]["ok"]
    assert one["checked"]["by"] == "Peter"


def test_nothing_secret_of_a_connection_reaches_the_browser(served, signed_in):
    pipeline = served.folder / "pipelines" / f"{NAME}.yaml"
    text = pipeline.read_text("utf-8")
    text = text.replace("secret: sandbox", "secret: s3cr3t-1").replace("password: sandbox", "password: s3cr3t-2")
    pipeline.write_text(text, "utf-8")
    browser = signed_in("administrator")
    browser.post("/connections/check")
    for path in ("/connections", "/api/v1/connections", f"/pipelines/{NAME}", "/plugins", "/api/v1/plugins"):
        assert "s3cr3t" not in browser.get(path).text


def test_a_connection_that_is_not_there_cannot_be_checked(served, signed_in):
    assert signed_in().post("/api/v1/connections/check?name=none").status_code == 404


def test_a_pipeline_is_held_against_its_target_and_what_was_found_is_kept(served, signed_in, monkeypatch):
    pipeline = served.folder / "pipelines" / f"{NAME}.yaml"
    pipeline.write_text(pipeline.read_text("utf-8").replace("colour: colour", "coulour: colour"), "utf-8")
    browser = signed_in()
    assert "Not looked at yet" in text_of(browser.get("/connections"))
    browser.post("/connections/fit", data={"pipeline": NAME})
    told = text_of(browser.get("/connections"))
    assert "Something cannot work" in told
    assert re.search(r"Products: products.csv to PIM · coulour The PIM has no attribute", told), told
    pipeline.write_text(pipeline.read_text("utf-8").replace("coulour: colour", "colour: colour"), "utf-8")
    monkeypatch.setattr("pimflow_serve.pages.connections._PATIENCE", 0)
    served.pim.faults(latency_ms=100, writes_only=False)
    assert "That takes a while." in text_of(browser.post("/connections/fit", data={"pipeline": NAME}))
    assert "Is being looked at" in text_of(browser.get("/connections"))
    served.pim.faults(latency_ms=0, writes_only=True)
    assert not any(
        one["severity"] in {"error", "fatal"} for one in browser.post(f"/api/v1/fits/{NAME}").json()["remarks"]
    )
    assert "Something cannot work" not in text_of(browser.get("/connections"))
    assert signed_in("viewer").post(f"/api/v1/fits/{NAME}").status_code == 403


def test_plugins_are_listed_with_what_they_offer(served, signed_in):
    told = text_of(signed_in("viewer").get("/plugins"))
    assert "pimflow-akeneo" in told
    assert "akeneo.products target Creates and updates products, 100 a call." in told
    assert not re.search(r"\b(sink|flow|delta|cursor|scope|payload|422|rejected)s?\b", told, re.IGNORECASE)


@pytest.fixture
def previewed(served):
    """A preview that was asked for and made, as a server makes one; gives its number."""
    run(served)
    served.write("CUP;mugs;cups;Mug;red;1", "POT;mugs;cups;Pot;blue;2", "NEW;mugs;cups;New;red;1")
    asked = served.serving.runner.ask(NAME, "preview", "Julia")
    file = plan_file(served.serving.project, asked.number)
    file.parent.mkdir(parents=True, exist_ok=True)
    with new_plan(file) as plan:
        report = save_plan(
            assembly_of(served), served.database, RunOptions(), plan, lambda _change: None, lambda *_: None
        )
    keep_said(served.serving.project, asked.number, to_json({"report": report_data(report), "cleared": 0}))
    return asked.number


def end(served, number):
    requests.claim(served.database, number, "another", served.clock())
    requests.end(served.database, number, served.clock(), 0, None, "")


def test_a_preview_is_waited_for_then_read_and_carried_out(served, previewed, signed_in):
    browser, path = signed_in(), f"/pipelines/{NAME}/preview/{previewed}"
    assert "The preview is being made" in text_of(browser.get(path))
    end(served, previewed)
    told = text_of(browser.get(path))
    assert "2 records would change" in told
    assert re.search(r"CUP Updated 1 value name-en_US Cup to Mug", told)
    assert "NEW New" in told
    only = text_of(browser.get(f"{path}?only=created"))
    assert "1 record would change" in only
    assert "CUP" not in only
    looked_for = text_of(browser.get(f"{path}?sku=%20ne"))
    assert "1 record would change" in looked_for
    assert "CUP" not in looked_for
    assert "No such record would change" in text_of(browser.get(f"{path}?sku=%25"))
    assert signed_in("viewer").post(f"{path}/apply").status_code == 403
    browser.post(f"{path}/apply")
    (asked, *_) = served.serving.runner.requests()
    assert (asked.kind, asked.wish.plan) == ("apply", previewed)
    assert "It is being carried out." in text_of(browser.get(path))


def test_a_preview_that_fits_no_longer_is_not_offered(served, previewed, signed_in):
    end(served, previewed)
    assert f'href="/pipelines/{NAME}/preview/{previewed}">Preview of' in signed_in().get(f"/pipelines/{NAME}").text
    run(served)
    browser, path = signed_in(), f"/pipelines/{NAME}/preview/{previewed}"
    told = text_of(browser.get(path))
    assert "The pipeline ran since this preview was made" in told
    assert "Make a new preview" in told
    assert "Carry it out" not in told
    assert browser.post(f"/api/v1/previews/{previewed}/apply").status_code == 409


def test_a_preview_that_is_gone_is_told_and_one_of_another_pipeline_is_not_shown(served, previewed, signed_in):
    end(served, previewed)
    plan_file(served.serving.project, previewed).unlink()
    browser = signed_in()
    assert "This preview is no longer there." in text_of(browser.get(f"/pipelines/{NAME}/preview/{previewed}"))
    folder_of(served.serving.project).rename(served.folder / "away")
    assert "This preview is no longer there." in text_of(browser.get(f"/pipelines/{NAME}/preview/{previewed}"))
    servers.beat(served.database, Server("another", "vm-2", "elsewhere", 1, ""), served.clock())
    told = text_of(browser.get(f"/pipelines/{NAME}/preview/{previewed}"))
    assert "Another server made this preview, on vm-2, and has it" in told
    assert browser.get(f"/pipelines/other/preview/{previewed}").status_code == 404
    assert browser.get(f"/api/v1/previews/{previewed + 1}").status_code == 404
    assert browser.post(f"/api/v1/previews/{previewed}/apply").status_code == 409
