"""What a client trips over when it writes or reads single products and models: the PIM's own rules, one by one."""

import uuid

import pytest

COLOR_OF_RED = "runner_red"


def said(answer):
    """The one error of a refusal."""
    assert answer.status_code == 422, answer.text
    (error,) = answer.json()["errors"]
    return error["message"]


@pytest.fixture
def runner(shop, one):
    """A root model with a red model and a small red shoe below it, and a shoe that is associated with the root."""
    assert shop.post("product-models", {"code": "runner", "family_variant": "by_color_size"}).is_success
    red = {"code": COLOR_OF_RED, "parent": "runner", "values": {"color": one("red")}}
    assert shop.post("product-models", red).is_success
    assert shop.post("products", {"identifier": "s", "parent": COLOR_OF_RED, "values": {"size": one("s")}}).is_success
    kit = {"KIT": {"product_models": [{"identifier": "runner", "quantity": 2}]}}
    fan = {"identifier": "fan", "associations": {"SET": {"product_models": ["runner"]}}, "quantified_associations": kit}
    assert shop.post("products", fan).is_success
    return shop


def test_another_code_renames_a_model_with_all_that_hangs_on_it(runner):
    answer = runner.patch("product-models/runner", {"code": "jogger"})
    assert answer.status_code == 204
    assert answer.headers["Location"].endswith("/product-models/jogger")
    assert runner.get("product-models/runner").status_code == 404
    assert runner.get(f"product-models/{COLOR_OF_RED}").json()["parent"] == "jogger"
    fan = runner.get("products/fan").json()
    assert fan["associations"]["SET"]["product_models"] == ["jogger"]
    assert fan["quantified_associations"]["KIT"]["product_models"] == [{"identifier": "jogger", "quantity": 2}]
    runner.patch(f"product-models/{COLOR_OF_RED}", {"code": "jogger_red"})
    assert runner.get("products/s").json()["parent"] == "jogger_red"
    assert runner.delete("product-models/jogger").status_code == 204
    assert runner.get("products/s").status_code == 404


def test_a_model_cannot_take_the_code_of_another_one(runner):
    answer = runner.patch("product-models/runner", {"code": COLOR_OF_RED})
    assert said(answer) == "The same code is already set on another product model."
    assert runner.get("product-models/runner").status_code == 200


def test_the_letter_case_of_an_identifier_counts_on_reading_only(shop):
    shop.post("products", {"identifier": "Shoe"})
    assert shop.get("products/shoe").status_code == 404
    answer = shop.patch("products/shoe", {"enabled": False})
    assert (answer.status_code, answer.headers["Location"].rsplit("/", 1)[1]) == (204, "shoe")
    assert shop.get("products/shoe").json()["enabled"] is False
    assert shop.delete("products/SHOE").status_code == 204


def test_prices_in_a_currency_that_no_channel_has_any_longer_are_not_shown(shop, one):
    prices = [{"amount": "1", "currency": "EUR"}, {"amount": "2", "currency": "USD"}]
    shop.post("products", {"identifier": "a", "values": {"price": one(prices)}})
    shop.patch("channels/print", {"currencies": ["EUR"]})
    assert shop.get("products/a").json()["values"]["price"] == one([{"amount": "1.00", "currency": "EUR"}])


def test_values_of_a_locale_that_left_its_channel_are_not_shown(shop, one):
    values = {"story": one("Conte", "fr_FR", "web") + one("Tale", "en_US", "web"), "name": one("Soulier", "fr_FR")}
    shop.post("products", {"identifier": "a", "values": values})
    shop.patch("channels/web", {"locales": ["en_US"]})
    found = shop.get("products/a").json()["values"]
    assert found["story"] == one("Tale", "en_US", "web")
    assert "name" not in found


def test_line_breaks_in_a_text_are_answered_as_blanks_and_kept_in_a_text_area(shop, one):
    values = {"note": one("a\r\nb\nc"), "story": one("a\nb", "en_US", "web")}
    shop.post("products", {"identifier": "a", "values": values})
    found = shop.get("products/a").json()["values"]
    assert found["note"] == one("a b c")
    assert found["story"] == one("a\nb", "en_US", "web")


def test_options_are_answered_in_order_of_their_codes(shop, one):
    shop.post("products", {"identifier": "a", "values": {"uses": one(["walk", "RUN", "Hike"])}})
    assert shop.get("products/a").json()["values"]["uses"] == one(["hike", "run", "walk"])


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"photo": ""}, 'Property "photo" expects a valid pathname as data, "" given.'),
        ({"price": [12]}, "This value should be of type array|(Traversable&ArrayAccess)."),
        ({"price": [{"amount": 1, "currency": "EUR", "tax": 2}]}, "This field was not expected."),
    ],
)
def test_a_value_of_a_wrong_form_is_refused_with_advice(shop, one, values, message):
    body = {"identifier": "a", "values": {code: one(data) for code, data in values.items()}}
    answer = shop.post("products", body)
    assert answer.status_code == 422
    assert answer.json()["message"] == f"{message} Check the expected format on the API documentation."


def test_an_amount_with_a_blank_at_its_end_is_refused(shop, one):
    price = [{"amount": "12 ", "currency": "EUR"}]
    assert said(shop.post("products", {"identifier": "a", "values": {"price": one(price)}})) == (
        'The price attribute requires a value which does not contains space, and the submitted "12 " has at least one.'
    )


@pytest.mark.parametrize("wrong", ["21eb9fe4-d5b9-021e-a716-446655440000", "21eb9fe4-d5b9-421e-0716-446655440000"])
def test_a_uuid_without_version_or_variant_is_none(shop, wrong):
    answer = shop.post("products-uuid", {"uuid": wrong})
    assert answer.json()["message"].startswith("This value is not a valid UUID.")


def test_the_uuid_in_the_body_must_be_spelt_as_in_the_address(shop):
    key = "a" + str(uuid.uuid4())[1:]
    assert shop.patch(f"products-uuid/{key}", {"uuid": key.upper()}).status_code == 422
    assert shop.patch(f"products-uuid/{key.upper()}", {}).status_code == 201
    assert shop.get(f"products-uuid/{key}").json()["uuid"] == key


def test_a_new_variant_by_uuid_keeps_its_identifier_whatever_its_level(runner, one):
    body = {"parent": "runner", "values": {"sku": one("lone"), "color": one("blue")}}
    messages = [error["message"] for error in runner.post("products-uuid", body).json()["errors"]]
    assert messages[-1] == 'Cannot set the property "sku" to this entity as it is not in the attribute set'
    assert len(messages) == 2


def test_a_payload_with_numbers_as_names_is_no_message(shop):
    answer = shop.patch("products/a", {"0": "x"})
    assert (answer.status_code, answer.json()["message"]) == (400, "Invalid json message received")


def test_quantities_are_checked_before_what_they_name(shop):
    links = {
        "product_models": [{"identifier": "nothing", "quantity": 0}],
        "products": [{"identifier": "nobody", "quantity": 0}],
    }
    answer = shop.post("products", {"identifier": "a", "quantified_associations": {"KIT": links}})
    assert [error["property"] for error in answer.json()["errors"]] == [
        "quantifiedAssociations.KIT.products[0].quantity",
        "quantifiedAssociations.KIT.product_models[0].quantity",
        "quantifiedAssociations.KIT.products",
        "quantifiedAssociations.KIT.product_models",
    ]


def test_an_identifier_must_be_a_text(shop):
    answer = shop.post("products", {"identifier": 12})
    assert answer.json()["message"].startswith('Property "sku" expects a string as data, "integer" given.')


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        ("2026-02-30", "2026-03-02T00:00:00+00:00"),
        ("2026-02-03+02:00", "2026-02-03T00:00:00+02:00"),
        ("2026-02-03 08:15", "2026-02-03T08:15:00+00:00"),
    ],
)
def test_a_date_is_read_as_php_reads_it(shop, one, sent, answered):
    shop.post("products", {"identifier": "a", "values": {"since": one(sent)}})
    assert shop.get("products/a").json()["values"]["since"] == one(answered)


def test_a_unique_value_is_taken_in_any_letter_case(shop, one):
    shop.post("products", {"identifier": "a", "values": {"ean": one("Abc")}})
    assert "is already set on another product" in said(
        shop.post("products", {"identifier": "b", "values": {"ean": one("aBC")}})
    )


def test_a_model_without_anything_lacks_code_and_family_variant(shop):
    errors = shop.post("product-models", {}).json()["errors"]
    assert [error["property"] for error in errors] == ["code", "family_variant"]


def test_a_file_that_is_not_there_is_told_before_a_wrong_locale(shop, one):
    answer = shop.post("products", {"identifier": "a", "values": {"photo": one("gone.png", "en_US")}})
    assert answer.json()["message"].startswith('Property "photo" expects a valid pathname as data, "gone.png" given.')


@pytest.fixture
def with_defaults(shop):
    """The shop with two attributes of its family that have a default, one of them on the level of the variants."""
    vegan = {"code": "vegan", "type": "pim_catalog_boolean", "group": "other", "default_value": True}
    listed = {"code": "listed", "type": "pim_catalog_boolean", "group": "other", "default_value": False}
    assert shop.post("attributes", {**vegan, "localizable": True, "scopable": True}).is_success
    assert shop.post("attributes", listed).is_success
    attributes = shop.get("families/shoes").json()["attributes"]
    assert shop.patch("families/shoes", {"attributes": [*attributes, "vegan", "listed"]}).is_success
    return shop


def test_a_new_product_gets_the_defaults_of_its_family(with_defaults, one):
    with_defaults.post("products", {"identifier": "a", "family": "shoes", "values": {"listed": one(True)}})
    found = with_defaults.get("products/a").json()["values"]
    assert found["listed"] == one(True)
    assert {(v["scope"], v["locale"], v["data"]) for v in found["vegan"]} == {
        ("web", "en_US", True),
        ("web", "fr_FR", True),
        ("print", "en_US", True),
    }


def test_a_family_given_later_brings_no_defaults(with_defaults):
    with_defaults.post("products", {"identifier": "a"})
    with_defaults.patch("products/a", {"family": "shoes"})
    assert set(with_defaults.get("products/a").json()["values"]) == {"sku"}


def test_a_default_belongs_to_the_level_of_its_attribute(with_defaults, one):
    with_defaults.post("product-models", {"code": "root", "family_variant": "by_color_size"})
    with_defaults.post("product-models", {"code": "red", "parent": "root", "values": {"color": one("red")}})
    assert with_defaults.sandbox.store.model("root").values["listed"] == {(None, None): False}
    assert set(with_defaults.sandbox.store.model("red").values) == {"color"}


def test_an_association_of_the_model_above_is_not_kept_a_second_time(runner):
    runner.post("products", {"identifier": "other"})
    runner.patch("product-models/runner", {"associations": {"SET": {"products": ["fan"]}}})
    runner.patch("products/s", {"associations": {"SET": {"products": ["fan", "other"]}}})
    assert set(runner.get("products/s").json()["associations"]["SET"]["products"]) == {"fan", "other"}
    runner.patch("product-models/runner", {"associations": {"SET": {"products": []}}})
    assert runner.get("products/s").json()["associations"]["SET"]["products"] == ["other"]


@pytest.mark.parametrize(
    ("amount", "answered"),
    [("876543210987.4321", "876543210987.4321"), ("987654321987.1234", "987654321987.1237"), ("0.12345", "0.1235")],
)
def test_amounts_are_rounded_as_floats(shop, one, amount, answered):
    shop.post("products", {"identifier": "a", "values": {"weight": one({"amount": amount, "unit": "GRAM"})}})
    assert shop.get("products/a").json()["values"]["weight"][0]["data"]["amount"] == answered


def test_of_two_quantities_a_variant_made_simple_keeps_that_of_its_model(runner):
    def links(number):
        return {"KIT": {"products": [{"identifier": "fan", "quantity": number}]}}

    runner.patch("products/s", {"quantified_associations": links(3)})
    runner.patch("product-models/runner", {"quantified_associations": links(8)})
    assert runner.get("products/s").json()["quantified_associations"]["KIT"]["products"] == links(3)["KIT"]["products"]
    runner.patch("products/s", {"parent": None})
    assert runner.get("products/s").json()["quantified_associations"]["KIT"]["products"] == links(8)["KIT"]["products"]


def test_links_leave_colons_and_commas_of_a_search_as_they_are(shop):
    answer = shop.get("products", search='{"sku":[{"operator":"IN","value":["a","b"]}]}')
    href = answer.json()["_links"]["self"]["href"]
    assert "search=%7B%22sku%22:%5B%7B%22operator%22:%22IN%22,%22value%22:%5B%22a%22,%22b%22%5D%7D%5D%7D" in href
