"""`pimflow` as a command whose sandbox is watched: `python -m openapi_requests.child sandbox …`.

PIMFLOW_TEST_OPENAPI names the API description, PIMFLOW_TEST_FOUND the file into which wrong requests are written, and
PYTHONPATH has to lead to this package: PIMFLOW_TEST_PATH for those who start it.
"""

import os
import sys
from pathlib import Path

import pytest

from pimflow.cli import main

from .contract import Contract
from .watch import Watch

if __name__ == "__main__":
    Watch(Contract(Path(os.environ["PIMFLOW_TEST_OPENAPI"])), Path(os.environ["PIMFLOW_TEST_FOUND"])).install(
        pytest.MonkeyPatch()
    )
    sys.argv[0] = "pimflow"
    main()
