"""Databases that no test starts: what their errors mean, and that statements can be written in their dialects.

Codes and texts are from the manuals of SQL Server, Oracle and MySQL.
"""

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mssql, mysql, oracle

from pimflow_erp.codecs import TEXT
from pimflow_sql import upserts
from pimflow_sql.connection import SqlConnection
from pimflow_sql.errors import Place, RefusedError, told
from pimflow_sql.faults import Fault, fault_of
from pimflow_sql.places import Place as Column
from pimflow_sql.places import Target
from pimflow_sql.refusals import told as refused
from pimflow_sql.statements import Part, QuerySelection, Shape, TableSelection

AT = Place("MySQL", "db:3306", "erp", "pim", 60)


class OracleError:
    def __init__(self, code):
        self.code, self.full_code = code, f"ORA-{code:05}"


def error(*arguments):
    return sa.exc.DBAPIError("SELECT 1", {}, Exception(*arguments))


@pytest.mark.parametrize(
    ("found", "fault"),
    [
        (error("28000", "[28000] [Microsoft][ODBC Driver 18] Login failed for user 'pim'. (18456)"), Fault.LOGIN),
        (error("23000", "[23000] Violation of PRIMARY KEY constraint 'PK_a'. (2627)"), Fault.DUPLICATE),
        (error("23000", "[23000] Cannot insert the value NULL into column 'name'. (515)"), Fault.EMPTY),
        (error("23000", "[23000] The INSERT statement conflicted with the FOREIGN KEY. (547)"), Fault.REFERENCE),
        (error("23000", "[23000] something of its own (50000)"), Fault.RULE),
        (error("40001", "[40001] Transaction was deadlocked. (1205)"), Fault.DEADLOCK),
        (error("42S02", "[42S02] Invalid object name 'articles'. (208)"), Fault.NO_TABLE),
        (error("42S22", "[42S22] Invalid column name 'nme'. (207)"), Fault.NO_COLUMN),
        (error("08S01", "[08S01] Communication link failure (0)"), Fault.AWAY),
        (error("HYT00", "[HYT00] Login timeout expired (0)"), Fault.SLOW),
        (error(OracleError(1017)), Fault.LOGIN),
        (error(OracleError(942)), Fault.NO_TABLE),
        (error(OracleError(1)), Fault.DUPLICATE),
        (error(OracleError(60)), Fault.DEADLOCK),
        (error(OracleError(3113)), Fault.AWAY),
        (error(OracleError(99999)), Fault.OTHER),
        (error(1045, "Access denied"), Fault.LOGIN),
        (error(3819, "Check constraint 'price' is violated."), Fault.RULE),
        (error(9999, "something new"), Fault.OTHER),
    ],
)
def test_codes_mean_what_the_manuals_say(found, fault):
    assert fault_of(found) is fault


@pytest.mark.parametrize(
    ("found", "field"),
    [
        (error(1062, "Duplicate entry '400' for key 'products.ean_unique'"), "ean"),
        (error(1364, "Field 'name' doesn't have a default value"), "name"),
        (error(1048, "Column 'name' cannot be null"), "name"),
        (
            error(1452, "a foreign key constraint fails (CONSTRAINT `f` FOREIGN KEY (`grp`) REFERENCES `g` (`c`))"),
            "grp",
        ),
        (error(1406, "Data too long for column 'name' at row 1"), "name"),
    ],
)
def test_the_column_of_a_refusal_is_found(found, field):
    places = {name: Column(name, TEXT) for name in ("sku", "name", "ean", "grp")}
    target = Target("products", sa.table("products"), places, ("sku",), True, False, {"ean_unique": ("ean",)})
    refusal = told(found, AT)
    assert isinstance(refusal, RefusedError)
    problem = refused(refusal, target, {field: "x"})
    assert (problem.field, problem.value) == (field, "x")


@pytest.mark.parametrize("dialect", [mssql.dialect(), oracle.dialect(), mysql.dialect()], ids=lambda one: one.name)
def test_statements_can_be_written_in_other_dialects(dialect):
    shape = Shape("changed", "sku", ("id", "lang"))
    table = sa.Table("articles", sa.MetaData(), sa.Column("id", sa.Integer), sa.Column("sku", sa.String(9)))
    part = Part("2024-05-01 10:00:00", None, ("A-1",))
    for found in (
        TableSelection(table, ["id", "sku"], shape),
        QuerySelection("SELECT * FROM articles WHERE (:since IS NULL OR changed >= :since);", {}, shape),
    ):
        made = [found.plain(part), found.page(part, (1, "de"), 10), found.latest(Part()), found.count(part)]
        for statement in (*made, found.first(1), found.without_key()):
            text = str(statement.compile(dialect=dialect))
            assert "articles" in text
            assert "2024" not in text
            assert "A-1" not in text
    target = Target("articles", table, {}, ("id",), unique=True, only=True, uniques={})
    made = upserts._INSERTS.get(dialect.name, upserts._plain)(target, ["id", "sku"])
    assert ("ON DUPLICATE KEY UPDATE" in str(made.compile(dialect=dialect))) is (dialect.name == "mysql")


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("postgres://pim:hush@h:5432/erp", "postgresql h:5432/erp"),
        ("mysql://pim:hush@h/erp", "mysql h/erp"),
        ("mssql://pim:hush@h/erp?driver=ODBC+Driver+18+for+SQL+Server", "mssql h/erp"),
        ("oracle://pim:hush@h:1521/?service_name=ERP", "oracle h:1521/ERP"),
    ],
)
def test_addresses_tell_the_place_and_no_secret(url, address):
    connection = SqlConnection(url=url)
    assert connection.address == address
    assert "hush" not in repr(connection)
