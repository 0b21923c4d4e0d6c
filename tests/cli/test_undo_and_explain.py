"""What `undo` says where there is nothing to undo, and how `explain` and `problems` name things."""

import pytest

from pimflow.model import Status


def test_undo_of_the_last_run_says_that_nothing_was_run_yet(cli, pipeline):
    answer = cli("undo", "last")
    assert answer.code == 2
    assert "nothing was run here yet, so there is nothing to undo" in answer.err


def test_undo_of_a_run_that_changed_nothing_names_the_one_that_did(cli, pipeline, shop):
    cli("run", "to_shop")
    cli("run", "to_shop")
    changed, quiet = (run["id"] for run in reversed(cli("runs", "--json").json))
    answer = cli("undo", "last")
    assert answer.code == 0
    assert f"Run {quiet} changed no values" in answer.out
    assert f"`pimflow undo {changed}`" in answer.out
    assert cli("undo", changed, "--yes").code == 0


def test_undo_names_no_run_where_none_changed_anything(cli, pipeline, shop):
    shop.tables["products"] = [("sku", "name")]
    cli("run", "to_shop")
    assert "The latest that changed" not in cli("undo", "last").out


@pytest.mark.parametrize(
    ("identity", "named", "said"),
    [
        (None, None, "out of row 2 of Shelf"),
        ("id", "name", "out of 'Bucket' (id 12) of Shelf"),
        ("id", None, "out of record 12 of Shelf"),
        (None, "name", "out of 'Bucket' of Shelf"),
    ],
)
def test_explain_names_a_record_as_its_system_does(cli, pipeline, shop, monkeypatch, identity, named, said):
    import pimflow_shop

    monkeypatch.setattr(pimflow_shop.ShopRows, "identity", identity)
    monkeypatch.setattr(pimflow_shop.ShopRows, "named", named)
    shop.tables["products"] = [("sku", "name", "id"), ("A", "Anvil", 11), ("B", "Bucket", 12)]
    text = pipeline.read_text().replace("    sink:", "    transforms: [{map: {sku: sku, name: name}}]\n    sink:")
    pipeline.write_text(text)
    cli("run", "to_shop")
    assert f"  {said}\n" in cli("explain", "B").out


def test_problems_are_headed_as_reports_are(cli, pipeline, shop):
    import pimflow_shop

    shop.scripts["B"] = [Status.REFUSED]
    cli("run", "to_shop")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pimflow_shop.ShopRows, "title", property(lambda _: "the ERP"))
        assert cli("problems").out.startswith("products, ERP -> shop: 1 product needs attention (1 cause).\n")
