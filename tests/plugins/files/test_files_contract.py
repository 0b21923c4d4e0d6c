import csv
from pathlib import Path

from pimflow import AccessError, RemoteError
from pimflow_files.sinks import CsvSink, JsonLinesSink
from pimflow_files.sources import CsvSource, JsonLinesSource
from pimflow_testkit import Setup, sink_suite, source_suite

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
