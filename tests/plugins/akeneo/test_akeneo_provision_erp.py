"""What ships: the attribute group `erp`, by edition and language, and products that are found when they are new."""

import csv

import pytest

from pimflow_akeneo.connection import AkeneoConnection
from pimflow_akeneo.edition import edition, has_read_only
from pimflow_akeneo_sandbox.serve import serve

from .provision_setup import PROJECT, USED, Desk, changed, told
from .structure_setup import cli, counts
from .structure_setup import told as told_by_run

ATTRIBUTES = 17
LOGIN = dict.fromkeys(["client_id", "secret", "username", "password"], "sandbox")
PIPELINE = """\
version: 1
flows:
  products:
    source: {type: files.csv, path: products.csv}
    transforms:
      - map:
          identifier: sku
          family: {constant: footwear}
          erp_name-en_US: name
          erp_status: status
          %s
    once: [family, %s]
    sink: {type: akeneo.products, connection: pim}
"""
ALONE = ("categories: {constant: erp_new}", "categories")
BESIDE = ("add_categories: {constant: erp_new}\n          categories: {constant: shoes}", "add_categories")


@pytest.fixture(params=["ee", "serenity"])
def locking(request, tmp_path, monkeypatch):
    """Give a project with a PIM that has read-only attributes."""
    with serve(USED, edition=request.param) as pim:
        (tmp_path / "pimflow.yaml").write_text(PROJECT.format(url=pim.url), "utf-8")
        monkeypatch.chdir(tmp_path)
        yield Desk(tmp_path, pim)


def owned(pim):
    return [one for one in pim.store.structure["attributes"] if one["code"].startswith("erp_")]


def categories(pim):
    return {product.identifier: sorted(product.categories) for product in pim.store.products.values()}


def test_what_ships_goes_into_an_empty_pim_family_and_all_and_the_second_time_nothing(desk):
    done = desk.erp("--family", "footwear")
    assert told(done) == []
    assert done["counts"] == {"created": 1 + ATTRIBUTES + 3 + 2, "updated": 1}
    assert len(owned(desk.pim)) == ATTRIBUTES
    before = desk.writes()
    again = desk.erp("--family", "footwear")
    assert set(again["counts"]) == {"unchanged"}
    assert desk.writes() == before
    footwear = set(desk.record("families", "footwear")["attributes"])
    assert footwear >= {one["code"] for one in owned(desk.pim)} | {"sku", "name", "colour"}


def test_without_the_switch_labels_tell_whose_value_it_is(desk):
    done = desk.erp()
    labels = desk.record("attributes", "erp_name")["labels"]
    assert labels == {
        "en_US": "ERP name (comes from the ERP)",
        "de_DE": "ERP-Name (kommt aus dem ERP)",
        "it_IT": "ERP name (ERP)",
    }
    (note,) = done["notes"]
    assert note == (
        "This PIM (Akeneo CE 7.0.0) cannot make attributes read only, as the 17 attributes of the file should be. "
        "Their labels tell where the values come from."
    )
    assert not any("is_read_only" in one for one in owned(desk.pim))


def test_with_the_switch_attributes_are_read_only_and_labels_plain(locking):
    done = locking.erp()
    assert (told(done), done["notes"]) == ([], [])
    assert {one["is_read_only"] for one in owned(locking.pim)} == {True}
    assert locking.record("attributes", "erp_name")["labels"]["de_DE"] == "ERP-Name"
    assert set(locking.erp()["counts"]) == {"unchanged"}


def test_a_switch_turned_off_by_hand_is_turned_on_again(locking):
    locking.erp()
    locking.pim.store.put("attributes", {**locking.record("attributes", "erp_gtin"), "is_read_only": False})
    assert changed(locking.erp(), "erp_gtin") == {"is_read_only": (False, True)}


def test_names_and_places_that_people_gave_stay(desk):
    desk.erp()
    name = desk.record("attributes", "erp_name")
    labels = {**name["labels"], "de_DE": "Name laut SAP"}
    desk.pim.store.put("attributes", {**name, "labels": labels, "group": "other", "sort_order": 3})
    assert set(desk.erp()["counts"]) == {"unchanged"}
    assert desk.record("attributes", "erp_name")["labels"]["de_DE"] == "Name laut SAP"


def test_a_locale_that_became_active_later_gets_its_labels(desk):
    desk.erp()
    shop = desk.record("channels", "shop")
    desk.pim.store.put("channels", {**shop, "locales": [*shop["locales"], "fr_FR"]})
    desk.pim.store.put("locales", {"code": "fr_FR", "enabled": True})
    desk.erp()
    assert desk.record("attributes", "erp_name")["labels"]["fr_FR"] == "Nom ERP (vient de l'ERP)"


def test_the_file_that_ships_can_be_made_ones_own(desk):
    printed = desk.printed("akeneo", "provision", "--erp", "--print")
    done = desk.provision(printed.replace("erp_gtin:", "erp_ean:"))
    assert told(done) == []
    assert desk.record("attributes", "erp_ean")
    assert not desk.record("attributes", "erp_gtin")


@pytest.mark.parametrize(("columns", "others"), [(ALONE, []), (BESIDE, ["shoes"])], ids=["alone", "beside"])
def test_new_products_are_found_in_their_category_until_somebody_takes_them_out(desk, columns, others):
    desk.erp("--all-families")
    (desk.folder / "flow.yaml").write_text(PIPELINE % columns, "utf-8")

    def load(*rows):
        with (desk.folder / "products.csv").open("w", newline="") as file:
            csv.writer(file).writerows([("sku", "name", "status"), *rows])
        return cli("run", "flow.yaml")

    report = load(("B-1", "Boot", "active"), ("B-2", "Clog", "active"))
    assert (counts(report), told_by_run(report)) == ({"products": {"created": 2}}, [])
    assert categories(desk.pim) == {"B-1": ["erp_new", *others], "B-2": ["erp_new", *others]}
    with AkeneoConnection(url=desk.pim.url, **LOGIN).open() as session:
        session.call("PATCH", "products/B-1", json={"categories": others})
    report = load(("B-1", "Boots", "active"), ("B-2", "Clog", "active"))
    assert counts(report) == {"products": {"updated": 1, "unchanged": 1}}
    assert categories(desk.pim) == {"B-1": others, "B-2": ["erp_new", *others]}


@pytest.mark.parametrize(("code", "name", "locks"), [("ce", "Community", False), ("ee", "Enterprise", True)])
def test_a_session_tells_on_which_kind_of_pim_it_is(code, name, locks):
    with serve(USED, edition=code) as pim, AkeneoConnection(url=pim.url, **LOGIN).open() as session:
        found = edition(session)
        assert (found.name, found.version, str(found)) == (name, "7.0.0", f"Akeneo {code.upper()} 7.0.0")
        assert has_read_only(session) is locks
