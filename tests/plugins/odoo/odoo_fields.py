"""The models of the Odoo in memory, and what `fields_get` tells of their fields."""


def f(kind, label, relation="", **more):
    return {"type": kind, "string": label, "required": False, "readonly": False, "store": True} | (
        {"relation": relation} if relation else {}
    ) | more  # fmt: skip


STAMPS = {"id": f("integer", "ID", readonly=True), "write_date": f("datetime", "Last Updated on", readonly=True)}
OF_TEMPLATE = {
    "name": f("char", "Name", translate=True, required=True),
    "description_sale": f("text", "Sales Description", translate=True),
    "type": f("selection", "Product Type", selection=[["consu", "Goods"], ["service", "Service"]]),
    "list_price": f("float", "Sales Price", digits=[16, 2]),
    "categ_id": f("many2one", "Product Category", "product.category"),
    "uom_id": f("many2one", "Unit of Measure", "uom.uom"),
    "weight_uom_name": f("char", "Weight unit of measure label", readonly=True),
    "sale_ok": f("boolean", "Sales"),
    "currency_id": f("many2one", "Currency", "res.currency", readonly=True),
    "company_id": f("many2one", "Company", "res.company"),
    "product_tag_ids": f("many2many", "Tags", "product.tag"),
    "image_1920": f("binary", "Image"),
}
OF_VARIANT = {
    "default_code": f("char", "Internal Reference"),
    "barcode": f("char", "Barcode"),
    "weight": f("float", "Weight", digits=[16, 2]),
    "volume": f("float", "Volume", digits=[16, 2]),
    "standard_price": f("float", "Cost", digits=[16, 2]),
}
CREATED = [["always", "Now"], ["dynamic", "On demand"], ["no_variant", "Never"]]
FIELDS = {
    "product.product": STAMPS | OF_VARIANT | {
        **{name: info | {"related": f"product_tmpl_id.{name}"} for name, info in OF_TEMPLATE.items()},
        "active": f("boolean", "Active"),
        "lst_price": f("float", "Sales Price", readonly=True),
        "qty_available": f("float", "Quantity On Hand", readonly=True, store=False),
        "product_tmpl_id": f("many2one", "Product Template", "product.template"),
        "packaging_ids": f("one2many", "Product Packages", "product.packaging"),
        "product_template_attribute_value_ids": f(
            "many2many", "Attribute Values", "product.template.attribute.value", readonly=True
        ),
    },
    "product.template": STAMPS | OF_TEMPLATE | OF_VARIANT | {
        "active": f("boolean", "Active"),
        "product_variant_ids": f("one2many", "Products", "product.product"),
        "attribute_line_ids": f("one2many", "Product Attributes", "product.template.attribute.line"),
    },
    "product.category": STAMPS | {
        "name": f("char", "Name", required=True),
        "complete_name": f("char", "Complete Name", readonly=True),
        "parent_id": f("many2one", "Parent Category", "product.category"),
        "parent_path": f("char", "Parent Path", readonly=True),
    },
    "product.tag": STAMPS | {"name": f("char", "Name", translate=True)},
    "product.packaging": STAMPS | {
        "name": f("char", "Product Packaging"),
        "qty": f("float", "Contained Quantity"),
        "barcode": f("char", "Barcode"),
    },
    "product.attribute": STAMPS | {
        "name": f("char", "Attribute", translate=True),
        "create_variant": f("selection", "Variant Creation", selection=CREATED),
        "display_type": f("selection", "Display Type", selection=[["radio", "Radio"], ["color", "Color"]]),
    },
    "product.attribute.value": STAMPS | {
        "name": f("char", "Value", translate=True),
        "attribute_id": f("many2one", "Attribute", "product.attribute"),
        "sequence": f("integer", "Sequence"),
        "html_color": f("char", "Color"),
        "default_extra_price": f("float", "Default Extra Price"),
    },
    "product.template.attribute.line": STAMPS | {
        "product_tmpl_id": f("many2one", "Product Template", "product.template"),
        "attribute_id": f("many2one", "Attribute", "product.attribute"),
        "value_ids": f("many2many", "Values", "product.attribute.value"),
    },
    "product.template.attribute.value": STAMPS | {
        "name": f("char", "Value", translate=True),
        "product_tmpl_id": f("many2one", "Product Template", "product.template"),
        "ptav_active": f("boolean", "Active"),
        "attribute_line_id": f("many2one", "Attribute Line", "product.template.attribute.line"),
        "attribute_id": f("many2one", "Attribute", "product.attribute"),
        "product_attribute_value_id": f("many2one", "Attribute Value", "product.attribute.value"),
    },
    "uom.uom": STAMPS | {"name": f("char", "Unit of Measure", translate=True), "factor": f("float", "Ratio")},
    "ir.model.data": STAMPS | {
        "complete_name": f("char", "Complete ID"),
        "module": f("char", "Module"),
        "name": f("char", "External Identifier"),
        "model": f("char", "Model Name"),
        "res_id": f("integer", "Record ID"),
    },
    "res.lang": STAMPS | {
        "code": f("char", "Locale Code"),
        "iso_code": f("char", "ISO code"),
        "name": f("char", "Name"),
        "active": f("boolean", "Active"),
    },
    "res.users.apikeys": STAMPS | {
        "name": f("char", "Description"),
        "user_id": f("many2one", "User", "res.users"),
        "expiration_date": f("datetime", "Expiration Date"),
    },
    "res.company": STAMPS | {"name": f("char", "Company Name")},
    "res.currency": STAMPS | {"name": f("char", "Currency")},
    "res.users": STAMPS | {
        "login": f("char", "Login"),
        "name": f("char", "Name"),
        "lang": f("selection", "Language", selection=[]),
        "company_id": f("many2one", "Company", "res.company"),
        "company_ids": f("many2many", "Companies", "res.company"),
    },
}  # fmt: skip
