"""Files that a flow writes, from the pipeline through the command line."""

import json

import pytest

PIPELINE = """\
version: 1
flows:
  products:
    source: {{type: {source}}}
    sink:
      {sink}
"""


@pytest.fixture
def flow(tmp_path, command):
    """Write a pipeline with this source and sink, and give what runs a command on it."""
    (tmp_path / "in.csv").write_text("sku;name-de;net\n01;Tasse;0.3\n02;Kanne;\n", "utf-8")

    def written(source, *sink):
        text = PIPELINE.format(source=source, sink="\n      ".join(sink))
        (tmp_path / "pipeline.yaml").write_text(text, "utf-8")
        return lambda verb, *more: command(verb, str(tmp_path / "pipeline.yaml"), *more)

    return written


def test_xml_is_written_and_read_back(flow, tmp_path):
    shape = "records: products/product, by: [lang]"
    run = flow("files.csv, path: in.csv", "type: files.xml", "path: out.xml", *shape.split(", ", 1))
    assert run("run").code == 0
    assert '<product><sku>01</sku><name lang="de">Tasse</name><net>0.3</net></product>' in (
        (tmp_path / "out.xml").read_text("utf-8")
    )
    assert "already up to date" in run("run").out
    back = flow(f"files.xml, path: out.xml, {shape}", "type: files.csv", "path: back.csv")
    assert back("run").code == 0
    assert (tmp_path / "back.csv").read_text("utf-8") == (tmp_path / "in.csv").read_text("utf-8")


def test_a_column_that_is_no_element_is_told_before_the_run(flow, tmp_path):
    (tmp_path / "in.csv").write_text("sku;net weight\n01;0.3\n", "utf-8")
    run = flow("files.csv, path: in.csv", "type: files.xml", "path: out.xml")
    told = run("check")
    assert told.code == 2
    assert "wrong flow products, column net weight: this is no name of an element in XML." in told.out
    assert "net weight: this is no name of an element in XML" in run("run").out
    assert "<record><sku>01</sku></record>" in (tmp_path / "out.xml").read_text("utf-8")


@pytest.mark.parametrize("kind", ["json", "jsonl"])
@pytest.mark.parametrize("verb", ["check", "run"])
def test_a_misspelt_column_of_a_record_is_a_mistake_with_its_line(flow, tmp_path, kind, verb):
    run = flow("files.csv, path: in.csv", f"type: files.{kind}", "path: out.json", "record: {id: {from: skuu}}")
    told = run(verb)
    assert told.code == 2
    assert "pipeline.yaml:8: flows.products.sink.record: no column is called 'skuu'; did you mean 'sku'?" in told.err
    assert not (tmp_path / "out.json").exists()


def test_a_misspelt_column_is_found_in_each_of_several_sinks(flow):
    sink = "- {type: files.jsonl, path: a, record: {id: {from: SKU}}}"
    told = flow("files.csv, path: in.csv", sink.replace("SKU", "sku"), sink.replace("SKU", "nam"))("run")
    assert told.code == 2
    assert "flows.products.sink.1.record: no column is called 'nam'" in told.err


def test_a_column_of_the_file_that_the_flow_has_not_is_told_by_check_only(flow, tmp_path):
    run = flow("files.csv, path: in.csv", "type: files.csv", "path: out.csv", "columns: [sku, name-de, net, nett]")
    told = run("check", "--json")
    assert told.code == 0
    warned = [one for one in json.loads(told.out)["flows"] if one["severity"] == "warning"]
    assert [(one["column"], one["found"]) for one in warned] == [
        ("nett", "no such column comes, so it stays empty; did you mean 'net'?")
    ]
    run("run")
    assert (tmp_path / "out.csv").read_text("utf-8") == "sku;name-de;net;nett\n01;Tasse;0.3;\n02;Kanne;;\n"
