"""All kinds of structure entities that have their own path."""

from pimflow_akeneo_sandbox.structure.answers import attribute_answer, group_answer, undated, variant_answer
from pimflow_akeneo_sandbox.structure.attributes import WRITING as ATTRIBUTE
from pimflow_akeneo_sandbox.structure.channels import CHANNEL
from pimflow_akeneo_sandbox.structure.families import FAMILY
from pimflow_akeneo_sandbox.structure.family_variants import FAMILY_VARIANT
from pimflow_akeneo_sandbox.structure.filters import (
    attribute_filters,
    category_filters,
    family_filters,
    group_filters,
    locale_filters,
)
from pimflow_akeneo_sandbox.structure.resource import Resource
from pimflow_akeneo_sandbox.structure.simple import ASSOCIATION_TYPE, ATTRIBUTE_GROUP, CATEGORY, OPTION

ATTRIBUTES = Resource(
    "attributes", "attributes", "Attribute", "attributes",
    anchors=("post_attributes", "patch_attributes__code_"),
    writing=ATTRIBUTE, answer=attribute_answer, filters=attribute_filters,
)  # fmt: skip
GROUPS = Resource(
    "attribute_groups", "attribute-groups", "Attribute group", "attribute groups",
    anchors=("post_attribute_groups", "patch_attribute_groups__code_"),
    writing=ATTRIBUTE_GROUP, answer=group_answer, filters=group_filters,
)  # fmt: skip
OPTIONS = Resource(
    "attribute_options", "attributes/{owner}/options", "Attribute option", "attribute options",
    anchors=("post_attributes__attribute_code__options", "patch_attributes__attribute_code__options__code_"),
    writing=OPTION,
)  # fmt: skip
FAMILIES = Resource(
    "families", "families", "Family", "families",
    anchors=("post_families", "patch_families__code_"),
    writing=FAMILY, answer=undated, filters=family_filters,
)  # fmt: skip
VARIANTS = Resource(
    "family_variants", "families/{owner}/variants", "Family variant", "family variants",
    anchors=("post_families__family_code__variants", "patch_families__family_code__variants__code__"),
    writing=FAMILY_VARIANT,
    answer=variant_answer,
)  # fmt: skip
CATEGORIES = Resource(
    "categories", "categories", "Category", "categories",
    anchors=("post_categories", "patch_categories__code_"),
    writing=CATEGORY, filters=category_filters,
)  # fmt: skip
CHANNELS = Resource(
    "channels", "channels", "Channel", "channels", anchors=("post_channels", "patch_channels__code_"), writing=CHANNEL,
)  # fmt: skip
LOCALES = Resource("locales", "locales", "Locale", "locales", filters=locale_filters)
CURRENCIES = Resource("currencies", "currencies", "Currency", "currencies")
ASSOCIATION_TYPES = Resource(
    "association_types", "association-types", "Association type", "association types",
    anchors=("post_association_types", "patch_association_types__code_"),
    writing=ASSOCIATION_TYPE,
)  # fmt: skip

PLAIN = (ATTRIBUTES, GROUPS, FAMILIES, CATEGORIES, CHANNELS, LOCALES, CURRENCIES, ASSOCIATION_TYPES)
NESTED = (OPTIONS, VARIANTS)
