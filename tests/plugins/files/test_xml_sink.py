"""XML that the sink writes: its form, and that the source reads it back."""

import datetime as dt
import string
import tracemalloc
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from pimflow import Change, Run, Status, Window
from pimflow_files.sinks import XmlSink
from pimflow_files.sources import XmlSource

RUN = Run(id="20260101-1", pipeline="p", started=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))


def send(sink, header, records):
    writer = sink.open(None, RUN)
    refused = writer.check_columns(header)
    items = [item for record in records for item in writer.prepare(record)]
    outcomes = list(writer.load([Change(item, at, False, b"") for at, item in enumerate(items)]))
    writer.close(True)
    return refused, outcomes


def element(tmp_path, record, **options):
    """Write one record, and give its line of the file."""
    path = tmp_path / "out.xml"
    refused, outcomes = send(XmlSink(path=path, records="all/p", **options), tuple(record), [record])
    assert not refused
    assert [one.status for one in outcomes] == [Status.CREATED]
    return path.read_text("utf-8").splitlines()[2]


def problem_of(tmp_path, record, **options):
    _, [outcome] = send(XmlSink(path=tmp_path / "out.xml", **options), tuple(record), [record])
    assert outcome.status is Status.REFUSED
    return outcome.problems[0]


def test_records_stand_within_the_elements_around_them(tmp_path):
    path = tmp_path / "out.xml"
    send(
        XmlSink(path=path, records="shop/products/product"),
        ("sku", "name"),
        [{"sku": "1", "name": "Mug"}, {"sku": "2"}],
    )
    assert path.read_text("utf-8") == (
        '<?xml version="1.0" encoding="UTF-8"?>\n<shop>\n<products>\n'
        "<product><sku>1</sku><name>Mug</name></product>\n<product><sku>2</sku></product>\n</products>\n</shop>\n"
    )


def test_a_file_without_records_is_xml_too(tmp_path):
    path = tmp_path / "out.xml"
    send(XmlSink(path=path), ("sku",), [])
    assert [*XmlSource(path=path, records="record", columns=["sku"]).extract(None, Window())] == [("sku",)]


@pytest.mark.parametrize(
    ("record", "options", "line"),
    [
        ({"@id": "7", "sku": "1"}, {}, '<p id="7"><sku>1</sku></p>'),
        ({"size/width": 8, "size/@unit": "cm"}, {}, '<p><size unit="cm"><width>8</width></size></p>'),
        ({"price": "9", "price/@currency": "EUR"}, {}, '<p><price currency="EUR">9</price></p>'),
        (
            {"name-de_DE": "Tasse", "name-en": "Mug"},
            {"by": ["xml:lang"]},
            '<p><name xml:lang="de_DE">Tasse</name><name xml:lang="en">Mug</name></p>',
        ),
        ({"name-de-print": "T"}, {"by": ["lang", "scope"]}, '<p><name lang="de" scope="print">T</name></p>'),
        ({"net-weight": "1"}, {}, "<p><net-weight>1</net-weight></p>"),
        ({"tag": ["a", "b"]}, {}, "<p><tag>a</tag><tag>b</tag></p>"),
        ({"i/url": ["a", "b"]}, {}, "<p><i><url>a</url><url>b</url></i></p>"),
        ({"i/@n": ["1", "2"], "i/url": ["a", "b"]}, {}, '<p><i n="1"><url>a</url></i><i n="2"><url>b</url></i></p>'),
        ({"i": [{"@n": 1, "url": "a"}, "b"]}, {}, '<p><i n="1"><url>a</url></i><i>b</i></p>'),
        ({"w": {"amount": Decimal("1.50"), "unit": "KG"}}, {}, "<p><w><amount>1.5</amount><unit>KG</unit></w></p>"),
        (
            {"t": True, "f": False, "d": dt.date(2026, 1, 31), "n": 1e3},
            {},
            "<p><t>true</t><f>false</f><d>2026-01-31</d><n>1000</n></p>",
        ),
        ({"a": "<&>\r", "@b": '"\n'}, {}, "<p b='\"&#10;'><a>&lt;&amp;&gt;&#13;</a></p>"),
        ({"sku": "1", "name": None, "@id": None}, {}, "<p><sku>1</sku><name/></p>"),
    ],
)
def test_columns_are_elements_and_attributes(tmp_path, record, options, line):
    assert element(tmp_path, record, **options) == line


def test_only_chosen_columns_are_written_in_their_order(tmp_path):
    path = tmp_path / "out.xml"
    refused, _ = send(XmlSink(path=path, columns=["b", "a"]), ("a", "b", "c"), [{"a": "1", "b": "2"}])
    assert "<record><b>2</b><a>1</a></record>" in path.read_text("utf-8")
    assert [*refused] == ["c"]


@pytest.mark.parametrize(
    ("header", "refused", "reason"),
    [
        (("net weight", "sku"), "net weight", "no name of an element"),
        (("1st", "sku"), "1st", "no name of an element"),
        (("size//width", "sku"), "size//width", "no name of an element"),
        (("m²", "sku"), "m²", "no name of an element"),
        (("@a b", "sku"), "@a b", "no name of an element"),
        (("size", "size/width"), "size", "its element holds that of 'size/width'"),
        (("name-de", "name-de/@lang"), "name-de/@lang", "gives this attribute a value"),
    ],
)
def test_columns_that_have_no_place_are_told_before_anything_is_written(tmp_path, header, refused, reason):
    path = tmp_path / "out.xml"
    found, _ = send(XmlSink(path=path, by=["lang"]), header, [dict.fromkeys(header, "x")])
    assert [*found] == [refused]
    assert reason in found[refused].problem.reason
    read = iter(XmlSource(path=path, records="record", by=["lang"]).extract(None, Window()))
    assert next(read) == tuple(name for name in header if name != refused)


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"a": "x\x0b"}, "which no XML file can hold"),
        ({"@a": "x\x00"}, "which no XML file can hold"),
        ({"a": "\ud800"}, "which no XML file can hold"),
        ({"a": [["x"]]}, "lists within lists"),
        ({"@a": {"b": 1}}, "more than text in an attribute"),
        ({"@a": ["x", "y"]}, "'@a' holds lists"),
        ({"i": ["a"], "i/@n": ["1", "2"]}, "the lists in 'i/@n' and 'i' have different lengths"),
        ({"a": {"b c": 1}}, "no name of an element"),
    ],
)
def test_a_value_without_a_form_costs_its_record(tmp_path, record, reason):
    assert reason in problem_of(tmp_path, record).reason


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"records": "product"}, "as in `products/product`"),
        ({"records": "a b/c"}, "as in `products/product`"),
        ({"records": "a/"}, "as in `products/product`"),
        ({"by": ["a b"]}, "'a b' is no name of an attribute"),
    ],
)
def test_options_that_make_no_xml_are_refused(tmp_path, options, match):
    with pytest.raises(ValidationError, match=match):
        XmlSink(path=tmp_path / "out.xml", **options)


NAMES = st.text(string.ascii_letters + "äßéÅЖ漢", min_size=1, max_size=3)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff")) | (
    st.sampled_from(["\r\n", "a\tb", "]]>", "&amp;", " x ", '"', "<!-- -->", "\x85"])
)


@st.composite
def tables(draw):
    """Columns of all kinds, none within the text of another, and rows of texts and lists of texts."""
    plain = draw(st.lists(NAMES, min_size=1, max_size=5, unique_by=str.casefold))
    forms = ("{}", "@{}", "{}/in", "{}/@at", "{}-de", "{}/in-fr", "{}/@at {}")
    header = []
    for name in plain:
        header += draw(st.sampled_from(forms)).format(name, name).split(" ")
    lists = [name for name in header if "/" not in name and "@" not in name and draw(st.booleans())]
    lists = [name for name in lists if f"{name}/@at" not in header]
    cells = {name: st.lists(TEXTS, max_size=3) if name in lists else TEXTS for name in header}
    row = st.fixed_dictionaries({}, optional=cells).filter(bool)
    return tuple(header), lists, draw(st.lists(row, max_size=4))


@given(tables())
@settings(max_examples=60)
def test_what_the_sink_writes_the_source_reads(tmp_path_factory, table):
    header, lists, rows = table
    path = tmp_path_factory.mktemp("xml") / "out.xml"
    refused, outcomes = send(XmlSink(path=path, records="a/b", by=["lang"]), header, rows)
    assert not refused
    assert all(one.status is Status.CREATED for one in outcomes)
    tags = [name.partition("-")[0] for name in lists]
    source = XmlSource(path=path, records="a/b", by=["lang"], lists=tags, columns=header)
    _, *found = map(tuple, source.extract(None, Window()))
    empty = {name: (None if name in lists else "") for name in header}
    assert [_filled(header, row, empty) for row in found] == [
        tuple((row.get(name) or empty[name]) for name in header) for row in rows
    ]


def _filled(header, row, empty):
    """Take what was left out for empty; an element without attributes of its own is."""
    return tuple(cell or empty[name] for name, cell in zip(header, row, strict=True))


def test_memory_does_not_grow_with_the_records(tmp_path):
    def peak(number):
        writer = XmlSink(path=tmp_path / f"{number}.xml").open(None, RUN)
        writer.check_columns(("sku", "name"))
        tracemalloc.start()
        for at in range(number):
            (item,) = writer.prepare({"sku": str(at), "name": "x" * 100})
            list(writer.load([Change(item, at, False, b"")]))
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        writer.close(True)
        return used

    peak(10)
    assert peak(20_000) < peak(2_000) + 200_000
