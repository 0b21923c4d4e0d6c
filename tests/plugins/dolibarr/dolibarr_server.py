# ruff: noqa: ARG002, N815 - every route has the same form; names of methods are those of http.server
"""A Dolibarr in memory, served over HTTP: what the reference says of version 22, and the faults that it tells of."""

import base64
import copy
import re
import threading
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo

import orjson

KEY = "dolibarr-key-0123456789abcdef"
ROOT = "/api/index.php"
START = 1795375718
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00:~\x9bU"
    b"\x00\x00\x00\nIDATx\x9cc`\x00\x00\x00\x02\x00\x01H\xaf\xa4q\x00\x00\x00\x00IEND\xaeB`\x82"
)
BLANK: dict[str, Any] = {
    "module": None, "entity": "1", "ref_ext": None, "status": "0", "status_buy": "0", "country_code": "",
    "barcode_type": None, "tms": None, "description": "", "type": "0", "price": "0.00000000",
    "price_ttc": "0.00000000", "price_min": "0.00000000", "price_base_type": "HT", "tva_tx": "0.0000",
    "cost_price": None, "pmp": "0.00000000", "stock_reel": None, "stock_theorique": None, "customcode": "",
    "url": None, "barcode": None, "stock_warehouse": [], "tosell": None, "tobuy": None,
    **{f"{name}{end}": None for name in ("weight", "length", "width", "height", "surface", "volume")
       for end in ("", "_units")},
}  # fmt: skip
COLUMNS = {"rowid": "id", "tosell": "status", "tobuy": "status_buy", "fk_product_type": "type"}
FILTERED = re.compile(r'"|union.?select|update.+set', re.IGNORECASE)
LETTERS = str.maketrans("ÉÈÀÇéèàçäöü", "EEACeeacaou")


LATE = "late "


@dataclass
class Faults:
    """What goes wrong, and how often: `answers` are given to the next calls whose method and path match.

    With `LATE` before the pattern the call is done all the same.
    """

    answers: list[tuple[str, int, str, bytes]] = field(default_factory=list)
    forbidden: set[str] = field(default_factory=set)
    old: bool = False
    """404 where a list is empty, as in old versions."""
    one_language: bool = False
    no_stamps: bool = False
    """No `date_modification`, as version 23 tells it of products without extra fields."""


class Error(Exception):
    """What the API answers in place of data."""

    def __init__(self, status, message, *more):
        self.status = status
        self.answer = {"error": {"code": status, "message": message, **{str(n): one for n, one in enumerate(more)}}}
        super().__init__(message)


@dataclass
class Dolibarr:
    """The data. `now` is the database's clock, in seconds; PHP tells times in `zone`, the database in UTC."""

    now: int = START
    zone: str = "UTC"
    products: dict[int, dict] = field(default_factory=dict)
    stamps: dict[int, int] = field(default_factory=dict)
    extra_stamps: dict[int, int] = field(default_factory=dict)
    categories: dict[int, dict] = field(default_factory=dict)
    links: dict[int, set] = field(default_factory=dict)
    attributes: dict[int, dict] = field(default_factory=dict)
    values: dict[int, dict] = field(default_factory=dict)
    combinations: dict[int, dict] = field(default_factory=dict)
    extra: dict[str, dict] = field(default_factory=dict)
    documents: dict[str, bytes] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    calls: Counter = field(default_factory=Counter)
    lock: Any = field(default_factory=threading.RLock)
    url: str = ""

    # Filling

    def product(self, ref, label="", **fields):
        number = max(self.products, default=0) + 1
        texts = {"en_US": {"label": label or ref, "description": fields.get("description", ""), "other": None}}
        texts |= fields.pop("texts", {})
        options = {f"options_{code}": None for code in self.extra} | fields.pop("array_options", {})
        one = {**BLANK, "id": str(number), "ref": ref, "label": label or ref, "status": "1", **fields}
        self.products[number] = one | {"multilangs": texts, "array_options": options or [], "date_creation": self.now}
        self.stamps[number] = self.extra_stamps[number] = self.now
        return number

    def category(self, label, parent=0, **fields):
        number = max(self.categories, default=0) + 1
        blank = {"id": str(number), "ref_ext": None, "color": "", "position": "0", "visible": 0, "multilangs": []}
        self.categories[number] = blank | {"label": label, "fk_parent": parent, "description": ""} | fields
        self.links[number] = set()
        return number

    def attribute(self, ref, label, **values):
        number = max(self.attributes, default=0) + 1
        self.attributes[number] = {"id": str(number), "ref": ref, "label": label, "position": str(number)}
        for code, text in values.items():
            self.value(number, code, text)
        return number

    def value(self, attribute, ref, text):
        number = max(self.values, default=0) + 1
        self.values[number] = {"id": str(number), "ref": ref, "value": text, "fk_product_attribute": str(attribute)}
        return number

    def combine(self, parent, child, features):
        number = max(self.combinations, default=0) + 1
        pairs = [{"fk_prod_attr": str(one), "fk_prod_attr_val": str(value)} for one, value in features.items()]
        one = {"id": str(number), "fk_product_parent": str(parent), "fk_product_child": str(child)}
        self.combinations[number] = one | {"variation_price": "0.00000000", "attributes": pairs}

    def touch(self, number, **fields):
        """Let somebody change a product in Dolibarr."""
        self.products[number] |= fields
        self.stamps[number] = self.now

    # Answering

    def answer(self, method, path, query, body, headers):
        if headers.get("DOLAPIKEY") != KEY:
            raise Error(401, "Unauthorized: Error user not valid (not found with api key or bad status)")
        self.calls[f"{method} {re.sub(r'/[0-9]+', '/N', path)}"] += 1
        for area in self.faults.forbidden:
            if path.startswith(area):
                raise Error(403, "Forbidden")
        for way, pattern, handle in ROUTES:
            found = re.fullmatch(pattern, path) if way == method else None
            if found:
                return handle(self, query, body, *map(unquote, found.groups()))
        raise Error(404, "Not Found")

    def status(self, query, body):
        here = datetime.fromtimestamp(self.now, ZoneInfo(self.zone))
        return {
            "success": {
                "code": 200,
                "dolibarr_version": "22.0.4",
                "timestamp_now_utc": self.now,
                "timestamp_php_tz": self.zone,
                "date_tz": f"{here:%Y-%m-%d %H:%M:%S}",
            }
        }

    def user(self, query, body):
        rights = {"user": {}}
        if query.get("includepermissions"):
            rights["produit"] = {"lire": 1} | ({} if "POST" in self.faults.forbidden else {"creer": 1})
        return {"id": "2", "login": "pimflow", "admin": "0", "rights": rights}

    def listed(self, query, body):
        limit, page = int(query.get("limit", 100)), max(int(query.get("page", 0)), 0)
        found = [number for number in self.products if self.shown(number, query)]
        names, orders = fields(query, "sortfield", "t.ref"), fields(query, "sortorder", "ASC")
        for name, order in [*zip(names, orders, strict=False)][::-1]:
            found.sort(key=lambda number, name=name: self.column(number, name), reverse=order == "DESC")
        total = len(found)
        found = found[page * limit : (page + 1) * limit] if limit else found
        rows = [str(one) if query.get("ids_only") else self.record(one, query) for one in found]
        if query.get("pagination_data"):
            return {"data": rows, "pagination": {"total": total, "page": page, "page_count": 1, "limit": limit}}
        return self.or_nothing(rows, "No product found")

    def or_nothing(self, rows, message):
        if not rows and self.faults.old:
            raise Error(404, f"Not Found: {message}")
        return rows

    def shown(self, number, query):
        parents = {int(one["fk_product_parent"]) for one in self.combinations.values()}
        children = {int(one["fk_product_child"]) for one in self.combinations.values()}
        kind = {"1": number not in parents | children, "2": number in parents, "3": number in children}
        if not kind.get(query.get("variant_filter", "0"), True):
            return False
        if "category" in query and number not in self.links.get(int(query["category"]), ()):
            return False
        if "mode" in query and self.products[number]["type"] != str(int(query["mode"]) - 1):
            return False
        return self.matches(number, query.get("sqlfilters", ""))

    def matches(self, number, told):
        """Judge the conditions as Dolibarr reads them: no brackets within a value, text in single quotes."""
        if not told:
            return True
        if told.count("(") != told.count(")"):
            raise Error(400, "Bad Request: Error when validating parameter sqlfilters -> Wrong balance of parenthesis")

        def judge(found):
            return str(self.compare(number, *found.groups()))

        judged = re.sub(r"\(([\w.]+):(=|>=|>|<|in|isnot|like):([^()]*)\)", judge, told)
        if re.sub(r"True|False|and|or|[() ]", "", judged):
            message = (
                f"Bad Request: Error when validating parameter sqlfilters -> Bad syntax of the search string: {told}"
            )
            raise Error(400, message)
        return eval(judged)

    def compare(self, number, name, operator, value):
        held = self.column(number, name)
        if operator == "in":
            return str(held) in re.findall(r"'([^']*)'", value)
        if not re.fullmatch(r"'[^']*'|\d+", value):
            raise Error(503, f"Service Unavailable: Error when retrieve product list : Unknown column '{value}'")
        wanted = value.strip("'")
        if operator == "like":
            return bool(re.fullmatch(re.escape(wanted).replace("_", ".").replace("%", ".*"), str(held), re.IGNORECASE))
        wanted = int(wanted) if isinstance(held, int) else wanted
        held = held if isinstance(held, int) else str(held)
        return {"=": held == wanted, ">": held > wanted, ">=": held >= wanted, "<": held < wanted}[operator]

    def column(self, number, name):
        alias, _, column = name.partition(".")
        if column == "tms":
            stamp = (self.stamps if alias == "t" else self.extra_stamps)[number]
            return datetime.fromtimestamp(stamp, UTC).strftime("%Y-%m-%d %H:%M:%S")
        if column == "rowid":
            return number
        key = COLUMNS.get(column, column)
        if key not in self.products[number]:
            raise Error(503, f"Service Unavailable: Error when retrieve product list : Unknown column '{name}'")
        return self.products[number][key]

    def record(self, number, query, *, single=False):
        """Tell a product: PHP takes the database's text for a time of its own zone."""
        wall = datetime.fromtimestamp(self.stamps[number], UTC).replace(tzinfo=None)
        told = int(wall.replace(tzinfo=ZoneInfo(self.zone)).timestamp())
        one = copy.deepcopy(self.products[number]) | {"date_modification": None if self.faults.no_stamps else told}
        if self.faults.one_language or (single and "includetrans" not in query):
            one["multilangs"] = []
        if query.get("includestockdata"):
            one |= {"stock_reel": 7, "stock_theorique": 5}
        if "includeparentid" in query:
            parents = [
                c["fk_product_parent"] for c in self.combinations.values() if c["fk_product_child"] == str(number)
            ]
            one["fk_product_parent"] = int(parents[0]) if parents else None
        wanted = query.get("properties", "").split(",")
        return {key: one[key] for key in one if key in wanted} if wanted != [""] and not single else one

    def one(self, query, body, number):
        if int(number) not in self.products:
            raise Error(404, "Not Found: Product not found")
        return self.record(int(number), query, single=True)

    def by_ref(self, query, body, ref):
        return self.one(query, body, next((n for n, one in self.products.items() if one["ref"] == ref), 0))

    def create(self, query, body):
        for name in ("ref", "label"):
            if not body.get(name):
                raise Error(400, f"Bad Request: {name} field missing")
        body = self.stored(body)
        body["ref"] = re.sub(r"[ '/\\:*?\"<>|\[\],;=°$]", "_", body["ref"].strip()).translate(LETTERS)
        if any(one["ref"] == body["ref"] for one in self.products.values()):
            raise Error(500, "Internal Server Error: Error creating product", "ErrorProductAlreadyExists")
        if body.get("barcode") and any(one["barcode"] == body["barcode"] for one in self.products.values()):
            said = f"Error : The product barcode {body['barcode']} already exists on another product reference."
            raise Error(500, "Internal Server Error: Error creating product", said, said)
        body.setdefault("status", "0")
        options, _ = body.pop("array_options", {}), body.pop("multilangs", None)
        return self.product(body.pop("ref"), body.pop("label"), array_options=options, **body)

    def update(self, query, body, number):
        number = int(number)
        before = self.one(query, None, number)
        if "stock_reel" in body:
            raise Error(400, "Bad Request: Stock reel cannot be updated here. Use the /stockmovements endpoint instead")
        body = self.stored(body)
        one = self.products[number]
        options, texts = body.pop("array_options", {}), body.pop("multilangs", {})
        if options:
            one["array_options"] = {**(one["array_options"] or {}), **options}
            self.extra_stamps[number] = self.now
        for language, told in texts.items():
            one["multilangs"][language] = {"other": None, "description": ""} | told
        if {name: one.get(name) for name in body} != body:
            one |= body
            self.stamps[number] = self.now
        one["multilangs"].setdefault("en_US", {"other": None})
        one["multilangs"]["en_US"] |= {"label": one["label"], "description": one["description"]}
        return before | one

    def stored(self, body):
        """Keep what Dolibarr keeps of a body: types as text, no markup or double quotes in the label."""
        kept = {}
        for name, value in body.items():
            if name == "label":
                kept[name] = re.sub(r"<[^>]*>", "", value).replace('"', "") or "MISSING LABEL"
            elif name in {"price", "price_ttc", "price_min"}:
                is_number = re.fullmatch(r"[\d.]+", str(value))
                kept[name] = f"{float(value) if is_number else 0:.8f}"
            elif name == "description":
                kept[name] = value or ""
            elif name == "array_options":
                known = {f"options_{code}" for code in self.extra}
                kept[name] = {key: self.extra_value(key, one) for key, one in value.items() if key in known}
            elif name == "country_id":
                kept[name] = value
            elif name in BLANK:
                kept[name] = None if value is None else str(value)
            elif name in {"ref", "multilangs"}:
                kept[name] = value
        return kept

    def extra_value(self, key, value):
        kind = self.extra[key.removeprefix("options_")]["type"]
        if kind == "date" and value:
            return int(datetime.fromisoformat(value).replace(tzinfo=ZoneInfo(self.zone)).timestamp())
        return None if value is None else str(value)

    def delete(self, query, body, number):
        self.one(query, body, number)
        del self.products[int(number)]
        return {"success": {"code": 200, "message": "Object deleted"}}

    def categories_of(self, query, body, number):
        return [self.categories[one] for one, products in self.links.items() if int(number) in products]

    def all_categories(self, query, body):
        return self.or_nothing(list(self.categories.values()), "No category found")

    def create_category(self, query, body):
        if not body.get("label"):
            raise Error(400, "Bad Request: label field missing")
        same = [one for one in self.categories.values() if one["label"] == body["label"]]
        if any(one["fk_parent"] == int(body.get("fk_parent") or 0) for one in same):
            said = f"Impossible to add the tag/category {body['label']} : This category already exists with this ref"
            raise Error(500, "Internal Server Error: Error when creating category", said)
        fields_ = {name: body[name] for name in ("description", "color", "ref_ext", "position") if name in body}
        return self.category(body["label"], int(body.get("fk_parent") or 0), **fields_)

    def update_category(self, query, body, number):
        self.categories[int(number)] |= body
        return self.categories[int(number)]

    def link(self, query, body, category, product):
        if int(category) not in self.categories:
            raise Error(404, "Not Found: category not found")
        self.links[int(category)].add(int(product))
        return {"success": {"code": 200, "message": "Objects successfully linked to the category"}}

    def unlink(self, query, body, category, product):
        self.links[int(category)].discard(int(product))
        return {"success": {"code": 200, "message": "Objects successfully unlinked from the category"}}

    def all_attributes(self, query, body):
        return list(self.attributes.values())

    def create_attribute(self, query, body):
        if any(one["ref"] == body["ref"] for one in self.attributes.values()):
            raise Error(500, "Internal Server Error: Error creating new attribute")
        return self.attribute(body["ref"], body["label"])

    def update_attribute(self, query, body, number):
        self.attributes[int(number)] |= body
        return self.attributes[int(number)]

    def values_of(self, query, body, number):
        return [one for one in self.values.values() if one["fk_product_attribute"] == number]

    def create_value(self, query, body, number):
        return self.value(int(number), body["ref"], body["value"])

    def update_value(self, query, body, number):
        self.values[int(number)] |= body
        return self.values[int(number)]

    def variants(self, query, body, number):
        return [one for one in self.combinations.values() if one["fk_product_parent"] == number]

    def create_variant(self, query, body, number):
        parent = self.products.get(int(number))
        if parent is None:
            raise Error(404, "Not Found: Product not found")
        features = {int(one): int(value) for one, value in body.get("features", {}).items()}
        if not features:
            raise Error(400, "Bad Request: Features is mandatory and should be IDs of attribute values")
        ref = body.get("reference") or "_".join([parent["ref"], *(self.values[v]["ref"] for v in features.values())])
        kept = {name: parent[name] for name in BLANK if name not in {"barcode", "barcode_type"}}
        child = self.product(ref, parent["label"], **kept, array_options=dict(parent["array_options"] or {}))
        self.combine(int(number), child, features)
        return child

    def extra_fields(self, query, body):
        return {"product": self.extra} if self.extra else []

    def files(self, query, body):
        ref = self.products[int(query["id"])]["ref"]
        found = [path for path in self.documents if path.startswith(f"{ref}/")]
        if not found:
            raise Error(
                404, f"Not Found: Search for modulepart product with Id {query['id']} does not return any document."
            )
        return [
            {
                "level1name": ref,
                "relativename": path.partition("/")[2],
                "date": START,
                "size": len(self.documents[path]),
                "position": str(number),
            }
            for number, path in enumerate(found, 1)
        ]

    def download(self, query, body):
        content = self.documents.get(query["original_file"])
        if content is None:
            raise Error(404, "Not Found: File not found")
        return {"filename": "x", "content": base64.b64encode(content).decode(), "encoding": "base64"}

    def upload(self, query, body):
        if not any(one["ref"] == body["ref"] for one in self.products.values()):
            raise Error(404, f"Not Found: Object with ref '{body['ref']}' was not found.")
        self.documents[f"{body['ref']}/{body['filename']}"] = base64.b64decode(body["filecontent"])
        return body["filename"]


def fields(query, name, default):
    return query.get(name, default).split(",")


ROUTES = [
    ("GET", "status", Dolibarr.status),
    ("GET", "users/info", Dolibarr.user),
    ("GET", "products", Dolibarr.listed),
    ("POST", "products", Dolibarr.create),
    ("GET", r"products/ref/([^/]+)", Dolibarr.by_ref),
    ("GET", r"products/(\d+)", Dolibarr.one),
    ("PUT", r"products/(\d+)", Dolibarr.update),
    ("DELETE", r"products/(\d+)", Dolibarr.delete),
    ("GET", r"products/(\d+)/categories", Dolibarr.categories_of),
    ("GET", r"products/(\d+)/variants", Dolibarr.variants),
    ("POST", r"products/(\d+)/variants", Dolibarr.create_variant),
    ("GET", "products/attributes", Dolibarr.all_attributes),
    ("POST", "products/attributes", Dolibarr.create_attribute),
    ("PUT", r"products/attributes/(\d+)", Dolibarr.update_attribute),
    ("GET", r"products/attributes/(\d+)/values", Dolibarr.values_of),
    ("POST", r"products/attributes/(\d+)/values", Dolibarr.create_value),
    ("PUT", r"products/attributes/values/(\d+)", Dolibarr.update_value),
    ("GET", "categories", Dolibarr.all_categories),
    ("POST", "categories", Dolibarr.create_category),
    ("PUT", r"categories/(\d+)", Dolibarr.update_category),
    ("POST", r"categories/(\d+)/objects/product/(\d+)", Dolibarr.link),
    ("DELETE", r"categories/(\d+)/objects/product/(\d+)", Dolibarr.unlink),
    ("GET", "setup/extrafields", Dolibarr.extra_fields),
    ("GET", "documents", Dolibarr.files),
    ("GET", "documents/download", Dolibarr.download),
    ("POST", "documents/upload", Dolibarr.upload),
]


class Handler(BaseHTTPRequestHandler):
    """One connection to the Dolibarr of the server."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and content of an answer go together

    def handle_one(self):
        erp, address = self.server.erp, urlsplit(self.path)
        content = self.rfile.read(int(self.headers.get("content-length") or 0))
        path = address.path.removeprefix(f"{ROOT}/")
        with erp.lock:
            fault = self.fault(f"{self.command} {path}")
            if fault and fault[0] != LATE:
                return self.send(*fault[1:])
            if FILTERED.search(unquote(address.query.replace("+", " "))):
                text = b"Access refused to 192.0.2.10 by SQL or Script injection protection in main.inc.php"
                return self.send(403, "text/html; charset=UTF-8", text)
            query = {name: values[-1] for name, values in parse_qs(address.query).items()}
            try:
                answer = erp.answer(self.command, path, query, orjson.loads(content) if content else None, self.headers)
            except Error as error:
                return self.send(error.status, "application/json", orjson.dumps(error.answer))
            if fault:
                return self.send(*fault[1:])
            return self.send(200, "application/json", orjson.dumps(answer))

    def fault(self, call):
        faults = self.server.erp.faults.answers
        for one in faults:
            if re.fullmatch(one[0].removeprefix(LATE), call):
                faults.remove(one)
                return LATE if one[0].startswith(LATE) else "", *one[1:]
        return None

    def send(self, status, kind, answer):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(answer)))
        if status == 429:
            self.send_header("Retry-After", "0")
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = do_PUT = do_DELETE = handle_one

    def log_message(self, *_):
        """Say nothing."""


@contextmanager
def served(erp=None):
    """Serve a Dolibarr on a free port."""
    erp = erp or Dolibarr()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.erp = erp
    erp.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield erp
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def filled():
    """Make a Dolibarr with what a small shop has: variants, services, extra fields, categories, languages."""
    erp = Dolibarr()
    season = {"type": "select", "label": "Season", "param": {"options": {"1": "Summer", "2": "Winter"}}}
    erp.extra = {
        "material": {"type": "varchar", "label": "Material", "param": ""},
        "season": season,
        "launch": {"type": "date", "label": "Launch date", "param": ""},
        "eco": {"type": "boolean", "label": "Eco", "param": ""},
    }
    luggage = erp.category("Luggage", ref_ext="luggage")
    backpacks = erp.category("Backpacks", luggage)
    lights = erp.category("Lighting", multilangs={"fr_FR": {"label": "Éclairage", "description": ""}})
    colour = erp.attribute("COLOR", "Colour", RED="Red", BLUE="Blue")
    size = erp.attribute("SIZE", "Size", S="Small", L="Large")
    french = {"fr_FR": {"label": "Sac alpin", "description": "<p>Deux bretelles</p>", "other": None}}
    measures = {"weight": "1.35", "weight_units": "0", "length": "55", "length_units": "-2"}
    options = {"options_material": "Nylon", "options_season": "2", "options_launch": 1772323200, "options_eco": "1"}
    prices = {"price": "79.90000000", "price_ttc": "96.68000000", "tva_tx": "21.0000", "status_buy": "1"}
    about = {"description": "<p>Two straps</p>"}
    bag = erp.product("BAG-ALP", "Alpine backpack", texts=french, array_options=options, **about, **prices, **measures)
    copied = {"array_options": options, **measures}  # a variant is made with all that its template has
    more = "<p>Two straps</p><br><strong>Colour:</strong> {}<br><strong>Size:</strong> {}"
    code = {"barcode": "4006381333931", "barcode_type": "2", "description": more.format("Red", "Small")}
    red = erp.product("BAG-ALP-RED-S", "Alpine backpack Red Small", texts=dict(french), **code, **copied)
    about = {"description": more.format("Blue", "Large")}
    blue = erp.product("BAG-ALP-BLUE-L", "Alpine backpack Blue Large", texts=dict(french), **about, **copied)
    erp.combine(bag, red, {colour: 1, size: 3})
    erp.combine(bag, blue, {colour: 2, size: 4})
    tote = erp.product("BAG-TOT", "City tote", texts={"fr_FR": {"label": "City tote", "description": ""}}, **prices)
    erp.product("SRV-REPAIR", "Zip repair", type="1")
    erp.product("POU-001", "Pouch", barcode="5901234123450", status="0")
    erp.links[backpacks] |= {bag, red, blue}
    erp.links[luggage] |= {tote}
    erp.links[lights] |= {tote}
    erp.documents = {"BAG-TOT/front.png": PNG, "BAG-TOT/notes.txt": b"hello"}
    return erp
