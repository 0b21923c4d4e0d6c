"""The structure resources of the PIM, with their columns as in Akeneo's own CSV files.

Sources: Akeneo's API reference and flat file converters (community edition, August 2026). Which properties are kept for
ever: the documentation of each resource.
"""

from __future__ import annotations

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
LABEL = Column("label", TEXT, "Label", key="labels", per=LOCALE)
NEVER_NULL_LABEL = Column("label", FILLED, "Label", key="labels", per=LOCALE)
SORT_ORDER = Column("sort_order", ORDER, "Sort order")

ATTRIBUTES = Resource(
    path="attributes",
    noun=("attribute", "attributes"),
    filters=search_tables.ATTRIBUTES,
    columns=(
        LABEL,
        Column("type", TYPE, "Type", fixed=True),
        Column("group", CODE, "Attribute group"),
        Column("unique", FLAG, "Unique value", fixed=True),
        Column("localizable", FLAG, "Value per locale", fixed=True),
        Column("scopable", FLAG, "Value per channel", fixed=True),
        Column("metric_family", CODE, "Measurement family", fixed=True),
        Column("default_metric_unit", CODE, "Default measurement unit"),
        Column("reference_data_name", CODE, "Reference data", fixed=True),
        Column("useable_as_grid_filter", FLAG, "Usable in grid"),
        Column("available_locales", CODES, "Available locales"),
        SORT_ORDER,
        Column("max_characters", INTEGER, "Max characters"),
        Column("validation_rule", TEXT, "Validation rule"),
        Column("validation_regexp", TEXT, "Validation regexp"),
        Column("wysiwyg_enabled", BOOLEAN, "Rich text editor enabled"),
        Column("number_min", AMOUNT, "Min number"),
        Column("number_max", AMOUNT, "Max number"),
        Column("decimals_allowed", BOOLEAN, "Decimal values allowed"),
        Column("negative_allowed", BOOLEAN, "Negative values allowed"),
        Column("date_min", DAY, "Min date"),
        Column("date_max", DAY, "Max date"),
        Column("allowed_extensions", CODES, "Allowed extensions"),
        Column("max_file_size", AMOUNT, "Max file size (MB)"),
        Column("minimum_input_length", INTEGER, "Minimum input length"),
        Column("auto_option_sorting", BOOLEAN, "Sort options automatically"),
        Column("default_value", BOOLEAN, "Default value"),
        Column("is_mandatory", BOOLEAN, "Mandatory"),
        Column("decimal_places", INTEGER, "Decimal places"),
        Column("decimal_places_strategy", CODE, "Decimal places strategy"),
        Column("guidelines", TEXT, "Guidelines", per=LOCALE),
        Column("table_configuration", JSON, "Table configuration"),
    ),
)

ATTRIBUTE_OPTIONS = Resource(
    path="attributes/{owner}/options",
    noun=("option", "options"),
    owner=Column("attribute", CODE, "Attribute", fixed=True),
    columns=(LABEL, SORT_ORDER),
)

ATTRIBUTE_GROUPS = Resource(
    path="attribute-groups",
    noun=("attribute group", "attribute groups"),
    filters=search_tables.ATTRIBUTE_GROUPS,
    columns=(LABEL, SORT_ORDER, Column("attributes", CODES, "Attributes", written=False)),
)

FAMILIES = Resource(
    path="families",
    noun=("family", "families"),
    filters=search_tables.FAMILIES,
    columns=(
        LABEL,
        Column("attributes", CODES, "Attributes", holds=IDENTIFIERS),
        Column("attribute_as_label", CODE, "Attribute used as label"),
        Column("attribute_as_image", CODE, "Attribute used as the main picture"),
        Column(
            "requirements", CODES, "Required attributes", key="attribute_requirements", per=CHANNEL, holds=IDENTIFIERS
        ),
    ),
)

FAMILY_VARIANTS = Resource(
    path="families/{owner}/variants",
    noun=("family variant", "family variants"),
    owner=Column("family", CODE, "Family", fixed=True),
    columns=(
        LABEL,
        Column("variant-axes_1", CODES, "Axes of level 1", key=SETS, fixed=True, level=1, member="axes"),
        Column("variant-axes_2", CODES, "Axes of level 2", key=SETS, fixed=True, level=2, member="axes"),
        Column(
            "variant-attributes_1", CODES, "Attributes of level 1", key=SETS, level=1, member="attributes", holds=AXES
        ),
        Column(
            "variant-attributes_2", CODES, "Attributes of level 2", key=SETS, level=2, member="attributes", holds=AXES
        ),
    ),
    completed=("variant-axes_1", "variant-axes_2", "variant-attributes_1", "variant-attributes_2"),
)

CATEGORIES = Resource(
    path="categories",
    noun=("category", "categories"),
    filters=search_tables.CATEGORIES,
    columns=(Column("parent", CODE, "Parent"), LABEL),
)

ASSOCIATION_TYPES = Resource(
    path="association-types",
    noun=("association type", "association types"),
    columns=(
        LABEL,
        Column("is_two_way", FLAG, "Two-way", fixed=True),
        Column("is_quantified", FLAG, "Quantified", fixed=True),
    ),
)

CHANNELS = Resource(
    path="channels",
    noun=("channel", "channels"),
    columns=(
        LABEL,
        Column("tree", CODE, "Category tree", key="category_tree"),
        Column("locales", CODES, "Locales"),
        Column("currencies", CODES, "Currencies"),
        Column("conversion_units", PAIRS, "Conversion units"),
    ),
)

MEASUREMENT_FAMILIES = Resource(
    path="measurement-families",
    noun=("measurement family", "measurement families"),
    columns=(
        NEVER_NULL_LABEL,
        Column("standard_unit_code", CODE, "Standard unit", fixed=True),
        Column("units", UNITS, "Units", vital=True),
    ),
    completed=("standard_unit_code", "units"),
)

LOCALES = Resource(
    path="locales",
    noun=("locale", "locales"),
    filters=search_tables.LOCALES,
    columns=(Column("enabled", BOOLEAN, "Active"),),
)

CURRENCIES = Resource(
    path="currencies",
    noun=("currency", "currencies"),
    filters=search_tables.CURRENCIES,
    columns=(Column("enabled", BOOLEAN, "Active"),),
)
