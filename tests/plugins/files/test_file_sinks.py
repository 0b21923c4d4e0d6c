import datetime as dt
import os
from decimal import Decimal

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from pimflow import AccessError, Change, RowProblem, Run, Status, Window
from pimflow_files.nested import Form
from pimflow_files.sinks import CsvSink, JsonLinesSink, JsonSink
from pimflow_files.sources import CsvSource, JsonLinesSource

RUN = Run(id="20260101-1", pipeline="p", started=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
DRY = Run(id="20260101-2", pipeline="p", started=RUN.started, dry=True)


def send(sink, header, records, *, ok=True, run=RUN):
    writer = sink.open(None, run)
    writer.check_columns(header)
    try:
        items = [item for record in records for item in writer.prepare(record)]
    except RowProblem:
        writer.close(False)
        raise
    changes = [Change(item, at, False, b"") for at, item in enumerate(items)]
    outcomes = list(writer.load(changes))
    writer.close(ok)
    return outcomes


def names(folder):
    return [path.name for path in folder.iterdir()]


def test_rows_are_written_under_the_columns_of_the_flow(tmp_path):
    path = tmp_path / "out.csv"
    outcomes = send(CsvSink(path=path), ("sku", "name"), [{"sku": "01", "name": 'a;"b"'}, {"sku": "02"}])
    assert path.read_text() == 'sku;name\n01;"a;""b"""\n02;\n'
    assert [(o.resource, o.key, o.status) for o in outcomes] == [
        ("rows", "1", Status.CREATED),
        ("rows", "2", Status.CREATED),
    ]


def test_values_take_the_form_of_akeneos_own_files(tmp_path):
    path = tmp_path / "out.csv"
    record = {
        "flag": True,
        "none": None,
        "list": ["a", "b"],
        "metric": {"amount": "12.50", "unit": "KILOGRAM"},
        "price": [{"amount": Decimal("12.00"), "currency": "EUR"}, {"amount": 14, "currency": "USD"}],
        "day": dt.date(2026, 1, 31),
        "number": 1.5,
        "nested": {"a": [1]},
        "empty": [],
    }
    send(CsvSink(path=path), tuple(record), [record])
    assert path.read_text().splitlines()[1] == '1;;a,b;12.5 KILOGRAM;12 EUR, 14 USD;2026-01-31;1.5;"{""a"":[1]}";'


def test_numbers_take_the_decimal_sign_of_the_file(tmp_path):
    path = tmp_path / "out.csv"
    sink = CsvSink(path=path, decimal="comma", numbers=["w"])
    send(
        sink, ("w", "text", "f"), [{"w": "12.50", "text": "1.5", "f": Decimal("2.5")}, {"w": "x", "text": None, "f": 3}]
    )
    assert path.read_text() == "w;text;f\n12,5;1.5;2,5\nx;;3\n"


def test_delimiter_line_end_mark_and_encoding_are_as_told(tmp_path):
    path = tmp_path / "out.csv"
    send(CsvSink(path=path, delimiter="|", line_end="crlf", bom=True), ("a", "b"), [{"a": "é", "b": 1}])
    assert path.read_bytes() == "\ufeffa|b\r\né|1\r\n".encode()
    send(CsvSink(path=path, encoding="utf-16"), ("a", "b"), [{"a": "é", "b": 1}])
    assert path.read_text(encoding="utf-16") == "a;b\né;1\n"
    send(CsvSink(path=tmp_path / "out.tsv"), ("a", "b"), [])
    assert (tmp_path / "out.tsv").read_text() == "a\tb\n"


def test_a_mark_is_for_utf8_only(tmp_path):
    with pytest.raises(ValidationError, match="`bom: true` is for utf-8; the encoding is cp1252"):
        CsvSink(path=tmp_path / "x", encoding="cp1252", bom=True)


def test_chosen_columns_come_in_their_order_and_others_are_told(tmp_path):
    path = tmp_path / "out.csv"
    sink = CsvSink(path=path, columns=["b", "a"])
    writer = sink.open(None, RUN)
    assert writer.knows("a")
    assert not writer.knows("c")
    assert "no such column" in str(writer.check_columns(("a", "b", "c"))["c"])
    writer.close(False)
    send(sink, ("a", "b"), [{"a": 1, "b": 2}])
    assert path.read_text() == "b;a\n2;1\n"


def test_a_character_that_the_encoding_lacks_costs_its_row(tmp_path):
    path = tmp_path / "out.csv"
    outcomes = send(CsvSink(path=path, encoding="cp1252"), ("a",), [{"a": "é"}, {"a": "漢"}, {"a": "ok"}])
    assert [o.status for o in outcomes] == [Status.CREATED, Status.REFUSED, Status.CREATED]
    (problem,) = outcomes[1].problems
    assert problem.value == "漢"
    assert "lacks" in problem.reason
    assert path.read_text(encoding="cp1252") == "a\né\nok\n"


def test_a_row_without_any_value_is_put_aside(tmp_path):
    with pytest.raises(RowProblem, match="none of its cells holds a value"):
        send(CsvSink(path=tmp_path / "out.csv"), ("a",), [{}])


def test_a_run_that_failed_leaves_the_file_and_nothing_else(tmp_path):
    path = tmp_path / "out.csv"
    path.write_text("before\n")
    send(CsvSink(path=path), ("a",), [{"a": 1}], ok=False)
    assert path.read_text() == "before\n"
    assert names(tmp_path) == ["out.csv"]


def test_readers_see_the_old_file_until_the_end(tmp_path):
    path = tmp_path / "out.csv"
    path.write_text("before\n")
    writer = CsvSink(path=path).open(None, RUN)
    writer.check_columns(("a",))
    (item,) = writer.prepare({"a": 1})
    list(writer.load([Change(item, 1, False, b"")]))
    assert path.read_text() == "before\n"
    assert writer.close(True) is True
    assert writer.close(True) is False
    assert path.read_text() == "a\n1\n"


def test_what_a_killed_run_left_is_removed_a_day_later(tmp_path):
    path, left, younger = (tmp_path / name for name in ("out[1].csv", ".out[1].csv.old.part", ".out[1].csv.new.part"))
    for part, age in ((left, dt.timedelta(hours=25)), (younger, dt.timedelta(hours=23))):
        part.write_text("half a")
        os.utime(part, ((RUN.started - age).timestamp(),) * 2)
    send(CsvSink(path=path), ("sku",), [{"sku": "A"}])
    assert sorted(names(tmp_path)) == [".out[1].csv.new.part", "out[1].csv"]


def test_equal_content_leaves_the_file_untouched(tmp_path):
    path = tmp_path / "out.csv"
    send(CsvSink(path=path), ("a",), [{"a": 1}])
    before = path.stat()
    send(CsvSink(path=path), ("a",), [{"a": 1}])
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert names(tmp_path) == ["out.csv"]


def test_the_writer_tells_whether_the_file_changed(tmp_path):
    for content, expected in [(("a",), True), (("a",), False), (("b",), True)]:
        writer = CsvSink(path=tmp_path / "out.csv").open(None, RUN)
        writer.check_columns(content)
        assert writer.close(True) is expected


def test_rights_of_the_file_stay(tmp_path):
    path = tmp_path / "out.csv"
    path.write_text("x")
    path.chmod(0o640)
    send(CsvSink(path=path), ("a",), [{"a": 1}])
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real.csv").write_text("x")
    (tmp_path / "link.csv").symlink_to("real.csv")
    send(CsvSink(path=tmp_path / "link.csv"), ("a",), [])
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real.csv").read_text() == "a\n"


def test_a_dry_run_writes_nothing(tmp_path):
    outcomes = send(CsvSink(path=tmp_path / "new" / "out.csv"), ("a",), [{"a": 1}], run=DRY)
    assert [o.status for o in outcomes] == [Status.CREATED]
    assert names(tmp_path) == []


def test_the_folder_is_made(tmp_path):
    send(CsvSink(path=tmp_path / "new" / "out.csv"), ("a",), [])
    assert (tmp_path / "new" / "out.csv").read_text() == "a\n"


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(AccessError, match=r"out.csv cannot be written"):
        CsvSink(path=tmp_path / "file" / "out.csv").open(None, RUN)


def test_json_lines_hold_one_object_each_and_tell_absent_from_emptied(tmp_path):
    path = tmp_path / "out.jsonl"
    records = [{"a": 1, "b": None}, {"a": [1, {"x": "é"}]}, {"a": Decimal("1.10"), "b": dt.date(2026, 1, 2)}]
    send(JsonLinesSink(path=path), ("a", "b"), records)
    assert path.read_text() == '{"a":1,"b":null}\n{"a":[1,{"x":"é"}]}\n{"a":"1.10","b":"2026-01-02"}\n'


def test_what_json_cannot_hold_costs_its_row(tmp_path):
    path = tmp_path / "out.jsonl"
    outcomes = send(JsonLinesSink(path=path), ("a",), [{"a": 2**70}, {"a": "\ud800"}, {"a": 1}])
    assert [o.status for o in outcomes] == [Status.REFUSED, Status.REFUSED, Status.CREATED]
    assert path.read_text() == '{"a":1}\n'


@settings(deadline=None)
@given(st.lists(st.tuples(*[st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))] * 3)))
def test_any_text_survives_a_csv_file(tmp_path_factory, records):
    path = tmp_path_factory.mktemp("round") / "trip.csv"
    header = ("a", "b", "c")
    send(CsvSink(path=path), header, [dict(zip(header, record, strict=True)) for record in records])
    found = [tuple(row) for row in CsvSource(path=path, delimiter=";").extract(None, Window())]
    assert found == [header, *[record for record in records if any(record)]]


@settings(deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from("abc"), st.text(st.characters(exclude_categories=["Cs"])), min_size=1)))
def test_any_record_survives_a_json_lines_file(tmp_path_factory, records):
    path = tmp_path_factory.mktemp("round") / "trip.jsonl"
    send(JsonLinesSink(path=path), ("a", "b", "c"), records)
    assert [orjson.loads(line) for line in path.read_bytes().split(b"\n")[:-1]] == records
    header, *found = JsonLinesSource(path=path, columns=["a", "b", "c"]).extract(None, Window())
    assert [dict(zip(header, row, strict=True)) for row in found] == [{k: r.get(k) for k in "abc"} for r in records]


FORMS = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.text(max_size=3)
    | st.just({"from": "a"})
    | st.just({"from": "b"}),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)


def filled(form, record):
    """Put the cells into a form, the plain way."""
    if isinstance(form, dict) and form.keys() == {"from"} and isinstance(form["from"], str):
        return record.get(form["from"])
    if isinstance(form, dict):
        return {name: filled(member, record) for name, member in form.items()}
    return [filled(member, record) for member in form] if isinstance(form, list) else form


@settings(max_examples=60, deadline=None)
@given(form=FORMS, cells=st.dictionaries(st.sampled_from("ab"), st.text(max_size=4) | st.lists(st.text(max_size=2))))
def test_records_of_json_take_any_form(form, cells):
    line = Form.of({"sku": {"from": "sku"}, "more": form}).line({"sku": "01", **cells})
    assert orjson.loads(line) == {"sku": "01", "more": filled(form, cells)}


@pytest.mark.parametrize("sink", [JsonLinesSink, JsonSink])
def test_a_form_nests_records_and_names_the_columns(tmp_path, sink):
    form = {"identifier": {"from": "sku"}, "values": {"price": [{"amount": {"from": "price"}, "currency": "EUR"}]}}
    path = tmp_path / "out"
    records = [{"sku": "01", "price": Decimal("1.50")}, {"sku": "02"}]
    made = sink(path=path, record=form)
    send(made, ("sku", "price"), records)
    text = path.read_bytes()
    found = orjson.loads(text) if sink is JsonSink else [orjson.loads(line) for line in text.splitlines()]
    assert found == [
        {"identifier": "01", "values": {"price": [{"amount": "1.50", "currency": "EUR"}]}},
        {"identifier": "02", "values": {"price": [{"amount": None, "currency": "EUR"}]}},
    ]
    writer = made.open(None, DRY)
    assert (writer.knows("price"), writer.knows("status")) == (True, False)


def test_a_form_without_a_cell_and_one_beside_columns_are_mistakes(tmp_path):
    with pytest.raises(ValidationError, match="`record` has no cell in it"):
        JsonSink(path=tmp_path / "out", record={"a": 1})
    with pytest.raises(ValidationError, match="leave `columns` out"):
        JsonSink(path=tmp_path / "out", record={"a": {"from": "a"}}, columns=["a"])
