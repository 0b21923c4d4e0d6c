"""What Dolibarr's API answers on each route, as the reference says of version 22."""

import base64
import re
from datetime import datetime
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from .dolibarr_records import BLANK, START, Error

KEY = "dolibarr-key-0123456789abcdef"
LETTERS = str.maketrans("ÉÈÀÇéèàçäöü", "EEACeeacaou")


def answer(erp, method, path, query, body, headers):
    """Answer one call. Raises Error."""
    if headers.get("DOLAPIKEY") != KEY:
        raise Error(401, "Unauthorized: Error user not valid (not found with api key or bad status)")
    erp.calls[f"{method} {re.sub(r'/[0-9]+', '/N', path)}"] += 1
    for area in erp.faults.forbidden:
        if path.startswith(area):
            raise Error(403, "Forbidden")
    for way, pattern, handle in ROUTES:
        found = re.fullmatch(pattern, path) if way == method else None
        if found:
            return handle(erp, query, body, *map(unquote, found.groups()))
    raise Error(404, "Not Found")


def status(erp, query, body):
    here = datetime.fromtimestamp(erp.now, ZoneInfo(erp.zone))
    return {
        "success": {
            "code": 200,
            "dolibarr_version": "22.0.4",
            "timestamp_now_utc": erp.now,
            "timestamp_php_tz": erp.zone,
            "date_tz": f"{here:%Y-%m-%d %H:%M:%S}",
        }
    }


def user(erp, query, body):
    rights = {"user": {}}
    if query.get("includepermissions"):
        rights["produit"] = {"lire": 1} | ({} if "POST" in erp.faults.forbidden else {"creer": 1})
    return {"id": "2", "login": "pimflow", "admin": "0", "rights": rights}


def listed(erp, query, body):
    limit, page = int(query.get("limit", 100)), max(int(query.get("page", 0)), 0)
    found = [number for number in erp.products if erp.shown(number, query)]
    names, orders = fields(query, "sortfield", "t.ref"), fields(query, "sortorder", "ASC")
    for name, order in [*zip(names, orders, strict=False)][::-1]:
        found.sort(key=lambda number, name=name: erp.column(number, name), reverse=order == "DESC")
    total = len(found)
    found = found[page * limit : (page + 1) * limit] if limit else found
    rows = [str(one) if query.get("ids_only") else erp.record(one, query) for one in found]
    if query.get("pagination_data"):
        return {"data": rows, "pagination": {"total": total, "page": page, "page_count": 1, "limit": limit}}
    return or_nothing(erp, rows, "No product found")


def or_nothing(erp, rows, message):
    if not rows and erp.faults.old:
        raise Error(404, f"Not Found: {message}")
    return rows


def by_id(erp, query, body, number):
    if int(number) not in erp.products:
        raise Error(404, "Not Found: Product not found")
    return erp.record(int(number), query, single=True)


def by_ref(erp, query, body, ref):
    return by_id(erp, query, body, next((n for n, one in erp.products.items() if one["ref"] == ref), 0))


def create(erp, query, body):
    for name in ("ref", "label"):
        if not body.get(name):
            raise Error(400, f"Bad Request: {name} field missing")
    body = erp.stored(body)
    body["ref"] = cleaned(body["ref"])
    if any(one["ref"] == body["ref"] for one in erp.products.values()):
        raise Error(500, "Internal Server Error: Error creating product", "ErrorProductAlreadyExists")
    if body.get("barcode") and any(one["barcode"] == body["barcode"] for one in erp.products.values()):
        said = f"Error : The product barcode {body['barcode']} already exists on another product reference."
        raise Error(500, "Internal Server Error: Error creating product", said, said)
    body.setdefault("status", "0")
    options, _ = body.pop("array_options", {}), body.pop("multilangs", None)
    return erp.product(body.pop("ref"), body.pop("label"), array_options=options, **body)


def cleaned(ref):
    return re.sub(r"[ '/\\:*?\"<>|\[\],;=°$]", "_", ref.strip()).translate(LETTERS)


def update(erp, query, body, number):
    number = int(number)
    before = by_id(erp, query, None, number)
    if "stock_reel" in body:
        raise Error(400, "Bad Request: Stock reel cannot be updated here. Use the /stockmovements endpoint instead")
    body = erp.stored(body)
    if "ref" in body:
        body["ref"] = cleaned(body["ref"])  # the folder of its files keeps the old name, as on a real one
        if any(one["ref"] == body["ref"] for at, one in erp.products.items() if at != number):
            raise Error(500, "Internal Server Error: Error updating product", "ErrorProductAlreadyExists")
    one = erp.products[number]
    options, texts = body.pop("array_options", {}), body.pop("multilangs", {})
    if options:
        one["array_options"] = {**(one["array_options"] or {}), **options}
        erp.extra_stamps[number] = erp.now
    for language, told in texts.items():
        one["multilangs"][language] = {"other": None, "description": ""} | told
    if {name: one.get(name) for name in body} != body:
        one |= body
        erp.stamps[number] = erp.now
    one["multilangs"].setdefault("en_US", {"other": None})
    one["multilangs"]["en_US"] |= {"label": one["label"], "description": one["description"]}
    return before | one


def delete(erp, query, body, number):
    by_id(erp, query, body, number)
    del erp.products[int(number)]
    return {"success": {"code": 200, "message": "Object deleted"}}


def categories_of(erp, query, body, number):
    return [erp.categories[one] for one, products in erp.links.items() if int(number) in products]


def all_categories(erp, query, body):
    return or_nothing(erp, list(erp.categories.values()), "No category found")


def create_category(erp, query, body):
    if not body.get("label"):
        raise Error(400, "Bad Request: label field missing")
    same = [one for one in erp.categories.values() if one["label"] == body["label"]]
    if any(one["fk_parent"] == int(body.get("fk_parent") or 0) for one in same):
        said = f"Impossible to add the tag/category {body['label']} : This category already exists with this ref"
        raise Error(500, "Internal Server Error: Error when creating category", said)
    fields_ = {name: body[name] for name in ("description", "color", "ref_ext", "position") if name in body}
    return erp.category(body["label"], int(body.get("fk_parent") or 0), **fields_)


def update_category(erp, query, body, number):
    erp.categories[int(number)] |= body
    return erp.categories[int(number)]


def link(erp, query, body, category, product):
    if int(category) not in erp.categories:
        raise Error(404, "Not Found: category not found")
    erp.links[int(category)].add(int(product))
    return {"success": {"code": 200, "message": "Objects successfully linked to the category"}}


def unlink(erp, query, body, category, product):
    erp.links[int(category)].discard(int(product))
    return {"success": {"code": 200, "message": "Objects successfully unlinked from the category"}}


def all_attributes(erp, query, body):
    return list(erp.attributes.values())


def create_attribute(erp, query, body):
    if any(one["ref"] == body["ref"] for one in erp.attributes.values()):
        raise Error(500, "Internal Server Error: Error creating new attribute")
    return erp.attribute(body["ref"], body["label"])


def update_attribute(erp, query, body, number):
    erp.attributes[int(number)] |= body
    return erp.attributes[int(number)]


def values_of(erp, query, body, number):
    return [one for one in erp.values.values() if one["fk_product_attribute"] == number]


def create_value(erp, query, body, number):
    return erp.value(int(number), body["ref"], body["value"])


def update_value(erp, query, body, number):
    erp.values[int(number)] |= body
    return erp.values[int(number)]


def variants(erp, query, body, number):
    return [one for one in erp.combinations.values() if one["fk_product_parent"] == number]


def create_variant(erp, query, body, number):
    parent = erp.products.get(int(number))
    if parent is None:
        raise Error(404, "Not Found: Product not found")
    features = {int(one): int(value) for one, value in body.get("features", {}).items()}
    if not features:
        raise Error(400, "Bad Request: Features is mandatory and should be IDs of attribute values")
    ref = body.get("reference") or "_".join([parent["ref"], *(erp.values[v]["ref"] for v in features.values())])
    kept = {name: parent[name] for name in BLANK if name not in {"barcode", "barcode_type"}}
    child = erp.product(ref, parent["label"], **kept, array_options=dict(parent["array_options"] or {}))
    erp.combine(int(number), child, features)
    return child


def extra_fields(erp, query, body):
    return {"product": erp.extra} if erp.extra else []


def files(erp, query, body):
    ref = erp.products[int(query["id"])]["ref"]
    found = [path for path in erp.documents if path.startswith(f"{ref}/")]
    if not found:
        raise Error(
            404, f"Not Found: Search for modulepart product with Id {query['id']} does not return any document."
        )
    return [
        {
            "level1name": ref,
            "relativename": path.partition("/")[2],
            "date": START,
            "size": len(erp.documents[path]),
            "position": str(number),
        }
        for number, path in enumerate(found, 1)
    ]


def download(erp, query, body):
    content = erp.documents.get(query["original_file"])
    if content is None:
        raise Error(404, "Not Found: File not found")
    return {"filename": "x", "content": base64.b64encode(content).decode(), "encoding": "base64"}


def remove(erp, query, body):
    if query["original_file"] not in erp.documents:
        raise Error(404, "Not Found: File not found")
    del erp.documents[query["original_file"]]
    return {"success": {"code": 200, "message": "Document deleted"}}


def upload(erp, query, body):
    if not any(one["ref"] == body["ref"] for one in erp.products.values()):
        raise Error(404, f"Not Found: Object with ref '{body['ref']}' was not found.")
    erp.documents[f"{body['ref']}/{body['filename']}"] = base64.b64decode(body["filecontent"])
    return body["filename"]


def fields(query, name, default):
    return query.get(name, default).split(",")


ROUTES = [
    ("GET", "status", status),
    ("GET", "users/info", user),
    ("GET", "products", listed),
    ("POST", "products", create),
    ("GET", r"products/ref/([^/]+)", by_ref),
    ("GET", r"products/(\d+)", by_id),
    ("PUT", r"products/(\d+)", update),
    ("DELETE", r"products/(\d+)", delete),
    ("GET", r"products/(\d+)/categories", categories_of),
    ("GET", r"products/(\d+)/variants", variants),
    ("POST", r"products/(\d+)/variants", create_variant),
    ("GET", "products/attributes", all_attributes),
    ("POST", "products/attributes", create_attribute),
    ("PUT", r"products/attributes/(\d+)", update_attribute),
    ("GET", r"products/attributes/(\d+)/values", values_of),
    ("POST", r"products/attributes/(\d+)/values", create_value),
    ("PUT", r"products/attributes/values/(\d+)", update_value),
    ("GET", "categories", all_categories),
    ("POST", "categories", create_category),
    ("PUT", r"categories/(\d+)", update_category),
    ("POST", r"categories/(\d+)/objects/product/(\d+)", link),
    ("DELETE", r"categories/(\d+)/objects/product/(\d+)", unlink),
    ("GET", "setup/extrafields", extra_fields),
    ("GET", "documents", files),
    ("GET", "documents/download", download),
    ("POST", "documents/upload", upload),
    ("DELETE", "documents", remove),
]
