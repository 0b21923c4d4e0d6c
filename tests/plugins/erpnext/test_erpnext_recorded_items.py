"""Documents as a real site gave them, read by the sources."""

from pimflow import Window
from pimflow_erpnext.connection import ErpnextConnection
from pimflow_erpnext.sources import (
    ErpnextAttributeOptionsSource,
    ErpnextCategoriesSource,
    ErpnextDeletedSource,
    ErpnextPricesSource,
    ErpnextProductsSource,
    ErpnextStockSource,
    ErpnextTemplatesSource,
    ErpnextUnitsSource,
)

from .conftest import connection_options
from .frappe_server import served
from .frappe_site import Site
from .test_erpnext_recordings import exchanges, session


def recorded_site(shared, *names, first=None):
    """Put every document that recordings show into a site of the tests' own; or those of the first exchanges."""
    site = Site()
    for name in names:
        for one in exchanges(shared, name)[:first]:
            answer = one["response"].get("json") if one["response"]["status"] < 300 else None
            data = answer.get("data") if isinstance(answer, dict) else None
            doctype = one["request"]["path"].removeprefix("/api/resource/").partition("/")[0].replace("%20", " ")
            for document in data if isinstance(data, list) else [data]:
                if isinstance(document, dict) and "name" in document:
                    site.put(doctype, **{field: cell for field, cell in document.items() if field != "doctype"})
    for name in {row["item_group"] for row in site.documents.get("Item", {}).values() if row.get("item_group")}:
        if site.get("Item Group", name) is None:
            site.group(name, "All Item Groups")
    return site


def rows_of(site, source, key="id", **other):
    with served(site) as url, ErpnextConnection(**connection_options(url)).open() as found:
        made = source(connection="erp", **other)
        header, *rows = made.extract(found, Window())
        assert made.count(found, Window()) in {None, len(rows)}
    return {row[header.index(key)]: dict(zip(header, row, strict=True)) for row in rows}


def test_a_recorded_item_is_read_with_all_that_belongs_to_it(shared):
    site = recorded_site(shared, "item_get_full")
    row = rows_of(site, ErpnextProductsSource, more_fields=["supplier_items"])["DRL-18V"]
    assert row["item_name"] == "Cordless drill 18 V"
    assert row["ean"] == "4006381333931"
    assert row["uoms"] == [{"uom": "Box", "conversion_factor": 4.0}, {"uom": "Nos", "conversion_factor": 1.0}]
    assert row["sales_uom_factor"] == 4.0
    assert row["supplier_items"] == [{"supplier": "Fournisseur SA", "supplier_part_no": "F-18V-2B"}]
    assert (row["weight_per_unit"], row["weight_uom"], row["active"]) == (1.85, "Kg", True)


def test_recorded_variants_are_read_with_their_attributes(shared):
    site = recorded_site(shared, "item_variants")
    products = rows_of(site, ErpnextProductsSource)
    assert products["HAM-TPL-ASH-250"]["attributes.Handle Material"] == "Ash wood"
    assert products["HAM-TPL-ASH-250"]["variant_of"] == "HAM-TPL"
    template = rows_of(site, ErpnextTemplatesSource)["HAM-TPL"]
    assert template["axes"] == ["Handle Material", "Length mm"]
    assert {"HAM-TPL-ASH-250", "HAM-TPL-FIB-300"} <= set(template["variants"])
    options = rows_of(site, ErpnextAttributeOptionsSource, "value")
    assert options["Ash wood"]["attribute"] == "Handle Material"


def test_the_recorded_tree_of_item_groups_is_read_parents_first(shared):
    rows = rows_of(recorded_site(shared, "item_group_tree", first=1), ErpnextCategoriesSource)
    places = {name: number for number, name in enumerate(rows)}
    assert all(places[row["parent"]] < places[name] for name, row in rows.items() if row["parent"] in places)
    assert rows["Hammers"]["path"] == "Hand Tools / Hammers"


def test_recorded_prices_and_stock_are_hot(shared):
    prices = rows_of(recorded_site(shared, "item_price"), ErpnextPricesSource)
    assert {(row["price_list"], row["price_list_rate"]) for row in prices.values()} >= {("Web FR", 139.0)}
    stock = rows_of(recorded_site(shared, "bin_stock"), ErpnextStockSource)
    assert {row["item_code"]: row["actual_qty"] for row in stock.values()}["SCR-PH2"] == 12.0
    with session([]) as found:
        for doctype in ("Item Price", "Bin"):
            found.catalog._once(f"fields {doctype}", dict)
        for source, column in ((ErpnextPricesSource, "price_list_rate"), (ErpnextStockSource, "actual_qty")):
            assert next(one for one in source(connection="erp").discover(found) if one.name == column).hot


def test_recorded_units_deletions_and_files_are_read(shared):
    units = rows_of(recorded_site(shared, "uom"), ErpnextUnitsSource)
    assert units["Carton of 12"]["common_code"] == "CT"
    site = recorded_site(shared, "item_deleted")
    site.put("Deleted Document", deleted_doctype="Item", deleted_name="del-2", restored=0)
    site.item("DEL-2")
    deleted = rows_of(site, ErpnextDeletedSource, "deleted_name")
    assert "DEL-1" in deleted
    assert "del-2" not in deleted  # an item has this code again
    files = recorded_site(shared, "file_upload_and_image")
    files.put("Item", item_code="HAM-500", image="/files/ham-500.png", item_group="Hammers")
    row = rows_of(files, ErpnextProductsSource, more_fields=["images"])["HAM-500"]
    assert [path.partition("/files/")[2] for path in row["images"]] == ["ham-500.png"]
    assert row["image"].startswith("http://127.0.0.1:")


def test_recorded_translations_are_given_by_language(shared):
    site = recorded_site(shared, "translations")
    site.item("DRL-18V", item_name="Cordless drill 18 V")
    site.item("LST-1", item_name="Not translated")
    rows = rows_of(site, ErpnextProductsSource, languages=["fr"])
    assert rows["DRL-18V"]["item_name@fr"] == "Perceuse sans fil 18 V"
    assert rows["LST-1"]["item_name@fr"] is None
    assert (
        rows_of(site, ErpnextProductsSource, languages=["fr"], fallback="copy")["LST-1"]["item_name@fr"]
        == "Not translated"
    )


def test_item_groups_and_values_of_attributes_are_given_by_language_too(shared):
    site = recorded_site(shared, "item_variants")
    site.group("Hammers", "All Item Groups")
    for source, text in (("Hammers", "Marteaux"), ("Ash wood", "Frêne")):
        site.put("Translation", language="fr", source_text=source, translated_text=text)
    groups = rows_of(site, ErpnextCategoriesSource, languages=["fr"])
    assert groups["Hammers"]["item_group_name@fr"] == "Marteaux"
    options = rows_of(site, ErpnextAttributeOptionsSource, "value", languages=["fr"])
    assert (options["Ash wood"]["value@fr"], options["Fibreglass"]["value@fr"]) == ("Frêne", None)
    copies = rows_of(site, ErpnextAttributeOptionsSource, "value", languages=["fr"], fallback="copy")
    assert copies["Fibreglass"]["value@fr"] == "Fibreglass"


def test_recorded_custom_fields_can_be_read(shared):
    site = recorded_site(shared, "custom_field")
    site.item("DRL-18V", custom_pim_uuid="6f2b8e9e-0000-4000-8000-000000000001")
    row = rows_of(site, ErpnextProductsSource, more_fields=["custom_pim_uuid"])["DRL-18V"]
    assert row["custom_pim_uuid"] == "6f2b8e9e-0000-4000-8000-000000000001"


def test_recorded_ties_are_all_read_whatever_the_size_of_a_page(shared):
    site = recorded_site(shared, "item_delta_modified")
    with served(site) as url, ErpnextConnection(**connection_options(url)).open() as found:
        source = ErpnextProductsSource(connection="erp")
        for size in (1, 2, 3, 50):
            window = Window(since="2026-11-22 20:23:13.565590", until="2026-11-22 20:23:18.057254")
            header, *rows = source.model_copy(update={"page_size": size}).extract(found, window)
            codes = [row[header.index("id")] for row in rows]
            assert sorted(codes) == sorted(set(codes))
            assert {"LST-005", "LST-002", "LST-010", "LST-011", "LST-012"} <= set(codes)
