"""A Dolibarr in memory: its records, what it stores of what it is given, and how it reads conditions."""

import copy
import re
import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

START = 1795375718
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
        if alias == "ef":
            return (self.products[number]["array_options"] or {}).get(f"options_{column}")
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
                kept[name] = re.sub(r"&(?!\w+;)", "&amp;", (value or "").strip())
            elif name in {"weight", "length"}:
                kept[name] = None if value is None else f"{float(value):g}"
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
