"""YAML as a person means it: the traps of YAML 1.1 mended or explained, each value with its line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pimflow.configuration.document import parse_document, read_document
from pimflow.errors import ConfigError


def parse(text):
    return parse_document(text, "p.yaml").data


def told(text):
    with pytest.raises(ConfigError) as caught:
        parse(text)
    return [str(mistake) for mistake in caught.value.mistakes]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("No", "No"),
        ("off", "off"),
        ("yes", "yes"),
        ("y", "y"),
        ("0123", "0123"),
        ("0o17", "0o17"),
        ("0x1F", "0x1F"),
        ("0b11", "0b11"),
        ("1_000", "1_000"),
        ("12:30:00", "12:30:00"),
        ("190:20:30", "190:20:30"),
        ("2026-01-31", "2026-01-31"),
        ("2026-01-31T10:00:00Z", "2026-01-31T10:00:00Z"),
        ("1e3", "1e3"),
        ("4.0E+12", 4.0e12),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("=", "="),
        ("1.2.3", "1.2.3"),
        ("-", [None]),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("12", 12),
        ("-7", -7),
        ("+7", 7),
        ("0", 0),
        ("1.50", 1.5),
        (".5", 0.5),
        ("'12'", "12"),
        ('"true"', "true"),
        ("!!str 12", "12"),
    ],
)
def test_scalars_are_what_they_look_like(text, value):
    data = parse(f"- {text}") if text == "-" else parse(f"key: {text}")
    assert data == ([[None]] if text == "-" else {"key": value})
    if text != "-":
        assert type(data["key"]) is type(value)


@pytest.mark.parametrize("key", ["on", "off", "no", "y", "1", "true", "null", "12:30", "0123", "2026-01-31"])
def test_keys_are_text(key):
    assert parse(f"{key}: x") == {key: "x"}


def test_two_equal_keys_are_a_mistake_with_both_lines():
    assert told("a:\n  b: 1\n  c: 2\n  b: 3\n") == ["p.yaml:4: 'b' stands here twice; it is also on line 2"]


def test_all_equal_keys_are_told_at_once():
    assert len(told("a: 1\na: 2\nb: {c: 1, c: 2}\n")) == 2


def test_a_quoted_key_equals_a_plain_one():
    assert "twice" in told("no: 1\n'no': 2\n")[0]


@pytest.mark.parametrize(
    "text",
    [
        "erp: {url: ${env:X}}",
        "erp: {url: ${env:X}, type: odoo}",
        "erp: {type: odoo, url: ${env:X}, database: shop}",
        "erp: [${env:X}]",
    ],
)
def test_an_unquoted_value_in_braces_is_explained(text):
    assert told(f"version: 1\n{text}\nlast: 1\n") == ['p.yaml:2: inside braces, ${env:X} needs quotes: "${env:X}"']


def test_an_unquoted_value_on_a_later_line_of_braces_is_explained():
    assert told("erp: {type: odoo,\n  url: ${env:X},\n  database: shop}\n") == [
        'p.yaml:2: inside braces, ${env:X} needs quotes: "${env:X}"'
    ]


def test_an_unquoted_value_outside_of_braces_is_fine():
    assert parse("url: ${env:X}\n") == {"url": "${env:X}"}


def test_a_tab_is_explained():
    assert told("a:\n\tb: 1\n") == [
        (
            "p.yaml:2: this is not valid YAML: while scanning for the next token, "
            "a tab stands where YAML wants blanks; replace it by blanks"
        )
    ]


def test_broken_yaml_is_told_with_its_line():
    (message,) = told("a: 1\nb: [1, 2\nc: 3\n")
    assert message.startswith("p.yaml:3: this is not valid YAML: ")


@pytest.mark.parametrize(
    "text",
    [
        "a: @x",
        "a: `x`",
        "a: %x",
        "a: *nowhere",
        "a: !!python/object:os.system x",
        "a: !secret x",
        "? [a]\n: 1",
        "{a: b}: 1",
        "a: b: c",
        "--- 1\n--- 2",
        "a: &x [*x]",
        "\x00",
        "a: \x07",
        "<<: 1",
        "a:\n  <<: [1]",
        "!!int abc",
        "a: !!bool maybe",
        "a: !!float x",
        "a: !!binary '*'",
        "a: !!timestamp x",
        "[" * 3000,
        "a: !!set {b, c}",
        "a: !!omap [b: 1]",
    ],
)
def test_what_is_no_plain_yaml_is_a_config_error_or_plain_data(text):
    try:
        parse(text)
    except ConfigError as error:
        assert all(mistake.message for mistake in error.mistakes)  # noqa: PT017 - plain data is fine as well


def test_anchors_and_merges_work_and_own_keys_win():
    data = parse("base: &b {x: 1, y: 2}\nother: {<<: *b, y: 3}\nsame: *b\n")
    assert data == {"base": {"x": 1, "y": 2}, "other": {"x": 1, "y": 3}, "same": {"x": 1, "y": 2}}


def test_lines_are_those_of_the_values():
    document = parse_document("version: 1\nflows:\n  products:\n    needs:\n      - a\n      - b\n", "p.yaml")
    assert document.line(("version",)) == 1
    assert document.line(("flows", "products")) == 3
    assert document.line(("flows", "products", "needs", 1)) == 6
    assert document.line(("flows", "products", "sink", "type")) == 3
    assert str(document.mistake(("flows", "products", "needs", 1), "is odd")) == (
        "p.yaml:6: flows.products.needs.1: is odd"
    )


def test_an_empty_file_has_no_data():
    assert parse("") is None
    assert parse("# only a comment\n") is None


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path):
    file = tmp_path / "p.yaml"
    file.write_bytes(b"\xef\xbb\xbfversion: 1\r\n")
    assert read_document(file).data == {"version": 1}


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"name: caf\xe9\n", "is not UTF-8 text"), (None, "cannot be read: No such file or directory")],
)
def test_an_unreadable_file_is_told_by_name(tmp_path, content, words):
    file = tmp_path / "p.yaml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        read_document(file)
    assert str(caught.value).startswith(f"{file}: {words}")


def test_a_folder_is_told_as_such(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        read_document(tmp_path)


PIECES = st.lists(
    st.sampled_from(
        [
            "version",
            "flows",
            ":",
            " ",
            "\n",
            "  ",
            "- ",
            "{",
            "}",
            "[",
            "]",
            ",",
            "'",
            '"',
            "&a",
            "*a",
            "<<",
            "!",
            "!!int",
            "?",
            "|",
            ">",
            "#",
            "%",
            "@",
            "`",
            "\t",
            "${env:X}",
            "$",
            "1",
            "0x",
            "~",
            "---",
            "...",
            "é",
            "\r",
            "\\",
            "\x85",
        ]
    ),
    max_size=25,
)


@given(st.one_of(st.text(max_size=60), PIECES.map("".join)))
def test_any_text_is_data_or_a_config_error(text):
    try:
        data = parse(text)
    except ConfigError as error:
        assert all(mistake.message for mistake in error.mistakes)  # noqa: PT017 - plain data is fine as well
    else:
        assert data is None or isinstance(data, dict | list | str | int | float | bool | bytes)


def test_a_control_character_is_told_with_its_line():
    assert told("a: 1\nb: \x07\n") == ["p.yaml:2: character 0x0007 may not stand in YAML"]
