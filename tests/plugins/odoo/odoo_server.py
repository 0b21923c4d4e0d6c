"""A small Odoo of the tests' own, served on this machine: what its reference tells of the protocol, in memory.

Records live in `data`; a text that is translated is a mapping from language to text, the source under `en_US`.
"""

import itertools
import json
import re
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from .odoo_domains import holds

KEY = "0123456789abcdef0123456789abcdef01234567"
HTML = "<html><title>500 Internal Server Error</title></html>"
SOURCE = "en_US"
MANDATORY = "The operation cannot be completed:\n- Create/update: a mandatory field is not set."


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
FIELDS = {
    "product.product": STAMPS | OF_TEMPLATE | OF_VARIANT | {
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
        "create_variant": f("selection", "Variant Creation", selection=[["always", "Now"], ["no_variant", "Never"]]),
        "display_type": f("selection", "Display Type", selection=[["radio", "Radio"], ["color", "Color"]]),
    },
    "product.attribute.value": STAMPS | {
        "name": f("char", "Value", translate=True),
        "attribute_id": f("many2one", "Attribute", "product.attribute"),
        "sequence": f("integer", "Sequence"),
        "html_color": f("char", "Color"),
        "default_extra_price": f("float", "Default Extra Price"),
    },
    "product.template.attribute.line": STAMPS | {"attribute_id": f("many2one", "Attribute", "product.attribute")},
    "product.template.attribute.value": STAMPS | {
        "name": f("char", "Value"),
        "attribute_id": f("many2one", "Attribute", "product.attribute"),
        "product_attribute_value_id": f("many2one", "Attribute Value", "product.attribute.value"),
    },
    "uom.uom": STAMPS | {"name": f("char", "Unit of Measure", translate=True), "factor": f("float", "Ratio")},
    "ir.model.data": STAMPS | {
        "complete_name": f("char", "Complete ID"),
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


class RefusalError(Exception):
    """An error of the server: the class of its exception, its text, and the status that JSON-2 gives it."""

    def __init__(self, name, message, status=422):
        super().__init__(message)
        self.name, self.message, self.status = name, message, status


@dataclass
class Erp:
    """One database. `calls` are the methods called so far, `rights` what user 2 may do with which models."""

    series: tuple = (18, 0)
    url: str = ""
    key: str = KEY
    readers_only: bool = False
    hidden: frozenset = frozenset()
    forbidden: str = ""
    unreadable: frozenset = frozenset()
    calls: list = field(default_factory=list)
    faults: dict = field(default_factory=dict)
    before: dict = field(default_factory=dict)
    now: datetime = datetime(2026, 11, 22, 19, 0, 0, 250000)  # noqa: DTZ001 - as Odoo stores it
    data: dict = field(default_factory=lambda: {model: {} for model in FIELDS})
    lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self):
        self._ids = {model: itertools.count(1) for model in FIELDS}
        self.put("res.company", name="My Company")
        self.put("res.currency", name="EUR")
        self.put("res.users", login="public", name="Public", lang=False, company_id=1, company_ids=[1])
        self.put("res.users", login="connector", name="Connector", lang="en_US", company_id=1, company_ids=[1])
        for code, name in (("en_US", "English (US)"), ("fr_FR", "French"), ("de_DE", "German")):
            self.put("res.lang", code=code, iso_code=code[:2], name=name, active=True)
        self.put("res.lang", code="es_ES", iso_code="es", name="Spanish", active=False)
        for name, code in (("Units", "product_uom_unit"), ("kg", "product_uom_kgm")):
            number = self.put("uom.uom", name={SOURCE: name, "de_DE": name.replace("Units", "Einheiten")}, factor=1.0)
            self.put("ir.model.data", complete_name=f"uom.{code}", model="uom.uom", res_id=number)
        self.put("product.category", name="All", parent_id=False)

    def tick(self, seconds=60):
        """Let time pass."""
        self.now += timedelta(seconds=seconds)

    def put(self, model, /, **values):
        """Make a record as it is stored, with a stamp."""
        number = next(self._ids[model])
        self.data[model][number] = {"id": number, "write_date": self.now, **values}
        return number

    def category(self, name, parent=1):
        return self.put("product.category", name=name, parent_id=parent)

    def product(self, code, name, **values):
        """Make a template with one variant, as people do in the form."""
        names = name if isinstance(name, dict) else {SOURCE: name}
        with self.lock:
            return self._create("product.product", {"default_code": code, "name": names, **values})

    def with_variants(self, name, attribute, values, **more):
        """Make a template with one variant for each value of one attribute: value -> reference."""
        texts = {"name": {SOURCE: name}, "description_sale": {SOURCE: False}}
        template = self.put("product.template", **(self._defaults("product.template") | texts | more))
        number = self.put("product.attribute", name={SOURCE: attribute}, create_variant="always", display_type="radio")
        self.put("product.template.attribute.line", attribute_id=number, product_tmpl_id=template)
        for position, (value, code) in enumerate(values.items()):
            made = self.put(
                "product.attribute.value", name={SOURCE: value}, attribute_id=number, sequence=position,
                html_color=False, default_extra_price=0.0,
            )  # fmt: skip
            own = self.put(
                "product.template.attribute.value", name=value, attribute_id=number, product_attribute_value_id=made
            )
            variant = self._defaults("product.product", OF_VARIANT) | {"default_code": code, "active": True}
            self.put(
                "product.product", **variant, product_tmpl_id=template, packaging_ids=[],
                product_template_attribute_value_ids=[own],
            )  # fmt: skip
        return template

    def change(self, model, number, *, stamp=True, **values):
        """Write as a person does in the browser."""
        self._write(model, [number], values, SOURCE, stamp=stamp)

    def translate(self, model, number, name, **texts):
        self._home(model, number, name)[name].update(texts)

    def named(self, code):
        """Give the stored variant with this reference, and its template."""
        found = [one for one in self.data["product.product"].values() if one["default_code"] == code]
        assert len(found) == 1, found
        return found[0], self.data["product.template"][found[0]["product_tmpl_id"]]

    # What clients call

    def execute(self, user, model, method, ids, named):
        context = named.pop("context", None) or {}
        self.calls.append((model, method, {"ids": ids, **named, "context": context}))
        act = self.before.pop((model, method), None)
        if act is not None:
            act()
        if model not in FIELDS or model in self.hidden:
            if self.series[0] >= 19:
                raise RefusalError("werkzeug.exceptions.NotFound", f"the model {model!r} does not exist", 404)
            raise RefusalError("odoo.exceptions.UserError", f"Object {model} doesn't exist")
        language = context.get("lang") or SOURCE
        if context.get("lang") and language not in self._languages():
            raise RefusalError("odoo.exceptions.UserError", f"Invalid language code: {language}")
        if model in self.unreadable and method in {"read", "search", "search_read", "search_count"}:
            said = f"You are not allowed to access 'It' ({model}) records.\n\nThis operation is allowed for"
            raise RefusalError("odoo.exceptions.AccessError", said, 403)
        run = getattr(self, f"on_{method}", None)
        if run is None:
            raise RefusalError("builtins.AttributeError", f"The method '{model}.{method}' does not exist", 404)
        with self.lock:
            return run(Asked(user, model, ids, language, context), **named)

    def on_context_get(self, asked):
        return {"lang": "en_US", "tz": "UTC", "uid": asked.user}

    def on_fields_get(self, asked, attributes):
        found = FIELDS[asked.model]
        return {name: {key: info[key] for key in info if key in attributes} for name, info in found.items()}

    def on_has_access(self, asked, operation):
        if asked.model in self.unreadable:
            return False
        return operation == "read" or not self.readers_only

    def on_check_access_rights(self, asked, operation, raise_exception):
        assert raise_exception is False
        return self.on_has_access(asked, operation)

    def on_search(self, asked, domain, limit=None, order="id"):
        return [one["id"] for one in self._found(asked, domain, order)][: limit or None]

    def on_search_count(self, asked, domain):
        return len(self._found(asked, domain, "id"))

    def on_search_read(self, asked, domain, fields, limit=None, order="id"):
        return [self._told(asked, one, fields) for one in self._found(asked, domain, order)[: limit or None]]

    def on_read(self, asked, fields):
        there = self.data[asked.model]
        return [self._told(asked, there[number], fields) for number in asked.ids if number in there]

    def on_get_external_id(self, asked):
        known = {one["res_id"]: one["complete_name"] for one in self.data["ir.model.data"].values()}
        return {str(number): known.get(number, "") for number in asked.ids}

    def on_create(self, asked, vals_list):
        self._may_write(asked.model, "create")
        kept = {model: dict(there) for model, there in self.data.items()}
        try:
            return [self._create(asked.model, dict(values), asked.language) for values in vals_list]
        except RefusalError:
            self.data.update(kept)  # one call, one transaction
            raise

    def on_write(self, asked, vals):
        self._may_write(asked.model, "modify")
        for number in asked.ids:
            if number not in self.data[asked.model]:
                raise RefusalError(
                    "odoo.exceptions.MissingError",
                    f"Record does not exist or has been deleted.\n(Record: {asked.model}({number},), User: 2)",
                    404,
                )
        self._check(asked.model, vals, asked.ids)
        self._write(asked.model, asked.ids, vals, asked.language)
        return True

    def on_action_archive(self, asked):
        self._switch(asked, active=False)

    def on_action_unarchive(self, asked):
        self._switch(asked, active=True)

    def on_update_field_translations(self, asked, field_name, translations):
        self._may_write(asked.model, "modify")
        off = [language for language in translations if language not in self._languages()]
        if off:
            raise RefusalError(
                "odoo.exceptions.UserError", f"The following languages are not activated: {', '.join(off)}"
            )
        for number in asked.ids:
            texts = self._home(asked.model, number, field_name)[field_name]
            for language, text in translations.items():
                if text is False and language != SOURCE:
                    texts.pop(language, None)
                else:
                    texts[language] = text
            self._stamp(asked.model, number)
        return True

    # How it works inside

    def _languages(self):
        return {one["code"] for one in self.data["res.lang"].values() if one["active"]}

    def _switch(self, asked, *, active):
        self._may_write(asked.model, "modify")
        for number in asked.ids:
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
                self.put("product.product", **own, product_tmpl_id=made, product_template_attribute_value_ids=[])
            return made
        of_template = {name: values.pop(name) for name in list(values) if name in OF_TEMPLATE}
        shared = self._defaults("product.template") | of_template
        shared["active"] = values.get("active", True)
        for name in translated:
            shared[name] = shared[name] or {SOURCE: False}
        template = self.put("product.template", **shared)
        own = self._defaults(model, OF_VARIANT) | {"active": True, "packaging_ids": []} | values
        return self.put(model, **own, product_tmpl_id=template, product_template_attribute_value_ids=[])

    def _check(self, model, values, ids):
        if self.forbidden and values.get("default_code") == self.forbidden:
            raise RefusalError("odoo.exceptions.UserError", f"{self.forbidden} is not\nallowed here.")
        for name, value in values.items():
            info = FIELDS[model].get(name)
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


@dataclass(frozen=True)
class Asked:
    user: int
    model: str
    ids: list
    language: str
    context: dict


def _stored(info, value):
    """Carry out the commands of a list: `[[6, 0, ids]]` replaces it."""
    if info["type"] == "many2many" and value and isinstance(value[0], list):
        assert len(value) == 1, value
        assert value[0][:2] == [6, 0], value
        return value[0][2]
    return False if value is None else value


def _inherited(model, name):
    return model == "product.product" and name in OF_TEMPLATE


POSITIONAL = {
    "search": ["domain"], "search_count": ["domain"], "search_read": ["domain"], "create": ["vals_list"],
    "write": ["ids", "vals"], "read": ["ids"], "has_access": ["ids", "operation"],
    "check_access_rights": ["operation"], "update_field_translations": ["ids", "field_name", "translations"],
    "action_archive": ["ids"], "action_unarchive": ["ids"], "get_external_id": ["ids"], "fields_get": ["allfields"],
}  # fmt: skip


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    erp: Erp

    def log_message(self, *_):
        pass

    def do_GET(self):
        if self.path == "/web/version" and self.erp.series[0] >= 19:
            series = ".".join(map(str, self.erp.series))
            return self._json(200, {"version_info": [*self.erp.series, 0, "final", 0, ""], "version": series})
        return self._text(404, "<!DOCTYPE html><title>404</title>")

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        method = self.path.rpartition("/")[2]
        fault = self.erp.faults.get(method if self.path != "/jsonrpc" else _method_of(body))
        if fault and (status := fault.pop(0)):
            if status == "cut":
                self.close_connection = True
                return self._carried_out(json.loads(body))
            return self._text(status, HTML)
        if self.path == "/jsonrpc":
            return self._json(200, {"jsonrpc": "2.0", "id": json.loads(body)["id"], **self._answer(json.loads(body))})
        found = re.fullmatch(r"/json/2/([\w.]+)/(\w+)", self.path)
        if not found or self.erp.series[0] < 19:
            return self._text(404, "<!DOCTYPE html><title>404</title>")
        return self._json2(*found.groups(), json.loads(body))

    def _carried_out(self, body):
        """Do what was asked, and say nothing."""
        if self.path == "/jsonrpc":
            self._answer(body)
        else:
            self.erp.execute(2, *self.path.split("/")[3:], body.pop("ids", None), body)

    def _answer(self, body):
        service, method, args = (body["params"][name] for name in ("service", "method", "args"))
        try:
            return {"result": self._called(service, method, args)}
        except RefusalError as error:
            told = {
                "name": error.name,
                "message": error.message,
                "arguments": [error.message],
                "context": {},
                "debug": "",
            }
            return {"error": {"code": 200, "message": "Odoo Server Error", "data": told}}

    def _called(self, service, method, args):
        erp = self.erp
        if (service, method) == ("common", "version"):
            return {"server_version": "18.0", "server_version_info": [*erp.series, 0, "final", 0, ""]}
        database, *rest = args
        if database != "shop":
            said = f'connection to server failed: FATAL:  database "{database}" does not exist\n'
            raise RefusalError("psycopg2.OperationalError", said)
        if (service, method) == ("common", "authenticate"):
            return 2 if rest[:2] == ["connector", erp.key] else False
        user, key, model, name, positional, *named = rest
        if (user, key) != (2, erp.key):
            raise RefusalError("odoo.exceptions.AccessDenied", "Access Denied")
        named = dict(named[0]) if named else {}
        named.update(zip(POSITIONAL.get(name, []), positional, strict=False))
        return erp.execute(user, model, name, named.pop("ids", None), named)

    def _json2(self, model, method, named):
        told = None
        if self.headers.get("x-odoo-database") != "shop":
            return self._text(404, "<!DOCTYPE html><title>404</title>")
        if self.headers.get("authorization") != f"bearer {self.erp.key}":
            told = RefusalError("werkzeug.exceptions.Unauthorized", "Invalid apikey", 401)
        try:
            if told is None:
                return self._json(200, self.erp.execute(2, model, method, named.pop("ids", None), named))
        except RefusalError as error:
            told = error
        return self._json(told.status, {"name": told.name, "message": told.message, "arguments": [], "debug": ""})

    def _json(self, status, answer):
        return self._send(status, "application/json; charset=utf-8", json.dumps(answer).encode())

    def _text(self, status, text):
        return self._send(status, "text/html; charset=utf-8", text.encode())

    def _send(self, status, kind, content):
        self.send_response_only(status)
        self.send_header("Date", format_datetime(self.erp.now.replace(tzinfo=UTC), usegmt=True))
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def _method_of(body):
    params = json.loads(body)["params"]
    return params["args"][4] if params["method"] == "execute_kw" else params["method"]


@contextmanager
def serve(erp):
    """Serve a database on a port of its own."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"erp": erp}))
    server.daemon_threads = True
    erp.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield erp
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
