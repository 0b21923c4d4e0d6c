"""A project between a site of ERPNext and the PIM, and one for the way back."""

import json
from dataclasses import dataclass

from ...e2e.conftest import Project  # noqa: TID252 - tests have no name to import by
from .frappe_site import Site

PIPELINE = """\
version: 1
connections:
  erp: {{type: erpnext, url: "{erp}", api_key: {key}, api_secret: {secret}{more}}}
  pim: {{type: akeneo, url: "{pim}", client_id: sandbox, secret: sandbox, username: sandbox, password: sandbox}}
flows:
  products:
    source: {{type: erpnext.products, connection: erp, page_size: 4, overlap: {overlap}, languages: [de]{source}}}
    transforms:
      - map:
          identifier: item_code
          family: {{constant: mugs}}
          enabled: active
          name-en_US: item_name
          name-de_DE: item_name@de
          weight: {{from: weight_per_unit, unit: KILOGRAM}}
    sink: {{type: akeneo.products, connection: pim}}
    on_missing: disable
"""
BACK = """\
version: 1
name: back
connections:
  erp: {{type: erpnext, url: "{erp}", api_key: {key}, api_secret: pim-secret-1}}
flows:
  texts:
    source: {{type: files.csv, path: texts.csv}}
    transforms:
      - map: {{item_code: sku, item_name: name, "item_name@de": name_de, ean: ean, category: category, brand: brand,
               weight_per_unit: weight, variant_of: model, attributes.Handle: handle, active: active}}
    sink: {{type: erpnext.products, connection: erp{sink}}}
"""
HEADER = "sku;name;name_de;ean;category;brand;weight;model;handle;active"


@dataclass(frozen=True)
class Sync:
    """A project between a site and the PIM."""

    project: Project
    site: Site
    url: str

    def configure(self, *, key="pim_key", secret="pim-secret-1", overlap=10, more="", source="", url=None):
        text = PIPELINE.format(
            erp=url or self.url,
            pim=self.project.pim.url,
            key=key,
            secret=secret,
            overlap=overlap,
            more=more,
            source=source,
        )
        (self.project.folder / "pipeline.yaml").write_text(text, "utf-8")

    def run(self, *options):
        return self.project.run(*options)

    def report(self, *options):
        printed = self.run("--json", *options)
        assert printed.code in {0, 1}, printed.err
        return {name: number for name, number in json.loads(printed.out)["flows"][0]["counts"].items() if number}

    def back(self, *rows, key="pim_key", sink="", command="run"):
        folder = self.project.folder
        (folder / "texts.csv").write_text("\n".join([HEADER, *rows]) + "\n", "utf-8")
        (folder / "back.yaml").write_text(BACK.format(erp=self.url, key=key, sink=sink), "utf-8")
        return self.project.command(command, str(folder / "back.yaml"))

    def lists(self, since=0):
        return [query for verb, path, query in self.site.calls[since:] if (verb, path) == ("GET", "/api/resource/Item")]

    def writes(self, since=0):
        names = ("insert_many", "bulk_update", "upload_file")
        return [path for verb, path, _ in self.site.calls[since:] if verb != "GET" and path.endswith(names)]
