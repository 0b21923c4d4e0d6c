"""The words of the pages: those of people, in the language of each."""

from collections.abc import Callable

from starlette.testclient import TestClient

from pimflow.languages import words_of


def test_a_page_speaks_the_language_of_its_reader(signed_in: Callable[..., TestClient]):
    julia = signed_in(language="fr")
    vera = signed_in("viewer")

    assert '<html lang="fr"' in julia.get("/").text
    assert words_of("fr").gettext("Overview") in julia.get("/").text
    german = vera.get("/", headers={"Accept-Language": "de-CH, de;q=0.9, en;q=0.5"}).text
    assert '<html lang="de"' in german
    assert "Übersicht" in german
    assert "<h1>Overview</h1>" in vera.get("/", headers={"Accept-Language": "tlh, ;q=x"}).text


def test_a_person_chooses_a_language_and_the_look(signed_in: Callable[..., TestClient]):
    vera = signed_in("viewer")

    answer = vera.post("/settings/language", data={"language": "de"})
    assert "Gespeichert." in answer.text
    assert "Gespeichert." not in vera.get("/settings").text
    assert vera.post("/settings/language", data={"language": "xx"}).status_code == 400
    vera.post("/settings/theme", data={"theme": "dark"})
    assert 'data-theme="dark"' in vera.get("/").text
    vera.post("/settings/theme", data={"theme": '"><script>'})
    assert 'data-theme="auto"' in vera.get("/").text
