"""`create_missing`: what rows name and the PIM lacks is made in bulk before the products go, at most so many."""

import copy

import pytest

from pimflow_akeneo_sandbox.serve import serve

from .conftest import ATTRIBUTE, CATALOG, Project

PIPELINE = """\
version: 1
connections:
  pim: {{type: akeneo, url: "{url}", client_id: sandbox, secret: sandbox, username: sandbox, password: sandbox}}
flows:
  products:
    source: {{type: files.csv, path: products.csv}}
    transforms:
      - map: {{identifier: sku, family: {{constant: mugs}}, categories: category, colour: colour, materials: name}}
    sink:
      type: akeneo.products
      connection: pim
      create_missing: {asked}
"""


def catalog():
    made = copy.deepcopy(CATALOG)
    made["attributes"].append(
        ATTRIBUTE | {"code": "materials", "type": "pim_catalog_multiselect", "labels": {"en_US": "Materials"}}
    )
    made["families"][0]["attributes"].append("materials")
    return made


@pytest.fixture(scope="module")
def served():
    with serve(catalog()) as sandbox:
        yield sandbox


@pytest.fixture
def asking(project: Project):
    """Let the flow create what is asked for."""
    project.pim.sandbox.permissions.deny("sandbox", [])

    def write(asked):
        (project.folder / "pipeline.yaml").write_text(PIPELINE.format(url=project.pim.url, asked=asked), "utf-8")
        return project

    return write


def options(pim, attribute):
    return {one["code"]: one["labels"] for one in pim.store.options(attribute)}


def row(number, colour="red", category="cups", materials=""):
    return f"MUG-{number};mugs;{category};{materials};{colour};1"


def value(project, identifier, attribute):
    return project.product(identifier)["values"][attribute][0]["data"]


def test_options_are_created_in_bulk_before_the_products_go(asking):
    project = asking("[options]")
    rows = [row(number, f"Colour {number % 7}") for number in range(250)]
    project.write(*rows, row(250, "Dark Blue", "", "Oak,Sea Grass"))
    ran = project.run()
    assert ran.code == 0
    assert "251 new" in ran.out
    assert "attention" not in ran.out
    assert "Note: 10 options were created: " in ran.out
    assert "dark_blue" in ran.out
    assert "Materials: " in ran.out
    assert value(project, "MUG-250", "colour") == "dark_blue"
    assert value(project, "MUG-250", "materials") == ["Oak", "sea_grass"]
    routes = project.pim.stats()["routes"]
    assert routes["PATCH /api/rest/v1/attributes/{code}/options"]["lines"] == 10
    assert routes["PATCH /api/rest/v1/attributes/{code}/options"]["calls"] <= 4
    assert routes["GET /api/rest/v1/attributes/{code}/options"]["calls"] == 2
    again = project.run()
    assert "251 already up to date." in again.out
    assert "Note" not in again.out


def test_texts_that_differ_in_case_accents_and_blanks_only_share_an_option(asking):
    project = asking("[options]")
    project.write(row(1, "Crème"), row(2, "creme"), row(3, "CREME"), row(4, "dark-blue"), row(5, "Dark  Blue"))
    assert "Note: 2 options were created: " in project.run().out
    assert set(options(project.pim, "colour")) == {"red", "blue", "creme", "dark_blue"}
    project.write(row(6, "Dark blue"), row(7, "RED"))
    assert "created" not in project.run().out
    assert value(project, "MUG-6", "colour") == "dark_blue"
    assert value(project, "MUG-7", "colour") == "red"


def test_other_signs_are_not_lost(asking):
    project = asking("[options]")
    project.write(row(1, "-5"), row(2, "5"), row(3, "+5"))
    project.run()
    codes = [value(project, f"MUG-{number}", "colour") for number in (1, 2, 3)]
    assert len(set(codes)) == 3
    assert codes[1] == "5"
    assert all(code.startswith("5_x") for code in (codes[0], codes[2]))
    project.write(row(1, "+5"))
    project.run()
    assert value(project, "MUG-1", "colour") == codes[2]


def test_the_text_becomes_the_label_in_the_locales_that_are_named(asking):
    project = asking("{what: [options], locales: [de_DE]}")
    project.write(row(1, "Dunkel Blau"))
    project.run()
    assert options(project.pim, "colour")["dunkel_blau"] == {"de_DE": "Dunkel Blau"}
    project = asking("[options]")  # two locales are active: in which one the text is, nobody knows
    project.write(row(1, "Hell Blau"))
    project.run()
    assert options(project.pim, "colour")["hell_blau"] == {}


def test_categories_are_created_below_the_one_that_is_named(asking):
    project = asking("{what: [categories], category: master, locales: [en_US, de_DE]}")
    project.write(row(1, category="Gift Ideas,cups"), row(2, category="GIFT IDEAS"), row(3, "BORD"))
    ran = project.run()
    assert "Note: 1 category was created: gift_ideas" in ran.out
    assert "the PIM has no such option" in ran.out
    made = project.pim.store.need("categories", "gift_ideas")
    assert made["parent"] == "master"
    assert made["labels"] == {"en_US": "Gift Ideas", "de_DE": "Gift Ideas"}
    assert project.product("MUG-1")["categories"] == ["cups", "gift_ideas"]
    assert project.product("MUG-2")["categories"] == ["gift_ideas"]


def test_no_more_than_allowed_are_created_and_the_rest_is_told(asking):
    project = asking("{what: [options], max_new: 3}")
    project.write(*(row(number, f"Colour {number}") for number in range(5)))
    ran = project.run()
    assert ran.code == 0
    assert "Note: 3 options were created: " in ran.out
    assert "3 may be created in one run, and that was reached" in ran.out
    assert ran.out.count("1 product arrived without a colour") == 2
    assert len(options(project.pim, "colour")) == 5


def test_a_plan_tells_what_would_be_created_and_creates_nothing(asking):
    project = asking("[options]")
    project.write(row(1, "Dark Blue"))
    told = project.command("plan", str(project.folder / "pipeline.yaml"))
    assert "Note: 1 option would be created: " in told.out
    assert "colour: -> dark_blue" in told.out or "dark_blue" in told.out
    assert project.writes() == 0


def test_a_missing_right_costs_the_values_only(asking):
    project = asking("[options]")
    project.pim.sandbox.permissions.deny("sandbox", ["create or update attribute options"])
    project.write(row(1, "Dark Blue"), row(2, "red", materials="oak"))
    ran = project.run()
    assert ran.code == 0
    assert "2 new" in ran.out
    assert "says 'Dark Blue', which the PIM lacks, and the user of the connection may not create it." in ran.out
    assert "Administrator: Grant 'Create and update attribute options'" in ran.out
    assert "created:" not in ran.out
    told = project.command("check", str(project.folder / "pipeline.yaml"))
    assert told.code == 2
    assert "may not write attribute options." in told.out
    project.pim.sandbox.permissions.deny("sandbox", [])
    assert "Note: 2 options were created" in project.command("retry", str(project.folder / "pipeline.yaml")).out
    assert value(project, "MUG-1", "colour") == "dark_blue"


def test_an_option_that_the_pim_refuses_costs_the_value_with_the_reason(asking):
    project = asking("{what: [options], locales: [xx_XX]}")
    project.write(row(1, "Dark Blue"))
    ran = project.run()
    assert "1 new" in ran.out
    assert "which the PIM lacks, and it could not be created: the PIM has no such locale" in ran.out
    told = project.command("check", str(project.folder / "pipeline.yaml"))
    assert "`create_missing` names locale xx_XX, which is not active in the PIM. " not in told.out
    assert "`create_missing` names locale xx_XX, which is not active in the PIM." in told.out


def test_check_tells_what_would_be_made_of_the_mapping(asking):
    project = asking("[options]")
    file = project.folder / "pipeline.yaml"
    project.write(row(1))
    file.write_text(file.read_text("utf-8").replace("colour: colour", "colour: {constant: BORD}"), "utf-8")
    told = project.command("check", str(file))
    assert told.code == 0
    assert "note  flow products: of what the mapping names the PIM lacks colour: BORD." in told.out


def test_new_categories_need_a_place(asking):
    project = asking("[categories]")
    project.write(row(1))
    ran = project.run()
    assert ran.code == 2
    assert "new categories need a place: `category: CODE`" in ran.err
    asking("{what: [categories], category: nowhere}")
    told = project.command("check", str(project.folder / "pipeline.yaml"))
    assert told.code == 2
    assert "new categories go below 'nowhere', and the PIM has no such category." in told.out


def test_batches_at_once_create_an_option_once(asking):
    project = asking("[options]")
    project.write(*(row(number, f"Shade {number % 3}") for number in range(1000)))
    assert "1,000 new" in project.run().out.replace("\u202f", ",")
    assert project.pim.stats()["routes"]["PATCH /api/rest/v1/attributes/{code}/options"]["lines"] == 3


WITH_ATTRIBUTES = """\
version: 1
connections:
  pim: {{type: akeneo, url: "{url}", client_id: sandbox, secret: sandbox, username: sandbox, password: sandbox}}
flows:
  products:
    source: {{type: files.csv, path: products.csv}}
    transforms:
      - map: {{identifier: sku, family: family, taste: name, note-de_DE: name, pieces: weight, others: same_code}}
    sink:
      type: akeneo.products
      connection: pim
      create_missing: {{what: [attributes], group: erp, types: {{pieces: number}}}}
"""


@pytest.fixture
def tasting(project: Project):
    project.pim.sandbox.permissions.deny("sandbox", [])
    (project.folder / "pipeline.yaml").write_text(WITH_ATTRIBUTES.format(url=project.pim.url), "utf-8")
    project.write("MUG-1;mugs;cups;sweet;red;5", "MUG-2;mugs;cups;;red;")
    return project


def test_attributes_that_columns_name_are_created_and_put_into_the_families(tasting):
    ran = tasting.run()
    assert ran.code == 0
    assert "2 new" in ran.out
    assert "attention" not in ran.out
    assert "Note: 3 attributes were created in group erp: note, pieces, taste." in ran.out
    store = tasting.pim.store
    assert store.need("attributes", "taste")["type"] == "pim_catalog_text"
    assert store.need("attributes", "pieces")["type"] == "pim_catalog_number"
    assert store.need("attributes", "note")["localizable"] is True
    assert store.get("attributes", "category") is None  # nobody named it: `same_code` is for what the PIM has
    assert {"colour", "weight", "note", "pieces", "taste"} <= set(store.need("families", "mugs")["attributes"])
    assert value(tasting, "MUG-1", "taste") == "sweet"
    assert value(tasting, "MUG-1", "note") == "sweet"
    assert float(value(tasting, "MUG-1", "pieces")) == 5
    again = tasting.run()
    assert "2 already up to date." in again.out
    assert "Note" not in again.out


def test_attributes_count_among_what_a_run_may_create(tasting):
    file = tasting.folder / "pipeline.yaml"
    asked = "what: [attributes, options], max_new: 3,"
    text = file.read_text("utf-8").replace("what: [attributes],", asked)
    file.write_text(text.replace("taste: name", "taste: name, colour: colour"), "utf-8")
    tasting.write("MUG-1;mugs;cups;sweet;Oak;5", "MUG-2;mugs;cups;sweet;Elm;5")
    planned = tasting.command("plan", str(file))
    assert "3 may be created in one run, and that was reached" in planned.out
    ran = tasting.run()
    assert ran.code == 0
    assert "Note: 2 attributes were created in group erp: note, pieces." in ran.out
    assert "Note: 1 option was created: colour: Oak." in ran.out
    assert "3 may be created in one run, and that was reached: what else is missing was not created." in ran.out
    assert (
        "the PIM lacks this attribute, and no more than 3 may be created in one run. 2 products arrived without a taste"
    ) in ran.out
    assert tasting.pim.store.get("attributes", "taste") is None
    file.write_text(file.read_text("utf-8").replace("max_new: 3", "max_new: 30"), "utf-8")
    assert tasting.run("--full").code == 0
    assert tasting.command("retry", str(file)).code == 0
    assert value(tasting, "MUG-1", "taste") == "sweet"


def test_a_family_keeps_what_somebody_added_in_the_meantime(tasting):
    with_size = ATTRIBUTE | {"code": "size", "type": "pim_catalog_text"}
    tasting.pim.seed({"attributes": [with_size]})
    [mugs] = catalog()["families"]
    tasting.pim.seed({"families": [{**mugs, "attributes": [*mugs["attributes"], "size"]}]})
    tasting.run()
    assert "size" in tasting.pim.store.need("families", "mugs")["attributes"]


def test_a_plan_tells_the_attributes_and_creates_none(tasting):
    told = tasting.command("plan", str(tasting.folder / "pipeline.yaml"))
    assert told.code == 0
    assert "3 attributes would be created in group erp: note, pieces, taste; a plan does not show" in told.out
    assert tasting.writes() == 0


def test_check_tells_the_attributes_that_a_run_would_create(tasting):
    told = tasting.command("check", str(tasting.folder / "pipeline.yaml"))
    assert told.code == 0, told.out
    assert "the PIM lacks attribute note, attribute pieces, attribute taste." in told.out
    file = tasting.folder / "pipeline.yaml"
    file.write_text(file.read_text("utf-8").replace("group: erp", "group: nowhere"), "utf-8")
    told = tasting.command("check", str(file))
    assert "new attributes go into attribute group 'nowhere', and the PIM has no such group." in told.out
    ran = tasting.run()
    assert ran.code == 0
    assert "2 new" in ran.out
    assert "the PIM lacks this attribute, and it could not be created: the PIM has no such attribute group" in ran.out


def test_attributes_need_the_right_to_create_them(tasting):
    tasting.pim.sandbox.permissions.deny("sandbox", ["create or update attributes"])
    ran = tasting.run()
    assert ran.code == 0
    assert "2 new" in ran.out
    assert "could not be created: the user of the connection may not write attributes." in ran.out
    assert "Grant 'Create and update attributes'" in ran.out


def test_product_models_create_no_attributes(tasting):
    file = tasting.folder / "pipeline.yaml"
    file.write_text(file.read_text("utf-8").replace("akeneo.products", "akeneo.product_models"), "utf-8")
    told = tasting.command("validate", str(file))
    assert told.code == 2
    assert "attributes are created by `akeneo.products`, not by product models" in told.err


@pytest.mark.parametrize("diff", ["state", "target"])
def test_what_is_created_does_not_disturb_how_changes_are_found(tasting, diff):
    file = tasting.folder / "pipeline.yaml"
    asked = "what: [attributes, options, categories], category: master,"
    text = file.read_text("utf-8").replace("what: [attributes],", asked).replace("others: same_code", "colour: colour")
    file.write_text(
        text.replace("pieces: weight,", "pieces: weight, categories: category,") + f"    diff: {diff}\n", "utf-8"
    )
    rows = [f"MUG-{n};mugs;New {n // 150};sweet;Shade {n // 150};5" for n in range(300)]
    tasting.write(*rows)
    ran = tasting.run()
    assert ran.code == 0, ran.out
    assert "300 new" in ran.out
    assert "attention" not in ran.out
    assert "Note: 2 categories were created: new_0, new_1." in ran.out
    routes = tasting.pim.stats()["routes"]
    assert routes["GET /api/rest/v1/categories"]["calls"] == 1
    assert tasting.product("MUG-299")["categories"] == ["new_1"]
    again = tasting.run()
    assert "300 already up to date." in again.out
    assert "were created" not in again.out


def test_a_saved_plan_that_is_applied_creates_what_it_names(asking, monkeypatch):
    project = asking("{what: [options, categories], category: master}")
    project.write(row(1, "Dark Blue", "Gift Ideas"))
    monkeypatch.chdir(project.folder)
    pipeline, plan = "pipeline.yaml", "saved.plan"
    assert project.command("plan", pipeline, "--save", plan).code == 0
    assert project.writes() == 0
    applied = project.command("apply", plan)
    assert applied.code == 0, applied.out + applied.err
    assert value(project, "MUG-1", "colour") == "dark_blue"
    assert project.product("MUG-1")["categories"] == ["gift_ideas"]
