# ruff: noqa: E501, ISC004, PLC0207 - tables of texts and messages
"""Pipeline and project files: each mistake is told once, with its file, its line and the way out."""

from pathlib import Path

import pytest

from pimflow.assemble import assemble
from pimflow.configuration.loading import load_pipeline
from pimflow.errors import ConfigError
from pimflow.plugins import create_registry

PLAIN = """\
version: 1
connections:
  shop: {type: shop}
flows:
  products:
    source: {type: shop.rows, connection: shop}
    sink: {type: shop.products, connection: shop}
"""
SOURCE = "source: {type: shop.rows, connection: shop}"
SINK = "sink: {type: shop.products, connection: shop}"
LIMIT = "a number of records, or a share such as 20%, was expected; found"


@pytest.fixture
def told(tmp_path, monkeypatch, shop_plugin):
    """Give the mistakes of a pipeline text; nothing may be contacted."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(shop_plugin.ShopConnection, "open", lambda _: pytest.fail("a connection was opened"))

    def tell(text, **files):
        for name, content in files.items():
            Path(f"{name}.yaml").write_text(content)
        Path("p.yaml").write_text(text)
        try:
            assemble(load_pipeline(Path("p.yaml")), create_registry())
        except ConfigError as error:
            assert error.exit_code == 2  # noqa: PT017 - no mistake is an answer as well
            return [str(mistake) for mistake in error.mistakes]
        return []

    return tell


def flow(text):
    return f"{PLAIN}    {text}\n"


def test_the_plain_pipeline_is_well(told):
    assert told(PLAIN) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (PLAIN + "flow: 1\n", "8: flow: unknown key; did you mean 'flows'?"),
        (flow("modee: create"), "8: flows.products.modee: unknown key; did you mean 'mode'?"),
        (flow("guards: {max_chnged: 1}"), "8: flows.products.guards.max_chnged: unknown key; did you mean 'max_changed'?"),
        (
            PLAIN.replace("shop.rows, connection: shop", "shop.rows, connection: shop, tabel: x"),
            "6: flows.products.source.tabel: unknown key; did you mean 'table'?",
        ),
        (PLAIN.replace("{type: shop}", "{type: shop, tokn: x}"), "3: connections.shop.tokn: unknown key; did you mean 'token'?"),
        (
            flow("transforms:\n      - map:\n          a: {from: sku, defalt: 1}"),
            "10: flows.products.transforms.0.map.a.defalt: unknown key; did you mean 'default'?",
        ),
        (flow("transforms: [{mapp: {a: b}}]"), "8: flows.products.transforms.0.mapp: unknown transform 'mapp'; did you mean 'map'?"),
        (PLAIN.replace("shop.rows", "shop.row"), "6: flows.products.source.type: unknown source 'shop.row'; did you mean 'shop.rows'?"),
        (PLAIN.replace("shop.rows", "shop.products"), "6: flows.products.source.type: unknown source 'shop.products'; did you mean 'shop.rows'?"),
        (PLAIN.replace(SOURCE, "source: {type: shop.rows, connection: shp}"), "6: flows.products.source.connection: no connection is called 'shp'; did you mean 'shop'?"),
        (flow("needs: [prodcts]"), "8: flows.products.needs.0: no flow is called 'prodcts'; did you mean 'products'?"),
    ],
)  # fmt: skip
def test_unknown_words_are_told_with_the_nearest_known_one(told, text, message):
    assert told(text) == [f"p.yaml:{message}"]


def test_an_unknown_plugin_is_told_with_what_is_there_and_how_to_get_it(told):
    (message,) = told(PLAIN.replace("shop.rows", "shpo.rows"))
    assert message.startswith("p.yaml:6: flows.products.source.type: no plugin for 'shpo' is installed")
    assert "did you mean 'shop'?" in message
    (message,) = told(PLAIN.replace("shop.rows", "qqqqq.rows"))
    assert "`pip install pimflow-qqqqq` brings it" in message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (flow("mode: upsertt"), "8: flows.products.mode: 'upsert', 'create' or 'update' was expected; found 'upsertt'"),
        (flow("once: name"), "8: flows.products.once: a list ([a, b]) was expected; found 'name'"),
        (flow("once: {a: 1}"), "8: flows.products.once: a list ([a, b]) was expected; found a mapping"),
        (flow("empty_when: {a: 0}"), "8: flows.products.empty_when.a: a list ([a, b]) was expected; found 0"),
        (flow("guards: [1]"), "8: flows.products.guards: a mapping (name: value) was expected; found a list"),
        (flow("guards:"), "8: flows.products.guards: a mapping (name: value) was expected; found nothing"),
        (flow("guards: {min_rows: abc}"), "8: flows.products.guards.min_rows: a whole number was expected; found 'abc'"),
        (flow("guards: {min_rows: true}"), "8: flows.products.guards.min_rows: a whole number was expected; found true"),
        (flow("guards: {max_failed: 0}"), "8: flows.products.guards.max_failed: 1 or more was expected; found 0"),
        (flow("guards: {max_changed: 20 percent}"), f"8: flows.products.guards.max_changed: {LIMIT} '20 percent'"),
        (flow("guards: {max_changed: 120%}"), f"8: flows.products.guards.max_changed: {LIMIT} '120%'"),
        (flow("guards: {max_changed: 100.5%}"), f"8: flows.products.guards.max_changed: {LIMIT} '100.5%'"),
        (flow("guards: {max_missing: -1}"), f"8: flows.products.guards.max_missing: {LIMIT} -1"),
        (flow("guards: {max_missing: 1.5}"), f"8: flows.products.guards.max_missing: {LIMIT} 1.5"),
        (flow("guards: {max_refused: true}"), f"8: flows.products.guards.max_refused: {LIMIT} True"),
        (flow("transforms: map"), "8: flows.products.transforms: a list ([a, b]) was expected; found 'map'"),
        (flow("transforms: [3]"), "8: flows.products.transforms.0: text or a mapping (name: value) was expected; found 3"),
        (flow("transforms: [{shop.spoil: [x]}]"), "8: flows.products.transforms.0.shop.spoil: the options of transform 'shop.spoil' were expected, as name: value"),
        (flow("transforms:\n      - {map: {a: b}, filter: {field: x}}"), "9: flows.products.transforms.0: one transform with its options was expected; found map, filter"),
        (flow("transforms: [shop.spoil]"), "8: flows.products.transforms.0.row: is missing"),
        (flow("needs: [products]"), "8: flows.products.needs: flows need each other in a circle: products -> products"),
        (PLAIN.replace(SOURCE, "source: shop.rows"), "6: flows.products.source: a mapping (name: value) was expected; found 'shop.rows'"),
        (PLAIN.replace(SOURCE, "key: x"), "5: flows.products.source: is missing"),
        (PLAIN.replace(SOURCE, "source: {connection: shop}"), "6: flows.products.source: `type` is missing: the name of what a plugin offers"),
        (PLAIN.replace(SOURCE, "source: {type: shop.rows}"), "6: flows.products.source.connection: is missing"),
        (PLAIN.replace(SOURCE, "source: {type: shop.rows, connection: 12}"), "6: flows.products.source.connection: text was expected; found a number"),
        (PLAIN.replace(SINK, "sink: shop.products"), "7: flows.products.sink: a mapping (name: value) or a list ([a, b]) was expected; found 'shop.products'"),
        (PLAIN.replace(SINK, "sink: [shop.products]"), "7: flows.products.sink.0: a mapping (name: value) was expected; found 'shop.products'"),
        (PLAIN.replace(SINK, "sink: []"), "7: flows.products.sink: a mapping (name: value) or at least 1 entry was expected; found an empty list"),
        (PLAIN.replace("{type: shop}", "{type: shop, timeout: soon}"), "3: connections.shop.timeout: a number was expected; found text"),
        (PLAIN.replace("{type: shop}", "{type: shop, ca_file: no.pem}"), "3: connections.shop.ca_file: file 'no.pem' does not exist"),
        (PLAIN.replace("{type: shop}", "shop"), "3: connections.shop: a mapping (name: value) was expected; found 'shop'"),
        (PLAIN.replace("  products:", "  my products:"), "5: flows.my products: a name of letters, digits, _ and - was expected"),
        (PLAIN.replace("version: 1", "version: 2"), "1: version: 1 was expected; found 2"),
        (PLAIN.replace("version: 1", 'version: "1"'), "1: version: 1 was expected; found '1'"),
        (PLAIN.replace("version: 1\n", ""), "1: version: is missing"),
        ("version: 1\n", "1: flows: is missing"),
        ("version: 1\nflows: {}\n", "2: flows: at least 1 entry was expected; found an empty mapping"),
        ("version: 1\nflows:\n  a:\n", "3: flows.a: a mapping (name: value) was expected; found nothing"),
        ("", "1: names with values were expected, such as `version: 1`; found nothing"),
        ("- a\n", "1: names with values were expected, such as `version: 1`; found a list"),
    ],
)  # fmt: skip
def test_what_is_of_another_form_is_told_once_with_what_was_found(told, text, message):
    assert told(text) == [f"p.yaml:{message}"]


def test_a_schedule_says_when_in_words_or_as_cron(told):
    assert told(f"{PLAIN}schedule: {{changes: '*/15 6-20 * * 1-5', everything: every Sunday at 03:00}}\n") == []
    assert (
        told(f"{PLAIN}schedule: {{changes: every 2 hours, time_zone: Europe/Paris, jitter: 30s, late_after: 26h}}\n")
        == []
    )


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("changes: every 7 minutes", "schedule.changes: five fields as cron has them (*/15 6-20 * * 1-5), or words were expected: "),
        ("changes: 61 * * * *", "found '61 * * * *' (bad minute)"),
        ("changes: [1]", "schedule.changes: five fields as cron has them"),
        ('changes: "0 */5 * * * *"', "schedule.changes: five fields as cron has them"),
        ("changes: every hour, time_zone: Europe/Pariss", "schedule.time_zone: a time zone such as Europe/Paris was expected; found 'Europe/Pariss'"),
        ("changes: every hour, jitter: 2h", "schedule.jitter: a length of time such as 30s, 10m or 26h, 1h at most, was expected; found '2h'"),
        ("changes: every hour, late_after: 26", "schedule.late_after: a length of time such as 30s"),
        ("jitter: 30s", "schedule: when? `changes` or `everything` is missing, such as `changes: every 15 minutes`"),
        ("change: every hour", "schedule.change: unknown key; did you mean 'changes'?"),
    ],
)  # fmt: skip
def test_a_schedule_that_cannot_be_kept_is_told_with_what_was_expected(told, key, message):
    (said,) = told(f"{PLAIN}schedule: {{{key}}}\n")
    assert said.startswith("p.yaml:8: schedule")
    assert message in said


def test_a_schedule_belongs_into_the_file_of_a_pipeline(told):
    project = "version: 1\nschedule: {changes: every hour}\n"
    (said,) = told(PLAIN, pimflow=project)
    assert said.endswith("pimflow.yaml:2: schedule: `schedule` belongs into the file of a pipeline")


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(told):
    text = flow("mode: x\n    once: y\n    foo: z").replace("version: 1", "version: 7")
    assert [message.split(": ")[0] for message in told(text)] == ["p.yaml:1", "p.yaml:8", "p.yaml:9", "p.yaml:10"]


def test_all_mistakes_of_all_components_are_told_at_once(told):
    text = PLAIN.replace("{type: shop}", "{type: shop, tokn: 1}").replace("shop.rows", "shop.row")
    text += "    transforms: [{mapp: {}}]\n    needs: [nobody]\n"
    assert len(told(text)) == 4


def test_a_wrong_secret_option_does_not_show_its_value(told):
    (message,) = told(PLAIN.replace("{type: shop}", "{type: shop, token: 87654321}"))
    assert "87654321" not in message


def test_unset_variables_and_unknown_schemes_are_told_all_at_once(told):
    text = PLAIN.replace("{type: shop}", '{type: shop, token: "${env:PIMFLOW_NOT_SET}", name: "${vault:x}"}')
    assert told(text) == [
        "p.yaml:3: connections.shop.token: ${env:PIMFLOW_NOT_SET}: environment variable PIMFLOW_NOT_SET is not set; "
        "set it, or write the value into the file",
        "p.yaml:3: connections.shop.name: ${vault:x}: unknown kind of value 'vault'; env and file work",
    ]  # fmt: skip


def assembled(text, name="p.yaml"):
    Path(name).write_text(text)
    return assemble(load_pipeline(Path(name)), create_registry())


def test_values_come_from_the_environment_and_from_files_beside_the_yaml(tmp_path, monkeypatch, shop_plugin):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHOP_NAME", "one")
    Path("pipelines").mkdir()
    Path("pipelines/token.txt").write_text("geheim\n")
    text = PLAIN.replace("{type: shop}", '{type: shop, token: "${file:token.txt}", name: "${env:SHOP_NAME}-$${env:X}"}')
    connection = assembled(text, "pipelines/p.yaml").connections["shop"]
    assert connection.token.get_secret_value() == "geheim"
    assert connection.name == "one-${env:X}"


def test_a_missing_file_of_a_value_is_told(told):
    (message,) = told(PLAIN.replace("{type: shop}", '{type: shop, token: "${file:nofile}"}'))
    assert message.startswith("p.yaml:3: connections.shop.token: ${file:nofile}: file ")
    assert message.endswith("nofile cannot be read: No such file or directory")


def test_a_file_of_a_value_that_is_no_text_is_told_without_its_content(told, tmp_path):
    (tmp_path / "key.bin").write_bytes(b"s3cr3t\xff")
    (message,) = told(PLAIN.replace("{type: shop}", '{type: shop, token: "${file:key.bin}"}'))
    assert "is not UTF-8 text" in message
    assert "s3cr3t" not in message


PROJECT = "version: 1\nconnections:\n  shop: {type: shop, name: project}\n"


def without_connections(text):
    return text.replace("connections:\n  shop: {type: shop}\n", "")


def test_connections_of_the_project_file_serve_its_pipelines(tmp_path, monkeypatch, shop_plugin):
    monkeypatch.chdir(tmp_path)
    Path("pimflow.yaml").write_text(PROJECT)
    Path("pipelines").mkdir()
    assembly = assembled(without_connections(PLAIN), "pipelines/p.yaml")
    assert assembly.connections["shop"].name == "project"
    assert assembly.pipeline.root == tmp_path
    assert assembly.pipeline.name == "p"


def test_an_unused_connection_of_the_project_may_rest(tmp_path, monkeypatch, shop_plugin):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PIMFLOW_NOT_SET", raising=False)
    Path("pimflow.yaml").write_text(PROJECT + '  erp: {type: nowhere, password: "${env:PIMFLOW_NOT_SET}"}\n')
    assert list(assembled(without_connections(PLAIN)).connections) == ["shop"]


def test_one_connection_name_in_both_files_is_a_mistake(told):
    (message,) = told(PLAIN, pimflow=PROJECT)
    assert message.startswith("p.yaml:3: connections.shop: ")
    assert message.endswith("pimflow.yaml:3 has a connection of this name too; rename one")


def test_mistakes_in_the_project_file_are_told_with_its_name(told, tmp_path):
    (message,) = told(PLAIN, pimflow="version: 1\nflows: {}\n")
    assert message == f"{tmp_path}/pimflow.yaml:2: flows: `flows` belongs into the file of a pipeline"


def test_a_mistake_in_a_connection_of_the_project_names_the_project_file(told, tmp_path):
    (message,) = told(without_connections(PLAIN), pimflow=PROJECT.replace("name:", "nam:"))
    assert message == f"{tmp_path}/pimflow.yaml:3: connections.shop.nam: unknown key; did you mean 'name'?"


def test_a_connection_of_another_kind_is_refused(told, distribution):
    distribution(
        "pimflow-other",
        {"other": "pimflow_other"},
        pimflow_other=(
            "from pimflow import Connection, hookimpl\n"
            "class Other(Connection):\n"
            "    type = 'other'\n"
            "@hookimpl\n"
            "def pimflow_components():\n"
            "    return [Other]\n"
        ),
    )
    (message,) = told(
        PLAIN.replace("{type: shop}", "{type: other}").replace(SINK, "sink: {type: shop.feed, connection: shop}")
    )[:1]
    assert message.endswith("connection: connection 'shop' is of type 'other'; 'shop' was expected")


def test_a_circle_of_flows_is_named(told):
    text = PLAIN.replace("  products:\n", "  a:\n    needs: [b]\n").replace("shop}\n    sink", "shop}\n    sink")
    text += f"  b:\n    needs: [a]\n    {SOURCE}\n    {SINK}\n"
    (message,) = told(text)
    assert "flows need each other in a circle: a -> b -> a" in message or "b -> a -> b" in message


def test_flows_run_in_the_order_of_their_needs(tmp_path, monkeypatch, shop_plugin):
    monkeypatch.chdir(tmp_path)
    body = f"    {SOURCE}\n    {SINK}\n"
    text = PLAIN.split("flows:")[0] + f"flows:\n  a:\n    needs: [c]\n{body}  b:\n{body}  c:\n{body}"
    assert [flow.name for flow in assembled(text).flows] == ["b", "c", "a"] or [
        flow.name for flow in assembled(text).flows
    ] == ["c", "b", "a"]


def test_the_working_directory_does_not_matter(tmp_path, monkeypatch, shop_plugin):
    (tmp_path / "ca.pem").write_text("x")
    (tmp_path / "p.yaml").write_text(PLAIN.replace("{type: shop}", "{type: shop, ca_file: ca.pem}"))
    monkeypatch.chdir("/")
    assembly = assemble(load_pipeline(tmp_path / "p.yaml"), create_registry())
    assert assembly.connections["shop"].ca_file.samefile(tmp_path / "ca.pem")


@pytest.mark.parametrize("key", ["mode: create", "once: [name]", "diff: target"])
def test_what_is_written_as_a_whole_takes_no_mode_and_no_once(told, key):
    text = flow(key).replace("shop.products", "shop.feed")
    assert told(text) == [
        "p.yaml:7: flows.products.sink: 'shop.feed' is written as a whole; `mode`, `once` and `diff` are for sinks that keep records"
    ]
