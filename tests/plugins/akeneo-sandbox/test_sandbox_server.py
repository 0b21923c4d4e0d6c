"""The server around the catalogue: tokens, figures, faults, files, folders, the command."""

import json
import sqlite3

import httpx
import pytest
from click.testing import CliRunner

from pimflow_akeneo_sandbox.cli import sandbox as command
from pimflow_akeneo_sandbox.serve import serve
from pimflow_akeneo_sandbox.settings import Credentials, Faults, Settings


def test_a_refresh_gives_a_new_pair_and_takes_the_old_one(shop):
    tokens = shop.log_in()
    body = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    fresh = shop.client.post("/api/oauth/v1/token", data=body, auth=("sandbox", "sandbox"))
    assert fresh.json()["access_token"] != tokens["access_token"]
    again = shop.client.post("/api/oauth/v1/token", data=body, auth=("sandbox", "sandbox"))
    assert (again.status_code, again.json()["message"]) == (422, "Refresh token is invalid or has expired")


def test_expired_tokens_are_401_until_the_next_log_in(shop):
    shop.client.post("/_sandbox/expire-tokens")
    assert shop.get("products").status_code == 401
    shop.log_in()
    assert shop.get("products").status_code == 200


def test_a_user_without_permissions_is_forbidden(shop):
    shop.log_in("reader")
    answer = shop.get("categories")
    assert (answer.status_code, answer.json()["message"]) == (
        403,
        "Access forbidden. You are not allowed to list categories.",
    )


def test_an_unknown_path_and_method_answer_json(shop):
    assert shop.get("nothing").json()["code"] == 404
    assert shop.delete("families/shoes").json()["code"] == 405


def test_stats_count_calls_lines_and_reset_clears_them(shop):
    shop.bulk("products", [{"identifier": "a"}, {"identifier": "b"}])
    shop.get("products/a")
    routes = shop.client.get("/_sandbox/stats").json()["routes"]
    assert routes["PATCH /api/rest/v1/products"] == {"calls": 1, "lines": 2, "throttled": 0}
    assert routes["GET /api/rest/v1/products/{code}"]["calls"] == 1
    shop.client.post("/_sandbox/reset")
    assert shop.client.get("/_sandbox/stats").json()["calls"] == 0
    assert shop.get("products/a").status_code == 404


def test_seed_takes_single_entities_lists_and_catalogues(shop):
    for body in (
        {"resource": "attributes/color/options", "data": {"code": "green"}},
        [{"resource": "products", "data": {"identifier": "a", "values": {"color": [
            {"locale": None, "scope": None, "data": "green"}]}}}],
        {"products": [{"identifier": "b", "associations": {"SET": {"products": ["a"]}}}]},
    ):  # fmt: skip
        assert shop.client.post("/_sandbox/seed", json=body).json() == {"seeded": 1}
    assert shop.get("products/b").json()["associations"]["SET"]["products"] == ["a"]
    refused = shop.client.post("/_sandbox/seed", json={"resource": "spoons", "data": {"code": "x"}})
    assert refused.status_code == 400
    assert "'spoons' is no resource" in refused.json()["message"]


def test_every_second_write_fails_and_reading_is_spared(shop):
    shop.client.post("/_sandbox/faults", json={"error_500": 2})
    codes = [shop.patch(f"products/p{at}", {}).status_code for at in range(4)]
    assert codes == [201, 500, 201, 500]
    assert shop.get("products").status_code == 200


def test_a_lost_answer_was_applied_and_a_cut_call_was_not(shop):
    for fault, is_there in (("drop_after", True), ("drop_before", False)):
        shop.sandbox.reset()
        shop.client.post("/_sandbox/faults", json={fault: 1})
        with pytest.raises(httpx.RemoteProtocolError):
            shop.patch("products/a", {"enabled": False})
        assert (shop.sandbox.store.product("a") is not None) == is_there


def test_missing_lines_were_applied_all_the_same(shop):
    shop.client.post("/_sandbox/faults", json={"missing_lines": 1, "seed": 5})
    answered = shop.bulk("products", [{"identifier": f"p{at}"} for at in range(20)]).text.splitlines()
    assert 0 < len(answered) < 20
    assert len(shop.sandbox.store.products) == 20
    assert all(json.loads(line)["status_code"] == 201 for line in answered)


def test_above_the_rate_comes_429_with_retry_after(shop):
    shop.client.post("/_sandbox/faults", json={"rate": 3, "retry_after": 7})
    answers = [shop.get("products") for _ in range(6)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert refused[0].headers["Retry-After"] == "7"
    assert shop.sandbox.stats()["throttled"] == len(refused)


def test_an_unknown_fault_is_named(shop):
    answer = shop.client.post("/_sandbox/faults", json={"fire": 1})
    assert answer.status_code == 400
    assert "No fault is called 'fire'" in answer.json()["message"]


def test_a_restart_on_the_same_file_has_everything(tmp_path, shoes, one, pim_of):
    file = tmp_path / "pim.sqlite"
    with serve(shoes, data=file) as sandbox, httpx.Client(base_url=sandbox.url) as client:
        pim = pim_of(sandbox, client)
        pim.post("product-models", {"code": "m", "family_variant": "by_color_size", "values": {"note": one("x")}})
        pim.post("products", {"identifier": "a", "values": {"price": one([{"amount": 2, "currency": "EUR"}])}})
        pim.patch("attributes/color/options/violet", {"labels": {"en_US": "Violet"}})
        parts = {
            "product": (None, json.dumps({"identifier": "a", "attribute": "photo", "locale": None, "scope": None}))
        }
        png = b"\x89PNG\r\n\x1a\n"
        assert client.post("/api/rest/v1/media-files", files={**parts, "file": ("p.png", png)}).status_code == 201
        before = [pim.get(path).json() for path in ("products/a", "product-models/m", "attributes/color/options")]
    with serve(shoes, data=file) as sandbox, httpx.Client(base_url=sandbox.url) as client:
        pim = pim_of(sandbox, client)
        after = [pim.get(path).json() for path in ("products/a", "product-models/m", "attributes/color/options")]
        code = after[0]["values"]["photo"][0]["data"]
        assert pim.get(f"media-files/{code}/download").content == png
    assert strip_hosts(after) == strip_hosts(before)


def strip_hosts(answers):
    text = json.dumps(answers)
    return [part.split("/", 1)[-1] for part in text.split("http://")]


def test_a_file_of_a_newer_sandbox_is_refused(tmp_path):
    file = tmp_path / "pim.sqlite"
    with serve(data=file):
        pass
    with sqlite3.connect(file) as connection:
        connection.execute("update schema set version = 99")
    connection.close()
    with pytest.raises(ValueError, match="written by a newer sandbox"), serve(data=file):
        pass


def test_other_credentials_shut_the_default_ones_out(shoes):
    settings = Settings(credentials=Credentials("id", "key", (("julia", "pw"),)), faults=Faults(latency_ms=1))
    with serve(shoes, settings=settings) as sandbox, httpx.Client(base_url=sandbox.url) as client:
        body = {"grant_type": "password", "username": "julia", "password": "pw"}
        assert client.post("/api/oauth/v1/token", json=body, auth=("id", "key")).status_code == 200
        assert client.post("/api/oauth/v1/token", json=body, auth=("sandbox", "sandbox")).status_code == 422


FOLDER = {
    "attributes.csv": "code;type;group;localizable;scopable;decimals_allowed;metric_family;default_metric_unit;"
    "allowed_extensions\n"
    "sku;pim_catalog_identifier;other;0;0;;;;\nname;pim_catalog_text;other;1;0;;;;\n"
    "story;pim_catalog_textarea;other;1;1;;;;\nprice;pim_catalog_price_collection;other;0;0;1;;;\n"
    "weight;pim_catalog_metric;other;0;0;1;Weight;GRAM;\nphoto;pim_catalog_image;other;0;0;;;;png\n",
    "attribute_groups.csv": "code;label-en_US\nother;Other\n",
    "categories.csv": "code;parent\nshop;\nsport;shop\n",
    "locales.csv": "code\nen_US\nfr_FR\n",
    "currencies.csv": "code;activated\nEUR;1\n",
    "channels.csv": "code;locales;currencies;tree\nweb;en_US,fr_FR;EUR;shop\n",
    "families.csv": "code;attributes;attribute_as_label;requirements-web\n"
    "shoes;name,story,price,weight,photo;name;name\n",
    "products.csv": "sku;family;categories;enabled;name-en_US;story-fr_FR-web;price-EUR;weight;weight-unit;photo\n"
    '007;shoes;sport;1;"Two\nlines";Conte;19.90;500;GRAM;img/a.png\n008;shoes;;0;;;;"1.5 KILOGRAM";;\n',
}


@pytest.fixture
def folder(tmp_path):
    for name, text in FOLDER.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "img").mkdir()
    (tmp_path / "img/a.png").write_bytes(b"\x89PNG\r\n\x1a\n!")
    return tmp_path


def test_a_folder_of_csv_files_is_loaded_with_products_and_images(folder, one, pim_of):
    with serve(folder) as sandbox, httpx.Client(base_url=sandbox.url) as client:
        pim = pim_of(sandbox, client)
        found = pim.get("products/007").json()
        assert found["values"]["name"] == one("Two lines", "en_US")
        assert found["values"]["story"] == one("Conte", "fr_FR", "web")
        assert found["values"]["price"] == one([{"amount": "19.90", "currency": "EUR"}])
        assert found["values"]["weight"] == one({"amount": "500.0000", "unit": "GRAM"})
        code = found["values"]["photo"][0]["data"]
        assert pim.get(f"media-files/{code}/download").content.endswith(b"!")
        other = pim.get("products/008").json()
        assert (other["enabled"], other["values"]["weight"][0]["data"]["unit"]) == (False, "KILOGRAM")


def test_a_column_that_means_nothing_is_named(folder):
    (folder / "products.csv").write_text("sku;nane-en_US\n1;x\n")
    with pytest.raises(ValueError, match=r"products\.csv: column 'nane-en_US'"), serve(folder):
        pass


def test_icecat_loads_whole(shared):
    with serve(shared / "icecat") as sandbox:
        store = sandbox.store
        assert (len(store.products), len(store.models)) == (1239, 81)
        assert sum(product.parent is not None for product in store.products.values()) == 240


def test_the_command_tells_what_is_wrong_with_a_catalogue(tmp_path):
    file = tmp_path / "catalog.json"
    file.write_text("{")
    answer = CliRunner().invoke(command, ["--catalog", str(file), "--port", "0"])
    assert answer.exit_code == 1
    assert "is no JSON" in answer.output


def test_the_command_tells_what_is_wrong_with_its_file_or_port(tmp_path):
    file = tmp_path / "data.sqlite"
    file.write_text("garbage, and more of it than a header takes")
    answer = CliRunner().invoke(command, ["--data", str(file), "--port", "0"])
    assert (answer.exit_code, "data.sqlite cannot keep a sandbox" in answer.output) == (1, True)
    assert CliRunner().invoke(command, ["--port", "99999"]).exit_code == 2
    with serve({}) as taken:
        port = taken.url.rsplit(":", 1)[1]
        answer = CliRunner().invoke(command, ["--port", port])
    assert (answer.exit_code, f"Nothing can listen at 127.0.0.1:{port}: " in answer.output) == (1, True)


def test_media_of_a_json_catalogue_are_base64_and_download_as_bytes(tmp_path):
    media = {"code": "a/b/c/d/dot.bin", "original_filename": "dot.bin", "mime_type": "image/png", "content": "AAEC"}
    with serve({"media_files": [media]}) as pim:
        assert pim.store.media["a/b/c/d/dot.bin"].content == b"\x00\x01\x02"
