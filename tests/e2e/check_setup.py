"""A PIM with three families, and pipelines into it, for the tests of `pimflow check`."""

import copy

from .conftest import ATTRIBUTE, CATALOG

HEAD = """\
version: 1
name: pipeline
connections:
  pim: {{type: akeneo, url: "{url}", client_id: sandbox, secret: sandbox, username: sandbox, password: sandbox}}
flows:
  products:
    source: {{type: files.csv, path: products.csv}}
    transforms:
"""
SINK = "    sink: {type: akeneo.products, connection: pim}\n"
MODELS = "    sink: [{type: akeneo.product_models, connection: pim}, {type: akeneo.products, connection: pim}]\n"


def catalog():
    """Three families: mugs have a colour, plates and bowls do not; bowls have variants by colour."""
    made = copy.deepcopy(CATALOG)
    made["attributes"] += [
        ATTRIBUTE | {"code": "pieces", "type": "pim_catalog_number", "decimals_allowed": False},
        ATTRIBUTE | {"code": "since", "type": "pim_catalog_date"},
        ATTRIBUTE | {"code": "claim", "type": "pim_catalog_text", "localizable": True, "scopable": True},
        ATTRIBUTE | {"code": "size", "type": "pim_catalog_simpleselect"},
        ATTRIBUTE | {"code": "lonely", "type": "pim_catalog_text"},
        ATTRIBUTE | {"code": "price", "type": "pim_catalog_price_collection", "decimals_allowed": True},
    ]
    [mugs] = made["families"]
    mugs["attributes"] += ["pieces", "since", "claim", "size", "price"]
    made["families"] += [{**mugs, "code": code, "attributes": ["sku", "name", "size"]} for code in ("plates", "bowls")]
    made["families"][2]["attributes"] = ["sku", "name", "colour", "size"]
    made["locales"].append({"code": "fr_FR", "enabled": True})
    made["attribute_groups"] = [{"code": "facts", "sort_order": 1, "labels": {}}]
    made["attributes"] = [one | {"group": "facts"} for one in made["attributes"]]
    made["channels"].append(made["channels"][0] | {"code": "print", "locales": ["fr_FR"]})
    made["family_variants"] = [
        {
            "family": "bowls",
            "code": "bowls_by_size",
            "labels": {},
            "variant_attribute_sets": [{"level": 1, "axes": ["size"], "attributes": ["sku"]}],
        }
    ]
    return made


def writing(folder, served, command):
    """Give what writes a pipeline with some transforms, and gives what runs a command on it."""
    served.reset()
    served.sandbox.permissions.deny("sandbox", [])
    (folder / "products.csv").write_text("sku;kind;name;colour;weight;group\nMUG-1;a;Mug;red;1;\n", "utf-8")

    def write(*transforms, sink=SINK, more=""):
        lines = "".join(f"      - {one}\n" for one in transforms)
        (folder / "pipeline.yaml").write_text(HEAD.format(url=served.url) + lines + sink + more, "utf-8")
        return lambda name, *options: command(name, str(folder / "pipeline.yaml"), *options)

    return write


def mapped(**columns):
    """Give a `map` with an identifier and these columns, as YAML written in one line."""
    pairs = {"identifier": "sku", **columns}
    return "map: {" + ", ".join(f"{name.replace('__', '-')}: {value}" for name, value in pairs.items()) + "}"
