"""The attribute types of the Community edition, by what their values are."""

IDENTIFIER = "pim_catalog_identifier"
TEXT = "pim_catalog_text"
TEXTAREA = "pim_catalog_textarea"
NUMBER = "pim_catalog_number"
METRIC = "pim_catalog_metric"
PRICE = "pim_catalog_price_collection"
BOOLEAN = "pim_catalog_boolean"
DATE = "pim_catalog_date"
SELECT = "pim_catalog_simpleselect"
MULTISELECT = "pim_catalog_multiselect"
FILE = "pim_catalog_file"
IMAGE = "pim_catalog_image"
REFERENCE = "pim_reference_data_simpleselect"
REFERENCES = "pim_reference_data_multiselect"

MEDIA = frozenset({FILE, IMAGE})
TEXTS = frozenset({IDENTIFIER, TEXT, TEXTAREA})
ALL = frozenset(
    {
        IDENTIFIER, TEXT, TEXTAREA, NUMBER, METRIC, PRICE, BOOLEAN, DATE,
        SELECT, MULTISELECT, FILE, IMAGE, REFERENCE, REFERENCES,
    }
)  # fmt: skip

# the storage type that some messages and the search index name
BACKEND = {
    IDENTIFIER: "text", TEXT: "text", TEXTAREA: "textarea", NUMBER: "decimal", METRIC: "metric", PRICE: "prices",
    BOOLEAN: "boolean", DATE: "date", SELECT: "option", MULTISELECT: "options", FILE: "media", IMAGE: "media",
    REFERENCE: "reference_data_option", REFERENCES: "reference_data_options",
}  # fmt: skip
