"""Where a right request differs from Akeneo's OpenAPI file, and why. Nothing else is let through."""

from dataclasses import dataclass

ROOT = "/api/rest/v1"
TEXT = {"type": "string"}
CODES = {"type": "array", "items": TEXT}
PRODUCTS = (f"{ROOT}/products", f"{ROOT}/products/{{code}}")
BY_UUID = (f"{ROOT}/products-uuid", f"{ROOT}/products-uuid/{{uuid}}")
MODELS = (f"{ROOT}/product-models", f"{ROOT}/product-models/{{code}}")
ATTRIBUTES = (f"{ROOT}/attributes", f"{ROOT}/attributes/{{code}}")
QUANTIFIED = ("quantified_associations", "additionalProperties", "properties")

SLASHES = {f"{ROOT}/media-files/{{code}}", f"{ROOT}/media-files/{{code}}/download"}
"""The code of a media file holds slashes and is sent as it is, which no template of OpenAPI can say."""

NULLABLE_VALUES = {"labels", "group_labels"}
"""`null` takes the label of one locale away; the file types what it calls `localeCode` as a string only."""


@dataclass(frozen=True)
class Missing:
    """Properties of a body that the file lacks. `place` leads to them, below the properties of the whole body.

    They stand `instead_of` one that the file has and the PIM refuses.
    """

    paths: tuple[str, ...]
    properties: dict
    why: str
    place: tuple[str, ...] = ()
    instead_of: str = ""


MISSING = (
    Missing(("/api/oauth/v1/token",), {"refresh_token": TEXT}, "the file knows the password grant only"),
    Missing(
        (*PRODUCTS, *BY_UUID, *MODELS),
        {"add_categories": CODES, "remove_categories": CODES},
        "told in the text about several at once, for hosted PIMs",
    ),
    Missing(
        (*PRODUCTS, *BY_UUID, *MODELS),
        {"identifier": TEXT},
        "the PIM refuses the `code` of the schemas and takes the `identifier` of the examples",
        (*QUANTIFIED, "product_models", "items", "properties"),
        instead_of="code",
    ),
    Missing(
        (*PRODUCTS, *MODELS),
        {"uuid": TEXT},
        "the PIM takes products without identifier by their uuid",
        (*QUANTIFIED, "products", "items", "properties"),
    ),
    Missing(
        (*PRODUCTS, *MODELS),
        {"product_uuids": CODES},
        "the PIM takes associated products without identifier by their uuid",
        ("associations", "additionalProperties", "properties"),
    ),
    Missing(
        ATTRIBUTES,
        {
            "auto_option_sorting": {"type": "boolean", "nullable": True},
            "guidelines": {"type": "object", "additionalProperties": {**TEXT, "nullable": True}},
            "minimum_input_length": {"type": "integer", "nullable": True},
        },
        "the PIM's own tests of this endpoint send and get them",
    ),
    Missing(ATTRIBUTES, {"is_read_only": {"type": "boolean"}}, "a switch of the Enterprise edition, told in its pages"),
    Missing(
        (f"{ROOT}/products-uuid/search",),
        {"with_quality_scores": {"type": "boolean"}},
        "the file has the name of a template, with_quality_scores__products",
    ),
)

PLACE = {"attribute": TEXT, "scope": {"type": ["string", "null"]}, "locale": {"type": ["string", "null"]}}
PARTS = {
    # a product without an identifier has its uuid only: newer PIMs take that here, others refuse it in words
    "product": [{"identifier": TEXT, **PLACE}, {"uuid": TEXT, **PLACE}],
    "product_model": [{"code": TEXT, **PLACE}],
}
"""Part of an upload -> the forms of its JSON; the file tells them in prose, as the description of a string."""
