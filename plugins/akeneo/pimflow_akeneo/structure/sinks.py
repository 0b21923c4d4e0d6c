"""The sinks of structure resources."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from pimflow import Run, Sink, Use, Writer
from pimflow_akeneo.connection import AkeneoConnection
from pimflow_akeneo.session import Session
from pimflow_akeneo.structure import resources
from pimflow_akeneo.structure.description import Resource
from pimflow_akeneo.structure.writing import StructureWriter


class StructureSink(Sink):
    """What the sinks of all structure resources have in common."""

    key = "code"
    batch_size = 100
    in_flight = 4
    resource: ClassVar[Resource]

    connection: Use[AkeneoConnection] = Field(description="Name of the connection to the PIM.")

    def open(self, session: Session, run: Run) -> Writer:  # noqa: ARG002 - a dry run calls no `load`
        """Give the writer. Nothing is asked of the PIM yet, which may be empty."""
        return StructureWriter(session, self.resource)


class AkeneoAttributesSink(StructureSink):
    """Creates and updates attributes, 100 a call, with columns as in Akeneo's own CSV files.

    A new attribute needs `code`, `type` and `group`. Its code, type, `localizable`, `scopable`, `unique`,
    `metric_family` and `reference_data_name` are kept by the PIM for ever: they are sent when it is created, and a
    later difference is told. An attribute whose group is not there yet waits for it.
    """

    type = "akeneo.attributes"
    noun = resources.ATTRIBUTES.noun
    resource = resources.ATTRIBUTES


class AkeneoAttributeOptionsSink(StructureSink):
    """Creates and updates the options of simple and multi selects, with columns as in Akeneo's own CSV files.

    `code` and `attribute` name an option; `sort_order` and a `label-LOCALE` each describe it. The options of one
    attribute go 100 a call; the PIM takes three such calls a second. Options of an attribute that is not there yet
    wait for it.
    """

    type = "akeneo.attribute_options"
    noun = resources.ATTRIBUTE_OPTIONS.noun
    in_flight = 1
    resource = resources.ATTRIBUTE_OPTIONS


class AkeneoAttributeGroupsSink(StructureSink):
    """Creates and updates attribute groups, 100 a call, with columns as in Akeneo's own CSV files.

    Which attributes a group has is set by the column `group` of the attributes. A column `attributes` is not written:
    attributes that the PIM has in another group are told.
    """

    type = "akeneo.attribute_groups"
    noun = resources.ATTRIBUTE_GROUPS.noun
    resource = resources.ATTRIBUTE_GROUPS


class AkeneoFamiliesSink(StructureSink):
    """Creates and updates families, 100 a call, with columns as in Akeneo's own CSV files.

    `attributes` and each `requirements-CHANNEL` are replaced as a whole; the identifier attribute stays in them. A
    family that names an attribute or channel which is not there yet waits for it.
    """

    type = "akeneo.families"
    noun = resources.FAMILIES.noun
    resource = resources.FAMILIES


class AkeneoFamilyVariantsSink(StructureSink):
    """Creates and updates family variants, with columns as in Akeneo's own CSV files.

    `code` and `family` name a variant; `variant-axes_1`, `variant-attributes_1` and the same with `_2` tell what
    differs on each level. The PIM keeps levels and axes for ever: a later difference is told. It puts the axes among
    the attributes of their level, and unique attributes on the lowest: they need not be named. A variant whose family
    is not there yet waits for it.
    """

    type = "akeneo.family_variants"
    noun = resources.FAMILY_VARIANTS.noun
    resource = resources.FAMILY_VARIANTS


class AkeneoCategoriesSink(StructureSink):
    """Creates and updates categories, 100 a call, with columns as in Akeneo's own CSV files.

    A category without a `parent` is the root of a tree. Parents may come later than their children, which then wait
    and go at the end; the other way round takes fewer calls.
    """

    type = "akeneo.categories"
    noun = resources.CATEGORIES.noun
    in_flight = 1
    resource = resources.CATEGORIES


class AkeneoAssociationTypesSink(StructureSink):
    """Creates and updates association types, 100 a call, with columns as in Akeneo's own CSV files.

    The PIM keeps `is_two_way` and `is_quantified` for ever: a later difference is told.
    """

    type = "akeneo.association_types"
    noun = resources.ASSOCIATION_TYPES.noun
    resource = resources.ASSOCIATION_TYPES


class AkeneoChannelsSink(StructureSink):
    """Creates and updates channels, 100 a call, with columns as in Akeneo's own CSV files.

    `tree` is the root of the category tree, `locales` and `currencies` are lists, `conversion_units` pairs such as
    `weight: KILOGRAM, length: METER`. Locales become active by being used; currencies are activated in the PIM. A
    channel whose tree is not there yet waits for it.
    """

    type = "akeneo.channels"
    noun = resources.CHANNELS.noun
    in_flight = 1
    resource = resources.CHANNELS


class AkeneoMeasurementFamiliesSink(StructureSink):
    """Creates and updates measurement families, 100 a call.

    Columns are `code`, a `label-LOCALE` each, `standard_unit_code`, which the PIM keeps for ever, and `units`: the JSON
    of the PIM's API, as in `{"GRAM": {"symbol": "g", "convert_from_standard": [{"operator": "mul", "value":
    "0.001"}]}}`. Units that are not named stay; once an attribute uses the family, only labels and symbols can change.
    """

    type = "akeneo.measurement_families"
    noun = resources.MEASUREMENT_FAMILIES.noun
    in_flight = 1
    resource = resources.MEASUREMENT_FAMILIES
