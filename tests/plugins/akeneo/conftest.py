"""A PIM with a small catalogue, served for real, and connections to it."""

from datetime import UTC, datetime

import pytest

from pimflow import Change, Run
from pimflow_akeneo.connection import AkeneoConnection
from pimflow_akeneo.sinks import AkeneoProductsSink
from pimflow_akeneo_sandbox.serve import serve

from .provision_setup import PROJECT, USED, Desk

GROUP = "erp"


def attribute(code, kind, **more):
    return {"code": code, "type": f"pim_catalog_{kind}", "group": GROUP, "labels": {"en_US": code.title()}, **more}


ATTRIBUTES = [
    attribute("sku", "identifier", unique=True, is_main_identifier=True),
    attribute("name", "text", localizable=True, max_characters=40),
    attribute("ean", "text", unique=True),
    attribute("description", "textarea", localizable=True, scopable=True),
    attribute("pieces", "number", decimals_allowed=False, negative_allowed=False),
    attribute("rating", "number", decimals_allowed=True, negative_allowed=True, number_max="5"),
    attribute("fragile", "boolean"),
    attribute("since", "date"),
    attribute("color", "simpleselect"),
    attribute("materials", "multiselect"),
    attribute(
        "weight",
        "metric",
        metric_family="Weight",
        default_metric_unit="GRAM",
        decimals_allowed=True,
        negative_allowed=False,
    ),
    attribute("price", "price_collection", decimals_allowed=True),
    attribute("picture", "image"),
    attribute("manual", "file", allowed_extensions=["pdf"]),
    attribute("contact", "text", validation_rule="email"),
]
UNITS = {"GRAM": "0.001", "KILOGRAM": "1"}
CATALOG = {
    "locales": [{"code": code, "enabled": code != "fr_CH"} for code in ("de_DE", "en_US", "fr_FR", "fr_CH")],
    "currencies": [{"code": code, "enabled": code != "GBP"} for code in ("EUR", "USD", "GBP")],
    "measurement_families": [
        {
            "code": "Weight",
            "labels": {},
            "standard_unit_code": "KILOGRAM",
            "units": {
                code: {
                    "code": code,
                    "labels": {},
                    "symbol": code.lower(),
                    "convert_from_standard": [{"operator": "mul", "value": factor}],
                }
                for code, factor in UNITS.items()
            },
        }
    ],
    "attribute_groups": [
        {"code": GROUP, "sort_order": 1, "attributes": [one["code"] for one in ATTRIBUTES], "labels": {}}
    ],
    "attributes": ATTRIBUTES,
    "attribute_options": [
        {"attribute": name, "code": code, "sort_order": order, "labels": {"en_US": code}}
        for name, codes in {"color": ["red", "Dark_Blue", "bordeaux"], "materials": ["wood", "steel", "glass"]}.items()
        for order, code in enumerate(codes)
    ],
    "categories": [
        {"code": "master", "parent": None, "labels": {}},
        {"code": "shoes", "parent": "master", "labels": {}},
        {"code": "boots", "parent": "shoes", "labels": {}},
    ],
    "channels": [
        {
            "code": "shop",
            "category_tree": "master",
            "currencies": ["EUR", "USD"],
            "locales": ["de_DE", "en_US"],
            "conversion_units": {},
            "labels": {},
        },
        {
            "code": "print",
            "category_tree": "master",
            "currencies": ["EUR"],
            "locales": ["fr_FR"],
            "conversion_units": {},
            "labels": {},
        },
    ],
    "families": [
        {
            "code": "footwear",
            "attributes": [one["code"] for one in ATTRIBUTES],
            "attribute_as_label": "sku",
            "attribute_as_image": "picture",
            "attribute_requirements": {"shop": ["sku"], "print": ["sku"]},
            "labels": {},
        }
    ],
    "family_variants": [
        {
            "family": "footwear",
            "code": "by_color",
            "labels": {},
            "variant_attribute_sets": [
                {"level": 1, "axes": ["color"], "attributes": ["color", "sku", "ean", "weight"]}
            ],
        }
    ],
    "association_types": [
        {"code": "X_SELL", "labels": {}, "is_two_way": False, "is_quantified": False},
        {"code": "KIT", "labels": {}, "is_two_way": False, "is_quantified": True},
    ],
    "group_types": [{"code": "RELATED"}],
    "groups": [{"code": "summer", "type": "RELATED", "labels": {}}],
}


@pytest.fixture(scope="module")
def server():
    """Serve one PIM for all tests of a module."""
    with serve(CATALOG) as sandbox:
        yield sandbox


@pytest.fixture
def pim(server):
    """Give the server with its catalogue and no products, no faults."""
    server.faults(
        drop_before=0, drop_after=0, error_500=0, error_429=0, missing_lines=0, rate=0, concurrency=0, retry_after=1
    )
    server.reset()
    return server


@pytest.fixture
def connect(pim):
    """Make a connection; options replace the right ones."""

    def make(**options):
        right = {"url": pim.url, "client_id": "sandbox", "secret": "sandbox", "username": "sandbox"}
        return AkeneoConnection(**{**right, "password": "sandbox", **options})

    return make


@pytest.fixture
def session(connect):
    with connect().open() as found:
        yield found


@pytest.fixture
def run():
    return Run("run-1", "test", datetime(2026, 3, 1, tzinfo=UTC))


@pytest.fixture
def writer(session, run):
    return AkeneoProductsSink(connection="pim").open(session, run)


@pytest.fixture
def changes():
    """Turn rows into changes, as the core does."""

    def make(writer, rows, known=False):
        items = [item for row in rows for item in writer.prepare(row)]
        return [Change(item, number, known, b"") for number, item in enumerate(items)]

    return make


@pytest.fixture
def write(session, run, changes):
    """Send rows to a sink as the core does, and give the outcomes with their problems as text."""

    def make(sink, *rows, known=False):
        writer = sink(connection="pim").open(session, run)
        fitted = writer.fit(changes(writer, rows, known))
        outcomes = writer.load(fitted)
        told = [problem for change in fitted for problem in change.item.problems]
        return [outcome.status for outcome in outcomes], [*told, *(p for one in outcomes for p in one.problems)]

    return make


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """Give a project with a Community PIM that is in use."""
    with serve(USED) as pim:
        (tmp_path / "pimflow.yaml").write_text(PROJECT.format(url=pim.url), "utf-8")
        monkeypatch.chdir(tmp_path)
        yield Desk(tmp_path, pim)
