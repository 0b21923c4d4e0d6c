"""Answers: what becomes of a cell, what a table may say, and what runs make of it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pimflow.answer_table import add_answer, read_answers, remove_answer, table_of
from pimflow.answers import LEFT_OUT, Answer, Answering, by_flow
from pimflow.errors import ConfigError
from pimflow.model import BadValue, Problem
from pimflow.running.basis import basis_of
from pimflow.running.run import RunOptions
from pimflow.state import history

from .shop_rows import counts, table

HEADER = "flow;column;value;answer;becomes;given\n"
INCREMENTAL = {"source": {"type": "shop.rows", "connection": "shop", "incremental": True}}


def answering(*lines, separator=None):
    answers = [Answer("f", column, value, becomes) for column, value, becomes in lines]
    return Answering(by_flow(answers, "answers/x.csv")["f"], lambda _: separator)


def bad(value, field="colour", items=()):
    return BadValue(Problem("which is unknown", field=field, value=value), items)


@pytest.mark.parametrize(
    ("cell", "separator", "becomes"),
    [
        ("BORD", None, "red"),
        (" BORD ", None, "red"),
        ("bord", None, "bord"),
        ("BORD,blue", None, "BORD,blue"),
        ("BORD,blue", ",", "red,blue"),
        ("blue, BORD", ",", "blue,red"),
        ("blue, green", ",", "blue, green"),
        ("NONE,blue", ",", "blue"),
        ("NONE", ",", LEFT_OUT),
        ("NONE,NONE", ",", LEFT_OUT),
        ("NONE", None, LEFT_OUT),
        (["BORD", "blue"], None, ["red", "blue"]),
        (["NONE", "blue"], None, ["blue"]),
        (["NONE"], None, LEFT_OUT),
        ({"BORD"}, None, {"red"}),
        (("BORD", "GRAM"), None, ("red", "GRAM")),
        (("NONE", "GRAM"), None, LEFT_OUT),
        (("NONE", "blue"), ",", ("blue",)),
        ("NONE GRAM", " ", LEFT_OUT),
        ("BORD GRAM", " ", "red GRAM"),
        ({"amount": "BORD", "unit": "GRAM"}, None, {"amount": "red", "unit": "GRAM"}),
        ({"amount": "NONE", "unit": "GRAM"}, None, LEFT_OUT),
        (7, None, "seven"),
        (True, None, True),
        (None, None, None),
        (bad("BORD"), None, "red"),
        (bad("NONE"), None, LEFT_OUT),
        (bad("BORD", field=None), None, "red"),
        (bad("BORD", field="color"), None, "red"),
        (bad("ROT", field="color"), None, "from the source's column"),
        (bad(None), None, bad(None)),
        (bad("X", items=(bad("BORD"), "blue")), None, ["red", "blue"]),
        (bad("X", items=(bad("NONE"), bad("NONE"))), None, LEFT_OUT),
        (bad("Y", items=(bad("BORD"), bad("Y"), bad("NONE"))), None, bad("Y", items=("red", bad("Y")))),
    ],
)
def test_what_becomes_of_a_cell(cell, separator, becomes):
    work = answering(
        ("colour", "BORD", "red"),
        ("colour", "NONE", None),
        ("colour", "7", "seven"),
        ("color", "ROT", "from the source's column"),
        separator=separator,
    )
    assert work.cell("colour", cell) == becomes


plain = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text())
cells = st.one_of(plain, st.lists(plain), st.dictionaries(st.text(), plain))


@given(cell=cells, separator=st.sampled_from([None, ",", " "]))
def test_a_cell_that_nobody_answered_stays_as_it_is(cell, separator):
    work = answering(("colour", "a value that is nowhere", "red"), separator=separator)
    assert work.cell("colour", cell) is cell
    assert work.cell("size", cell) is cell


@given(items=st.lists(st.text("abc ", max_size=3).map(str.strip)), becomes=st.one_of(st.none(), st.just("z")))
def test_an_answer_changes_its_own_items_and_no_other(items, becomes):
    work = answering(("colour", "a", becomes), separator=",")
    expected = [becomes if one == "a" else one for one in items if one != "a" or becomes]
    found = work.cell("colour", ",".join(items))
    assert found == (LEFT_OUT if items and not expected else ",".join(expected))


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("flow;column;value;answer\n", 1, "has no column becomes; its columns are flow, column, value, answer"),
        ("flow,column,value,answer,becomes,value\n", 1, "has two columns of one name"),
        (HEADER + "product;colour;BORD;use;red;\n", 2, "no flow is called 'product'; did you mean 'products'?"),
        (HEADER + "\nproducts;;BORD;use;red;\n", 3, "`column` is empty"),
        (HEADER + "products;colour; ;use;red;\n", 2, "`value` is empty"),
        (HEADER + "products;colour;BORD;take;red;\n", 2, "`answer` is use or ignore; found 'take'"),
        (HEADER + "products;colour;BORD;use;;\n", 2, "`use` needs a value under `becomes`"),
        (HEADER + "products;colour;BORD;ignore;red;\n", 2, "`ignore` wants `becomes` empty"),
        (
            HEADER + "products;colour;BORD;use;red\nproducts;colour;BORD;ignore;\n",
            3,
            "line 2 already answers this value; keep one of them",
        ),
        (HEADER + "products;colour;BORD;use;red;;;\n", 2, "has 8 cells, and the table 6 columns"),
        (HEADER + 'products;colour;"BORD;use;red;;\n', 2, "is no CSV file: unexpected end of data"),
    ],
)
def test_mistakes_of_a_table_are_told_with_their_line_before_anything_runs(bench, shop, text, line, message):
    file = table_of(bench.folder, "bench")
    file.parent.mkdir()
    file.write_text(text)
    with pytest.raises(ConfigError) as raised:
        bench.run()
    (mistake,) = raised.value.mistakes
    assert str(mistake).startswith(f"{file}:{line}: {message}")
    assert shop.windows == []


def test_a_table_that_is_no_utf8_says_what_to_do(bench):
    file = table_of(bench.folder, "bench")
    file.parent.mkdir()
    file.write_bytes((HEADER + "products;colour;grün;use;green;\n").encode("cp1252"))
    with pytest.raises(ConfigError, match="is not UTF-8 text; in Excel, save it as 'CSV UTF-8'"):
        bench.run()


def test_the_file_keeps_what_people_made_of_it(tmp_path: Path):
    file = table_of(tmp_path, "shop")
    add_answer(file, Answer("f", "colour", "BORD", "red", "2026-11-23"))
    text = file.read_text("utf-8-sig").replace(";", ",")
    file.write_text(text.replace("given,by\n", "given,note\n").replace("-23,\n", "-23,as on Monday\n"))
    add_answer(file, Answer("f", "size", 'a "b", c', None, "2026-11-24"))
    add_answer(file, Answer("f", "colour", "BORD", "blue", "2026-11-25", "Julia"))
    assert file.read_text("utf-8-sig").splitlines() == [
        "flow,column,value,answer,becomes,given,note,by",
        "f,colour,BORD,use,blue,2026-11-25,as on Monday,Julia",
        'f,size,"a ""b"", c",ignore,,2026-11-24,,',
    ]
    answers, mistakes = read_answers(file, ["f"])
    assert mistakes == []
    assert [(one.value, one.becomes, one.by, one.line) for one in answers] == [
        ("BORD", "blue", "Julia", 2),
        ('a "b", c', None, "", 3),
    ]
    remove_answer(file, answers[1])
    assert [one.value for one in read_answers(file, ["f"])[0]] == ["BORD"]
    assert sorted(path.name for path in file.parent.iterdir()) == ["shop.csv"]


@given(text=st.text(st.characters(codec="utf-8", exclude_characters="\r"), min_size=1).filter(str.strip))
def test_any_value_can_be_answered_and_is_found_again(tmp_path_factory, text):
    file = table_of(tmp_path_factory.mktemp("any"), "shop")
    add_answer(file, Answer("f", "colour", text.strip(), "red"))
    ((answer,), mistakes) = read_answers(file, ["f"])
    assert (answer.value, mistakes) == (text.strip(), [])


def colours(shop, *names):
    table(shop, *((f"S-{n}", name, 10) for n, name in enumerate(names)), header=("sku", "colour", "changed"))


def decide(bench, *lines):
    file = table_of(bench.folder, "bench")
    file.parent.mkdir(exist_ok=True)
    file.write_text(HEADER + "".join(f"products;{line};\n" for line in lines))


def test_a_table_edited_by_hand_makes_the_next_run_read_everything(bench, shop):
    colours(shop, "BORD", "blue")
    bench.run(**INCREMENTAL)
    decide(bench, "colour;BORD;use;red")
    shop.now = 200
    report = bench.run(**INCREMENTAL)
    assert (report.full, counts(report), report.attention) == (True, {"updated": 1, "unchanged": 1}, 0)
    assert shop.records["products", "S-0"]["colour"] == "red"
    shop.now = 300
    assert bench.run(**INCREMENTAL).full is False
    decide(bench)
    report = bench.run(**INCREMENTAL)
    assert (report.full, report.attention) == (True, 1)


def test_an_answered_item_is_tried_again_by_a_source_that_gives_changes(bench, shop):
    colours(shop, "BORD", "blue")
    bench.run(**INCREMENTAL)
    decide(bench, "colour;BORD;ignore;")
    with_answers = bench.assembly(**INCREMENTAL).flows[0]
    with bench.database() as database:
        history.keep_basis(database, "bench", "products", basis_of(with_answers))
    colours(shop)
    shop.now = 200
    report = bench.run(**INCREMENTAL)
    assert report.notes == ("1 left open by earlier runs was tried again.",)
    assert (report.full, report.attention, bench.open_items()) == (False, 0, [])


def test_an_answer_for_a_column_that_is_nowhere_is_told(bench, shop):
    colours(shop, "BORD")
    decide(bench, "color;BORD;use;red", "colour;OTHER;use;red")
    report = bench.run()
    assert report.notes == (
        "answers/bench.csv:2: products has no column 'color'; did you mean 'colour'? This answer changes nothing.",
    )
    assert report.attention == 1


def test_an_answer_mends_a_value_that_costs_the_record(bench, shop):
    colours(shop, "BORD")
    table(shop, ("A", "forbidden"), ("B", "Bucket"))
    strict = {"on_bad_value": "refuse"}
    assert bench.run(**strict).attention == 1
    decide(bench, "name;forbidden;use;allowed")
    report = bench.run(RunOptions(), **strict)
    assert (report.attention, shop.records["products", "A"]["name"]) == (0, "allowed")
    assert bench.open_items() == []


def test_an_answer_for_what_a_transform_could_not_map(bench, shop):
    table(shop, ("A", "red"), ("B", "BORD"), header=("sku", "source_colour"))
    mapped = {
        "transforms": [
            {"value_map": {"field": "source_colour", "map": {"red": "r"}}},
            {"map": {"sku": "sku", "colour": "source_colour"}},
        ]
    }
    assert bench.run(**mapped).attention == 1
    decide(bench, "source_colour;BORD;use;blue")
    report = bench.run(**mapped)
    assert (report.attention, report.notes) == (0, ())
    assert shop.records["products", "B"]["colour"] == "blue"


def test_an_answer_for_one_item_of_a_list_that_a_transform_could_not_map(bench, shop):
    table(shop, ("A", ["red", "BORD", "green"]), header=("sku", "colours"))
    mapped = {"transforms": [{"value_map": {"field": "colours", "map": {"red": "r", "green": "g"}}}]}
    assert bench.run(**mapped).attention == 1
    decide(bench, "colours;BORD;use;b")
    assert bench.run(**mapped).attention == 0
    assert shop.records["products", "A"]["colours"] == ["r", "b", "g"]


def test_an_answer_pays_what_a_new_record_is_owed(bench, shop):
    table(shop, ("A", "BORD"), header=("sku", "colour"))
    bench.run(once=["colour"])
    assert "colour" not in shop.records["products", "A"]
    decide(bench, "colour;BORD;use;red")
    assert bench.run(once=["colour"]).attention == 0
    assert shop.records["products", "A"]["colour"] == "red"
    sent = len(shop.sent)
    bench.run(once=["colour"])
    assert (len(shop.sent), bench.open_items()) == (sent, [])


def test_a_plan_shows_what_answers_make_of_a_value(bench, shop):
    table(shop, ("A", "BORD"), header=("sku", "colour"))
    decide(bench, "colour;BORD;use;red")
    report, planned = bench.plan()
    assert report.attention == 0
    assert [(value.column, value.new) for value in planned[0].values] == [("sku", "A"), ("colour", "red")]
