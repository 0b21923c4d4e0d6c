"""Answers of a recorded server, all of them: what they mean, and what the sources make of them."""

import datetime as dt
import json
from contextlib import contextmanager
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from pimflow import AccessError, Change, Item, LoginError, RemoteError, Run, Status, UnreachableError, Window
from pimflow_dolibarr.answers import FilteredError, RefusedError
from pimflow_dolibarr.changes import by_hand, condition, latest, literal
from pimflow_dolibarr.connection import DolibarrConnection
from pimflow_dolibarr.existing import find
from pimflow_dolibarr.families import Families, features_of
from pimflow_dolibarr.pictures import Shelf
from pimflow_dolibarr.sinks import DolibarrProductsSink
from pimflow_dolibarr.sources import DolibarrProductsSource
from pimflow_testkit.matching import Asked, Matcher
from pimflow_testkit.replay import replayed

ROOT = "/api/index.php/"
NAMES = [
    *("01_auth_status", "02_empty", "03_seed_reference", "04_create_products", "05_get_one", "06_list_paging"),
    *("07_sqlfilters", "08_incremental", "09_update_delete", "10_variants", "11_categories", "12_stock"),
    *("13_languages", "14_documents", "15_permissions", "16_prices", "17_timezone", "18_waf"),
]
RUN = Run("recorded", "recorded", dt.datetime(2026, 11, 22, tzinfo=dt.UTC))


class ByPath(Matcher):
    """Calls are equal by method and path, so that answers come in the order in which they were recorded."""

    def parts(self, asked: Asked):  # noqa: ARG002 - nothing else counts
        return None


class ByQuery(Matcher):
    """As above, and by their query."""

    def parts(self, asked: Asked):
        return dict(asked.query)


def exchanges(shared, name):
    return json.loads((shared / "captures" / "dolibarr" / f"{name}.json").read_text("utf-8"))["exchanges"]


def answered(exchange):
    """Give the recorded answer as another call would get it."""
    return exchange["response"]


def to(method, path, response):
    return {"request": {"method": method, "path": ROOT + path}, "response": response}


@contextmanager
def session(*recorded, matcher=None, **options):
    key = "secretapikey0000000000000000000a"
    connection = DolibarrConnection(url="http://erp.example.com", api_key=key, **options)
    with replayed(list(recorded), matcher=matcher or ByPath()) as transport, connection.open() as found:
        found.transport = transport
        yield found


@pytest.mark.parametrize("name", NAMES)
def test_every_recorded_answer_is_understood(shared, no_waiting, name):
    recorded = exchanges(shared, name)
    with session(*recorded, matcher=ByQuery()) as found:
        for exchange in recorded:
            told = exchange["response"]
            if told["status"] == 200:
                assert call(found, exchange["request"]) == told["json"]
                continue
            with pytest.raises(kind_of(told)) as caught:
                call(found, exchange["request"])
            assert "secretapikey" not in f"{caught.value}{caught.value.detail}"
            if isinstance(caught.value, RefusedError):
                assert caught.value.said
                assert not caught.value.said.startswith(("Error :", "Bad Request:", "Not Found:"))


def call(session, asked):
    path = asked["path"].removeprefix(ROOT)
    if asked["method"] == "GET":
        return session.get(path, **asked.get("query", {}))
    query = "&".join(f"{name}={value}" for name, value in asked.get("query", {}).items())
    return session.write(asked["method"], f"{path}?{query}" if query else path, asked.get("json"))


def kind_of(told):
    if told["status"] == 403:
        return FilteredError if "injection" in told.get("text", "") else AccessError
    if told["status"] == 500 and not told.get("json"):
        return UnreachableError
    return {401: LoginError, 501: RemoteError}.get(told["status"], RefusedError)


def test_a_refusal_is_asked_for_once(shared, no_waiting):
    refused = [one for one in exchanges(shared, "06_list_paging") if one["response"]["status"] == 503]
    with session(to("GET", "products", answered(refused[0]))) as found:
        with pytest.raises(RefusedError, match=r"Unknown column 't\.nope' in 'ORDER BY'"):
            found.get("products")
        assert list(found.transport._told.values()) == [1]


def test_a_key_that_is_wrong_or_of_a_disabled_user_is_told(shared):
    wrong = exchanges(shared, "01_auth_status")[3]
    disabled = exchanges(shared, "15_permissions")[-1]
    for one in (wrong, disabled):
        with session(to("GET", "status", answered(one))) as found, pytest.raises(LoginError) as caught:
            assert found.server
        assert str(caught.value) == (
            "Dolibarr at http://erp.example.com refused the API key. Check `api_key`, and that its user is enabled and "
            "within the dates of its validity."
        )


def test_check_tells_the_right_that_lacks(shared):
    status, *_, user = exchanges(shared, "01_auth_status")
    nothing = exchanges(shared, "15_permissions")[0]
    recorded = [to("GET", "status", answered(status)), to("GET", "users/info", answered(user))]
    connection = DolibarrConnection(url="http://erp.example.com", api_key="k")
    with session(*recorded, to("GET", "products", answered(nothing))) as found, pytest.raises(AccessError) as caught:
        connection.check(found)
    assert str(caught.value).startswith("User 'admin' of Dolibarr may not read products. Enable 'Read products' under")
    forbidden = [
        to("GET", path, answered(nothing)) for path in ("categories", "products/attributes", "setup/extrafields")
    ]
    lists = exchanges(shared, "06_list_paging")
    with session(*recorded, *forbidden, to("GET", "products", answered(lists[0]))) as found:
        told = connection.check(found)
    assert told.startswith("Dolibarr 22.0.4, user admin, times in UTC, texts in en_US; may not read categories")
    assert "neither types nor labels (set API_LOGINS_ALLOWED_FOR_GET_EXTRAFIELDS to its login" in told


def test_a_page_becomes_rows(shared):
    with session(*reference(shared), *products(exchanges(shared, "06_list_paging")[0])) as found:
        source = DolibarrProductsSource(connection="erp", categories=False)
        rows = read(source, found)
    bag = rows["BAG-ALP"]
    assert (bag["id"], bag["label"], bag["active"], bag["type"]) == (1, "Alpine backpack", True, "product")
    assert (bag["weight"], bag["weight_units"], bag["length"], bag["length_units"]) == (
        Decimal("1.35"), "kg", Decimal(55), "cm",
    )  # fmt: skip
    assert (bag["width"], bag["width_units"]) == (None, None)
    assert (bag["price"], bag["price_ttc"], bag["tva_tx"]) == (Decimal("79.9"), Decimal("96.68"), Decimal(21))
    assert (bag["ean"], bag["customcode"], bag["country_code"]) == ("4006381333931", "42029291", "BE")
    assert (bag["options_material"], bag["options_warranty"], bag["options_season"]) == ("Nylon", 24, "2")
    assert (bag["options_launch"], bag["options_eco"], bag["options_powerw"]) == (dt.date(2026, 3, 1), True, None)
    assert (rows["BAG-MIN"]["active"], rows["BAG-MIN"]["options_material"]) == (False, None)


def test_lists_with_nothing_in_them_are_empty(shared):
    nothing, counted, *_ = exchanges(shared, "02_empty")
    with session(*reference(shared), to("GET", "products", answered(nothing))) as found:
        assert list(found.pages("products", "", 300)) == []
        assert latest(found) is None
        assert found.catalog.language is None
    with session(to("GET", "products", answered(counted))) as found:
        assert found.total("products") == 0
    old = {"status": 404, "json": {"error": {"code": 404, "message": "Not Found: No product found"}}}
    with session(to("GET", "products", old)) as found:
        assert list(found.pages("products", "", 300)) == []
        assert found.total("products") == 0


def test_reference_data_is_known(shared):
    with session(*reference(shared)) as found:
        assert {one.path: one.code for one in found.catalog.categories.values()} == {
            "Luggage": "category_1", "Luggage / Backpacks": "category_2", "Lighting": "category_3",
        }  # fmt: skip
        colour = found.catalog.attributes[1]
        assert (colour.ref, colour.label, colour.values[1], colour.labels[1]) == ("COLOR", "Colour", "RED", "Red")
        assert found.catalog.extra_fields["season"].options == {"1": "Summer", "2": "Winter"}


def test_texts_in_languages_are_columns(shared):
    listed = exchanges(shared, "13_languages")[3]
    whole = {**exchanges(shared, "06_list_paging")[0]["response"]["json"][0], **listed["response"]["json"][0]}
    found = [to("GET", "products", {"status": 200, "json": answer}) for answer in ([whole], [whole], [])]
    with session(*reference(shared), *found) as open_session:
        source = DolibarrProductsSource(connection="erp", languages=["en_US", "fr_FR", "it_IT"], categories=False)
        header, row = source.extract(open_session, Window())
    cells = dict(zip(header, row, strict=True))
    texts = [cells[name] for name in ("label", "label@en_US", "label@fr_FR", "description@fr_FR", "label@it_IT")]
    assert texts == ["Pouch 4", "Pouch 4", "Pochette quatre", "Jolie pochette", None]


def test_the_latest_stamp_gives_back_what_the_database_compares(shared):
    status, _, listed, *_ = exchanges(shared, "17_timezone")
    with session(to("GET", "status", answered(status)), to("GET", "products", answered(listed))) as found:
        stamp = latest(found)
        assert literal(stamp, found.server.zone) == "2026-11-22 19:29:09"  # in the database's UTC, told in Brussels
    recorded = exchanges(shared, "08_incremental")
    changed = recorded[2]["response"]["json"][0]
    at = dt.datetime.fromtimestamp(changed["date_modification"], dt.UTC)
    with session(*reference(shared), to("GET", "status", answered(exchanges(shared, "01_auth_status")[0]))) as found:
        assert condition(found, at) == "((t.tms:>=:'2026-11-22 19:28:44') or (ef.tms:>=:'2026-11-22 19:28:44'))"
    assert recorded[3]["request"]["query"]["sqlfilters"] == f"(t.tms:=:'{literal(at, ZoneInfo('UTC'))}')"


def test_the_hour_that_clocks_leave_out_is_read_from_its_beginning():
    paris = ZoneInfo("Europe/Paris")
    told = dt.datetime(2026, 3, 29, 1, 30, tzinfo=dt.UTC)  # the database wrote 02:30, which PHP takes for 03:30
    assert literal(told, paris) == "2026-03-29 01:30:00"
    assert literal(told + dt.timedelta(hours=1), paris) == "2026-03-29 04:30:00"
    assert by_hand(told) == dt.datetime(2026, 3, 28, 11, 30, tzinfo=dt.UTC)


def test_variants_find_their_template_and_features(shared):
    recorded = exchanges(shared, "10_variants")
    combinations, child = recorded[6], recorded[8]
    listed = next(one for one in recorded if one["request"].get("query", {}).get("variant_filter") == 2)
    parents = to("GET", "products", answered(listed))
    calls = [to("GET", "products/1/variants", answered(combinations)), to("GET", "products/20", answered(child))]
    with session(*reference(shared), *calls, parents) as found:
        assert features_of(found, 1)[19] == {"COLOR": "BLUE", "SIZE": "L"}
        members = Families(found).members([20, 19, 21])
    assert (members[20].parent, members[20].parent_ref) == (1, "BAG-ALP")
    assert (members[20].features, members[21].features) == ({"COLOR": "RED", "SIZE": "S"}, {})


def test_categories_of_few_products_are_asked_for_one_by_one(shared):
    recorded = exchanges(shared, "11_categories")
    told = next(one for one in recorded if one["request"]["path"].endswith("products/1/categories"))
    rows = products(exchanges(shared, "05_get_one")[0], one=True)
    with session(*reference(shared), *rows, to("GET", "products/1/categories", answered(told))) as found:
        row = read(DolibarrProductsSource(connection="erp"), found)["BAG-ALP"]
    assert (row["categories"], row["category_codes"]) == (["Luggage / Backpacks"], ["category_2"])


def test_stock_is_asked_for_and_hot(shared):
    stock = exchanges(shared, "12_stock")[6]
    whole = {**exchanges(shared, "05_get_one")[0]["response"]["json"], **stock["response"]["json"][0]}
    rows = [to("GET", "products", {"status": 200, "json": answer}) for answer in ([whole], [whole], [])]
    source = DolibarrProductsSource(connection="erp", more_fields=["stock_reel"], categories=False)
    assert source.query() == {"includestockdata": 1}
    with session(*reference(shared), *rows) as found:
        assert read(source, found)["BAG-ALP"]["stock_reel"] == 10
    with session(*reference(shared), *rows) as found:
        hot = {field.name for field in source.discover(found) if field.hot}
    assert hot >= {"price", "price_ttc", "stock_reel", "stock_theorique", "cost_price"}


def test_prices_of_levels_are_told_to_be_off(shared):
    refused = exchanges(shared, "16_prices")[0]
    path = "products/1/selling_multiprices/per_segment"
    words = "this mode of pricing is not enabled by setup"
    with session(to("GET", path, answered(refused))) as found, pytest.raises(RefusedError, match=words):
        found.get(path)


def test_pictures_are_fetched_and_other_files_are_not(shared, tmp_path):
    recorded = exchanges(shared, "14_documents")
    listed, content = (
        next(one for one in recorded if one["request"]["path"].endswith(end) and one["response"]["status"] == 200)
        for end in ("/documents", "/documents/download")
    )
    calls = [to("GET", "documents", answered(listed)), to("GET", "documents/download", answered(content))]
    with session(*calls) as found:
        for _ in range(2):
            assert Shelf(tmp_path).files(found, 1) == ["BAG-ALP/front.png"]
        assert len(found.transport._told) == 2
        assert sorted(found.transport._told.values()) == [1, 2]  # the second time nothing was fetched
    assert (tmp_path / "BAG-ALP" / "front.png").stat().st_size == 70


def test_words_that_are_taken_for_an_attack_are_looked_up_in_another_way(shared):
    filtered = next(one for one in exchanges(shared, "18_waf") if one["response"]["status"] == 403)
    others = next(one for one in exchanges(shared, "06_list_paging") if one["request"]["query"].get("page") == -1)
    calls = [to("GET", "products", answered(one)) for one in (filtered, others)]
    with session(*calls) as found:
        assert find(found, ["UNION-SELECT"]) == {}  # what was found only looks like it
    with session(*calls) as found:
        assert find(found, ["bag-alp"])["bag-alp"]["id"] == "1"


@pytest.mark.parametrize(
    ("name", "number", "words"),
    [
        ("04_create_products", 11, "another product has this reference already"),
        ("04_create_products", 14, "Dolibarr says: The product barcode 4006381333931 already exists on another"),
    ],
)
def test_what_dolibarr_refuses_costs_the_product(shared, name, number, words):
    refused = exchanges(shared, name)[number]
    user = to("GET", "users/info", answered(exchanges(shared, "01_auth_status")[-1]))
    page = to("GET", "products", answered(exchanges(shared, "02_empty")[0]))
    body = {key: refused["request"]["json"][key] for key in ("ref", "label")}
    with session(*reference(shared), user, page, to("POST", "products", answered(refused))) as found:
        writer = DolibarrProductsSink(connection="erp").open(found, RUN)
        (item,) = writer.prepare(body)
        (outcome,) = writer.load([Change(item, 1, False, b"")])
    assert outcome.status is Status.REFUSED
    assert outcome.problems[0].reason.startswith(words)


def test_a_product_is_changed_as_it_was_recorded(shared):
    put = exchanges(shared, "09_update_delete")[0]
    there = to("GET", "products", {"status": 200, "json": [{"id": "2", "ref": "BAG-TOT", "label": "City tote"}]})
    user = to("GET", "users/info", answered(exchanges(shared, "01_auth_status")[-1]))
    with session(*reference(shared), user, there, to("PUT", "products/2", answered(put))) as found:
        writer = DolibarrProductsSink(connection="erp").open(found, RUN)
        row = {"ref": "BAG-TOT", "label": "City tote L", "price": "25.9", "status_buy": "0"}
        (item,) = writer.prepare(row)
        (outcome,) = writer.load([Change(Item("products", "BAG-TOT", item.payload), 1, True, b"")])
    assert (outcome.status, outcome.problems) == (Status.UPDATED, ())


def reference(shared):
    """Give the answers about categories, attributes, extra fields and the server."""
    seeded = exchanges(shared, "03_seed_reference")
    tree = exchanges(shared, "11_categories")
    categories = next(one for one in tree if one["request"]["path"] == f"{ROOT}categories")
    sizes = [one for one in seeded if one["request"]["path"].endswith("2/values")]
    values = [{**one["request"]["json"], "id": str(one["response"]["json"])} for one in sizes]
    return [
        to("GET", "status", answered(exchanges(shared, "01_auth_status")[0])),
        to("GET", "categories", answered(categories)),
        to("GET", "products/attributes", answered(seeded[20])),
        to("GET", "products/attributes/1/values", answered(seeded[21])),
        to("GET", "products/attributes/2/values", {"status": 200, "json": values}),
        to("GET", "setup/extrafields", answered(seeded[12])),
    ]


def products(exchange, *, one=False):
    """Give a list of products as page by page reading gets it, with no templates and no variants in it."""
    page = exchange["response"]["json"]
    return [to("GET", "products", {"status": 200, "json": answer}) for answer in ([page] if one else page, [], [], [])]


def read(source, session):
    header, *rows = source.extract(session, Window())
    return {row["ref"]: row for row in (dict(zip(header, row, strict=True)) for row in rows)}
