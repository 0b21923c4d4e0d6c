"""A small Odoo of the tests' own, in memory: what people do in it, and what clients call.

Records live in `data`; a text that is translated is a mapping from language to text, the source under `en_US`.
"""

import itertools
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .odoo_fields import FIELDS, OF_VARIANT
from .odoo_records import SOURCE, Asked, Records, RefusalError
from .odoo_variants import LINE, VALUE, Variants

KEY = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class Erp(Variants, Records):
    """One database. `calls` are the methods called so far, `rights` what user 2 may do with which models.

    `sequence` begins the references of products that are made without one.
    """

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
    sequence: str = ""
    numbers: itertools.count = field(default_factory=lambda: itertools.count(1))

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
            told = {"module": "uom", "name": code, "complete_name": f"uom.{code}"}
            self.put("ir.model.data", **told, model="uom.uom", res_id=number)
        self.put("product.category", name="All", parent_id=False)

    def tick(self, seconds=60):
        """Let time pass."""
        self.now += timedelta(seconds=seconds)

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
        line = self.put(LINE, attribute_id=number, product_tmpl_id=template, value_ids=[])
        for position, (value, code) in enumerate(values.items()):
            made = self.put(
                "product.attribute.value", name={SOURCE: value}, attribute_id=number, sequence=position,
                html_color=False, default_extra_price=0.0,
            )  # fmt: skip
            own = self.put(
                VALUE, name={SOURCE: value}, attribute_id=number, product_attribute_value_id=made, ptav_active=True,
                product_tmpl_id=template, attribute_line_id=line,
            )  # fmt: skip
            self.data[LINE][line]["value_ids"].append(made)
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
        there = [one for one in self.data["ir.model.data"].values() if one["model"] == asked.model]
        known = {one["res_id"]: one["complete_name"] for one in there}
        return {str(number): known.get(number, "") for number in asked.ids}

    def on_create(self, asked, vals_list):
        self._may_write(asked.model, "create")
        if asked.model == LINE:
            return self._create_lines(vals_list)
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
        if asked.model == LINE:
            return [self._write_line(number, vals["value_ids"]) for number in asked.ids] != []
        self._write_variants(vals.pop("product_variant_ids", []), asked.language)
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
