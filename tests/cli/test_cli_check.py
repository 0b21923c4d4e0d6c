"""`pimflow check` against a shop in memory."""

import pytest

from pimflow import Finding, Problem, Severity, Who

TWO_SHOPS = """\
version: 1
name: to-shop
connections:
  source: {type: shop, name: SOURCE}
  target: {type: shop, name: TARGET}
flows:
  products:
    source: {type: shop.rows, connection: source}
    sink: {type: shop.products, connection: target}
"""


@pytest.mark.parametrize(
    ("source", "target", "warned"),
    [
        ("erp-test.example.com", "pim.example.com", True),
        ("staging2.erp.example.com", "pim.example.com", True),
        ("localhost:8069", "pim.example.com", True),
        ("127.0.0.1", "pim.example.com", True),
        ("erp.example.com/sandbox", "pim.example.com", True),
        ("erp.example.com", "test.pim.example.com", False),
        ("erp-test.example.com", "pim-test.example.com", False),
        ("latest.example.com", "contest.example.com", False),
        ("erp.example.com", "pim.example.com", False),
    ],
)
def test_an_address_for_tests_that_feeds_another_one_is_told(cli, pipeline, shop, source, target, warned):
    import pimflow_shop

    pimflow_shop.SHOPS[source] = pimflow_shop.SHOPS[target] = shop
    pipeline.write_text(TWO_SHOPS.replace("SOURCE", source).replace("TARGET", target))
    answer = cli("check", "to_shop")
    assert answer.code == 0
    assert ("warn  flow products: " in answer.out) is warned
    if warned:
        assert "is for tests, and" in answer.out
        assert "by the look of their addresses." in answer.out
        pipeline.write_text(pipeline.read_text().replace("{type: shop,", "{purpose: production, type: shop,"))
        assert "is for tests" not in cli("check", "to_shop").out


def found(severity, **more):
    return Finding(severity, Problem("the shop has no such colour", field="name", who=Who.PRODUCT_MANAGER, **more))


@pytest.mark.parametrize(
    ("severity", "mark", "code", "strict"),
    [
        (Severity.FATAL, "wrong", 2, 2),
        (Severity.ERROR, "wrong", 2, 2),
        (Severity.WARNING, "warn ", 0, 1),
        (Severity.NOTE, "note ", 0, 0),
        (Severity.CHANGE, "news ", 0, 0),
    ],
)
def test_what_a_plugin_finds_is_told_by_its_severity(cli, pipeline, shop, severity, mark, code, strict):
    shop.findings = [found(severity, value="geheimes-wort", remedy="Create it.")]
    answer = cli("check", "to_shop")
    assert answer.code == code
    assert (
        f"{mark} flow products, column name: the mapping says '********', the shop has no such colour.\n" in answer.out
    )
    assert "      Product manager: Create it.\n" in answer.out
    assert cli("check", "to_shop", "--strict").code == strict
    told = cli("check", "to_shop", "--json").json["flows"]
    assert (told[0]["severity"], told[0]["who"], told[0]["column"]) == (severity, "product manager", "name")
    assert ("ok" in [one["severity"] for one in told]) is (code == 0)


def test_only_what_is_fatal_stops_a_run(cli, pipeline, shop):
    shop.findings = [found(Severity.ERROR), found(Severity.WARNING), found(Severity.NOTE)]
    assert cli("run", "to_shop").code == 0
    assert len(shop.sent) == 3
    shop.findings = [found(Severity.FATAL, value="red", remedy="Create it.")]
    answer = cli("run", "to_shop", "--full")
    assert answer.code == 2
    assert "stopped. name: the mapping says 'red', the shop has no such colour. Create it." in answer.out
    assert cli("run", "to_shop", "--only", "A").code == 0


def test_a_run_tells_what_changed_in_the_target(cli, pipeline, shop):
    shop.findings = [Finding(Severity.CHANGE, Problem("colour red is gone"))]
    answer = cli("run", "to_shop")
    assert answer.code == 0
    assert "Note: Since the last check: colour red is gone." in answer.out
