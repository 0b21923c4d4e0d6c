"""The structure resources of the PIM, with their columns as in Akeneo's own CSV files.

Sources: Akeneo's API reference and flat file converters (community edition, August 2026). Which properties are kept for
ever: the documentation of each resource.
"""

from __future__ import annotations

from pimflow import said
from pimflow_akeneo import search_tables
from pimflow_akeneo.structure.codecs import (
    AMOUNT,
    BOOLEAN,
    CODE,
    CODES,
    DAY,
    FILLED,
    FLAG,
    INTEGER,
    JSON,
    ORDER,
    PAIRS,
    TEXT,
    TYPE,
    UNITS,
)
from pimflow_akeneo.structure.description import AXES, IDENTIFIERS, Column, Resource

LOCALE, CHANNEL = "locale", "channel"
SETS = "variant_attribute_sets"
LABEL = Column("label", TEXT, said("Label"), key="labels", per=LOCALE)
NEVER_NULL_LABEL = Column("label", FILLED, said("Label"), key="labels", per=LOCALE)
SORT_ORDER = Column("sort_order", ORDER, said("Sort order"))

ATTRIBUTES = Resource(
    path="attributes",
    noun=(said("attribute"), said("attributes")),
    filters=search_tables.ATTRIBUTES,
    columns=(
        LABEL,
        Column("type", TYPE, said("Type"), fixed=True),
        Column("group", CODE, said("Attribute group")),
        Column("unique", FLAG, said("Unique value"), fixed=True),
        Column("localizable", FLAG, said("Value per locale"), fixed=True),
        Column("scopable", FLAG, said("Value per channel"), fixed=True),
        Column("metric_family", CODE, said("Measurement family"), fixed=True),
        Column("default_metric_unit", CODE, said("Default measurement unit")),
        Column("reference_data_name", CODE, said("Reference data"), fixed=True),
        Column("useable_as_grid_filter", FLAG, said("Usable in grid")),
        Column("available_locales", CODES, said("Available locales")),
        SORT_ORDER,
        Column("max_characters", INTEGER, said("Max characters")),
        Column("validation_rule", TEXT, said("Validation rule")),
        Column("validation_regexp", TEXT, said("Validation regexp")),
        Column("wysiwyg_enabled", BOOLEAN, said("Rich text editor enabled")),
        Column("number_min", AMOUNT, said("Min number")),
        Column("number_max", AMOUNT, said("Max number")),
        Column("decimals_allowed", BOOLEAN, said("Decimal values allowed")),
        Column("negative_allowed", BOOLEAN, said("Negative values allowed")),
        Column("date_min", DAY, said("Min date")),
        Column("date_max", DAY, said("Max date")),
        Column("allowed_extensions", CODES, said("Allowed extensions")),
        Column("max_file_size", AMOUNT, said("Max file size (MB)")),
        Column("minimum_input_length", INTEGER, said("Minimum input length")),
        Column("auto_option_sorting", BOOLEAN, said("Sort options automatically")),
        Column("default_value", BOOLEAN, said("Default value")),
        Column("is_mandatory", BOOLEAN, said("Mandatory")),
        Column("decimal_places", INTEGER, said("Decimal places")),
        Column("decimal_places_strategy", CODE, said("Decimal places strategy")),
        Column("guidelines", TEXT, said("Guidelines"), per=LOCALE),
        Column("table_configuration", JSON, said("Table configuration")),
    ),
)

ATTRIBUTE_OPTIONS = Resource(
    path="attributes/{owner}/options",
    noun=(said("option"), said("options")),
    owner=Column("attribute", CODE, said("Attribute"), fixed=True),
    columns=(LABEL, SORT_ORDER),
)

ATTRIBUTE_GROUPS = Resource(
    path="attribute-groups",
    noun=(said("attribute group"), said("attribute groups")),
    filters=search_tables.ATTRIBUTE_GROUPS,
    columns=(LABEL, SORT_ORDER, Column("attributes", CODES, said("Attributes"), written=False)),
)

FAMILIES = Resource(
    path="families",
    noun=(said("family"), said("families")),
    filters=search_tables.FAMILIES,
    columns=(
        LABEL,
        Column("attributes", CODES, said("Attributes"), holds=IDENTIFIERS),
        Column("attribute_as_label", CODE, said("Attribute used as label")),
        Column("attribute_as_image", CODE, said("Attribute used as the main picture")),
        Column(
            "requirements",
            CODES,
            said("Required attributes"),
            key="attribute_requirements",
            per=CHANNEL,
            holds=IDENTIFIERS,
        ),
    ),
)

FAMILY_VARIANTS = Resource(
    path="families/{owner}/variants",
    noun=(said("family variant"), said("family variants")),
    owner=Column("family", CODE, said("Family"), fixed=True),
    columns=(
        LABEL,
        Column("variant-axes_1", CODES, said("Axes of level 1"), key=SETS, fixed=True, level=1, member="axes"),
        Column("variant-axes_2", CODES, said("Axes of level 2"), key=SETS, fixed=True, level=2, member="axes"),
        Column(
            "variant-attributes_1",
            CODES,
            said("Attributes of level 1"),
            key=SETS,
            level=1,
            member="attributes",
            holds=AXES,
        ),
        Column(
            "variant-attributes_2",
            CODES,
            said("Attributes of level 2"),
            key=SETS,
            level=2,
            member="attributes",
            holds=AXES,
        ),
    ),
    completed=("variant-axes_1", "variant-axes_2", "variant-attributes_1", "variant-attributes_2"),
)

CATEGORIES = Resource(
    path="categories",
    noun=(said("category"), said("categories")),
    filters=search_tables.CATEGORIES,
    columns=(Column("parent", CODE, said("Parent")), LABEL),
)

ASSOCIATION_TYPES = Resource(
    path="association-types",
    noun=(said("association type"), said("association types")),
    columns=(
        LABEL,
        Column("is_two_way", FLAG, said("Two-way"), fixed=True),
        Column("is_quantified", FLAG, said("Quantified"), fixed=True),
    ),
)

CHANNELS = Resource(
    path="channels",
    noun=(said("channel"), said("channels")),
    columns=(
        LABEL,
        Column("tree", CODE, said("Category tree"), key="category_tree"),
        Column("locales", CODES, said("Locales")),
        Column("currencies", CODES, said("Currencies")),
        Column("conversion_units", PAIRS, said("Conversion units")),
    ),
)

MEASUREMENT_FAMILIES = Resource(
    path="measurement-families",
    noun=(said("measurement family"), said("measurement families")),
    columns=(
        NEVER_NULL_LABEL,
        Column("standard_unit_code", CODE, said("Standard unit"), fixed=True),
        Column("units", UNITS, said("Units"), vital=True),
    ),
    completed=("standard_unit_code", "units"),
)

LOCALES = Resource(
    path="locales",
    noun=(said("locale"), said("locales")),
    filters=search_tables.LOCALES,
    columns=(Column("enabled", BOOLEAN, said("Active")),),
)

CURRENCIES = Resource(
    path="currencies",
    noun=(said("currency"), said("currencies")),
    filters=search_tables.CURRENCIES,
    columns=(Column("enabled", BOOLEAN, said("Active")),),
)


def no_part(per: str, code: str) -> str:
    """Tell that the PIM does not have the locale or channel of a column."""
    if per == LOCALE:
        return said("the PIM has no locale '{code}'", code=code)
    return said("the PIM has no channel '{code}'", code=code)
