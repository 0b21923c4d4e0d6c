import pytest
from hypothesis import given
from hypothesis import strategies as st

from pimflow import BadValue, ConfigError
from pimflow_transforms.texts import HtmlToText, Slug


def read(html):
    _, step = HtmlToText(columns=["text"]).compile(("text",), lambda _: True)
    return step((html,))[0]


def slug(text, **options):
    _, step = Slug(columns={"code": {"from": "name", **options}}).compile(("name",), lambda _: True)
    return step((text,))[1]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Made of <b>oak</b> &amp; steel</p><p>For two</p>", "Made of oak & steel\n\nFor two"),
        ("one<br>two<br/>three", "one\ntwo\nthree"),
        ("<ul><li>red</li><li>blue</li></ul>", "* red\n* blue"),
        ("<p>x</p><script>alert(1)</script><style>p {}</style>", "x"),
        ("plain\ntext &euro; 5 < 6", "plain\ntext € 5 < 6"),
        ("<p></p>", ""),
        ("<p>日本 <i>ñ</i></p>", "日本 ñ"),
        ("<b>never closed", "never closed"),
    ],
)
def test_html_reads_as_text(html, text):
    assert read(html) == text


@given(st.text())
def test_whatever_a_cell_holds_is_read(text):
    assert isinstance(read(text), str) or text == ""
    assert isinstance(read(f"<p>{text}</p>"), str)


def test_patterns_name_columns():
    header = ("sku", "text@fr", "text@en")
    _, step = HtmlToText(columns=["text@*"]).compile(header, lambda _: True)
    assert step(("<b>", "<b>a</b>", "<i>b</i>")) == ["<b>", "a", "b"]
    with pytest.raises(ConfigError, match=r"there is no column like 'name@\*'"):
        HtmlToText(columns=["name@*"]).compile(header, lambda _: True)
    with pytest.raises(ConfigError, match="there is no column 'txt@fr'; did you mean 'text@fr'"):
        HtmlToText(columns="txt@fr").compile(header, lambda _: True)


@pytest.mark.parametrize(
    ("text", "options", "code"),
    [
        ("Grün & Blau", {}, "grun_blau"),
        ("Grün & Blau", {"separator": "-", "lower": False}, "Grun-Blau"),
        ("Grün", {"replace": {"ü": "ue"}}, "gruen"),
        ("one two three", {"max_length": 8}, "one_two"),
        ("日本", {}, "ri_ben"),
        (12.0, {}, "12"),
        (["A b", "C"], {}, ["a_b", "c"]),
        ("", {}, ""),
    ],
)
def test_codes_of_texts(text, options, code):
    assert slug(text, **options) == code


@given(st.text(min_size=1))
def test_a_code_has_only_letters_digits_and_separators(text):
    code = slug(text)
    assert isinstance(code, BadValue) or (code.isascii() and code.replace("_", "").isalnum() and code == slug(code))


def test_a_text_of_which_no_code_can_be_made_is_told():
    problem = slug("***").problem
    assert (problem.field, problem.value) == ("name", "***")
    assert problem.reason == "of which no code can be made: it has neither letters nor digits"


@pytest.mark.parametrize("html", ["<div>" * 3000 + "x" + "</div>" * 3000, "<p>\ud800 x</p>"])
def test_html_of_which_nothing_can_be_read_is_told(html):
    assert isinstance(read(html), BadValue)


@pytest.mark.parametrize(
    "html", ["<script>x</script>", "<!-- x -->", "<img src=x>", "<p>&nbsp;</p>", "<style>p {}", "<!-- x"]
)
def test_html_without_text_is_empty(html):
    assert read(html) == ""


def test_each_text_of_a_list_is_read():
    assert read(["<b>one</b>", "<p>two</p>"]) == ["one", "two"]
