"""Catalogues put into a store: JSON in the form of the REST API, a folder of CSV files, or single entities."""

from base64 import b64decode
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from pimflow_akeneo_sandbox.collection import Record
from pimflow_akeneo_sandbox.entities import Product, ProductModel, model_from_json, now, product_from_json
from pimflow_akeneo_sandbox.errors import PropertyError, TwoWayError
from pimflow_akeneo_sandbox.loading.csv_folder import read_folder
from pimflow_akeneo_sandbox.loading.defaults import complete
from pimflow_akeneo_sandbox.media import MediaFile
from pimflow_akeneo_sandbox.persistence import SqliteFile
from pimflow_akeneo_sandbox.products import update, update_model
from pimflow_akeneo_sandbox.products.associations import mirror, with_uuids
from pimflow_akeneo_sandbox.store import OWNERS, STRUCTURE, Store, new_uuid

Catalog = Mapping[str, Any] | Path

NESTED = {("attributes", "options"): "attribute_options", ("families", "variants"): "family_variants"}
LINKS = ("associations", "quantified_associations")


def read_catalog(catalog: Catalog) -> Mapping[str, Any]:
    """Return the catalogue as a mapping; a path is a JSON file or a folder of CSV files. Raises ValueError."""
    if not isinstance(catalog, Path):
        return catalog
    if catalog.is_dir():
        return read_folder(catalog)
    try:
        found = orjson.loads(catalog.read_bytes())
    except OSError as problem:
        raise ValueError(f"The catalogue {catalog} cannot be read: {problem.strerror}.") from problem
    except orjson.JSONDecodeError as problem:
        raise ValueError(f"The catalogue {catalog} is no JSON: {problem}.") from problem
    if not isinstance(found, dict):
        raise ValueError(  # noqa: TRY004 (the file is wrong, not the call)
            f"The catalogue {catalog} must be an object of lists such as 'attributes'."
        )
    return found


def load(store: Store, catalog: Catalog | None) -> None:
    """Fill an empty store. Raises ValueError naming the entity that cannot be taken."""
    found = read_catalog(catalog) if catalog is not None else {}
    seed(store, found)


def seed(store: Store, entities: Any) -> int:
    """Put in a catalogue object, one `{"resource", "data"}` or a list of these; how many entities it were."""
    count = 0
    later: list[tuple[str, Record]] = []
    for kind, record in _entities(entities):
        _put(store, kind, record)
        if kind in {"products", "product_models"} and any(record.get(name) for name in LINKS):
            later.append((kind, record))
        count += 1
    for kind, record in later:
        _link(store, kind, record)
    return count


def _entities(given: Any) -> Iterator[tuple[str, Record]]:
    if isinstance(given, list):
        for one in given:
            yield from _entities(one)
    elif isinstance(given, Mapping) and "resource" in given:
        yield _of_resource(str(given["resource"]), dict(given.get("data") or {}))
    elif isinstance(given, Mapping):
        for kind in (*STRUCTURE, "media_files", "product_models", "products", "published_products"):
            for record in given.get(kind, ()):
                yield kind, dict(record)
    else:
        raise ValueError(f"An entity or a catalogue was expected, {given!r} was found.")


def _of_resource(resource: str, record: Record) -> tuple[str, Record]:
    parts = resource.strip("/").split("/")
    if len(parts) == 3 and (parts[0], parts[2]) in NESTED:
        kind = NESTED[parts[0], parts[2]]
        return kind, {OWNERS[kind]: parts[1], **record}
    kind = parts[0].replace("-", "_")
    if len(parts) != 1 or kind not in {*STRUCTURE, "products", "product_models", "published_products"}:
        raise ValueError(f"'{resource}' is no resource; give a path below /api/rest/v1 such as 'attributes'.")
    return kind, record


def _put(store: Store, kind: str, record: Record) -> None:
    try:
        if kind == "products":
            _put_product(store, record)
        elif kind == "product_models":
            _put_model(store, record)
        elif kind == "published_products":
            store.publish(_product_of(store, record))
        elif kind == "media_files":
            content = record["content"]  # base64 in JSON, bytes where a folder was read
            content = b64decode(content) if isinstance(content, str) else content
            media = MediaFile(record["code"], record["original_filename"], record["mime_type"], content)
            store.put_media(media)
        else:
            store.put(kind, complete(store, kind, record))
    except (PropertyError, LookupError) as problem:
        name = record.get("identifier") or record.get("code") or record.get("uuid")
        raise ValueError(f"{kind} '{name}' cannot be taken: {problem}") from problem


def _product_payload(store: Store, record: Record) -> Record:
    payload = {name: value for name, value in record.items() if name not in {*LINKS, "_links", "identifier"}}
    identifier = record.get("identifier")
    if identifier is not None:
        own = [{"locale": None, "scope": None, "data": identifier}]
        payload["values"] = {store.identifier_attribute: own, **(record.get("values") or {})}
    return payload


def _product_of(store: Store, record: Record) -> Product:
    """Return the product that is there, with what the record says put over it."""
    uuid = str(UUID(record["uuid"])) if record.get("uuid") else _known_uuid(store, record)
    start = store.products.get(uuid) or Product(uuid=uuid, identifier=None, created=now(), updated=now())
    product, _ = update.updated(store, start, _product_payload(store, record), is_new=True)
    return product


def _put_product(store: Store, record: Record) -> None:
    store.put_product(_product_of(store, record))


def _known_uuid(store: Store, record: Record) -> str:
    known = store.product(record.get("identifier"))
    return known.uuid if known else new_uuid()


def _put_model(store: Store, record: Record) -> None:
    payload = {name: value for name, value in record.items() if name not in {*LINKS, "_links", "family"}}
    known = store.model(record.get("code"))
    start = known or ProductModel(code="", family_variant="", created=now(), updated=now())
    model, _ = update_model.updated(store, start, payload, is_new=known is None)
    store.put_model(model)


def _link(store: Store, kind: str, record: Record) -> None:
    """Associations come last, when everything that they name is there."""
    links = {name: record[name] for name in LINKS if record.get(name)}
    links = {name: value for name, value in links.items() if value}
    try:
        if kind == "products":
            product = store.products[str(UUID(record["uuid"]))] if record.get("uuid") else None
            product = product or store.product(record.get("identifier"))
            if product:
                by_uuid = record.get("identifier") is None
                changed, _ = update.updated(store, product, with_uuids(links) if by_uuid else links, is_new=True)
                store.put_product(changed)
                mirror(store, product.associations, changed)
        else:
            model = store.model(record.get("code"))
            if model:
                linked, _ = update_model.updated(store, model, links, is_new=False)
                store.put_model(linked)
                mirror(store, model.associations, linked)
    except (PropertyError, TwoWayError) as problem:
        name = record.get("identifier") or record.get("code") or record.get("uuid")
        raise ValueError(f"{kind} '{name}' cannot be associated: {problem}") from problem


def restore(store: Store, file: SqliteFile) -> None:
    """Fill an empty store from its file."""
    file_of, store.file = store.file, None
    for kind in STRUCTURE:
        for record in file.entities(kind):
            store.put(kind, record)
    for plain in file.entities("product_models"):
        store.put_model(model_from_json(plain))
    for plain in file.entities("products"):
        store.put_product(product_from_json(plain))
    for plain in file.entities("published_products"):
        store.publish(product_from_json(plain))
    for media in file.media():
        store.put_media(media)
    store.file = file_of
