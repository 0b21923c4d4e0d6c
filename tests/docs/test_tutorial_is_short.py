"""The tutorial says that an incremental source takes twenty lines."""

import re


def test_the_source_of_the_tutorial_takes_at_most_twenty_lines(root):
    text = (root / "docs" / "tutorial" / "connect-your-erp.md").read_text("utf-8")
    (code,) = re.findall(r'title="pimflow-depot/pimflow_depot/sources.py"\n(.*?)```', text, re.DOTALL)
    assert "since=cursor" in code
    assert len([line for line in code.splitlines() if line.strip()]) <= 20
