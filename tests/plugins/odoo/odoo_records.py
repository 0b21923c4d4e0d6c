"""How the Odoo in memory keeps its records: defaults, checks, translations, conditions, and how it tells them."""

from dataclasses import dataclass
from datetime import datetime

from .odoo_domains import holds
from .odoo_fields import FIELDS, OF_TEMPLATE, OF_VARIANT, STAMPS

SOURCE = "en_US"
MANDATORY = "The operation cannot be completed:\n- Create/update: a mandatory field is not set."


VALUES = "product_template_attribute_value_ids"


class RefusalError(Exception):
    """An error of the server: the class of its exception, its text, and the status that JSON-2 gives it."""

    def __init__(self, name, message, status=422):
        super().__init__(message)
        self.name, self.message, self.status = name, message, status


@dataclass(frozen=True)
class Asked:
    user: int
    model: str
    ids: list
    language: str
    context: dict


class Records:
    """The records of an `Erp`, which has them in `data`."""

    def put(self, model, /, **values):
        """Make a record as it is stored, with a stamp."""
        number = next(self._ids[model])
        self.data[model][number] = {"id": number, "write_date": self.now, **values}
        return number

    def _languages(self):
        return {one["code"] for one in self.data["res.lang"].values() if one["active"]}

    def _switch(self, asked, *, active):
        self._may_write(asked.model, "modify")
        for number in asked.ids:
            if asked.model == "product.template":
                self._rest_template(number, active=active)
                continue
            self._write(asked.model, [number], {"active": active}, SOURCE)
            if active and asked.model == "product.product":
                template = self.data["product.template"][self.data[asked.model][number]["product_tmpl_id"]]
                template["active"] = True

    def _may_write(self, model, verb):
        if self.readers_only:
            said = f"You are not allowed to {verb} 'Product' ({model}) records.\n\nThis operation is allowed for the "
            raise RefusalError(
                "odoo.exceptions.AccessError", f"{said}following groups:\n\t- Extra Rights/Product Creation", 403
            )

    def _defaults(self, model, fields=None):
        empty = {"boolean": False, "float": 0.0, "integer": 0, "many2many": [], "one2many": []}
        own = {name: empty.get(info["type"], False) for name, info in (fields or FIELDS[model]).items()}
        own |= {"type": "consu", "categ_id": 1, "uom_id": 1, "currency_id": 1, "sale_ok": True, "active": True}
        own |= {"list_price": 1.0, "weight_uom_name": "kg"}
        return {name: own[name] for name in own if name in (fields or FIELDS[model]) and name not in STAMPS}

    def _create(self, model, values, language=SOURCE):
        self._check(model, values, ())
        values = {name: _stored(FIELDS[model][name], value) for name, value in values.items()}
        if model == "product.product" and "product_tmpl_id" in values:
            return self._make_variant(values.pop("product_tmpl_id"), values.pop(VALUES), **values)
        translated = [name for name, info in FIELDS[model].items() if info.get("translate")]
        for name in translated:
            if isinstance(values.get(name), str):
                values[name] = {SOURCE: values[name], language: values[name]}
        required = [name for name, info in FIELDS[model].items() if info["required"]]
        if any(not values.get(name) for name in required):
            raise RefusalError("odoo.exceptions.ValidationError", MANDATORY)
        if model != "product.product":
            made = self.put(model, **(self._defaults(model) | values))
            if model == "product.template":
                own = self._defaults("product.product", OF_VARIANT) | {"active": True, "packaging_ids": []}
                own |= {name: values[name] for name in OF_VARIANT if name in values}
                own["default_code"] = own["default_code"] or self._next_reference()
                self.put("product.product", **own, product_tmpl_id=made, product_template_attribute_value_ids=[])
            return made
        of_template = {name: values.pop(name) for name in list(values) if name in OF_TEMPLATE}
        shared = self._defaults("product.template") | of_template
        shared["active"] = values.get("active", True)
        for name in translated:
            shared[name] = shared[name] or {SOURCE: False}
        template = self.put("product.template", **shared)
        own = self._defaults(model, OF_VARIANT) | {"active": True, "packaging_ids": []} | values
        own["default_code"] = own["default_code"] or self._next_reference()
        return self.put(model, **own, product_tmpl_id=template, product_template_attribute_value_ids=[])

    def _next_reference(self):
        """Number a product as the module `product_sequence` of the community does, where there is a sequence."""
        return f"{self.sequence}{next(self.numbers):05}" if self.sequence else False

    def _check(self, model, values, ids):
        if self.forbidden and self.forbidden in (values.get("default_code"), values.get("name")):
            raise RefusalError("odoo.exceptions.UserError", f"{self.forbidden} is not\nallowed here.")
        for name, value in values.items():
            info = FIELDS[model].get(name)
            if name == "product_variant_ids":
                continue
            if info is None:
                raise RefusalError("builtins.ValueError", f"Invalid field {name!r} on model {model!r}", 500)
            if info["type"] == "float" and isinstance(value, str):
                raise RefusalError("builtins.ValueError", f"could not convert string to float: {value!r}", 500)
            if info["required"] and not value and value != "":
                raise RefusalError("odoo.exceptions.ValidationError", MANDATORY)
            if info["type"] == "selection" and value not in [key for key, _ in info["selection"]]:
                raise RefusalError("builtins.ValueError", f"Wrong value for {model}.{name}: {value!r}", 500)
        if values.get("barcode"):
            owners = [one for one in self.data["product.product"].values()
                      if one["barcode"] == values["barcode"] and one["id"] not in ids and one["active"]]  # fmt: skip
            companies = {self._home("product.product", number, "company_id")["company_id"] for number in
                         [*ids[:1], *(one["id"] for one in owners[:1])]} - {False}  # fmt: skip
            if owners and len(companies) < 2:
                name = self._home("product.product", owners[0]["id"], "name")["name"][SOURCE]
                owner = f"[{owners[0]['default_code']}] {name}"
                said = f'- Barcode "{values["barcode"]}" already assigned to product(s): {owner}'
                raise RefusalError(
                    "odoo.exceptions.ValidationError", f"Barcode(s) already assigned:\n\n{said}\n\nNote: products"
                )

    def _home(self, model, number, name):
        """Give the stored record that has a field: for fields of the template, through the variant, the template."""
        record = self.data[model][number]
        return self.data["product.template"][record["product_tmpl_id"]] if _inherited(model, name) else record

    def _write(self, model, ids, values, language, *, stamp=True):
        for number in ids:
            for name, value in values.items():
                home = self._home(model, number, name)
                if FIELDS[model][name].get("translate") and not isinstance(value, dict):
                    texts = home[name] if isinstance(home.get(name), dict) else {}
                    home[name] = {**({SOURCE: value} if SOURCE not in texts else {}), **texts, language: value}
                else:
                    home[name] = _stored(FIELDS[model][name], value)
            if stamp:
                self._stamp(model, number)
                if any(_inherited(model, name) for name in values):
                    self._stamp("product.template", self.data[model][number]["product_tmpl_id"])

    def _stamp(self, model, number):
        self.data[model][number]["write_date"] = self.now

    def _found(self, asked, domain, order):
        hides = (
            asked.context.get("active_test", True) and "active" in FIELDS[asked.model] and "active" not in str(domain)
        )
        there = [one for one in self.data[asked.model].values() if not hides or one["active"]]
        found = [
            one for one in there if holds(domain, one, lambda one, path: self._values(asked, asked.model, one, path))
        ]
        for part in reversed([part.split() for part in order.split(",")]):
            found.sort(key=lambda one, name=part[0]: one[name], reverse=part[1:] == ["desc"])
        return found

    def _values(self, asked, model, record, path):
        """Give all values at the end of a path of fields; those above, for a category."""
        name, _, rest = path.partition(".")
        if name not in FIELDS[model]:
            raise RefusalError("builtins.ValueError", f"Invalid field {model}.{name} in leaf", 500)
        value = self._value(asked, model, record, name)
        if not rest:
            return [value]
        relation = FIELDS[model][name]["relation"]
        ids = value if isinstance(value, list) else [value] if value else []
        return [found for number in ids for found in self._values(asked, relation, self.data[relation][number], rest)]

    def _value(self, asked, model, record, name):
        if name == "complete_name" and model == "product.category":
            above = record["parent_id"]
            front = f"{self._value(asked, model, self.data[model][above], name)} / " if above else ""
            return front + record["name"]
        if name == "parent_path":
            above = record["parent_id"]
            return (self._value(asked, model, self.data[model][above], name) if above else "") + f"{record['id']}/"
        if model == "product.template" and name in {"product_variant_ids", "attribute_line_ids"}:
            relation = FIELDS[model][name]["relation"]
            shown = [one for one in self.data[relation].values() if one["product_tmpl_id"] == record["id"]]
            hides = asked.context.get("active_test", True)
            return [one["id"] for one in shown if not hides or one.get("active", True)]
        if name == "lst_price":
            name = "list_price"
        home = self._home(model, record["id"], name)
        value = home.get(name, False)
        if FIELDS[model][name].get("translate"):
            texts = value or {}
            return texts.get(asked.language) or texts.get(SOURCE) or False
        return value

    def _told(self, asked, record, fields):
        return {"id": record["id"], **{name: self._shown(asked, record, name) for name in fields}}

    def _shown(self, asked, record, name):
        info = FIELDS[asked.model].get(name)
        if info is None and name == "display_name":
            return record["name"]
        if info is None:
            raise RefusalError("builtins.ValueError", f"Invalid field {name!r} on model {asked.model!r}", 500)
        value = self._value(asked, asked.model, record, name)
        if info["type"] == "many2one" and value:
            relation = info["relation"]
            other = self.data[relation][value]
            shown = "complete_name" if relation == "product.category" else "name"
            return [value, self._value(asked, relation, other, shown)]
        return value.strftime("%Y-%m-%d %H:%M:%S") if isinstance(value, datetime) else value


def _stored(info, value):
    """Carry out the commands of a list: `[[6, 0, ids]]` replaces it."""
    if info["type"] == "many2many" and value and isinstance(value[0], list):
        assert len(value) == 1, value
        assert value[0][:2] == [6, 0], value
        return value[0][2]
    return False if value is None else value


def _inherited(model, name):
    return model == "product.product" and name in OF_TEMPLATE
