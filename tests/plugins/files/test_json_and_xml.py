import datetime as dt
import tracemalloc
from xml.sax.saxutils import escape

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from pimflow import BadValue, Change, RemoteError, Run, Status, Window
from pimflow_files.sinks import JsonSink
from pimflow_files.sources import JsonSource, XmlSource

RUN = Run(id="20260101-1", pipeline="p", started=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))


def rows(source):
    return [tuple(row) for row in source.extract(None, Window())]


@pytest.fixture
def write(tmp_path):
    def written(content):
        path = tmp_path / "in.file"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return written


def send(path, header, records):
    writer = JsonSink(path=path).open(None, RUN)
    writer.check_columns(header)
    items = [item for record in records for item in writer.prepare(record)]
    outcomes = list(writer.load([Change(item, at, False, b"") for at, item in enumerate(items)]))
    writer.close(True)
    return outcomes


def test_a_list_of_objects_is_read_with_all_its_keys(write):
    path = write('\ufeff[{"sku": "1", "w": 12.5}, {"sku": "2", "tags": ["a", {"b": null}], "ok": true}]')
    assert rows(JsonSource(path=path)) == [
        ("sku", "w", "tags", "ok"),
        ("1", 12.5, None, None),
        ("2", None, ["a", {"b": None}], True),
    ]


def test_the_list_may_lie_within(write):
    path = write('{"status": "ok", "data": {"products": [{"sku": "1"}]}, "next": null}')
    assert rows(JsonSource(path=path, records="data.products")) == [("sku",), ("1",)]
    for records in ("", "data.product", "status"):
        with pytest.raises(RemoteError, match=r"has no list .* at `records:`"):
            rows(JsonSource(path=path, records=records))


def test_an_empty_list_is_fine_where_columns_are_named(write):
    path = write("[]")
    assert rows(JsonSource(path=path, columns=["sku"])) == [("sku",)]
    with pytest.raises(RemoteError, match=r"holds no record. Name its keys under `columns:`"):
        rows(JsonSource(path=path))


def test_an_item_that_is_no_object_costs_only_itself(write):
    found = rows(JsonSource(path=write('[{"sku": "1"}, 7, {"sku": "3"}]')))
    assert (found[1], found[3]) == (("1",), ("3",))
    assert isinstance(found[2][0], BadValue)
    assert found[2][0].problem.detail == "item 2: found int"


@pytest.mark.parametrize("content", ["", "sku;name", '[{"sku": "1"}, {"sku"', b'[{"sku": "\xff"}]', '[{"sku": NaN}]'])
def test_what_is_no_json_is_told(write, content):
    with pytest.raises(RemoteError, match=r"in.file is no JSON, or it breaks off"):
        rows(JsonSource(path=write(content), columns=["sku"]))


def test_the_sink_writes_a_list(tmp_path):
    path = tmp_path / "out.json"
    outcomes = send(path, ("a", "b"), [{"a": 1, "b": None}, {"a": 2**70}, {"b": "é"}])
    assert [one.status for one in outcomes] == [Status.CREATED, Status.REFUSED, Status.CREATED]
    assert path.read_text() == '[\n{"a":1,"b":null},\n{"b":"é"}\n]\n'
    send(path, (), [])
    assert orjson.loads(path.read_bytes()) == []


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab"), inner, max_size=3),
    max_leaves=5,
)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.dictionaries(st.sampled_from(["sku", "a.b", "été"]), values, min_size=1), min_size=1))
def test_what_the_sink_wrote_the_source_reads(tmp_path_factory, records):
    path = tmp_path_factory.mktemp("json") / "any.json"
    send(path, ("sku", "a.b", "été"), records)
    header, *found = rows(JsonSource(path=path))
    assert found == [tuple(record.get(key) for key in header) for record in records]


CATALOGUE = """<?xml version="1.0" encoding="ISO-8859-1"?>
<c:catalogue xmlns:c="urn:shop" made="2026">
  <head><product>not this one's</product></head>
  <products>
    <c:product id="1" xml:lang="fr">
      <name>Théière &amp; tasse</name><size><width>10</width></size><price currency="EUR">12.50</price>
      <colour>red</colour><colour>blue</colour><tags/>
    </c:product>
    <c:product id="2"><name/><price currency="USD">3</price><colour>red</colour></c:product>
  </products>
</c:catalogue>"""


def test_elements_and_attributes_become_columns(write):
    path = write(CATALOGUE.encode("iso-8859-1"))
    assert rows(XmlSource(path=path, records="products/product")) == [
        ("@id", "@lang", "name", "size/width", "price", "price/@currency", "colour", "tags"),
        ("1", "fr", "Théière & tasse", "10", "12.50", "EUR", ["red", "blue"], ""),
        ("2", None, "", None, "3", "USD", "red", None),
    ]


def test_what_may_repeat_is_always_a_list(write):
    path = write("<a><p><v><s>1</s></v><v><s>2</s></v><t>x</t></p><p><v><s>3</s></v></p></a>")
    assert rows(XmlSource(path=path, records="p", lists=["v", "t"])) == [
        ("v", "t"),
        ([{"s": "1"}, {"s": "2"}], ["x"]),
        ([{"s": "3"}], None),
    ]


def test_an_attribute_can_tell_elements_apart(write):
    path = write('<a><p><name lang="de">Tasse</name><name lang="fr">Bol</name><w unit="KG">1</w></p></a>')
    found = rows(XmlSource(path=path, records="p", by=["lang"]))
    assert found == [("name-de", "name-fr", "w", "w/@unit"), ("Tasse", "Bol", "1", "KG")]


def test_named_columns_are_read_in_their_order(write):
    source = XmlSource(path=write("<a><p><x>1</x><y>2</y></p></a>"), records="p", columns=["y", "z"])
    assert rows(source) == [("y", "z"), ("2", None)]


@pytest.mark.parametrize(
    "attack",
    [
        '<!DOCTYPE a [<!ENTITY x "1"><!ENTITY y "&x;&x;">]><a><p><s>&y;</s></p></a>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a><p><s>&x;</s></p></a>',
        '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a><p><s>1</s></p></a>',
    ],
)
def test_no_entity_is_expanded_and_nothing_is_fetched(write, attack):
    with pytest.raises(RemoteError, match=r"has a document type definition.* It was not read"):
        rows(XmlSource(path=write(attack), records="p"))


@pytest.mark.parametrize("content", ["", "sku;name", "<a><p><s>1</s></p>", "<a><p></a>"])
def test_what_is_no_xml_is_told(write, content):
    with pytest.raises(RemoteError, match=r"in.file is no XML, or it breaks off"):
        rows(XmlSource(path=write(content), records="p", columns=["s"]))


def test_the_element_has_to_be_named(write):
    with pytest.raises(ValidationError, match="records"):
        XmlSource(path=write("<a/>"))


@settings(deadline=None, max_examples=60)
@given(st.lists(st.text(st.characters(categories=["L", "N", "P", "S", "Z"])), min_size=1))
def test_any_text_is_read_from_xml(tmp_path_factory, texts):
    path = tmp_path_factory.mktemp("xml") / "any.xml"
    body = "".join(f"<p><s>{escape(text, {chr(13): '&#13;', chr(0x85): '&#x85;'})}</s></p>" for text in texts)
    path.write_text(f"<a>{body}</a>", "utf-8", newline="")
    assert [row[0] for row in rows(XmlSource(path=path, records="p", columns=["s"]))[1:]] == texts


def json_content(number):
    yield b"[\n"
    for at in range(number):
        yield b"%s%s" % (b"," if at else b"", orjson.dumps({"sku": f"S-{at}", "name": "x" * 50}))
    yield b"]"


def xml_content(number):
    yield b"<products>"
    for at in range(number):
        yield f"<p id='{at}'><name>{'x' * 50}</name></p>\n".encode()
    yield b"</products>"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "source"), [(json_content, JsonSource), (xml_content, lambda path: XmlSource(path=path, records="p"))]
)
def test_reading_takes_the_same_memory_however_long_the_file(tmp_path, content, source):
    peaks = []
    for number in (4_000, 24_000):
        path = tmp_path / f"{number}.file"
        with path.open("wb") as file:
            file.writelines(content(number))
        table = source(path=path).extract(None, Window())
        tracemalloc.start()
        assert sum(1 for _ in table) == number + 1
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.2
