"""Make erp.db out of erp.sql: in place of the ERP that you have."""

import sqlite3
from contextlib import closing
from pathlib import Path

HERE = Path(__file__).parent

if __name__ == "__main__":
    (HERE / "erp.db").unlink(missing_ok=True)
    with closing(sqlite3.connect(HERE / "erp.db")) as connection, connection:
        connection.executescript((HERE / "erp.sql").read_text("utf-8"))
    print("erp.db is there")
