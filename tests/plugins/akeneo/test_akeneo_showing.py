"""What people see of the PIM where they look after problems: names, pictures, pages, options to choose and to add."""

import pytest

from pimflow import Choice, RowProblem, Window
from pimflow_akeneo.sources import AkeneoProductsSource
from pimflow_akeneo_sandbox.serve import serve

from .media_setup import MEDIA_CATALOG, PNG, AkeneoProductModelsSink, calls, connection, write, writing

FAMILY = {**MEDIA_CATALOG["families"][0], "attribute_as_label": "name", "attribute_as_image": "picture"}


@pytest.fixture(scope="module")
def server():
    with serve({**MEDIA_CATALOG, "families": [FAMILY]}) as sandbox:
        yield sandbox


@pytest.fixture
def boots(session, pim, tmp_path):
    """A product with names and a picture, a model, and a product without anything."""
    (tmp_path / "boot.png").write_bytes(PNG)
    boot = {
        "identifier": "Boot",
        "family": "footwear",
        "name-de_DE": "Stiefel",
        "name-en_US": "Boot",
        "picture": "boot.png",
    }
    write(session, boot, {"identifier": "bare"}, folder=str(tmp_path))
    model = {"code": "m", "family_variant": "by_color", "name-fr_FR": "Botte"}
    write(session, model, sink=AkeneoProductModelsSink)
    return session


def test_a_record_is_shown_by_the_name_and_the_picture_that_its_family_says(boots, pim):
    with writing(boots) as writer:
        found = writer.cards(["boot", "bare", "nobody"], "de")
        assert set(found) == {"boot", "bare"}
        assert found["boot"].label == "Stiefel"
        assert found["boot"].link.startswith(f"{pim.url}/#/enrich/product/")
        assert writer.picture(found["boot"].picture) == ("image/png", PNG)
        assert (found["bare"].label, found["bare"].picture) == ("", "")
        assert writer.cards(["boot"], "fr")["boot"].label == "Boot"
    assert calls(pim, "GET /api/rest/v1/families/{code}") == 1


def test_a_model_is_shown_in_whatever_language_it_has_a_name_and_leads_to_a_variant(boots, pim):
    with writing(boots, sink=AkeneoProductModelsSink) as writer:
        (card,) = writer.cards(["m"], "de").values()
        assert (card.label, card.link) == ("Botte", "")
        write(boots, {"identifier": "m-red", "family": "footwear", "parent": "m", "color": "red"})
        (card,) = writer.cards(["m"], "de").values()
    source = AkeneoProductsSource(connection="pim")
    header, variant = source.rows(boots, Window(keys=("m-red",)))
    row = dict(zip(header, variant, strict=True))
    assert card.link == source.page(connection(pim), row) == f"{pim.url}/#/enrich/product/{row['uuid']}"


@pytest.mark.parametrize("name", ["no/such.png", "../../../api/oauth/v1/token", "a//b", "/etc/passwd", "a/./b"])
def test_what_is_no_picture_is_not_given(boots, name):
    with writing(boots) as writer, pytest.raises(RowProblem, match="does not give this picture"):
        writer.picture(name)


def test_options_families_and_categories_are_chosen_from(boots):
    with writing(boots) as writer:
        assert [one.code for one in writer.choices("color", "en")] == ["bordeaux", "Dark_Blue", "red"]
        assert [one.code for one in writer.choices("family", "en")] == ["footwear"]
        assert {one.code for one in writer.choices("categories", "en")} == {"master", "shoes", "boots"}
        assert writer.choices("name-de_DE", "en") is None
        assert [writer.may_add(name) for name in ("color", "materials", "family", "name-de_DE", "what")] == [
            True,
            True,
            False,
            False,
            False,
        ]


def test_an_option_is_added_with_a_label_in_the_language_of_whoever_adds_it(boots, pim):
    with writing(boots) as writer:
        assert writer.add_choice("color", Choice("", "Weinrot"), "de") == "Weinrot"
        assert Choice("Weinrot", "Weinrot") in writer.choices("color", "de")
        with pytest.raises(RowProblem, match="the PIM does not take it as an option"):
            writer.add_choice("color", Choice("no blanks", "x"), "de")
    (option,) = [one for one in boots.pages("attributes/color/options") if one["code"] == "Weinrot"]
    assert option["labels"] == {"de_DE": "Weinrot"}
