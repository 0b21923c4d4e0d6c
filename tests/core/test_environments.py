# ruff: noqa: E501 - tables of messages
"""Environments in the project file: what is laid over connections, and each mistake with its line."""

from pathlib import Path

import pytest

from pimflow.assemble import assemble
from pimflow.configuration.loading import environment_of, load_pipeline
from pimflow.errors import ConfigError
from pimflow.plugins import create_registry

PIPELINE = """\
version: 1
flows:
  products:
    source: {type: shop.rows, connection: erp}
    sink: {type: shop.products, connection: shop}
"""
PROJECT = """\
version: 1
connections:
  shop: {type: shop, name: main, timeout: 5}
  erp: {type: shop}
environments:
  test:
    connections:
      shop: {name: for_test}
  live:
    production: true
    connections:
      shop: {token: "${env:LIVE_TOKEN}"}
      erp: {name: live_erp}
default_environment: test
"""


@pytest.fixture
def assembled(tmp_path, monkeypatch, shop_plugin):
    """Give the assembly of a project and a pipeline below it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LIVE_TOKEN", raising=False)
    Path("pipelines").mkdir()

    def make(project=PROJECT, wanted=None, pipeline=PIPELINE):
        Path("pimflow.yaml").write_text(project)
        Path("pipelines/p.yaml").write_text(pipeline)
        return assemble(load_pipeline(Path("pipelines/p.yaml"), wanted), create_registry())

    return make


@pytest.fixture
def told(assembled, tmp_path):
    """Give the mistakes of a project, without the folder."""

    def tell(*args, **options):
        with pytest.raises(ConfigError) as caught:
            assembled(*args, **options)
        return [str(mistake).removeprefix(f"{tmp_path}/") for mistake in caught.value.mistakes]

    return tell


def test_options_are_laid_over_those_of_the_connection(assembled, monkeypatch):
    connections = assembled().connections
    assert (connections["shop"].name, connections["shop"].timeout) == ("for_test", 5)
    assert connections["erp"].name == "main"
    monkeypatch.setenv("LIVE_TOKEN", "geheim")
    live = assembled(wanted="live")
    assert (live.connections["shop"].name, live.connections["erp"].name) == ("main", "live_erp")
    assert live.connections["shop"].token.get_secret_value() == "geheim"
    assert (live.pipeline.environment.name, live.pipeline.environment.production) == ("live", True)


def test_a_project_without_environments_has_none(assembled):
    assembly = assembled("version: 1\nconnections: {shop: {type: shop}, erp: {type: shop}}\n")
    assert (assembly.pipeline.environment, assembly.pipeline.title) == (None, "p")


def test_connections_of_a_pipeline_file_are_overlaid_too(assembled):
    project = PROJECT.replace("  erp: {type: shop}\n", "")
    pipeline = PIPELINE + "connections:\n  erp: {type: shop, name: mine}\n"
    assert assembled(project, "test", pipeline).connections["erp"].name == "mine"
    project = project.replace("for_test}", "for_test}\n      erp: {name: x}")
    assert assembled(project, "test", pipeline).connections["erp"].name == "x"


def test_files_are_looked_for_beside_the_file_that_names_them(assembled, tmp_path):
    project = PROJECT.replace("  erp: {type: shop}\n", "").replace(
        "shop: {name: for_test}", 'shop: {name: for_test}\n      erp: {ca_file: ca.pem, token: "${file:token}"}'
    )
    (tmp_path / "ca.pem").write_text("")
    (tmp_path / "token").write_text("beside the project\n")
    (tmp_path / "pipelines" / "name").write_text("beside the pipeline\n")
    pipeline = PIPELINE + 'connections:\n  erp: {type: shop, name: "${file:name}"}\n'
    erp = assembled(project, "test", pipeline).connections["erp"]
    assert erp.ca_file == tmp_path / "ca.pem"
    assert (erp.token.get_secret_value(), erp.name) == ("beside the project", "beside the pipeline")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("shop: {name: for_test}", "shp: {name: x}", "8: environments.test.connections.shp: no connection is called 'shp'; did you mean 'shop'?"),
        ("shop: {name: for_test}", "shop: {nme: x}", "8: environments.test.connections.shop.nme: unknown key; did you mean 'name'?"),
        ("shop: {name: for_test}", "shop: {timeout: soon}", "8: environments.test.connections.shop.timeout: a number was expected; found text"),
        ("timeout: 5", "timeout: soon", "3: connections.shop.timeout: a number was expected; found text"),
        ("shop: {name: for_test}", "shop: {type: akeneo}", "8: environments.test.connections.shop.type: connection 'shop' is of type 'shop', in every environment"),
        ("shop: {name: for_test}", 'shop: {name: "${env:NOT_SET_HERE}"}', "8: environments.test.connections.shop.name: ${env:NOT_SET_HERE}: environment variable NOT_SET_HERE is not set; set it, or write the value into the file"),
        ("production: true", "prodution: true", "10: environments.live.prodution: unknown key; did you mean 'production'?"),
        ("production: true", "production: yes", "10: environments.live.production: true or false was expected; found 'yes'"),
        ("default_environment: test", "default_environment: tst", "14: default_environment: no environment is called 'tst'; did you mean 'test'?"),
        ("default_environment: test", "", "5: environments: which one? Give --environment or set PIMFLOW_ENVIRONMENT: live, test; or write one under `default_environment`"),
        ("  test:", "  logs:", "6: environments.logs: 'logs' has another meaning here; choose another name"),
        ("  live:", "  TEST:", "9: environments.TEST: 'test' and 'TEST' have the same folder where upper and lower case count alike; rename one"),
        ("  test:", "  my test:", "6: environments.my test: a name of letters, digits, _ and - was expected"),
    ],
)  # fmt: skip
def test_mistakes_name_the_line_of_the_environment(told, old, new, message):
    assert told(PROJECT.replace(old, new, 1)) == [f"pimflow.yaml:{message}"]


def test_an_environment_named_like_a_key_has_its_keys_suggested(told):
    text = PROJECT.replace("live:", "production:").replace("production: true", "prodution: true")
    assert told(text)[0].endswith("environments.production.prodution: unknown key; did you mean 'production'?")


def test_all_mistakes_of_all_environments_are_told(told):
    text = PROJECT.replace("shop: {name: for_test}", "shp: {}").replace("erp: {name: live_erp}", "ep: {}")
    assert [message.split(":")[1] for message in told(text)] == ["8", "13"]


def test_unknown_options_of_an_environment_that_was_not_chosen_are_told_too(told):
    text = PROJECT.replace("erp: {name: live_erp}", "erp: {nme: live_erp}")
    assert told(text) == ["pimflow.yaml:13: environments.live.connections.erp.nme: unknown key; did you mean 'name'?"]


def test_a_connection_of_another_pipeline_is_no_mistake(assembled):
    Path("pipelines/other.yaml").write_text(PIPELINE + "connections:\n  other: {type: shop}\n")
    found = assembled(PROJECT.replace("shop: {name: for_test}", "other: {name: x}"))
    assert "other" not in found.connections


def test_an_unknown_environment_is_told_with_those_that_are_there(told):
    (message,) = told(wanted="tset")
    assert message.startswith("pimflow.yaml:5: environments: no environment is called 'tset' (--environment or ")
    assert message.endswith("did you mean 'test'?")


@pytest.mark.parametrize("text", ["version: 1\nconnections: {shop: {type: shop}, erp: {type: shop}}\n"])
def test_an_environment_that_is_wanted_where_there_are_none_is_a_mistake(told, text):
    (message,) = told(text, wanted="production")
    assert message.startswith("no environment is called 'production'")
    assert message.endswith("pimflow.yaml has no `environments`")
    (message,) = told(text + "default_environment: test\n")
    assert message == "pimflow.yaml:3: default_environment: there are no `environments`"


def test_environments_belong_into_the_project_file(told):
    (message,) = told(pipeline=PIPELINE + "environments: {}\n")
    assert message.endswith(
        "environments: `environments` belongs into the project file pimflow.yaml, and holds for all its pipelines"
    )


def test_other_mistakes_of_the_project_file_do_not_hide_the_environment(assembled, tmp_path):
    (tmp_path / "pimflow.yaml").write_text(PROJECT + "notfy: []\n")
    assert environment_of(tmp_path, None) == "test"
    assert environment_of(tmp_path / "pipelines", None) is None
