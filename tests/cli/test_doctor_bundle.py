"""`pimflow doctor --bundle`: what support needs to see, and nothing that a stranger may not see."""

import zipfile
from datetime import UTC, datetime

import orjson
import pytest
from loguru import logger

from pimflow.errors import AccessError
from pimflow.model import Item, Problem, Status

SECRETS = {
    "a literal in the project file": "literal-Gehe1m",
    "a literal over several lines": "zweite-Zeile-Gehe1m",
    "a literal of an unknown plugin": "fremde-Pin-Gehe1m",
    "a literal behind an alias": "alias-Gehe1m",
    "a comment": "kommentar-Gehe1m",
    "a value of the environment": "umgebung-Gehe1m",
    "a part of an option": "teil-Gehe1m",
    "a variable that nobody names": "unbenannt-Gehe1m",
    "a file": 'datei "Gehe1m"',
    "the password of an address": "adresse-Gehe1m",
    "a line of a plugin": "zeile-Gehe1m",
    "a detail of a report": "detail-Gehe1m",
    "the header of a call": "a29wZi1HZWhlMW0tMTIzNA==",
}
VALUES = ("Anvil of iron", "SKU-771", "SKU-772", "Bucket 5' wide", "Julia's candle", "Amboss aus Eisen", "MUG-9")

PROJECT = """\
version: 1
# The old password was kommentar-Gehe1m
connections:
  shop:
    type: shop
    name: main
    proxy: "http://pimflow:adresse-Gehe1m@proxy.example.com:3128"
    token: &token literal-Gehe1m   # or kommentar-Gehe1m
  multi: {type: shop, token: "erste
      zweite-Zeile-Gehe1m"}
"""
PIPELINE = """\
version: 1
name: to-shop
flows:
  products:
    source: {type: shop.rows, connection: shop, table: "${env:SHOP_TABLE}"}
    transforms:
      - map: {sku: sku, name: {from: name, table: names.csv}}
    sink: {type: shop.products, connection: shop}
"""
OTHER = """\
version: 1
connections:
  aliased: {type: shop, name: &pin alias-Gehe1m, token: *pin}
  vault: {type: shop, token: "${file:secret.txt}"}
  joined: {type: shop, token: "teil-Gehe1m-${env:SHOP_SECRET}"}
flows:
  products:
    source: {type: shop.rows, connection: shop}
    sink: {type: shop.products, connection: shop}
"""
STRANGE = """\
version: 1
connections:
  strange: {type: strange, url: "https://erp.example.com", pin: fremde-Pin-Gehe1m}
flows:
  products:
    source: {type: strange.products, connection: strange}
    sink: {type: shop.products, connection: shop}
"""


@pytest.fixture
def project(cli, tmp_path, shop, monkeypatch):
    """A project with a secret in every place, which ran twice."""
    monkeypatch.setenv("SHOP_TABLE", "products")
    monkeypatch.setenv("SHOP_SECRET", SECRETS["a value of the environment"])
    monkeypatch.setenv("OLD_API_TOKEN", SECRETS["a variable that nobody names"])
    folder = tmp_path / "pipelines"
    folder.mkdir()
    (tmp_path / "pimflow.yaml").write_text(PROJECT)
    (folder / "to_shop.yaml").write_text(PIPELINE)
    (folder / "other.yaml").write_text(OTHER)
    (folder / "strange.yaml").write_text(STRANGE)
    (folder / "secret.txt").write_text(SECRETS["a file"])
    (folder / "names.csv").write_text("from;to\nAnvil of iron;Amboss aus Eisen\n")
    (tmp_path / "answers").mkdir()
    (tmp_path / "answers" / "to-shop.csv").write_text(
        f"flow,column,value,answer,becomes,given\nproducts,name,x,use,{SECRETS['a value of the environment']},\n"
    )
    shop.tables["products"] = [
        ("sku", "name"),
        ("SKU-771", "Anvil of iron"),
        ("SKU-772", "Bucket 5' wide"),
        ("SKU-773", "Julia's candle"),
    ]
    shop.on_load = say_too_much
    shop.prepare = judge
    assert cli("run", "to_shop").code == 0
    shop.scripts["open"] = [
        AccessError("the shop says no", detail=f"token={SECRETS['a detail of a report']} for MUG-9")
    ]
    assert cli("run", "to_shop").code == 3
    return tmp_path


def say_too_much(batch):
    said = logger.bind(url=f"https://u:{SECRETS['the password of an address']}@shop", password="zeile-Gehe1m", x=batch)
    said.warning("GET /api/v1/products/MUG-9: password={}", SECRETS["a line of a plugin"])
    said.warning("with Authorization: Basic {}", SECRETS["the header of a call"])
    said.warning("{} {}", SECRETS["a value of the environment"], SECRETS["a variable that nobody names"])
    said.warning("{} {} for {}", SECRETS["a file"], SECRETS["a literal in the project file"], batch[0].payload)
    try:
        {}[SECRETS["a literal behind an alias"], batch[0].payload["name"], "teil-Gehe1m-umgebung-Gehe1m"]
    except KeyError:
        said.exception("it failed with erste zweite-Zeile-Gehe1m and fremde-Pin-Gehe1m")


def judge(row):
    name = row.get("name", "")
    problem = Problem(f"which the shop does not take for '{name}'", field="name", value=name)
    yield Item("products", row["sku"], dict(row), (problem,) if name else ())


def unpacked(file):
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


def assert_secret_free(files):
    for name, text in files.items():
        if name.endswith(".json"):
            orjson.loads(text)
        if name.endswith(".jsonl"):
            assert [orjson.loads(line) for line in text.splitlines()]
        for secret in SECRETS.values():
            for form in (secret, orjson.dumps(secret).decode()[1:-1], "Gehe1m"):
                assert form not in name + text, [line for line in text.splitlines() if form in line]


def spoil_nothing(_folder):
    pass


def spoil_files(folder):
    """Make every file unreadable as YAML, without taking the secrets out."""
    for file in (folder / "pimflow.yaml", *folder.glob("pipelines/*.yaml")):
        file.write_text(file.read_text() + "\tflows: [\n")


def spoil_state(folder):
    state = folder / ".pimflow" / "state.sqlite"
    content = bytearray(state.read_bytes())
    content[4096:40960] = b"\x5a" * 36864
    state.write_bytes(content)


@pytest.mark.parametrize("options", [[], ["--with-data"]], ids=["without data", "with data"])
@pytest.mark.parametrize("spoil", [spoil_nothing, spoil_files, spoil_state])
def test_no_secret_is_in_a_bundle(cli, project, spoil, options):
    spoil(project)
    answer = cli("doctor", "--bundle", "support.zip", *options)
    assert (answer.code, answer.err) == (0, "")
    files = unpacked(project / "support.zip")
    assert_secret_free(files)
    assert_secret_free({"what was printed": answer.out})
    assert len([name for name in files if name.startswith("logs/")]) == 2
    assert {"README.txt", "doctor.json", "versions.json", "state.json", "config/pimflow.yaml"} < files.keys()
    assert {f"config/pipelines/{one}.yaml" for one in ("to_shop", "other", "strange")} < files.keys()
    assert "config/answers/to-shop.csv" in files
    assert "secret.txt" not in "".join(files)


def test_no_product_data_is_in_a_bundle_unless_asked_for(cli, project):
    cli("doctor", "--bundle", "support.zip")
    files = unpacked(project / "support.zip")
    for name, text in files.items():
        for value in VALUES:
            assert value not in text, f"{value} is in {name}"
    assert not any(name.startswith("tables/") for name in files)
    cli("doctor", "--bundle", "full.zip", "--with-data")
    full = unpacked(project / "full.zip")
    assert full["tables/pipelines/names.csv"].startswith("from;to\nAnvil of iron")
    assert all(any(value in text for text in full.values()) for value in VALUES)


def test_what_happened_can_be_told_from_a_bundle(cli, project):
    cli("doctor", "--bundle", "support.zip")
    files = unpacked(project / "support.zip")
    reports = [orjson.loads(text) for name, text in sorted(files.items()) if name.startswith("reports/")]
    assert sorted(report["exit_code"] for report in reports) == [0, 3]
    good, failed = sorted(reports, key=lambda report: report["exit_code"])
    (flow,) = good["report"]["flows"]
    assert flow["counts"]["created"] == 3
    assert sorted((cause["reason"], cause["field"], cause["count"]) for cause in flow["causes"]) == [
        ("the table names.csv has no line for it", "name", 1),
        ("the table names.csv has no line for it", "name", 1),
        ("which the shop does not take for '…'", "name", 1),
    ]
    assert failed["report"]["flows"][0]["error"] == "the shop says no"
    logs = "".join(text for name, text in files.items() if name.startswith("logs/"))
    assert "GET /api/v1/products/…" not in logs  # of a logger that is not pimflow's, not even the words are there
    assert "in say_too_much" in logs
    assert "KeyError: …" in logs
    assert orjson.loads(files["state.json"])["pipelines"]["to-shop"]["flows"][0]["records"] == 3
    assert any(not one["ok"] for one in orjson.loads(files["doctor.json"]))
    config = files["config/pimflow.yaml"]
    assert config.count("\n") == PROJECT.count("\n")
    assert '    token: "********"' in config
    assert "name: main" in config


def test_what_is_inside_is_told(cli, project):
    answer = cli("doctor", "--bundle", "support.zip")
    assert "support.zip holds:" in answer.out
    assert "  config/pimflow.yaml  " in answer.out
    assert "Secrets are masked. No product data is inside (`--with-data` adds it)." in answer.out
    answer = cli("doctor", "--bundle", "full.zip", "--with-data")
    assert "Product data is inside." in answer.out
    told = cli("doctor", "--bundle", "third.zip", "--json").json
    assert told["bundle"] == "third.zip"
    assert {one["name"] for one in told["inside"]} == unpacked(project / "third.zip").keys()


def test_only_the_last_runs_are_inside(cli, project):
    cli("doctor", "--bundle", "support.zip", "--runs", "1")
    files = unpacked(project / "support.zip")
    (report,) = [orjson.loads(text) for name, text in files.items() if name.startswith("reports/")]
    assert report["exit_code"] == 3
    assert len([name for name in files if name.startswith("logs/")]) == 1
    cli("doctor", "--bundle", "none.zip", "--runs", "0")
    assert not any(name.startswith(("logs/", "reports/")) for name in unpacked(project / "none.zip"))


def test_only_the_pipelines_that_a_person_names_are_inside(cli, project):
    cli("doctor", "other", "--bundle", "support.zip")
    files = unpacked(project / "support.zip")
    assert "config/pipelines/other.yaml" in files
    assert "config/pipelines/to_shop.yaml" not in files
    assert orjson.loads(files["state.json"])["pipelines"] == {}
    assert not any(name.startswith("reports/") for name in files)


def test_a_bundle_is_made_where_there_is_nothing_at_all(cli, tmp_path):
    answer = cli("doctor", "--bundle", "support.zip")
    assert answer.code == 0
    assert unpacked(tmp_path / "support.zip").keys() == {"README.txt", "doctor.json", "versions.json", "state.json"}
    assert [path.name for path in tmp_path.iterdir()] == ["support.zip"]
    assert (tmp_path / "support.zip").stat().st_mode & 0o077 == 0


def test_a_bundle_that_is_there_is_overwritten_only_when_told_to(cli, tmp_path):
    (tmp_path / "support.zip").write_text("mine")
    answer = cli("doctor", "--bundle", "support.zip")
    assert answer.code == 2
    assert "support.zip: is there already; name another file, or add `--force`" in answer.err
    assert (tmp_path / "support.zip").read_text() == "mine"
    assert cli("doctor", "--bundle", "support.zip", "--force").code == 0
    assert unpacked(tmp_path / "support.zip")


@pytest.mark.parametrize("place", [".", "nowhere/support.zip"])
def test_a_place_where_no_bundle_can_be_written_is_told(cli, tmp_path, place):
    answer = cli("doctor", "--bundle", place)
    assert answer.code == 2
    assert "is a folder" in answer.err or "No such file or directory" in answer.err


def test_a_bundle_that_cannot_be_finished_leaves_nothing(cli, tmp_path, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    (tmp_path / "support.zip").write_text("mine")
    monkeypatch.setattr("pimflow.doctor.packing.os.fsync", full)
    answer = cli("doctor", "--bundle", "support.zip", "--force")
    assert answer.code == 2
    assert "cannot be written: No space left on device" in answer.err
    assert [path.name for path in tmp_path.iterdir()] == ["support.zip"]
    assert (tmp_path / "support.zip").read_text() == "mine"


def test_the_project_and_its_state_stay_as_they_were(cli, project):
    def content():
        return {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}

    before = content()
    cli("doctor", "--bundle", "support.zip")
    after = content()
    assert after.pop(project / "support.zip")
    assert after == before


def test_the_time_in_a_bundle_is_that_of_its_making(cli, tmp_path):
    cli("doctor", "--bundle", "support.zip")
    made = orjson.loads(unpacked(tmp_path / "support.zip")["versions.json"])["made"]
    assert abs((datetime.now(UTC) - datetime.fromisoformat(made)).total_seconds()) < 60


def test_refused_records_are_counted_not_named(cli, project, shop):
    shop.scripts["SKU-771"] = [Status.REFUSED]
    shop.tables["products"][1] = ("SKU-771", "Anvil of steel")
    cli("run", "to_shop")
    cli("doctor", "--bundle", "support.zip", "--runs", "1")
    files = unpacked(project / "support.zip")
    assert "SKU-771" not in "".join(files.values())
    assert '"refused":1' in "".join(files.values()).replace(" ", "").replace("\n", "")
