import csv
from pathlib import Path

from pimflow import AccessError, RemoteError, UnreachableError
from pimflow_files.connection import FilesConnection
from pimflow_files.sinks import CsvSink, ExcelSink, JsonLinesSink, JsonSink, XmlSink
from pimflow_files.sources import CsvSource, ExcelSource, JsonLinesSource, JsonSource, XmlSource
from pimflow_testkit import Setup, connection_suite, sink_suite, source_suite

ROWS = [
    {"sku": "01", "name": 'Chair; "big"', "weight": "12.5", "colours": ["red", "blue"], "sold": None},
    {"sku": "02", "name": "Table", "weight": "3"},
]


def write_csv(folder: Path, header, rows):
    with (folder / "in.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows([header, *rows])
    return {"path": folder / "in.csv"}


def write_bytes(content):
    def options(folder):
        (folder / "in.file").write_bytes(content)
        return {"path": folder / "in.file"}

    return options


def written(name):
    def target(folder):
        return (folder / name).read_bytes() if (folder / name).exists() else None

    return target


test_csv_source = source_suite(
    CsvSource,
    options=lambda folder: {
        **write_csv(folder, ("sku", "weight"), [("007", "1,5"), ("4.0E+12", "x"), ("3",)]),
        "numbers": ["weight"],
        "decimal": "comma",
    },
    fill=write_csv,
    failing={
        "empty file": Setup(write_bytes(b""), raises=RemoteError),
        "open quote": Setup(write_bytes(b'a;b\n1;"2\n'), raises=RemoteError),
        "same column twice": Setup(write_bytes(b"a;a\n1;2\n"), raises=RemoteError),
        "a folder": Setup(lambda folder: {"path": folder}, raises=RemoteError),
    },
)


def write_json_lines(folder, header, rows):
    import orjson

    lines = [orjson.dumps(dict(zip(header, row, strict=True))) + b"\n" for row in rows]
    (folder / "in.jsonl").write_bytes(b"".join(lines))
    return {"path": folder / "in.jsonl", "columns": list(header)}


test_jsonl_source = source_suite(
    JsonLinesSource,
    options=write_bytes(b'{"sku": "1", "tags": ["a"], "size": {"x": 1.5}}\nbroken\n{"sku": "2", "ok": true}\n'),
    fill=write_json_lines,
    failing={
        "empty file": Setup(write_bytes(b""), raises=RemoteError),
        "a folder": Setup(lambda folder: {"path": folder}, raises=RemoteError),
    },
)


def write_json(folder, header, rows):
    import orjson

    (folder / "in.json").write_bytes(orjson.dumps([dict(zip(header, row, strict=True)) for row in rows]))
    return {"path": folder / "in.json", "columns": list(header)}


BROKEN = {
    "empty file": Setup(lambda folder: {**write_bytes(b"")(folder), "columns": ["a"]}, raises=RemoteError),
    "breaks off": Setup(lambda folder: {**write_bytes(b'[{"a": ')(folder), "columns": ["a"]}, raises=RemoteError),
    "a folder": Setup(lambda folder: {"path": folder, "columns": ["a"]}, raises=RemoteError),
}
test_json_source = source_suite(
    JsonSource,
    options=write_bytes(b'[{"sku": "1", "tags": ["a"], "size": {"x": 1.5}}, 7, {"sku": "2", "ok": true}]'),
    fill=write_json,
    failing=BROKEN,
)


def write_xml(folder, header, rows):
    from xml.sax.saxutils import escape

    def element(name, text):
        return f"<{name}>{escape(text, {chr(13): '&#13;'})}</{name}>"

    body = "".join(f"<p>{''.join(map(element, header, row))}</p>" for row in rows)
    (folder / "in.xml").write_text(f"<all>{body}</all>", "utf-8", newline="")
    return {"path": folder / "in.xml", "records": "p", "columns": list(header)}


def as_xml(setup):
    return Setup(lambda folder: {**setup.options(folder), "records": "p"}, raises=setup.raises)


test_xml_source = source_suite(
    XmlSource,
    options=lambda folder: (
        write_bytes(b'<a><p id="1"><s>x</s></p><p><s/><t>1</t><t>2</t></p></a>')(folder) | {"records": "p"}
    ),
    fill=write_xml,
    failing={name: as_xml(setup) for name, setup in BROKEN.items()},
)


def write_excel(folder, header, rows):
    from xlsxwriter import Workbook

    with Workbook(folder / "in.xlsx") as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([header, *rows]):
            for column, text in enumerate(row):
                sheet.write_string(number, column, text)
    return {"path": folder / "in.xlsx"}


test_excel_source = source_suite(
    ExcelSource,
    options=lambda folder: write_excel(folder, ("sku", "weight"), [("007", "1,5"), ("8", "")]),
    fill=write_excel,
    failing={
        "empty file": Setup(write_bytes(b""), raises=RemoteError),
        "cut off": Setup(write_bytes(b"PK\x03\x04"), raises=RemoteError),
        "a folder": Setup(lambda folder: {"path": folder}, raises=RemoteError),
    },
    without={"very_long_cell_arrives_whole": "a cell of Excel takes 32,767 characters"},
)


def dropped(folder, header, rows):
    write_csv(folder, header, rows)
    return {"path": folder / "*.csv", "drop": {"seconds": 0, "empty": "accept"}}


test_drop_folder = source_suite(
    CsvSource,
    options=lambda folder: dropped(folder, ("sku", "weight"), [("007", "1,5")]),
    fill=dropped,
    failing={
        "nothing has come": Setup(lambda folder: {"path": folder / "*.csv", "drop": {"seconds": 0}}, raises=RemoteError)
    },
)

NO_FOLDER = {"no folder": Setup({"path": "/proc/none/out"}, raises=AccessError)}

test_csv_sink = sink_suite(
    CsvSink,
    options=lambda folder: {"path": folder / "out.csv"},
    rows=ROWS,
    target=written("out.csv"),
    failing=NO_FOLDER,
)
test_old_csv_sink = sink_suite(
    CsvSink,
    options=lambda folder: {"path": folder / "out.csv", "encoding": "cp1252", "columns": [*ROWS[0]]},
    rows=ROWS,
    target=written("out.csv"),
    failing=NO_FOLDER,
)
test_jsonl_sink = sink_suite(
    JsonLinesSink,
    options=lambda folder: {"path": folder / "out.jsonl"},
    rows=ROWS,
    target=written("out.jsonl"),
    failing=NO_FOLDER,
)
test_json_sink = sink_suite(
    JsonSink,
    options=lambda folder: {"path": folder / "out.json"},
    rows=ROWS,
    target=written("out.json"),
    failing=NO_FOLDER,
)
test_xml_sink = sink_suite(
    XmlSink,
    options=lambda folder: {"path": folder / "out.xml", "records": "products/product"},
    rows=ROWS,
    target=written("out.xml"),
    failing=NO_FOLDER,
)
test_excel_sink = sink_suite(
    ExcelSink,
    options=lambda folder: {"path": folder / "out.xlsx"},
    rows=ROWS,
    target=written("out.xlsx"),
    failing={"no folder": Setup({"path": "/proc/none/out.xlsx"}, raises=AccessError)},
)
test_connection = connection_suite(
    FilesConnection,
    {"url": "memory://", "username": "erp", "password": "s3cret-of-nobody"},
    secrets=["s3cret-of-nobody"],
    failing={"no server": Setup({"url": "ftp://127.0.0.1:9"}, raises=UnreachableError)},
)
