"""Configuration files as a stranger may see them: every line in its place, no secret, no comment."""

import string

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, SecretStr

from pimflow import Connection, Notifier
from pimflow.doctor.masked_yaml import masked_yaml, vocabulary_of
from pimflow.doctor.masking import known_masker, strict_masker
from pimflow.doctor.redaction import redactor


class Erp(Connection):
    """An ERP."""

    type = "erp"
    url: str
    pin: SecretStr
    keys: dict[str, SecretStr] = Field(default_factory=dict)


class Letter(Notifier):
    """A letter, whose `url` is a secret."""

    type = "letter"
    url: list[SecretStr] | SecretStr


KNOWN = vocabulary_of([Erp, Letter])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("erp: {type: erp, url: https://x, pin: 12}", 'erp: {type: erp, url: https://x, pin: "********"}'),
        ("a:\n  type: erp\n  pin: |\n    one\n    two\nb: 1\n", 'a:\n  type: erp\n  pin: "********"\n\n\nb: 1\n'),
        ('a: {type: erp, pin: "${env:PIN}"}  # 12', 'a: {type: erp, pin: "${env:PIN}"}  #'),
        ('a: {type: erp, pin: "x${env:PIN}"}', 'a: {type: erp, pin: "********"}'),
        ("a: {type: letter, url: [one, two]}", 'a: {type: letter, url: ["********", "********"]}'),
        ("a: {type: erp, keys: {x: y}}", 'a: {type: erp, keys: {x: "********"}}'),
        ("a: {type: strange, url: x, more: [y]}", 'a: {type: strange, url: "********", more: ["********"]}'),
        ("a: {headers: {X-Api-Key: y, Accept: z}}", 'a: {headers: {X-Api-Key: "********", Accept: z}}'),
        ("flows: {token: {type: erp, pin: x, url: z}}", 'flows: {token: {type: erp, pin: "********", url: z}}'),
        ("x: &p secret1\na: {type: erp, pin: *p}", 'x: "********"\na: {type: erp, pin: *p}'),
        ('a: {type: erp, url: "http://joe:Gehe1m@x/y"}', 'a: {type: erp, url: "http://********@x/y"}'),
        ('a: {type: erp, url: "http://${env:U}:${env:P}@x"}', 'a: {type: erp, url: "http://${env:U}:${env:P}@x"}'),
        ("# all is a comment\n", "#\n"),
        ("", ""),
        ("a: 'it is #1'\n", "a: 'it is #1'\n"),
        ("a: {password: x}\r\nb: 1\r\n", 'a: {password: "********"}\r\nb: 1\r\n'),
    ],
)  # fmt: skip
def test_a_file_is_masked_in_place(text, expected):
    assert masked_yaml(text, KNOWN).text == expected


@pytest.mark.parametrize(
    "text",
    [
        "a:\n\tpin: Gehe1m\n",
        "a: {type: erp, pin: Gehe1m, url: [\n",
        "a: {type: erp, pin: 'Gehe1m\n",
        "a: {url: [http://joe:Gehe1m@x\n",
        'a: {type: erp, pin: "Gehe1m\n',
        "- a: [\n  pin:\n    - Gehe1m\n    - Gehe1m\n",
        "b: [\npin:\n- Gehe1m\n- Gehe1m\n",
        "a: {pin: Gehe1m}}\n",
        "a: {pin: Ge}he1m}}\npin : Gehe1m",
        "b: [\npin: |\n  first\n\n  Gehe1m\n",
        "b: [ # Gehe1m\n#Gehe1m\n",
        "a: {type: strange, shop: Gehe1m\n",
        "  x: &p Gehe1m\n pin: *p",
        "'pin': Gehe1m\n\"my-token\": Gehe1m\n\t",
    ],
)  # fmt: skip
def test_a_file_that_is_no_yaml_is_masked_line_by_line(text):
    with pytest.raises(yaml.YAMLError):
        yaml.compose(text)
    masked = masked_yaml(text, KNOWN)
    for part in ("Gehe1m", "he1m"):
        assert part not in masked.text
    assert masked.text.count("\n") >= text.count("\n")


def test_what_is_not_secret_stays_in_a_file_that_is_no_yaml():
    text = 'version: 1\nflows:\n\ta: {source: {type: erp}, pin: "${env:PIN}"}\n'
    assert masked_yaml(text, KNOWN).text == text


SECRET = st.text(string.ascii_letters + string.digits + " '\"\\#:{}[],&*|>%@`!?-öß€\n", min_size=8).map(
    lambda text: f"Q7{text}Q7"
)


@given(SECRET, st.sampled_from(["single", "double", "block"]), st.booleans())
def test_whatever_a_secret_is_made_of_it_is_nowhere(secret, style, flow):
    value = {
        "single": "'" + secret.replace("'", "''").replace("\n", "\n\n    ") + "'",
        "double": yaml.dump(secret, default_style='"', width=10**6, allow_unicode=True).strip(),
        "block": yaml.dump(secret, default_style='"').strip(),
    }[style]
    text = f"a: {{type: erp, pin: {value}, url: x}}\n" if flow else f"a:\n  type: erp\n  pin: {value}\n  url: x\n"
    read = yaml.safe_load(text)["a"]["pin"]
    masked = masked_yaml(text, KNOWN)
    assert masked.secrets == (read,)
    assert "Q7" not in masked.text
    assert masked.text.count("\n") == text.count("\n")
    assert yaml.safe_load(masked.text)["a"] == {"type": "erp", "pin": "********", "url": "x"}
    told = known_masker([read])({"x": [f"say {read}!", {read: 1}]})
    assert "Q7" not in str(told)


@pytest.mark.parametrize(
    "text",
    [
        "login with password=Gehe1m now",
        "login with Password: 'Gehe1m'",
        '{"client_secret": "Gehe1m", "x": 1}',
        "GET https://julia:Gehe1m@pim.example.com/x",
        "GET /x?access_token=Gehe1m&y=1",
        "Authorization: Bearer Gehe1m.Gehe1m",
        "smtp://julia:Gehe1m@mail",
    ],
)
def test_what_looks_like_a_secret_is_masked_although_nobody_knows_it(text):
    assert "Gehe1m" not in strict_masker([])(text)
    assert "Gehe1m" not in str(strict_masker([])({"a": [text], "password": "Gehe1m"}))


@pytest.mark.parametrize("text", ["POST /api/oauth/v1/token: ConnectError", "20 tokens", "the password is missing"])
def test_what_only_speaks_of_secrets_stays(text):
    assert strict_masker([])(text) == text


def test_numbers_and_names_in_data_are_masked_too():
    assert known_masker(["12345678"])({"12345678": 12345678, "count": 3}) == {"********": "********", "count": 3}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Colour: Odoo says 'Monitor 27\" black', the PIM has none.", "Colour: Odoo says '…', the PIM has none."),
        ("it says 'Julia's mug' and 5' pipes'", "it says '…'"),
        ("GET /api/rest/v1/products/chair?x=1 gave 404", "GET /api/rest/v1/products/… gave 404"),
        ("http://127.0.0.1:9 refuses connections", "http://127.0.0.1:9 refuses connections"),
        ("MUG-01 (MUG-011) was left out", "… (…) was left out"),
        ("variant S-1 already has 9780201379624, and chair.", "variant … already has …, and chair."),
        ("the PIM says: Property colour has no option bord. Try again.", "the PIM says: …"),
        (
            "run 20261123-034011-a6afd11c since 2026-11-23, 12 of 400 rows",
            "run 20261123-034011-a6afd11c since 2026-11-23, 12 of 400 rows",
        ),
        (
            "state.sqlite has 92.0 kB at 03:40:11, pim-2.example.com:8080",
            "state.sqlite has 92.0 kB at 03:40:11, pim-2.example.com:8080",
        ),
        ("it can't, and the PIM's rules don't help", "it can't, and the PIM's rules don't help"),
    ],
)
def test_sentences_lose_values_and_keys_and_keep_their_words(text, expected):
    assert redactor({"MUG-01"})(text) == expected


def test_options_that_an_environment_lays_over_a_connection_are_masked_as_its_own():
    text = """\
connections:
  erp: {type: erp, url: https://x, pin: 1234}
  secret_pim: {type: erp, url: https://y}
environments:
  test:
    connections:
      erp: {url: https://test, pin: 5678}
      secret_pim: {url: https://test, keys: {a: 9012}}
      elsewhere: {url: https://z, phrase: abc, from: "${env:X}"}
"""
    masked = masked_yaml(text, KNOWN)
    assert set(masked.secrets) == {"1234", "5678", "9012", "https://z", "abc"}
    assert masked.text.count("https://test") == 2
    assert '"${env:X}"' in masked.text
