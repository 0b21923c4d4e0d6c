"""The contract suites for each structure resource, against a PIM that is really served."""

from contextlib import contextmanager

import pytest

from pimflow import AccessError, LoginError, UnreachableError
from pimflow_akeneo.connection import AkeneoConnection
from pimflow_akeneo.structure import sinks, sources
from pimflow_akeneo_sandbox.serve import serve
from pimflow_akeneo_sandbox.settings import Credentials, Settings
from pimflow_testkit import Setup, sink_suite, source_suite

from .conftest import CATALOG

SERVED = {}
SECRET, PASSWORD = "hush-secret", "hush-password"


@pytest.fixture(scope="module", autouse=True)
def _served():
    credentials = Credentials("client-7", SECRET, users=(("erp", PASSWORD),), readers=(("guest", PASSWORD),))
    with serve(CATALOG, settings=Settings(credentials)) as sandbox:
        SERVED["pim"] = sandbox
        yield


@pytest.fixture(autouse=True)
def _fresh():
    SERVED["pim"].reset()


@contextmanager
def session(**other):
    right = {"url": SERVED["pim"].url, "client_id": "client-7", "secret": SECRET, "username": "erp"}
    right |= {"password": PASSWORD, "options_per_second": 1000}
    with AkeneoConnection(**{**right, **other}).open() as found:
        yield found


@contextmanager
def nobody_there():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("time.sleep", lambda _: None)
        with session(url="http://127.0.0.1:9") as found:
            yield found


def sink(component, *rows, **without):
    return sink_suite(
        component,
        {"connection": "pim"},
        rows=rows,
        session=session,
        failing={
            "a wrong secret": Setup(session=lambda: session(secret="not-this-one"), raises=LoginError),
            "nobody there": Setup(session=nobody_there, raises=UnreachableError),
        },
        secrets=["not-this-one", SECRET, PASSWORD],
        without=without,
    )


def source(component, **options):
    return source_suite(
        component,
        {"connection": "pim", **options},
        session=session,
        failing={"a user without rights": Setup(session=lambda: session(username="guest"), raises=AccessError)},
    )


UNITS = '{"GRAM": {"symbol": "g", "convert_from_standard": [{"operator": "mul", "value": "1"}]}}'

test_attributes_sink = sink(
    sinks.AkeneoAttributesSink,
    {"code": "depth", "type": "pim_catalog_number", "group": "erp", "decimals_allowed": "1", "negative_allowed": "0"}
    | {"number_min": "0.5", "number_max": "10", "label-en_US": "Depth", "sort_order": "3", "localizable": "0"},
    {"code": "teaser", "type": "pim_catalog_text", "group": "erp", "localizable": "1", "scopable": "0"}
    | {"label-de_DE": "Anreißer", "max_characters": "60", "useable_as_grid_filter": "1", "available_locales": "de_DE"},
    {"code": "sheet", "type": "pim_catalog_file", "group": "erp", "allowed_extensions": "pdf,csv", "max_file_size": 5},
    {"code": "until", "type": "pim_catalog_date", "group": "erp", "date_min": "2026-01-01", "date_max": "2027-01-01"},
)
test_attribute_options_sink = sink(
    sinks.AkeneoAttributeOptionsSink,
    {"code": "green", "attribute": "color", "sort_order": "4", "label-en_US": "Green", "label-fr_FR": "Vert"},
    {"code": "red", "attribute": "color", "label-en_US": "Red!"},
    {"code": "green", "attribute": "materials", "sort_order": "0"},
)
test_attribute_groups_sink = sink(
    sinks.AkeneoAttributeGroupsSink,
    {"code": "marketing", "sort_order": "2", "label-en_US": "Marketing"},
    {"code": "erp", "label-en_US": "ERP"},
)
test_families_sink = sink(
    sinks.AkeneoFamiliesSink,
    {"code": "bags", "label-en_US": "Bags", "attributes": "name,sku,picture", "attribute_as_label": "name"}
    | {"attribute_as_image": "picture", "requirements-shop": "sku,name", "requirements-print": "sku"},
    {"code": "footwear", "label-de_DE": "Schuhe"},
)
test_family_variants_sink = sink(
    sinks.AkeneoFamilyVariantsSink,
    {"code": "by_color_then_fragile", "family": "footwear", "label-en_US": "Color, fragile", "variant-axes_1": "color"}
    | {"variant-attributes_1": "color,picture", "variant-axes_2": "fragile", "variant-attributes_2": "ean,fragile,sku"},
    {"code": "by_fragile", "family": "footwear", "variant-axes_1": "fragile"}
    | {"variant-attributes_1": "sku,ean,fragile,pieces"},
)
test_categories_sink = sink(
    sinks.AkeneoCategoriesSink,
    {"code": "season", "label-en_US": "Season"},
    {"code": "winter", "parent": "season", "label-en_US": "Winter", "label-de_DE": "Winter"},
)
test_association_types_sink = sink(
    sinks.AkeneoAssociationTypesSink,
    {"code": "UPSELL", "label-en_US": "Upsell", "is_two_way": "1", "is_quantified": "0"},
    {"code": "PARTS", "is_quantified": "true"},
)
test_channels_sink = sink(
    sinks.AkeneoChannelsSink,
    {"code": "app", "label-en_US": "App", "tree": "master", "locales": "en_US,fr_FR", "currencies": "EUR"}
    | {"conversion_units": "weight: GRAM"},
    {"code": "shop", "currencies": "EUR"},
)
test_measurement_families_sink = sink(
    sinks.AkeneoMeasurementFamiliesSink,
    {"code": "Loudness", "label-en_US": "Loudness", "standard_unit_code": "GRAM", "units": UNITS},
)

test_attributes_source = source(sources.AkeneoAttributesSource)
test_attribute_options_source = source(sources.AkeneoAttributeOptionsSource)
test_attribute_groups_source = source(sources.AkeneoAttributeGroupsSource)
test_families_source = source(sources.AkeneoFamiliesSource, search={"code": {"operator": "IN", "value": ["footwear"]}})
test_family_variants_source = source(sources.AkeneoFamilyVariantsSource, families=["footwear"])
test_categories_source = source(sources.AkeneoCategoriesSource, locales=["fr_CH"])
test_association_types_source = source(sources.AkeneoAssociationTypesSource)
test_channels_source = source(sources.AkeneoChannelsSource)
test_measurement_families_source = source(sources.AkeneoMeasurementFamiliesSource)
test_locales_source = source(sources.AkeneoLocalesSource)
test_currencies_source = source(sources.AkeneoCurrenciesSource)
