"""Sentences that can be told in another language: English for everything else, and kept as what they are made of."""

import copy
import pickle
from dataclasses import asdict, replace
from datetime import UTC, datetime
from gettext import NullTranslations

import orjson
from hypothesis import given
from hypothesis import strategies as st

from pimflow.log import MASK, masked_problem, masker
from pimflow.model import BadValue, Cause, FlowReport, Problem, Run, RunReport, Status
from pimflow.plain import to_json, to_kept_json
from pimflow.report import report_data, report_from_json, report_json
from pimflow.sentences import Said, in_language, joined, said, said_by, together, understood
from pimflow.words import capital, full_stop, listed

WORDS = {
    "{title} has no such {noun}": "{title} n'a pas de {noun} de ce nom",
    "{count:,} rows": "{count:,} lignes",
    "the PIM": "le PIM",
    "family": "famille",
    "a broken {one}": "{other} est cassé",
    "Correct it": "à corriger",
    ",": " ",
}


class French(NullTranslations):
    """A few words of French."""

    def gettext(self, message):
        return WORDS.get(message, message)


def no_such(noun="family"):
    return said("{title} has no such {noun}", title=said("the PIM"), noun=said(noun))


def kept(thing):
    return understood(orjson.loads(to_kept_json(thing)))


def test_a_sentence_is_english_text_for_all_that_does_not_ask():
    sentence = no_such()

    assert sentence == "the PIM has no such family"
    assert {sentence: 1}["the PIM has no such family"] == 1
    assert f"{sentence}!" == "the PIM has no such family!"
    assert to_json([sentence]) == b'["the PIM has no such family"]'
    assert type(str(sentence)) is str


def test_a_sentence_is_told_in_a_language_with_all_that_stands_in_it():
    assert in_language(no_such(), French()) == "le PIM n'a pas de famille de ce nom"
    assert in_language(no_such("colour"), French()) == "le PIM n'a pas de colour de ce nom"
    assert in_language("the PIM", French()) == "the PIM"
    assert in_language(said("{what} is broken", what=said("the PIM")), French()) == "the PIM is broken"
    assert in_language(said("nobody translated {this!r}", this="x"), French()) == "nobody translated 'x'"
    assert in_language(said("{count:,} rows", count=12345), French()) == "12 345 lignes"
    assert in_language(said("{count:,} rows", count=12345), NullTranslations()) == "12,345 rows"


def test_a_translation_that_does_not_fit_gives_english():
    sentence = said("a broken {one}", one=said("family"))

    assert in_language(sentence, French()) == "a broken family"
    assert in_language(joined([sentence, no_such()]), French()) == "a broken family le PIM n'a pas de famille de ce nom"


def test_sentences_are_begun_ended_and_put_together_in_the_language():
    whole = joined([capital(full_stop(no_such())), "", capital(full_stop(said("Correct it")))])

    assert whole == "The PIM has no such family. Correct it."
    assert in_language(whole, French()) == "Le PIM n'a pas de famille de ce nom. À corriger."
    assert joined(["", ""]) == ""
    assert [in_language(one, French()) for one in (joined(["family"]), listed(["family"]))] == ["family"] * 2
    assert in_language(joined([said("family")]), French()) == "famille"
    assert in_language(together("{a}: {b}", a=said("family"), b="x{y}"), French()) == "famille: x{y}"
    assert (capital("a.csv is gone"), full_stop("Why?"), type(full_stop("Why"))) == ("a.csv is gone", "Why?", str)


def test_a_text_without_values_stands_as_it_is():
    assert said("write {it}") == "write {it}"
    assert in_language(said("write {it}"), French()) == "write {it}"
    assert said(no_such()).values["noun"].template == "family"


def test_an_error_keeps_what_it_was_made_of():
    assert in_language(said_by(ValueError(no_such())), French()) == "le PIM n'a pas de famille de ce nom"
    assert said_by(ValueError("plain")) == "plain"
    assert said_by(KeyError()) == ""


def test_it_goes_through_files_and_copies_whole():
    sentence = no_such()

    for copied in (pickle.loads(pickle.dumps(sentence, 5)), copy.deepcopy(sentence), kept(sentence)):
        assert copied == sentence
        assert in_language(copied, French()) == "le PIM n'a pas de famille de ce nom"
    assert kept({"a": ["plain", 2**70, "\ud800"], "b": sentence})["b"].template == sentence.template


@given(st.dictionaries(st.sampled_from("abc"), st.text() | st.integers(-(2**80), 2**80) | st.floats(allow_nan=False)))
def test_whatever_stands_in_it_is_kept(values):
    sentence = said("".join(f"<{{{name}}}>" for name in values) + "x", **values)
    again = kept([sentence])[0]

    assert str(again).encode("utf-8", "backslashreplace") == str(sentence).encode("utf-8", "backslashreplace")
    assert in_language(again, French()) == again


def test_what_a_file_says_reaches_into_nothing():
    for template in ("{a.__class__}", "{a[0]}", "{b}", "{", "{a!x}", "{0}"):
        made = understood({"said": template, "with": {"a": "x"}})
        assert made == template
        assert not isinstance(made, Said)
    assert understood({"said": "no", "with": "mapping"}) == {"said": "no", "with": "mapping"}


def test_secrets_are_in_no_part_of_it():
    mask = masker(["hunter22", "4711"])
    reason = said("{a} cannot be read: {b}, {c}", a=said("at {url}", url="x?p=hunter22"), b=["hunter22"], c=4711)
    cleaned = masked_problem(Problem(reason, effect=said("{x}", x="hunter22")), mask)

    assert cleaned.reason == f"at x?p={MASK} cannot be read: ['{MASK}'], {MASK}"
    for hidden in ("hunter22", "4711"):
        assert hidden.encode() not in to_kept_json(asdict(cleaned))
    one = mask(said("at {url}", url="hunter22"))
    assert (one, one.template) == (f"at {MASK}", "at {url}")
    assert mask(no_such()).values["title"].template == "the PIM"


def test_a_problem_and_a_report_keep_their_sentences():
    problem = Problem(no_such(), field="family", remedy=said("Correct it"), value={"bad": BadValue(Problem(no_such()))})
    cause = Cause(replace(problem, value="x"), Status.REFUSED, 1)
    flow = FlowReport("a", "Odoo", said("the PIM"), ("product", "products"), causes=(cause,), notes=(no_such(), "x"))
    report = RunReport(Run("1", "p", datetime.now(UTC)), (flow,), 1.0, 0, error=no_such())
    again = report_from_json(understood(orjson.loads(report_json(report))))

    assert again == report
    for sentence in (again.error, again.flows[0].notes[0], again.flows[0].causes[0].problem.reason):
        assert in_language(sentence, French()) == "le PIM n'a pas de famille de ce nom"
    assert in_language(again.flows[0].target, French()) == "le PIM"
    assert report_from_json(orjson.loads(to_json(report_data(report)))) == report
    assert b'"the PIM has no such family"' in to_json(report_data(report))
