"""What a sandbox is started with beyond its catalogue: editions, time zone, permissions, pace, lag of the index."""

import time
from datetime import datetime

import httpx
import pytest
from click.testing import CliRunner

from pimflow_akeneo_sandbox.cli import sandbox as command
from pimflow_akeneo_sandbox.serve import serve
from pimflow_akeneo_sandbox.settings import Credentials, Settings
from pimflow_akeneo_sandbox.starting import settings_of


@pytest.fixture
def started(shoes, pim_of):
    """Start a sandbox with these settings; a client that is logged in."""
    running = []

    def start(settings, catalog=None):
        serving = serve({**shoes, **(catalog or {})}, settings=settings)
        sandbox = serving.__enter__()
        client = httpx.Client(base_url=sandbox.url)
        running.append((serving, client))
        return pim_of(sandbox, client)

    yield start
    for serving, client in running:
        client.close()
        serving.__exit__(None, None, None)


def test_a_write_reaches_lists_after_the_lag_and_single_reads_at_once(shop):
    shop.post("products", {"identifier": "old", "enabled": False})
    shop.client.post("/_sandbox/faults", json={"index_lag_ms": 300})
    shop.patch("products/old", {"enabled": True})
    shop.post("products", {"identifier": "new"})
    assert shop.get("products/new").status_code == 200
    assert shop.find({}) == ["old"]
    assert shop.find({"enabled": [{"operator": "=", "value": False}]}) == ["old"]
    time.sleep(0.35)
    assert shop.find({}) == ["new", "old"]
    assert shop.find({"enabled": [{"operator": "=", "value": False}]}) == []
    assert shop.sandbox.faults(index_lag_ms=0)["index_lag_ms"] == 0


def test_a_change_of_a_model_reaches_the_delta_of_its_variants_after_the_lag(shop, one):
    shop.post("product-models", {"code": "runner", "family_variant": "by_color_size"})
    shop.post("product-models", {"code": "red", "parent": "runner", "values": {"color": one("red")}})
    shop.post("products", {"identifier": "red-s", "parent": "red", "values": {"size": one("s")}})
    time.sleep(1.1)
    since = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M:%S")
    delta = {"updated": [{"operator": ">", "value": since}]}
    shop.client.post("/_sandbox/faults", json={"index_lag_ms": 1500})
    time.sleep(1.1)
    shop.patch("product-models/runner", {"values": {"note": one("fast")}})
    assert shop.find(delta) == []
    time.sleep(1.6)
    assert shop.find(delta) == ["red-s"]


def test_what_was_deleted_is_not_listed_whatever_the_lag(shop):
    shop.post("products", {"identifier": "gone"})
    shop.sandbox.faults(index_lag_ms=60_000)
    shop.delete("products/gone")
    assert shop.find({}) == []


def test_options_have_a_rate_of_their_own(shop):
    shop.client.post("/_sandbox/faults", json={"options_rate": 3})
    answers = [shop.patch("attributes/color/options/red", {"labels": {"en_US": "Red"}}) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [204, 204, 204, 429]
    assert answers[-1].headers["Retry-After"] == "1"
    assert shop.get("attributes/color/options").status_code == 200
    assert shop.patch("attributes/color", {}).status_code == 204


@pytest.mark.parametrize(
    ("denied", "method", "path", "status", "message"),
    [
        ("list products", "GET", "products", 403, "Access forbidden. You are not allowed to list products."),
        ("list products", "GET", "product-models/x", 403, "Access forbidden. You are not allowed to list products."),
        ("list products", "GET", "families", 200, None),
        ("delete products", "DELETE", "products/x", 403, "Access forbidden. You are not allowed to delete products."),
        (
            "delete products",
            "DELETE",
            "products-uuid/00000000-0000-4000-8000-000000000000",
            403,
            "Access forbidden. You are not allowed to delete products",
        ),
        (
            "create or update families",
            "PATCH",
            "families",
            403,
            "Access forbidden. You are not allowed to create or update families.",
        ),
        ("access the web API", "GET", "channels", 403, "You are not allowed to access the web API."),
        ("*", "GET", "system-information", 200, None),
        ("access the web API", "GET", "system-information", 403, "You are not allowed to access the web API."),
    ],
)
def test_a_user_may_do_all_that_he_is_not_denied(shop, denied, method, path, status, message):
    shop.client.post("/_sandbox/permissions", json={"user": "sandbox", "denied": [denied]})
    kind = "application/vnd.akeneo.collection+json"
    answer = shop.client.request(method, f"/api/rest/v1/{path}", headers={"Content-Type": kind})
    assert answer.status_code == status
    if message:
        assert answer.json() == {"code": 403, "message": message}


def test_permissions_of_the_settings_are_back_after_a_reset(started):
    credentials = Credentials(users=(("sandbox", "sandbox"), ("julia", "julia")))
    pim = started(Settings(credentials, denied={"julia": ("list categories",)}))
    pim.log_in("julia")
    pim.client.post("/_sandbox/permissions", json={"user": "julia", "denied": []})
    assert pim.get("categories").status_code == 200
    pim.sandbox.reset()
    assert pim.get("categories").status_code == 403
    assert pim.get("channels").status_code == 200


def test_dates_are_told_and_searched_in_the_time_zone_of_the_server(started, one):
    pim = started(Settings(time_zone="Pacific/Kiritimati"))
    pim.post("products", {"identifier": "a", "values": {"since": one("2026-03-15")}})
    product = pim.get("products/a").json()
    assert product["created"].endswith("+14:00")
    assert product["values"]["since"][0]["data"] == "2026-03-15T00:00:00+14:00"
    there = datetime.fromisoformat(product["updated"])
    for operator, found in (("=", ["a"]), (">", []), ("!=", [])):
        assert pim.find({"updated": [{"operator": operator, "value": f"{there:%Y-%m-%d %H:%M:%S}"}]}) == found
    pim.patch("attributes/since", {"date_min": "2026-03-01"})
    assert pim.get("attributes/since").json()["date_min"] == "2026-03-01T00:00:00+14:00"
    assert pim.get("categories/shop").json()["updated"].endswith("+14:00")


def test_a_time_zone_that_is_none_is_refused_in_words():
    with pytest.raises(ValueError, match="'Mars/Base' is no time zone; one is called Europe/Paris"):
        serve({}, settings=Settings(time_zone="Mars/Base")).__enter__()


def test_categories_are_added_and_removed_only_where_the_pim_is_hosted(started):
    ours, hosted = started(Settings()), started(Settings(edition="serenity"))
    for pim in (ours, hosted):
        pim.post("products", {"identifier": "a", "categories": ["sport"]})
    refused = ours.patch("products/a", {"add_categories": ["trail"]}).json()
    assert refused["message"].startswith('Property "add_categories" does not exist.')
    hosted.patch("products/a", {"add_categories": ["trail"], "remove_categories": ["sport"]})
    assert hosted.get("products/a").json()["categories"] == ["trail"]


@pytest.mark.parametrize(("edition", "told"), [("ce", "CE"), ("ge", "GE"), ("ee", "EE"), ("serenity", "Serenity")])
def test_the_system_information_names_the_edition(started, edition, told):
    assert started(Settings(edition=edition)).get("system-information").json()["edition"] == told


def test_published_products_stay_as_they_were_published(started):
    pim = started(Settings(edition="ee"))
    pim.post("products", {"identifier": "a", "categories": ["sport"]})
    pim.post("products", {"identifier": "b"})
    pim.sandbox.seed({"resource": "published-products", "data": {"identifier": "a"}})
    pim.patch("products/a", {"categories": []})
    assert pim.get("published-products/a").json()["categories"] == ["sport"]
    assert pim.find({}, "published-products") == ["a"]
    assert pim.find({"categories": [{"operator": "UNCLASSIFIED"}]}, "published-products") == []
    missing = pim.get("published-products/b")
    assert (missing.status_code, missing.json()["message"]) == (404, 'Published product "b" does not exist.')


def test_the_community_edition_has_no_published_products(shop):
    assert shop.get("published-products").status_code == 404


def test_jobs_of_the_seed_are_launched(started):
    jobs = [{"code": "nightly", "type": "export"}, {"code": "erp", "type": "import"}]
    pim = started(Settings(), {"jobs": jobs})
    assert pim.post("jobs/export/nightly", {}).json() == {"execution_id": "1"}
    assert pim.post("jobs/import/erp", {"import_mode": "create_only"}).json() == {"execution_id": "2"}
    assert pim.client.post("/api/rest/v1/jobs/export/nightly").json() == {"execution_id": "3"}
    assert pim.post("jobs/import/nightly", {}).status_code == 404
    assert pim.post("jobs/import/erp", {"import_mode": "sometimes"}).status_code == 422


def test_reference_data_is_held_against_its_list_where_there_is_one(started, one, shoes):
    cloth = {"type": "pim_reference_data_simpleselect", "group": "other", "reference_data_name": "fabrics"}
    cloths = {**cloth, "type": "pim_reference_data_multiselect", "reference_data_name": "fabrics"}
    attributes = [*shoes["attributes"], {"code": "cloth", **cloth}, {"code": "cloths", **cloths}]
    catalog = {"attributes": attributes, "reference_data": [{"code": "fabrics", "codes": ["silk", "wool"]}]}
    pim = started(Settings(), catalog)
    refused = pim.post("products", {"identifier": "a", "values": {"cloth": one("tin"), "cloths": one(["Wool", "Tin"])}})
    assert [error["message"] for error in refused.json()["errors"]] == [
        (
            'Property "cloth" expects a valid reference data code. '
            'The code "tin" of the reference data "fabrics" does not exist'
        ),
        'Property "cloths" expects valid codes. The following codes for reference data "fabrics" do not exist: "tin"',
    ]
    assert pim.post("products", {"identifier": "a", "values": {"cloth": one("silk")}}).status_code == 201
    assert pim.find({"cloth": [{"operator": "IN", "value": ["silk"]}]}) == ["a"]
    search = '{"cloth": [{"operator": "IN", "value": ["tin"]}]}'
    assert pim.get("products", search=search).json()["message"] == (
        'Property "cloth" expects a valid code. '
        'No reference data "fabrics" with code "tin" has been found, "tin" given.'
    )


def test_enriched_categories_show_the_values_of_the_seed_on_request(started):
    text = {"title|1": {"data": "Shop", "type": "text", "channel": None, "locale": "en_US", "attribute_code": "title"}}
    pim = started(Settings(), {"categories": [{"code": "shop", "parent": None, "values": text}]})
    assert "values" not in pim.get("categories/shop").json()
    assert pim.get("categories/shop", with_enriched_attributes="true").json()["values"] == text


def test_the_routes_are_named_as_the_pim_names_them(shop):
    routes = shop.client.get("/api/rest/v1").json()["routes"]
    assert routes["pim_api_family_variant_get"]["route"] == "/api/rest/v1/families/{familyCode}/variants/{code}"
    assert routes["pim_api_measurement_family_create_or_update"]["methods"] == ["PATCH"]
    assert routes["pim_api_product_uuid_partial_update_list"]["route"] == "/api/rest/v1/products-uuid"


def test_the_command_takes_what_the_settings_know():
    help_text = CliRunner().invoke(command, ["--help"]).output
    for option in ("--time-zone", "--deny", "--index-lag-ms", "--options-rate"):
        assert option in help_text
    given = {
        "client_id": "a", "secret": "b", "username": "julia", "password": "d", "time_zone": "Europe/Paris",
        "deny": ("list products",), "edit_only": ("Tools",), "index_lag_ms": 5.0, "options_rate": 3.0,
    }  # fmt: skip
    settings = settings_of("ee", given)
    assert settings.denied == {"julia": ("list products",)}
    assert (settings.zone.key, settings.faults.index_lag_ms, settings.faults.options_rate) == ("Europe/Paris", 5, 3)


def test_a_data_file_keeps_jobs_reference_data_and_what_was_published(tmp_path, shoes, pim_of):
    path, settings = tmp_path / "pim.sqlite", Settings(edition="ee")
    jobs = [{"code": "nightly", "type": "export"}]
    with (
        serve({**shoes, "jobs": jobs}, data=path, settings=settings) as sandbox,
        httpx.Client(base_url=sandbox.url) as client,
    ):
        pim = pim_of(sandbox, client)
        pim.post("products", {"identifier": "a", "categories": ["sport"]})
        sandbox.seed({"resource": "published-products", "data": {"identifier": "a"}})
        sandbox.seed({"resource": "reference-data", "data": {"code": "fabrics", "codes": ["silk"]}})
        pim.patch("products/a", {"categories": []})
    with serve(None, data=path, settings=settings) as sandbox, httpx.Client(base_url=sandbox.url) as client:
        pim = pim_of(sandbox, client)
        assert pim.get("published-products/a").json()["categories"] == ["sport"]
        assert pim.post("jobs/export/nightly", {}).json() == {"execution_id": "1"}
        assert not sandbox.store.has_reference_data("fabrics", "tin")
