"""All components of the PIM's structure, for the plugin's hook."""

from __future__ import annotations

from pimflow import Component
from pimflow_akeneo.structure import jobs, sinks, sources

STRUCTURE: tuple[type[Component], ...] = (
    sources.AkeneoAttributesSource,
    sources.AkeneoAttributeOptionsSource,
    sources.AkeneoAttributeGroupsSource,
    sources.AkeneoFamiliesSource,
    sources.AkeneoFamilyVariantsSource,
    sources.AkeneoCategoriesSource,
    sources.AkeneoAssociationTypesSource,
    sources.AkeneoChannelsSource,
    sources.AkeneoMeasurementFamiliesSource,
    sources.AkeneoLocalesSource,
    sources.AkeneoCurrenciesSource,
    sinks.AkeneoAttributesSink,
    sinks.AkeneoAttributeOptionsSink,
    sinks.AkeneoAttributeGroupsSink,
    sinks.AkeneoFamiliesSink,
    sinks.AkeneoFamilyVariantsSink,
    sinks.AkeneoCategoriesSink,
    sinks.AkeneoAssociationTypesSink,
    sinks.AkeneoChannelsSink,
    sinks.AkeneoMeasurementFamiliesSink,
    jobs.AkeneoJobsSink,
)
