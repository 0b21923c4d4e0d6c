"""Products known by their source's own id: a SKU that changes renames, one that two claim belongs to neither."""

import pytest

PIPELINE = """\
version: 1
connections:
  pim: {{type: akeneo, url: "{url}", client_id: sandbox, secret: sandbox, username: sandbox, password: sandbox}}
flows:
  products:
    entity: product
    identity: id
    source: {{type: files.csv, path: products.csv}}
    transforms: [{{map: {{identifier: sku, family: family, name-en_US: name, colour: colour}}}}]
    sink: {{type: akeneo.products, connection: pim}}
"""
HEADER = "id;sku;family;name;colour"


@pytest.fixture
def run(project):
    (project.folder / "pipeline.yaml").write_text(PIPELINE.format(url=project.pim.url), "utf-8")

    def go(*rows, words=("run",), **options):
        write(project, *rows)
        for old, new in options.items():
            text = (project.folder / "pipeline.yaml").read_text("utf-8")
            (project.folder / "pipeline.yaml").write_text(
                text.replace("    entity:", f"    {old}: {new}\n    entity:"), "utf-8"
            )
        return project.command(words[0], str(project.folder / "pipeline.yaml"), *words[1:])

    return go


def write(project, *rows):
    (project.folder / "products.csv").write_text("\n".join([HEADER, *rows]) + "\n", "utf-8")


def known(project):
    """Give name and uuid by identifier."""
    return {one["identifier"]: (one["values"]["name"][0]["data"], one["uuid"]) for one in project.products()}


def test_a_changed_sku_renames_the_product_and_keeps_all_that_it_has(project, run):
    run("1;OLD-1;mugs;Mug;red", "2;B-1;mugs;Bowl;red")
    uuid = known(project)["OLD-1"][1]
    done = run("1;NEW-1;mugs;Mug;red", "2;B-1;mugs;Bowl;red")
    assert "0 new, 1 updated, 1 already up to date." in done.out
    assert known(project) == {"NEW-1": ("Mug", uuid), "B-1": ("Bowl", known(project)["B-1"][1])}
    writes = project.writes()
    again = run("1;NEW-1;mugs;Mug;red", "2;B-1;mugs;Bowl;red")
    assert ("2 already up to date" in again.out, project.writes(), "not in the source" in again.out) == (
        True,
        writes,
        False,
    )


def test_a_renamed_product_takes_its_changes_along(project, run):
    run("1;OLD-1;mugs;Mug;red")
    run("1;NEW-1;mugs;Beaker;blue")
    run("1;NEW-1;mugs;Beaker;red")
    assert [(sku, name) for sku, (name, _) in known(project).items()] == [("NEW-1", "Beaker")]
    assert project.product("NEW-1")["values"]["colour"][0]["data"] == "red"


def test_a_flow_that_only_creates_gives_a_product_its_new_sku_and_nothing_else(project, run):
    run("1;OLD-1;mugs;Mug;red", mode="create")
    uuid = known(project)["OLD-1"][1]
    for _ in range(2):
        run("1;NEW-1;mugs;Beaker;blue")
        assert known(project) == {"NEW-1": ("Mug", uuid)}
        assert project.product("NEW-1")["values"]["colour"][0]["data"] == "red"


def test_a_sku_passed_on_in_one_read_reaches_its_new_owner(project, run):
    run("1;A-1;mugs;First;red", "2;B-1;mugs;Second;red")
    before = known(project)
    run("3;A-1;mugs;Third;red", "1;B-1;mugs;First;red", "2;C-1;mugs;Second;red")
    after = known(project)
    assert after["B-1"] == before["A-1"]
    assert after["C-1"] == before["B-1"]
    assert after["A-1"][0] == "Third"
    assert after["A-1"][1] not in {uuid for _, uuid in before.values()}


def test_rows_that_share_a_sku_are_all_refused_with_their_names(project, run):
    run("1;CHAIR-01;mugs;Office chair;red")
    done = run("1;CHAIR-01;mugs;Office chair new;red", "7;chair-01;mugs;Office chair (old);blue", "3;C-1;mugs;Cup;red")
    assert known(project)["CHAIR-01"][0] == "Office chair"
    assert " CHAIR-01 belongs to two products in products.csv: '1' and '7'. Neither was updated." in done.out
    assert "The ERP team must change or archive one." in done.out
    assert "C-1" in known(project)
    mended = run(
        "1;CHAIR-01;mugs;Office chair new;red", "7;CHAIR-02;mugs;Office chair (old);blue", "3;C-1;mugs;Cup;red"
    )
    assert "attention" not in mended.out
    assert [known(project)[sku][0] for sku in ("CHAIR-01", "CHAIR-02")] == ["Office chair new", "Office chair (old)"]


def test_a_sku_that_another_has_refuses_the_newcomer_also_where_only_some_are_read(project, run):
    run("1;A-1;mugs;First;red", "2;B-1;mugs;Second;red")
    done = run("2;A-1;mugs;Second;red", words=("run", "--limit", "1"))
    assert " A-1 belongs to two products in products.csv: '1' and '2'. Neither was updated." in done.out
    assert {sku: name for sku, (name, _) in known(project).items()} == {"A-1": "First", "B-1": "Second"}


def test_in_a_read_of_everything_the_sku_of_one_that_is_gone_is_free(project, run):
    run("1;A-1;mugs;First;red", "2;B-1;mugs;Second;red")
    run("2;B-1;mugs;Second;red")
    done = run("2;B-1;mugs;Second;red", "9;A-1;mugs;Ninth;red")
    assert ("attention" in done.out, known(project)["A-1"][0]) == (False, "Ninth")


def test_a_change_of_case_is_no_other_product(project, run):
    run("1;a-1;mugs;First;red")
    done = run("1;A-1;mugs;Second;red")
    assert "0 new, 1 updated" in done.out
    assert len(project.products()) == 1
    assert "not in the source" not in run("1;A-1;mugs;Second;red").out


def test_a_product_that_somebody_deleted_is_created_under_its_new_sku(project, run):
    run("1;OLD-1;mugs;Mug;red")
    uuid = known(project)["OLD-1"][1]
    project.pim.store.products.clear()
    run("1;NEW-1;mugs;Mug;red")
    assert list(known(project)) == ["NEW-1"]
    assert known(project)["NEW-1"][1] != uuid


def test_rows_without_an_id_go_by_their_sku(project, run):
    done = run(";X-1;mugs;Without;red", "1;A-1;mugs;With;red")
    assert ("2 new" in done.out, sorted(known(project))) == (True, ["A-1", "X-1"])


def test_a_preview_shows_the_rename_and_does_nothing(project, run):
    run("1;OLD-1;mugs;Mug;red")
    done = run("1;NEW-1;mugs;Mug;red", words=("plan",))
    assert "identifier: OLD-1 -> NEW-1" in done.out
    assert list(known(project)) == ["OLD-1"]


def test_a_rename_goes_on_with_guards_and_against_the_pim(project, run):
    run("1;OLD-1;mugs;Mug;red", guards="{max_changed: 5}", diff="target")
    uuid = known(project)["OLD-1"][1]
    done = run("1;NEW-1;mugs;Mug;red")
    assert (known(project), "deleted" in done.out) == ({"NEW-1": ("Mug", uuid)}, False)


def test_the_history_goes_along(project, run, monkeypatch):
    run("1;OLD-1;mugs;Mug;red")
    run("1;NEW-1;mugs;Beaker;red")
    monkeypatch.chdir(project.folder)
    told = project.command("explain", "NEW-1", "name")
    assert ("Beaker: updated" in told.out, "Mug: created" in told.out) == (True, True)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("    identity: id\n", "", "`entity` needs `identity`: the column of the source with an id"),
        ("identity: id", "identity: it", "the source has no column 'it'; known here: colour, family, id,"),
    ],
)
def test_mistakes_are_told_before_anything_is_written(project, run, old, new, message):
    file = project.folder / "pipeline.yaml"
    file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")
    done = run("1;A-1;mugs;Mug;red")
    assert (done.code, message in done.err, project.products()) == (2, True, [])
