"""How the Odoo in memory makes variants of templates with several, as recorded and seen in 18.0."""

import itertools

from .odoo_fields import FIELDS, OF_VARIANT
from .odoo_records import SOURCE, RefusalError

LINE, VALUE = "product.template.attribute.line", "product.template.attribute.value"
VALUES = "product_template_attribute_value_ids"


class Variants:
    """What templates with several variants are, for an `Erp`."""

    def _make_line(self, values):
        """Make a line, or take an archived one of the same attribute, as Odoo does."""
        values["value_ids"] = values["value_ids"][0][2]
        return self.put(LINE, **values)

    def _of(self, model, template):
        return [one for one in self.data[model].values() if one["product_tmpl_id"] == template]

    def _update_lines(self, templates):
        for template in templates:
            for line in self._of(LINE, template):
                known = {one["product_attribute_value_id"] for one in self._of(VALUE, template)}
                for value in [value for value in line["value_ids"] if value not in known]:
                    self.put(
                        VALUE, name=self.data["product.attribute.value"][value]["name"], ptav_active=True,
                        attribute_id=line["attribute_id"], attribute_line_id=line["id"],
                        product_attribute_value_id=value, product_tmpl_id=template,
                    )  # fmt: skip
            self._make_variants(template)

    def _make_variants(self, template):
        """Make one variant of each combination, take back archived ones, and take away those that no longer fit."""
        made = [self.data["product.attribute"][line["attribute_id"]]["create_variant"]
                for line in self._of(LINE, template)]  # fmt: skip
        axes = [
            [one["id"] for one in self._of(VALUE, template) if one["attribute_line_id"] == line["id"]]
            for line, how in zip(self._of(LINE, template), made, strict=True)
            if how != "no_variant"
        ]
        variants = self._of("product.product", template)
        for single in [axis[0] for axis in axes if len(axis) == 1]:
            for one in variants:
                if single not in one[VALUES] and len(one[VALUES]) == len(axes) - 1:
                    one[VALUES] = sorted([*one[VALUES], single])
        wanted = [sorted(one) for one in itertools.product(*axes)]
        if "dynamic" in made:
            wanted = [one for one in wanted if one in [sorted(variant[VALUES]) for variant in variants]]
        for one in variants:
            if sorted(one[VALUES]) in wanted:
                one["active"], one["write_date"] = True, self.now
                wanted.remove(sorted(one[VALUES]))
            else:
                del self.data["product.product"][one["id"]]
        for values in wanted:
            self._make_variant(template, values)

    def _make_variant(self, template, values, **own):
        if any(
            one["active"] and sorted(one[VALUES]) == sorted(values) for one in self._of("product.product", template)
        ):
            said = (
                'The operation cannot be completed: duplicate key value violates unique constraint "combination_unique"'
            )
            raise RefusalError("odoo.exceptions.ValidationError", said)
        defaults = self._defaults("product.product", OF_VARIANT)
        return self.put(
            "product.product", **{**defaults, "active": True, "packaging_ids": [], **own, "product_tmpl_id": template,
                                  VALUES: values},
        )  # fmt: skip

    # What clients call

    def on_load(self, asked, fields, data):
        """Make or change records by their external ids; all of them or none."""
        self._may_write(asked.model, "modify")
        kept, ids = (
            {model: {number: dict(one) for number, one in there.items()} for model, there in self.data.items()},
            [],
        )
        for place, row in enumerate(data):
            cells = dict(zip(fields, row, strict=True))
            try:
                ids.append(self._loaded(asked, cells.pop("id"), cells))
            except (RefusalError, ValueError) as error:
                self.data.update(kept)
                told = {"rows": {"from": place, "to": place}, "type": "error", "record": place, "message": str(error)}
                return {"ids": False, "messages": [told], "nextrow": 0}
        return {"ids": ids, "messages": [], "nextrow": 0}

    def _loaded(self, asked, name, cells):
        module, _, name = name.partition(".")
        assert " " not in name, "external ids cannot contain spaces"
        values = {field.partition("/")[0]: self._of_text(asked.model, field, text) for field, text in cells.items()}
        known = [one for one in self.data["ir.model.data"].values() if (one["module"], one["name"]) == (module, name)]
        if known:
            self._write(asked.model, [known[0]["res_id"]], values, asked.language)
            return known[0]["res_id"]
        number = self._create(asked.model, values, asked.language)
        self.put("ir.model.data", module=module, name=name, complete_name=f"{module}.{name}", model=asked.model,
                 res_id=number)  # fmt: skip
        return number

    def _of_text(self, model, field, text):
        name, _, part = field.partition("/")
        kind = FIELDS[model][name]["type"]
        assert isinstance(text, str), (field, text)
        assert (kind in {"many2one", "many2many"}) == (part == ".id"), field
        if kind == "many2many":
            return [[6, 0, [int(number) for number in text.split(",") if number]]]
        made = {"boolean": lambda: text == "1", "many2one": lambda: int(text), "float": lambda: float(text)}
        return (made[kind]() if kind in made else text) if text else False

    def on_check_object_reference(self, asked, module, xml_id):  # noqa: ARG002 - as Odoo has it
        for one in self.data["ir.model.data"].values():
            if (one["module"], one["name"]) == (module, xml_id):
                return [one["model"], one["res_id"]]
        raise RefusalError("builtins.ValueError", f"External ID not found in the system: {module}.{xml_id}", 500)

    def _create_lines(self, vals_list):
        ids = [self._make_line(dict(values)) for values in vals_list]
        self._update_lines(dict.fromkeys(values["product_tmpl_id"] for values in vals_list))
        return ids

    def _write_line(self, number, commands):
        line = self.data[LINE][number]
        assert all(command[0] == 4 for command in commands), commands
        line["value_ids"] += [command[1] for command in commands]
        self._update_lines([line["product_tmpl_id"]])

    def _write_variants(self, commands, language):
        for command, number, values in commands:
            assert command == 1, command
            self._check("product.product", values, [number])
            self._write("product.product", [number], values, language)

    def _rest_template(self, number, *, active):
        for one in self._of("product.product", number):
            one["active"] = active
        self._write("product.template", [number], {"active": active}, SOURCE)
