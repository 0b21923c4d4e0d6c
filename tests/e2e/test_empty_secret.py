"""What a sample's user sees who has not filled in the variables yet."""

PIPELINE = """\
version: 1
connections:
  erp: {type: erpnext, url: "http://127.0.0.1:1", api_key: "${env:EMPTY_KEY}", api_secret: ""}
flows:
  items:
    source: {type: erpnext.products, connection: erp}
    sink: {type: files.jsonl, path: out.jsonl}
"""


def test_an_empty_secret_is_told_as_what_it_is(tmp_path, command, monkeypatch):
    monkeypatch.setenv("EMPTY_KEY", "")
    (tmp_path / "pipeline.yaml").write_text(PIPELINE, "utf-8")
    printed = command("validate", str(tmp_path / "pipeline.yaml"))
    assert printed.code == 2
    for option in ("api_key", "api_secret"):
        assert (
            f"pipeline.yaml:3: connections.erp.{option}: a secret was expected; what stands here, or in the variable "
            "that it names, is empty"
        ) in printed.err
