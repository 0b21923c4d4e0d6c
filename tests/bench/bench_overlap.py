"""A flow whose source, transform and sink each wait, as for systems that are far away: wall clock of the whole run.

The baseline is what the slowest of the three waits in all, 150 pages of 100 rows with 200 ms each. A sink takes one
batch after the other; the parts of pimflow that only work and do not wait come on top.
"""

import os
import sys
from pathlib import Path

from .measuring import PIMFLOW, in_turn, took

PAGES = int(os.environ.get("BENCH_PAGES", "150"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
SLOWEST = 0.2
HERE = Path(__file__).parent
ENVIRONMENT = {"PYTHONPATH": os.pathsep.join([str(HERE / "nowhere"), os.environ.get("PYTHONPATH", "")])}
PIPELINE = f"""\
version: 1
name: overlap
history: {{days: 0}}
flows:
  products:
    source: {{type: nowhere.pages, pages: {PAGES}, seconds: {SLOWEST}}}
    transforms:
      - nowhere.pass: {{seconds: 0.18}}
    sink: {{type: nowhere.slowly, seconds: 0.18}}
"""


def test_source_transform_and_sink_go_on_at_once(record, tmp_path):
    (tmp_path / "pipeline.yaml").write_text(PIPELINE, "utf-8")

    def run():
        for left in (tmp_path / ".pimflow").glob("state.sqlite*"):
            left.unlink()
        return took([*PIMFLOW, "run", "pipeline.yaml"], tmp_path, ENVIRONMENT).wall

    wall = in_turn(ROUNDS, pimflow=run)["pimflow"]
    took([sys.executable, str(HERE / "profiled.py"), "run", "pipeline.yaml"], tmp_path, ENVIRONMENT)
    why = (tmp_path / "profile.txt").read_text("utf-8")
    record.ratio("overlap", wall / (PAGES * SLOWEST), "what the slowest of the three waits in all", ROUNDS, why)
