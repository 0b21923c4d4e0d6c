"""Where a right request differs from Akeneo's OpenAPI file, and why. Nothing else is let through."""

SLASHES = {"/api/rest/v1/media-files/{code}", "/api/rest/v1/media-files/{code}/download"}
"""The code of a media file holds slashes and is sent as it is, which no template of OpenAPI can say."""

QUANTIFIED = {
    "type": "object",
    "additionalProperties": {
        "type": "object",
        "properties": {
            kind: {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "identifier": {"type": "string"},
                        "uuid": {"type": "string"},
                        "quantity": {"type": "integer"},
                    },
                    "required": ["quantity"],
                },
            }
            for kind in ("products", "product_models")
        },
    },
}
"""The file calls the key of a product model `code`; the PIM refuses that, and takes `uuid` for products everywhere."""

PROPERTIES = {
    "/api/oauth/v1/token": {
        "refresh_token": {"type": "string"},  # the file knows the password grant only
    },
    "/api/rest/v1/products/{code}": {
        "quantified_associations": QUANTIFIED,
        "add_categories": {"type": "array", "items": {"type": "string"}},  # of several at once; newer
        "remove_categories": {"type": "array", "items": {"type": "string"}},
    },
    "/api/rest/v1/products-uuid/search": {
        "with_quality_scores": {"type": "boolean"},  # there: with_quality_scores__products, the name of a template
    },
}
PROPERTIES["/api/rest/v1/products-uuid/{uuid}"] = PROPERTIES["/api/rest/v1/products/{code}"]
PROPERTIES["/api/rest/v1/product-models/{code}"] = PROPERTIES["/api/rest/v1/products/{code}"]
"""Path -> properties of a body that the file lacks. A collection's lines are like the bodies of its records."""

NULLABLE_VALUES = {"labels", "group_labels"}
"""`null` takes the label of one locale away; the file types what it calls `localeCode` as a string only."""

PLACE = {"attribute": {"type": "string"}, "scope": {"type": ["string", "null"]}, "locale": {"type": ["string", "null"]}}
PARTS = {
    # a product without an identifier has its uuid only: newer PIMs take that here, others refuse it in words
    "product": [{"identifier": {"type": "string"}, **PLACE}, {"uuid": {"type": "string"}, **PLACE}],
    "product_model": [{"code": {"type": "string"}, **PLACE}],
}
"""Part of an upload -> the forms of its JSON; the file tells them in prose, as the description of a string."""
