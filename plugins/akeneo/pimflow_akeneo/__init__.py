"""Reads from and writes to an Akeneo PIM: products, product models, and the structure that they are made of."""

from __future__ import annotations

from collections.abc import Mapping
from pkgutil import resolve_name

from pimflow import Component, hookimpl

HOMES: Mapping[tuple[str, str], str] = {
    ("connection", "akeneo"): "connection:AkeneoConnection",
    ("source", "akeneo.products"): "sources:AkeneoProductsSource",
    ("source", "akeneo.product_models"): "sources:AkeneoProductModelsSource",
    ("source", "akeneo.published_products"): "sources:AkeneoPublishedProductsSource",
    ("source", "akeneo.media_files"): "media.sources:AkeneoMediaFilesSource",
    ("source", "akeneo.attributes"): "structure.sources:AkeneoAttributesSource",
    ("source", "akeneo.attribute_options"): "structure.sources:AkeneoAttributeOptionsSource",
    ("source", "akeneo.attribute_groups"): "structure.sources:AkeneoAttributeGroupsSource",
    ("source", "akeneo.families"): "structure.sources:AkeneoFamiliesSource",
    ("source", "akeneo.family_variants"): "structure.sources:AkeneoFamilyVariantsSource",
    ("source", "akeneo.categories"): "structure.sources:AkeneoCategoriesSource",
    ("source", "akeneo.association_types"): "structure.sources:AkeneoAssociationTypesSource",
    ("source", "akeneo.channels"): "structure.sources:AkeneoChannelsSource",
    ("source", "akeneo.measurement_families"): "structure.sources:AkeneoMeasurementFamiliesSource",
    ("source", "akeneo.locales"): "structure.sources:AkeneoLocalesSource",
    ("source", "akeneo.currencies"): "structure.sources:AkeneoCurrenciesSource",
    ("sink", "akeneo.products"): "sinks:AkeneoProductsSink",
    ("sink", "akeneo.product_models"): "sinks:AkeneoProductModelsSink",
    ("sink", "akeneo.media_files"): "media.sinks:AkeneoMediaFilesSink",
    ("sink", "akeneo.attributes"): "structure.sinks:AkeneoAttributesSink",
    ("sink", "akeneo.attribute_options"): "structure.sinks:AkeneoAttributeOptionsSink",
    ("sink", "akeneo.attribute_groups"): "structure.sinks:AkeneoAttributeGroupsSink",
    ("sink", "akeneo.families"): "structure.sinks:AkeneoFamiliesSink",
    ("sink", "akeneo.family_variants"): "structure.sinks:AkeneoFamilyVariantsSink",
    ("sink", "akeneo.categories"): "structure.sinks:AkeneoCategoriesSink",
    ("sink", "akeneo.association_types"): "structure.sinks:AkeneoAssociationTypesSink",
    ("sink", "akeneo.channels"): "structure.sinks:AkeneoChannelsSink",
    ("sink", "akeneo.measurement_families"): "structure.sinks:AkeneoMeasurementFamiliesSink",
    ("sink", "akeneo.jobs"): "structure.jobs:AkeneoJobsSink",
}
"""Where each connection, source and sink is: a pipeline loads those that it names."""


@hookimpl
def pimflow_components(kind: str | None, name: str | None) -> list[type[Component]]:
    """Give what is wanted of this plugin, or all that it has."""
    homes = [HOMES[kind, name]] if kind and name and (kind, name) in HOMES else HOMES.values()
    return [resolve_name(f"{__name__}.{home}") for home in homes]
